"""Small networks, each of one kind of layer that a circuit must go through exactly; float64, weights by chance."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess

SIDE = 16


class Head(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.linear(F.adaptive_avg_pool2d(x, 1).flatten(1))
        return scores


def plain() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 5, 3, padding=1),
        nn.BatchNorm2d(5),
        nn.ReLU(inplace=True),
        nn.Conv2d(5, 4, 3, stride=2, padding=1),
        nn.BatchNorm2d(4),
        nn.SiLU(),
        Head(4),
    )


class Residual(nn.Module):
    """Two branches with weights, one of which is the input itself; the sum is taken in place."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.down = nn.Sequential(nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4))
        self.head = Head(4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.stem(x))
        y = self.norm(self.conv(x))
        y += x
        y += 0.5 * self.down(x)
        scores: Tensor = self.head(self.relu(y))
        return scores


def depthwise() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1),
        nn.ReLU6(),
        nn.Conv2d(6, 6, 3, padding=1, groups=6, bias=False),
        nn.BatchNorm2d(6),
        nn.Hardswish(),
        nn.Conv2d(6, 4, 3, groups=2, dilation=2),
        nn.ReLU(),
        Head(4),
    )


class Concatenating(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(7)
        self.conv = nn.Conv2d(7, 5, 3)
        self.head = Head(5)

    def forward(self, x: Tensor) -> Tensor:
        joined = torch.cat([F.relu(self.one(x)), self.two(x)], 1)
        scores: Tensor = self.head(self.conv(self.norm(joined).relu()))
        return scores


def pooled() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.Tanh(),
        nn.MaxPool2d(3, 2, 1),
        nn.Conv2d(4, 5, 3, padding=1),
        nn.LeakyReLU(),
        nn.AvgPool2d(2),
        nn.Conv2d(5, 4, 1),
        nn.AdaptiveMaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16, 6),
        nn.ReLU(),
        nn.Linear(6, 3),
    )


HAND_MADE = {
    "plain": plain,
    "residual": Residual,
    "depthwise": depthwise,
    "concatenating": Concatenating,
    "pooled": pooled,
}


def seeded(module: nn.Module) -> nn.Module:
    """The module in float64, its norms with statistics, gains and shifts that matter."""
    chance = torch.Generator().manual_seed(7)
    module = module.double().eval()
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            for values, low, high in ((part.running_mean, -1, 1), (part.running_var, 0.5, 2)):
                assert values is not None
                values.uniform_(low, high, generator=chance)
            part.weight.data.uniform_(0.5, 1.5, generator=chance)
            part.bias.data.uniform_(-1, 1, generator=chance)
    return module


def hand_made(name: str) -> Network:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        module = HAND_MADE[name]()
    return Network(seeded(module), Preprocess((SIDE, SIDE), None), name=name)


def noise(network: Network) -> Tensor:
    return torch.rand(3, *network.size, generator=torch.Generator().manual_seed(5), dtype=torch.float64).float()
