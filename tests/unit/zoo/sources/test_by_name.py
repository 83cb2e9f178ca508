"""Networks of timm, transformers and torch.hub by name, offline: random weights, weights from files, folders."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
from safetensors.torch import save_file
from timm.models import save_for_hf
from torch import Tensor, nn
from transformers import (
    ResNetConfig,
    ResNetForImageClassification,
    ViTConfig,
    ViTForImageClassification,
    ViTImageProcessor,
    ViTModel,
)

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.zoo.load import load
from deepvis_widgets.zoo.photos import photo
from deepvis_widgets.zoo.sources.source import module_of
from deepvis_widgets.zoo.sources.transformers_models import transformers_source

TIMM = "timm:resnet10t"
SENTENCE = re.compile(r'^[^\n]{15,700}[."]$')


def same(net: Network, expected: dict[str, Tensor]) -> bool:
    found = net.module.state_dict()
    return found.keys() == expected.keys() and all(torch.equal(found[key], expected[key]) for key in found)


def refusal(name: Any, weights: Any = None) -> str:
    with pytest.raises(DeepvisError) as caught:
        load(name, weights)
    assert SENTENCE.match(str(caught.value)), str(caught.value)
    return str(caught.value)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


# --- timm ---


def test_timm_by_name_with_random_weights() -> None:
    before = torch.get_rng_state()
    net = load(TIMM, "random")
    assert torch.equal(torch.get_rng_state(), before)
    assert same(load(TIMM, "random"), net.module.state_dict()) and not net.module.training
    assert net.name == "resnet10t" and net.size == (176, 176) and net.labels[281] == "tabby"


def test_timm_by_name_with_a_file_of_another_number_of_classes(tmp_path: Path) -> None:
    made: Any = timm.create_model("resnet10t", num_classes=4)
    torch.save({"state_dict": {f"net.{key}": value for key, value in made.state_dict().items()}}, tmp_path / "w.pth")
    net = load(TIMM, tmp_path / "w.pth", labels=["a", "b", "c", "d"])
    assert same(net, made.state_dict()) and net.labels == ["a", "b", "c", "d"]
    assert "does not fit ResNet" in refusal("timm:resnet18", tmp_path / "w.pth")


def test_a_folder_that_timm_wrote(tmp_path: Path) -> None:
    made: Any = timm.create_model("resnet10t", num_classes=2)
    save_for_hf(made, tmp_path, model_config={"num_classes": 2, "label_names": ["husky", "wolf"]})
    for name in (str(tmp_path), f"timm:{tmp_path}"):
        net = load(name)
        assert same(net, made.state_dict()) and net.labels == ["husky", "wolf"]


def test_what_timm_does_not_have(offline: None) -> None:
    assert "near names are resnet18" in refusal("timm:resnet-18")
    assert "could not be had" in refusal("timm:resnet18") and "weights=FILE" in refusal("timm:resnet18")


# --- transformers ---


@pytest.fixture(scope="module")
def vit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small ViT and its image processor."""
    folder = tmp_path_factory.mktemp("vit")
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        ViTForImageClassification(ViTConfig(**sizes, image_size=32, patch_size=8, num_labels=3)).save_pretrained(folder)
    ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def test_a_folder_of_transformers_with_its_image_processor(vit: Path) -> None:
    expected = ViTForImageClassification.from_pretrained(vit).eval()
    processor = ViTImageProcessor.from_pretrained(vit)
    for name in (str(vit), f"hf:{vit}"):
        net = load(name)
        assert same(net, expected.state_dict()) and net.size == (32, 32)
        image = photo("chelsea").convert("RGB")
        fed = processor(images=image, return_tensors="pt")["pixel_values"]
        torch.testing.assert_close(net.preprocess(image), fed[0], atol=1e-5, rtol=0)
        torch.testing.assert_close(net.logits(net.view(image)[None]), expected(fed).logits.detach())


def test_weights_of_transformers_from_a_file_under_their_old_names(vit: Path, tmp_path: Path) -> None:
    net = load(f"hf:{vit}", vit / "model.safetensors")
    assert same(net, ViTForImageClassification.from_pretrained(vit).state_dict())
    assert not same(load(f"hf:{vit}", "random"), net.module.state_dict())
    save_file({"classifier.weight": torch.ones(3, 16)}, tmp_path / "w.safetensors")
    assert "do not fit" in refusal(f"hf:{vit}", tmp_path / "w.safetensors")


def test_another_number_of_classes_in_a_file_for_transformers(tmp_path: Path) -> None:
    sizes = {"embedding_size": 4, "hidden_sizes": [8], "depths": [1]}
    ResNetForImageClassification(ResNetConfig(**sizes, num_labels=2)).save_pretrained(tmp_path)
    other = ResNetForImageClassification(ResNetConfig(**sizes, num_labels=5))
    torch.save({"model": other.state_dict()}, tmp_path / "w.pt")
    net = load(str(tmp_path), tmp_path / "w.pt", preprocess=Preprocess((32, 32), None))
    assert net.classes == 5 and same(net, other.state_dict())


def test_a_network_without_a_head_gets_none_that_learnt_nothing(vit: Path, tmp_path: Path) -> None:
    ViTModel.from_pretrained(vit, add_pooling_layer=False).save_pretrained(tmp_path)
    assert "do not fit" in refusal(str(tmp_path))  # its config names ViTModel, whose pooler was not saved
    whole = ViTModel(ViTConfig.from_pretrained(vit))
    whole.save_pretrained(tmp_path)
    module = module_of(transformers_source(str(tmp_path)), None)
    assert type(module) is ViTModel and module.state_dict().keys() == whole.state_dict().keys()


def test_code_that_lies_with_a_network_is_not_run(tmp_path: Path) -> None:
    config = '{"model_type": "mine", "auto_map": {"AutoConfig": "code.Config", "AutoModel": "code.Model"}}'
    (tmp_path / "config.json").write_text(config)
    (tmp_path / "code.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    assert "could not be opened" in refusal(f"hf:{tmp_path}")
    assert not (tmp_path / "ran").exists()


def test_what_the_hub_does_not_have(offline: None, tmp_path: Path) -> None:
    assert "could not be opened" in refusal("hf:microsoft/resnet-18")
    assert "without config.json" in refusal(str(tmp_path))


# --- torch.hub ---

HUBCONF = """
from torch import nn
dependencies = ["torch"]

def asked(pretrained=False):
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
    if pretrained:
        nn.init.constant_(module[3].bias, 7.0)
    return module

def plain():
    return asked(pretrained=True)

def broken(pretrained=False):
    raise OSError("no such file")

def wrong(pretrained=False):
    return len(pretrained)

def words(pretrained=False):
    return {"cat": 1}
"""


@pytest.fixture
def repository(tmp_path: Path) -> str:
    (tmp_path / "hubconf.py").write_text(HUBCONF)
    return f"hub:{tmp_path}"


def test_a_repository_for_torch_hub(repository: str, tmp_path: Path) -> None:
    assert load(f"{repository}:asked").module[3].bias.tolist() == [7.0] * 3
    net = load(f"{repository}:asked", "random")
    assert net.name == "asked" and same(load(f"{repository}:asked", "random"), net.module.state_dict())
    assert net.module[3].bias.max() < 1
    assert load(f"{repository}:plain").module[3].bias.tolist() == [7.0] * 3
    torch.save({f"model.{key}": value for key, value in net.module.state_dict().items()}, tmp_path / "w.pt")
    for entry in ("asked", "plain"):
        assert same(load(f"{repository}:{entry}", tmp_path / "w.pt"), net.module.state_dict())


def test_what_a_repository_does_not_give(repository: str) -> None:
    assert "cannot be asked for random weights" in refusal(f"{repository}:plain", "random")
    assert "no such file" in refusal(f"{repository}:broken")
    assert "has no len()" in refusal(f"{repository}:wrong")
    assert "load_state_dict" in refusal(f"{repository}:words")
    assert "Cannot find callable" in refusal(f"{repository}:none")
    assert 'accepted is "hub:repository:model"' in refusal("hub:resnet18")


def test_torch_hub_asks_whether_a_repository_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def hub_load(repository: str, model: str, **options: Any) -> nn.Module:
        asked.append((repository, model, options))
        return nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())

    monkeypatch.setattr("torch.hub.load", hub_load)
    load("hub:pytorch/vision:v0.10.0:resnet18")
    assert asked == [("pytorch/vision:v0.10.0", "resnet18", {"pretrained": True})]  # trust_repo is torch.hub's own


# --- extras ---


@pytest.mark.parametrize(
    ("library", "name", "extra"),
    (("timm", TIMM, "timm"), ("transformers", "hf:microsoft/resnet-18", "transformers")),
)
def test_an_extra_that_is_not_there_is_named(
    library: str, name: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    assert refusal(name) == f'{name} needs {library}, which is not installed: pip install "deepvis_widgets[{extra}]"'
