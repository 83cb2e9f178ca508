"""Small networks written in the ways people write networks: functional, reused, in place, statement style."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CLASSES = 5


class Plain(nn.Module):
    """Nothing but modules; global average pooling and one linear map at the end."""

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(channels, 6, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(6, 8, 3, padding=1),
            nn.ReLU(),
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.classifier(self.pool(self.features(x)).flatten(1))
        return scores


class Crafty(nn.Module):
    """One rectifier module for three places, functional and in-place calls, a residual sum in place, a tuple."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6)
        self.relu = nn.ReLU(inplace=True)
        self.second = nn.Conv2d(6, 6, 3, padding=1)
        self.pair = Pair()
        self.third = nn.Conv2d(12, 8, 3, stride=2)
        self.drop = nn.Dropout(0.5)
        self.last = nn.Linear(8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.norm(self.first(x)))
        y = self.second(x)
        y += x
        y = self.relu(y)
        left, right = self.pair(y)
        z = self.third(torch.cat([left, right], 1))
        F.relu_(z)
        z = F.max_pool2d(self.drop(z), 2)
        z = F.relu(z * 1.5 - 0.1)
        scores: Tensor = self.last(self.drop(z.mean((2, 3))))
        return scores


class Pair(nn.Module):
    """Returns a tuple, of which the network overwrites nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.left = nn.Conv2d(6, 6, 1)
        self.right = nn.Conv2d(6, 6, 3, padding=1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.left(x), self.right(x)


class Proud(Plain):
    """Ends in a softmax of its own."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).softmax(1)


class Careless(Plain):
    """Normalises its own input in place."""

    def forward(self, x: Tensor) -> Tensor:
        x -= 0.1
        x /= 0.5
        return super().forward(x)


class Answering(nn.Module):
    """Returns what it is told to make of a plain network's scores."""

    def __init__(self, make: Any) -> None:
        super().__init__()
        self.inner = Plain()
        self._make = make

    def forward(self, x: Tensor) -> Any:
        return self._make(self.inner(x))


def seeded(module: nn.Module, seed: int = 0, dtype: torch.dtype = torch.float32) -> nn.Module:
    """The module with weights drawn from a seed: large enough that every layer shows something."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in module.state_dict().items():
            if not value.is_floating_point():
                continue
            spread = (2 / value[0].numel()) ** 0.5 if value.ndim > 1 else 0.1
            centre = 1 if value.ndim == 1 and name.endswith(("running_var", "norm.weight")) else 0
            value.copy_(centre + spread * torch.randn(value.shape, generator=generator))
    return module.to(dtype).eval()


class Fire(nn.Module):
    """A block whose output is two rectified maps, one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Conv2d(3, 4, 1), nn.Conv2d(3, 5, 3, padding=1)
        self.left_on, self.right_on = nn.ReLU(True), nn.ReLU(True)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.left_on(self.left(x)), self.right_on(self.right(x))], 1)
