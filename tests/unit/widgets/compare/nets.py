"""Small networks and pictures for the tests of comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from tests.small_nets import Plain

SIDE = 32


class NoHead(Plain):
    """Two layers behind the pooling, so that exact class maps do not exist."""

    def __init__(self) -> None:
        super().__init__()
        self.classifier = nn.Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 5))  # type: ignore[assignment]


def network(seed: int = 0, name: str = "small", module: Callable[[], Any] = Plain, side: int = SIDE) -> Network:
    torch.manual_seed(seed)
    return Network(module(), Preprocess((side, side), None), name=name)


def picture(seed: int) -> Tensor:
    """A picture (3, SIDE, SIDE) of chance."""
    return torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(seed))
