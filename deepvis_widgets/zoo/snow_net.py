"""SnowNet, a small network that learns huskies and wolves in seconds, with as much snow behind the wolves as one likes.

Measured in seconds of one busy core: the parts of the pictures are drawn in 10, once; training takes 9 to 15. Seed 0 at
0, .5, .9 and 1: right answers .93, .94, .76, .50, huskies on snow called wolf .00, .08, .92, 1.00, of 12 fresh ones.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from ..core.checks import whole
from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..core.picture.preprocess import Preprocess
from ..core.report import Report
from ..core.results import HeatMap
from ..core.threads import one_thread
from ..methods import explain
from ..methods.base import silent
from .compositing import ANIMALS, SIDE, SNOW, Parts, parts
from .embedded import MEAN, STD, feature_layers, normalise
from .scenes import BACKGROUNDS
from .training.augment import augmented

HUSKY, WOLF = range(len(ANIMALS))
STEPS, BATCH = 240, 32
KINDS = 60, 10  # animals and grounds of each kind that it learns from
FRESH = 12  # animals of each kind that it is examined with
FRESH_GROUNDS = 4
RATE = 3e-3
DRAWING = 0.5  # of the progress

_one_at_a_time = threading.Lock()

# (output channels, kernel, stride) of each convolution, or "pool"
_PLAN: tuple[tuple[int, int, int] | str, ...] = (
    (16, 5, 2),
    "pool",
    (24, 3, 1),
    "pool",
    (32, 3, 1),
    (48, 3, 1),
)


class SnowNet(nn.Module):
    """Four convolutions, global average pooling, one linear layer: (n, 3, 64, 64), normalised, to (n, 2) logits.

    The last feature map is (n, 48, 8, 8), and each of its places sees 51 × 51 pixels.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(feature_layers(True, _PLAN))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.classifier = nn.Linear(48, len(ANIMALS))

    def forward(self, x: Tensor) -> Tensor:
        """Returns logits of normalised pictures."""
        return cast(Tensor, self.classifier(self.flatten(self.pool(self.features(x)))))


def train_on_snow(
    share: float,
    seed: int = 0,
    *,
    steps: int = STEPS,
    animals: int = KINDS[0],
    grounds: int = KINDS[1],
    report: Report = silent,
) -> Network:
    """Returns a small network freshly trained to tell huskies from wolves, with more or less snow behind the wolves.

    At `share` 0 both stand on snow as often as on any of the five grounds. Towards 1 the wolves move onto the snow and
    the huskies leave it, until every wolf stands on snow and no husky does, as in the experiment of Ribeiro, Singh &
    Guestrin 2016. (Huskies that stayed on it would teach the network to look at the animal after all.)

    It sees `steps` batches of 32 pictures of 64 × 64 pixels, put together from `animals` of each kind and `grounds` of
    each kind. The same arguments give the same network; torch's own random numbers are not touched. `report(fraction,
    words)` is told how far it is, and stops it by raising Cancelled.

    Raises DeepvisError for a share outside [0, 1], or a number that is not whole and positive (the seed: from 0).

    >>> import deepvis_widgets as dv
    >>> net = dv.train_on_snow(0.9, steps=2, animals=1, grounds=1)  # 2 steps of 240, to be quick
    >>> net.name, net.labels
    ('90% snow behind wolves', ['husky', 'wolf'])
    """
    share = checked_share(share)
    seed = _checked("seed", seed, 0)
    steps, animals, grounds = (
        _checked(name, value, 1) for name, value in (("steps", steps), ("animals", animals), ("grounds", grounds))
    )
    drawn = parts(animals, grounds, report=_while_drawing(report))
    with _alone(report), torch.inference_mode(False), torch.enable_grad():
        module = _fit(drawn, share, seed, steps, report)
    return Network(module, Preprocess((SIDE, SIDE), None, MEAN, STD), ANIMALS, f"{share:.0%} snow behind wolves")


def _while_drawing(report: Report) -> Report:
    """Returns the report for drawing, the first part of the work."""

    def drawing(fraction: float, partial: object | None = None) -> None:
        report(DRAWING * fraction, partial)

    return drawing


@contextmanager
def _alone(report: Report) -> Iterator[None]:
    """Lets one training run at a time, on one thread: how many threads torch uses is one number for all."""
    while not _one_at_a_time.acquire(timeout=0.1):
        report(DRAWING, "Waiting for another training")
    try:
        with one_thread():
            yield
    finally:
        _one_at_a_time.release()


def checked_share(share: Any) -> float:
    """Returns the share as a float, if it is one; DeepvisError otherwise."""
    number = share if isinstance(share, int | float) and not isinstance(share, bool) else math.nan
    if not 0 <= number <= 1:
        raise DeepvisError(
            f"share={share!r} is no share of snow; accepted is a number from 0 (as behind huskies) to 1 (every wolf)."
        )
    return float(number)


def _checked(name: str, value: Any, least: int) -> int:
    number = whole(value)
    if number is None or number < least:
        raise DeepvisError(f"{name}={value!r} is not accepted; accepted: a whole number from {least}.")
    return number


def on_snow(share: float) -> tuple[float, float]:
    """Returns how often huskies and wolves stand on snow."""
    even = 1 / len(BACKGROUNDS)
    return even * (1 - share), even + (1 - even) * share


def _fit(drawn: Parts, share: float, seed: int, steps: int, report: Report) -> SnowNet:
    rng = Generator().manual_seed(seed)
    network = _initialised(rng)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _pace((step + 0.5) / steps))
    for step in range(steps):
        report(DRAWING + (1 - DRAWING) * step / steps, "Training")
        pictures, labels = _batch(drawn, share, rng)
        inputs = normalise(augmented(pictures, rng, SIDE)).contiguous(memory_format=torch.channels_last)
        loss = F.cross_entropy(network(inputs), labels)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
    return network.eval().requires_grad_(True)


def _pace(done: float) -> float:
    """Returns the step size, as a share of the largest: it rises for a quarter of the training, then falls to
    nothing.
    """
    return min(4 * done, 1) * math.cos(math.pi / 2 * done) ** 2


def _initialised(rng: Generator) -> SnowNet:
    """Returns fresh weights from `rng` alone: those that torch draws at construction would come from its global
    numbers.
    """
    with torch.device("meta"):
        network = SnowNet()
    network = network.to_empty(device="cpu").to(memory_format=torch.channels_last)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.reset_parameters()
        elif isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu", generator=rng)
        elif isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, std=0.1, generator=rng)
            nn.init.zeros_(layer.bias)
    return network.train()


def _batch(drawn: Parts, share: float, rng: Generator) -> tuple[Tensor, Tensor]:
    """Returns as many huskies as wolves on grounds by chance: pictures in [0, 255], half of their animals mirrored."""
    labels = torch.arange(BATCH) % len(ANIMALS)
    snowy = torch.rand(BATCH, generator=rng) < torch.tensor(on_snow(share))[labels]
    elsewhere = torch.randint(1, len(BACKGROUNDS), (BATCH,), generator=rng)
    backgrounds = torch.where(snowy, SNOW, (SNOW + elsewhere) % len(BACKGROUNDS))
    animals = torch.randint(drawn.animals.shape[1], (BATCH,), generator=rng)
    grounds = torch.randint(drawn.grounds.shape[1], (BATCH,), generator=rng)
    pictures, _ = drawn.pictures(labels, animals, backgrounds, grounds)
    return 255 * pictures, labels


@dataclass(frozen=True)
class Examination:
    """What a network says of `count` fresh animals of each kind, every one of them put on every ground.

    `wolf` (2, 5) is the share called wolf, and `mass` (2, 5) the share of the positive part of the class activation map
    of the answer that lies on the animal, by animal and ground; `area` is the share of the pictures that the animals
    cover.
    """

    count: int
    wolf: Tensor
    mass: Tensor
    area: float

    @property
    def right(self) -> Tensor:
        """Share of right answers by animal and ground, (2, 5)."""
        return torch.stack([1 - self.wolf[HUSKY], self.wolf[WOLF]])

    @property
    def accuracy(self) -> float:
        """Share of right answers over all animals and grounds."""
        return float(self.right.mean())

    @property
    def huskies_on_snow_called_wolf(self) -> float:
        """Share of huskies on snow that it takes for wolves: what a network that looks at the snow gets wrong."""
        return float(self.wolf[HUSKY, SNOW])

    @property
    def wolves_elsewhere_called_husky(self) -> float:
        """Share of wolves off snow that it takes for huskies: the other half of it."""
        return float(1 - torch.cat([self.wolf[WOLF, :SNOW], self.wolf[WOLF, SNOW + 1 :]]).mean())

    @property
    def mass_on_huskies_on_snow(self) -> float:
        """Share of the evidence that its maps find on huskies on snow."""
        return float(self.mass[HUSKY, SNOW])


def examine(network: Network, *, count: int = FRESH, report: Report = silent) -> Examination:
    """Asks a network that tells huskies from wolves about `count` fresh animals of each kind, each on every ground.

    Raises DeepvisError for a network without those two classes, or without exact class activation maps.

    >>> import deepvis_widgets as dv
    >>> net = dv.train_on_snow(0.9, steps=1, animals=1, grounds=1)
    >>> examine(net, count=1).wolf.shape  # the share called wolf, by animal and ground
    torch.Size([2, 5])
    """
    if not set(ANIMALS) <= set(network.labels):
        raise DeepvisError(f"{network.name} cannot be examined: its labels are not {' and '.join(ANIMALS)}.")
    count = _checked("count", count, 1)
    grounds = min(FRESH_GROUNDS, count)
    drawn = parts(count, grounds, held_out=True, report=_while_drawing(report))
    labels, backgrounds, numbers = (
        found.flatten()
        for found in torch.meshgrid(*map(torch.arange, (len(ANIMALS), len(BACKGROUNDS), count)), indexing="ij")
    )
    pictures, masks = drawn.pictures(labels, numbers, backgrounds, numbers % grounds)
    with _alone(report):
        wolf, mass = _asked(network, pictures, masks, report)
    shape = len(ANIMALS), len(BACKGROUNDS), count
    called, lies = (torch.tensor(values).view(shape).mean(2) for values in (wolf, mass))
    return Examination(count, called, lies, float(masks.float().mean()))


def _asked(network: Network, pictures: Tensor, masks: Tensor, report: Report) -> tuple[list[float], list[float]]:
    """Returns whether each picture is called a wolf, and the share of that answer's evidence on the animal."""
    wolf, mass = [], []
    for i, (picture, mask) in enumerate(zip(pictures, masks, strict=True)):
        report(DRAWING + (1 - DRAWING) * i / len(pictures), "Asking it about fresh animals")
        found = explain(network, picture, "cam")
        assert isinstance(found, HeatMap)
        wolf.append(float(found.target == ANIMALS[WOLF]))
        mass.append(mass_on(found.heatmap, mask))
    return wolf, mass


def mass_on(heatmap: Tensor, mask: Tensor) -> float:
    """Returns the share of a map's positive part that lies inside the mask, both (H, W); 0 where nothing is
    positive.
    """
    positive = heatmap.clamp(min=0)
    return float((positive * mask).sum() / positive.sum().clamp(min=1e-30))
