"""Small vision transformers of torchvision, timm and transformers, with random weights, and what their tokens are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import timm
import torch
from torch import nn
from torchvision import models

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess

CLASSES = 10
SQUARE, WIDE, WIDEST = (64, 64), (64, 96), (64, 256)


@dataclass(frozen=True)
class Kind:
    """How one is made, the size of its pictures, the grid of patches of its last layer of tokens, and its other
    tokens.
    """

    make: Callable[[], nn.Module]
    size: tuple[int, int]
    grid: tuple[int, int]
    extra: tuple[str, ...] = ("class",)


def _timm(name: str, size: tuple[int, int], depth: int = 2, **more: object) -> Callable[[], nn.Module]:
    shape = {"img_size": size, "depth": depth, "embed_dim": 24, "num_heads": 3, "num_classes": CLASSES, **more}
    return lambda: timm.create_model(name, pretrained=False, **shape)


def _timm_swin() -> nn.Module:
    shape = {"depths": (2, 2), "embed_dim": 16, "num_heads": (2, 4), "window_size": 4, "num_classes": CLASSES}
    module: nn.Module = timm.create_model("swin_tiny_patch4_window7_224", pretrained=False, img_size=(64, 128), **shape)
    return module


def _timm_maxvit() -> nn.Module:
    from timm.models.maxxvit import MaxxVit, MaxxVitCfg, MaxxVitTransformerCfg

    inside = MaxxVitTransformerCfg(dim_head=8, window_size=(2, 2))
    shape = MaxxVitCfg(embed_dim=(16, 24), depths=(1, 1), block_type=("M", "M"), stem_width=8, transformer_cfg=inside)
    return MaxxVit(shape, img_size=(32, 64), num_classes=CLASSES)


TINY = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 48}


def _hugging_face(name: str, **more: object) -> Callable[[], nn.Module]:
    def make() -> nn.Module:
        import transformers  # takes seconds

        config = getattr(transformers, f"{name}Config")(num_labels=CLASSES, **more)
        module: nn.Module = getattr(transformers, f"{name}ForImageClassification")(config)
        return module

    return make


REGISTERS = tuple(f"register {number}" for number in range(1, 5))
KINDS = {
    "torchvision vit": Kind(
        lambda: models.VisionTransformer(64, 16, 2, 2, hidden_dim=32, mlp_dim=64, num_classes=CLASSES), SQUARE, (4, 4)
    ),
    "torchvision swin": Kind(
        lambda: models.SwinTransformer([4, 4], 16, [2, 2], [2, 4], [4, 4], num_classes=CLASSES), WIDE, (8, 12), ()
    ),
    "timm vit": Kind(_timm("vit_tiny_patch16_224", WIDEST), WIDEST, (4, 16)),
    "timm vit of normed keys": Kind(_timm("vit_tiny_patch16_224", WIDE, qk_norm=True), WIDE, (4, 6)),
    "timm vit of pooled tokens": Kind(
        _timm("vit_tiny_patch16_224", WIDE, global_pool="avg", class_token=False), WIDE, (4, 6), ()
    ),
    "timm deit": Kind(_timm("deit_tiny_distilled_patch16_224", WIDE), WIDE, (4, 6), ("class", "distillation")),
    "timm vit with registers": Kind(
        _timm("vit_tiny_patch16_224", WIDE, reg_tokens=4), WIDE, (4, 6), ("class", *REGISTERS)
    ),
    "timm swin": Kind(_timm_swin, (64, 128), (8, 16), ()),
    "timm maxvit": Kind(_timm_maxvit, (32, 64), (4, 8), ()),
    "transformers vit": Kind(_hugging_face("ViT", image_size=WIDE, **TINY), WIDE, (4, 6)),
    "transformers dinov2 with registers": Kind(
        _hugging_face("Dinov2WithRegisters", image_size=64, patch_size=16, **TINY), WIDE, (4, 6), ("class", *REGISTERS)
    ),
    "transformers swin": Kind(
        _hugging_face("Swin", image_size=64, embed_dim=16, depths=[2, 2], num_heads=[2, 4], window_size=4),
        SQUARE,
        (8, 8),
        (),
    ),
}


def make(name: str, dtype: torch.dtype = torch.float32) -> nn.Module:
    """A fresh module of that kind with seeded weights, none of them zero; the random state stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = KINDS[name].make().to(dtype).eval()
        for parameter in module.parameters():
            if not parameter.any():
                nn.init.normal_(parameter, std=0.1)
    return module


@cache
def network(name: str, dtype: torch.dtype = torch.float32) -> Network:
    """The Network of a kind, shared by all tests of a run."""
    return Network(make(name, dtype), Preprocess(KINDS[name].size, None), name=name)


def picture(name: str) -> torch.Tensor:
    """A picture (3, H, W) of that kind's size."""
    return torch.rand(3, *KINDS[name].size, generator=torch.Generator().manual_seed(1))
