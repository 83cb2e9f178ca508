"""What networks say of themselves, held against what their own libraries make of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from torch import Tensor, nn
from torchvision import models
from transformers import (
    CLIPConfig,
    ConvNextConfig,
    ConvNextForImageClassification,
    ResNetConfig,
    ResNetForImageClassification,
)

from deepvis_widgets.core.declared import declared, sides
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess, understand
from deepvis_widgets.zoo.photos import photo
from tests.small_nets import Plain, seeded

SMALL = Preprocess((32, 32), None)


def tiny_timm(classes: int = 1000, **config: Any) -> nn.Module:
    """A small network of timm with a pretrained_cfg of its own."""
    made: Any = timm.create_model("resnet10t", num_classes=classes, pretrained_cfg_overlay=config)
    module: nn.Module = made
    return module.eval()


# --- timm ---


@pytest.mark.parametrize(
    "config",
    (
        {},
        {"crop_pct": 1.0, "interpolation": "bilinear", "mean": (0.5, 0.5, 0.5), "std": (0.25, 0.5, 0.5)},
        {"crop_mode": "squash", "crop_pct": 1.0},
        {"crop_mode": "squash", "crop_pct": 0.9},
        {"crop_pct": None, "crop_mode": None, "input_size": (3, 64, 64)},
        {"input_size": (3, 64, 96), "crop_pct": 0.9},
    ),
)
def test_timm_s_pictures_are_prepared_as_timm_prepares_them(config: dict[str, Any]) -> None:
    module = tiny_timm(**config)
    reference: Any = timm.data.create_transform(**timm.data.resolve_model_data_config(module))
    prepare = understand(declared(module).preprocess)
    for name in ("chelsea", "rocket"):
        image = photo(name).convert("RGB")
        torch.testing.assert_close(prepare(image), reference(image), atol=1e-5, rtol=0)


def test_timm_s_network_for_pictures_of_another_size() -> None:
    made: Any = timm.create_model("vit_tiny_patch16_224", img_size=64, num_classes=7, depth=1)
    net = Network(made.eval())
    assert net.size == (64, 64) and net.preprocessing.mean == (0.5, 0.5, 0.5)
    assert net.labels == [f"class {index}" for index in range(7)]  # its config speaks of 1,000


def test_timm_s_names_of_imagenet_s_classes() -> None:
    labels = declared(tiny_timm()).labels_for(1000)
    theirs = models.ResNet18_Weights.DEFAULT.meta["categories"]
    assert labels is not None and labels[281] == "tabby"
    assert (
        sum(mine != other for mine, other in zip(labels, theirs, strict=True)) == 2
    )  # "crane bird", "maillot tank suit"
    assert declared(tiny_timm(tag="untrained")).labels is None
    twelve = declared(tiny_timm(tag="in12k", num_classes=11821)).labels_for(11821)
    assert twelve is not None and len(twelve) == 11821


def test_names_that_timm_s_config_holds() -> None:
    names = {"label_names": ["n1", "n2"], "label_descriptions": {"n1": "husky"}}
    assert declared(tiny_timm(2, **names)).labels == ("husky", "n2")


# --- transformers ---


def tiny_resnet(**config: Any) -> nn.Module:
    module: nn.Module = ResNetForImageClassification(
        ResNetConfig(embedding_size=4, hidden_sizes=[8], depths=[1], **config)
    )
    return module.eval()


def test_transformers_names_and_kind_of_answer() -> None:
    named = tiny_resnet(id2label={0: "husky", 1: "wolf"}, problem_type="multi_label_classification")
    with pytest.warns(UserWarning, match="image processor"):
        net = Network(named)
    assert net.labels == ["husky", "wolf"] and net.declared.problem == "multi_label_classification"
    assert net.size == (224, 224)  # a ResNet of transformers says no size
    assert declared(tiny_resnet(num_labels=3)).labels is None  # LABEL_0, LABEL_1, LABEL_2
    assert declared(tiny_resnet(num_labels=3)).problem is None


def test_transformers_size_of_pictures() -> None:
    config = ConvNextConfig(hidden_sizes=[8], depths=[1], num_stages=1, image_size=48, num_labels=2)
    module = ConvNextForImageClassification(config)
    assert declared(module).preprocess == Preprocess((48, 48), None)
    module.config = CLIPConfig(vision_config={"image_size": 32})  # the network's part for pictures says it
    assert declared(module).preprocess == Preprocess((32, 32), None)
    module.config.vision_config.image_size, module.config.id2label = None, None
    assert declared(module).preprocess is None and declared(module).labels is None


def test_no_doubt_is_told_where_the_user_says_it(recwarn: pytest.WarningsRecorder) -> None:
    net = Network(tiny_resnet(num_labels=2), SMALL, labels=["a", "b"])
    assert net.labels == ["a", "b"] and net.preprocessing is SMALL
    assert not [warning for warning in recwarn if "image processor" in str(warning.message)]


# --- others ---


def test_a_vision_transformer_of_torchvision_says_its_size() -> None:
    module = models.VisionTransformer(48, 16, num_layers=1, num_heads=2, hidden_dim=8, mlp_dim=16, num_classes=3)
    assert Network(module.eval()).size == (48, 48)


def test_a_network_inside_another_module_speaks_for_it() -> None:
    class Wrapped(nn.Module):
        def __init__(self, inner: nn.Module) -> None:
            super().__init__()
            self.model = inner

        def forward(self, x: Tensor) -> Tensor:
            scores: Tensor = self.model(x)
            return scores

    inner = tiny_timm(mean=(0.1, 0.2, 0.3))
    assert declared(Wrapped(inner)) == declared(nn.DataParallel(inner)) == declared(inner)
    assert declared(Wrapped(inner)).preprocess.mean == (0.1, 0.2, 0.3)


def test_what_the_user_gives_wins() -> None:
    net = Network(tiny_timm(), SMALL, labels=[str(index) for index in range(1000)])
    assert net.preprocessing is SMALL and net.labels[7] == "7"


def test_modules_that_say_nothing() -> None:
    plain = seeded(Plain())
    assert declared(plain) == declared(torch.jit.trace(plain, torch.rand(1, 3, 8, 8)))
    assert declared(plain).preprocess is None and declared(plain).labels is None
    plain.pretrained_cfg = {"input_size": "large"}  # type: ignore[assignment]
    plain.config, plain.image_size = {"id2label": 3}, torch.ones(2)  # type: ignore[assignment]
    assert declared(plain).preprocess is None


def test_sizes_of_every_form() -> None:
    assert sides(8) == (8, 8) and sides([8, 9]) == (8, 9) and sides((3, 8, 9)) == (8, 9)
    assert [sides(size) for size in (None, "8", 8.0, (8,), (8, None), np.ones(2), Image.new("RGB", (2, 2)))] == [
        None
    ] * 7
