"""Networks of timm by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import nn

from ...core.errors import DeepvisError
from .source import Source, library, near

PREFIX = "timm:"
ELSEWHERE = ("hf-hub:", "hf_hub:", "local-dir:")  # timm's own words for what is no name of its list


def timm_source(name: str) -> Source:
    """Returns timm's network of this name, or that of a folder which timm wrote. Raises DeepvisError where timm is not
    installed, or knows no such name.
    """
    timm = library("timm", "timm", PREFIX + name)
    if Path(name).expanduser().is_dir():
        called = f"local-dir:{Path(name).expanduser()}"
    else:
        called = name
        _check(timm, name)

    def build(classes: int | None) -> nn.Module:
        module: nn.Module = timm.create_model(called, pretrained=False, num_classes=classes)
        return module

    def published() -> nn.Module:
        module: nn.Module = timm.create_model(called, pretrained=True)
        return module

    return Source(PREFIX + name, build, published)


def _check(timm: Any, name: str) -> None:
    if not name.startswith(ELSEWHERE) and not timm.is_model(name):
        names = near(name, timm.list_models(), ("resnet18", "vit_small_patch16_224"))
        raise DeepvisError(f'timm has no network "{name}"; near names are {names}.')
