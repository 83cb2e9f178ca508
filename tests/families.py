"""One network of every kind the tests hold the package against, small pictures and random weights, made once."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import nn
from torchvision import models

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess

from . import vision_transformers
from .awkward_nets import ANSWERS, AWKWARD
from .small_nets import Careless, Crafty, Plain, Proud, seeded

SIZE = 64
TORCHVISION = (
    "alexnet",
    "vgg11_bn",
    "squeezenet1_1",
    "resnet18",
    "densenet121",
    "googlenet",
    "inception_v3",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "shufflenet_v2_x0_5",
    "mnasnet0_5",
    "efficientnet_b0",
    "convnext_tiny",
    "regnet_x_400mf",
    "swin_t",
    "vit_b_32",
)
HAND_MADE = ("plain", "crafty", "proud", "careless", "grey", "training")
TRANSFORMERS = ("timm vit with registers", "timm deit", "transformers vit")  # not square
ALL = (*TORCHVISION, *HAND_MADE, *TRANSFORMERS, *AWKWARD)
SIZES = {"inception_v3": 112} | dict.fromkeys((*HAND_MADE, *AWKWARD), 24)


def make(name: str) -> nn.Module:
    """A fresh module of that kind with seeded weights; the global random state stays as it was."""
    if name in HAND_MADE:
        return hand_made(name)
    if name in TRANSFORMERS:
        return vision_transformers.make(name)
    if name in AWKWARD:
        return AWKWARD[name]()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return torchvision_module(name).eval()


def torchvision_module(name: str) -> nn.Module:
    """Torchvision's own, the largest of them with fewer channels or blocks: what they are built of is the same."""
    more: dict[str, Any] = {"num_classes": 10}
    if name in ("googlenet", "inception_v3"):
        more |= {"init_weights": False, "aux_logits": False, "transform_input": True}
    if name in NARROW:
        return NARROW[name](**more)
    if name != "alexnet":
        module: nn.Module = models.get_model(name, weights=None, **more)
        return module
    with torch.device("meta"):
        module = models.get_model(name, weights=None, **more)
    return with_small_classifier(module)


def narrow_vgg11_bn(**more: Any) -> nn.Module:
    widths = [16, "M", 32, "M", 64, 64, "M", 128, 128, "M", 128, 128, "M"]  # a quarter of the published ones
    with torch.device("meta"):
        module = models.VGG(models.vgg.make_layers(widths, batch_norm=True), **more)
        module.classifier[0] = nn.Linear(128 * 7 * 7, 4096)
    return with_small_classifier(module)


def with_small_classifier(module: nn.Module) -> nn.Module:
    """The module of no weights yet, with seeded ones, and fully connected layers of a size that tests can afford."""
    parts = list(module.classifier)
    linear = [index for index, part in enumerate(parts) if isinstance(part, nn.Linear)]
    for index, size in zip(linear, ((parts[linear[0]].in_features, 48), (48, 48), (48, 10)), strict=True):
        module.classifier[index] = nn.Linear(*size)
    return seeded(module.to_empty(device="cpu"))


def narrow_convnext(**more: Any) -> nn.Module:
    widths = (32, 64, 128, 256, None)
    blocks = [models.convnext.CNBlockConfig(*pair, 2) for pair in itertools.pairwise(widths)]  # type: ignore[arg-type]
    return models.ConvNeXt(blocks, stochastic_depth_prob=0.1, **more)


def narrow_swin(**more: Any) -> nn.Module:
    shape = {"patch_size": [4, 4], "embed_dim": 48, "depths": [2, 2, 2, 2], "num_heads": [3, 6, 12, 24]}
    return models.SwinTransformer(**shape, window_size=[7, 7], stochastic_depth_prob=0.2, **more)  # type: ignore[arg-type]


def narrow_vit(**more: Any) -> nn.Module:
    return models.VisionTransformer(SIZE, 16, num_layers=3, num_heads=4, hidden_dim=96, mlp_dim=192, **more)


NARROW: dict[str, Callable[..., nn.Module]] = {
    "vgg11_bn": narrow_vgg11_bn,
    "convnext_tiny": narrow_convnext,
    "swin_t": narrow_swin,
    "vit_b_32": narrow_vit,
    "densenet121": lambda **more: models.DenseNet(16, (3, 4, 6, 4), 32, **more),
}


def hand_made(name: str) -> nn.Module:
    kinds: dict[str, Callable[[], nn.Module]] = {
        "plain": Plain,
        "crafty": Crafty,
        "proud": Proud,
        "careless": Careless,
        "grey": lambda: Plain(channels=1),
        "training": Crafty,
    }
    module = seeded(kinds[name]())
    if name == "training":  # half-way through a fine-tuning: training mode, part frozen, a gradient waiting
        module.train()
        module.norm.eval()
        module.first.requires_grad_(False)
        module.last.weight.grad = torch.ones_like(module.last.weight)
    return module


def size_of(name: str) -> int:
    return SIZES.get(name, SIZE)


def preprocess_of(name: str) -> Preprocess:
    if name in TRANSFORMERS:
        return Preprocess(vision_transformers.KINDS[name].size, None)
    side = size_of(name)
    if name == "grey":
        return Preprocess((side, side), None, (0.5,), (0.25,))
    return Preprocess((side, side), None)


@cache
def network(name: str) -> Network:
    """The Network of a family, shared by all tests of a run."""
    answers = ANSWERS[name]() if name in ANSWERS else None
    return Network(make(name), preprocess_of(name), name=name, answers=answers)


@cache
def picture(side: int, width: int | None = None) -> torch.Tensor:
    """A picture (3, side, width) in [0, 1] with something in it, a square without a width."""
    width = width or side
    rows, cols = torch.meshgrid(torch.linspace(0, 1, side), torch.linspace(0, 1, width), indexing="ij")
    noise = torch.rand(3, side, width, generator=torch.Generator().manual_seed(1))
    waves = torch.stack([(9 * rows).sin(), (7 * cols).cos(), (5 * (rows + cols)).sin()]) / 2 + 0.5
    return (0.7 * waves + 0.3 * noise).clamp(0, 1)
