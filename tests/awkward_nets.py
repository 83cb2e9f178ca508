"""The plain network as people have it who do something to it: parametrised, tied, wrapped, halved, checkpointed; and
with other answers than classes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations
from torch.utils.checkpoint import checkpoint

import deepvis_widgets as dv

from .small_nets import Answering, Plain, seeded


class Doubling(torch.autograd.Function):
    """Twice its input, with a way back of its own."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return 2 * x

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        return 2 * grads[0]


class Custom(Plain):
    def forward(self, x: Tensor) -> Tensor:
        maps: Tensor = Doubling.apply(self.features(x))
        scores: Tensor = self.classifier(self.pool(maps).flatten(1))
        return scores


class Checkpointed(Plain):
    def forward(self, x: Tensor) -> Tensor:
        maps = checkpoint(self.features, x, use_reentrant=False)
        scores: Tensor = self.classifier(self.pool(maps).flatten(1))
        return scores


class Tied(nn.Module):
    """One convolution in two places, and one weight under two names."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.again = nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(6, 6, 3, padding=1)
        self.other = nn.Conv2d(6, 6, 3, padding=1)
        self.other.weight = self.again.weight
        self.classifier = nn.Linear(6, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.again(self.first(x).relu()).relu()
        x = self.other(self.again(x)).relu()
        scores: Tensor = self.classifier(x.mean((2, 3)))
        return scores


class Lazy(nn.Module):
    """Its sizes were found by a first pass."""

    def __init__(self, ready: bool = True) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.LazyConv2d(6, 3), nn.ReLU(), nn.LazyConv2d(8, 3), nn.ReLU())
        self.classifier = nn.LazyLinear(5)
        if ready:
            self(torch.zeros(1, 3, 24, 24))

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.classifier(self.features(x).mean((2, 3)))
        return scores


class Segmenter(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 6, 3, 2, 1), nn.Conv2d(6, 5, 3, padding=1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"out": nn.functional.interpolate(self.last(self.first(x).relu()), x.shape[-2:]), "aux": x}


class Coupled(Plain):
    """Its answers depend on what else is in the batch."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x - 0.5 * x.mean(0, keepdim=True))


def _with(change: Callable[[Plain], Any]) -> Callable[[], nn.Module]:
    def made() -> nn.Module:
        module = seeded(Plain())
        assert isinstance(module, Plain)
        changed = change(module)
        return module if changed is None else changed

    return made


def _weight_normed(module: Plain) -> None:
    parametrizations.weight_norm(module.features[0])


def _spectral_normed(module: Plain) -> None:
    parametrizations.spectral_norm(module.features[3])


def _frozen(module: Plain) -> None:
    module.requires_grad_(False)


AWKWARD: dict[str, Callable[[], nn.Module]] = {
    "weight_norm": _with(_weight_normed),
    "spectral_norm": _with(_spectral_normed),
    "bfloat16": _with(lambda module: module.to(torch.bfloat16)),
    "data_parallel": _with(nn.DataParallel),
    "compiled": _with(lambda module: torch.compile(module)),
    "scripted": _with(lambda module: torch.jit.script(module)),
    "channels_last": _with(lambda module: module.to(memory_format=torch.channels_last)),
    "frozen": _with(_frozen),
    "custom": lambda: seeded(Custom()),
    "checkpointed": lambda: seeded(Checkpointed()),
    "tied": lambda: seeded(Tied()),
    "lazy": lambda: seeded(Lazy()),
    "coupled": lambda: seeded(Coupled()),
    "a_tuple": lambda: seeded(Answering(lambda scores: (scores, scores.new_zeros(len(scores), 9, 2, 2)))),
    "sigmoids": lambda: seeded(Answering(torch.sigmoid)),
    "values": lambda: seeded(Answering(lambda scores: scores)),
    "pixels": lambda: seeded(Segmenter()),
}
ANSWERS: dict[str, Callable[[], Any]] = {
    "values": lambda: dv.Values(list("abcde")),
}
