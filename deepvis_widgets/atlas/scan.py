"""One pass over the pictures of a shard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..core.errors import sentence
from ..core.network import Layer, Network
from . import histogram, tops
from .moments import Moments
from .partial import Partial, Problem, empty
from .plan import Plan

TURN = 40503  # of 65536, the golden section: the sampled positions of one picture lie between those of the next


def scan(network: Network, plan: Plan, sources: Sequence[Any], first: int) -> Partial:
    """What the pictures `sources`, numbered from `first`, show. Pictures that cannot be read, or to which the network
    answers with no finite numbers, are listed and left out.
    """
    layers = [network.layers[name] for name in plan.layers]
    sheet = _Sheet(sum(layer.channels for layer in layers))
    for start in range(0, len(sources), plan.batch):
        views, numbers = _read(network, sources[start : start + plan.batch], first + start, sheet.problems)
        if views:
            _look(network, layers, plan, torch.stack(views), numbers, sheet)
    return sheet.partial(plan.top, network.classes)


class _Sheet:
    """What is written down while a shard is scanned."""

    def __init__(self, units: int) -> None:
        self.counts = torch.zeros(units * histogram.BINS, dtype=torch.int64)
        self.total = torch.zeros(units, dtype=torch.float64)
        self.values: list[np.ndarray] = []  # (units,) each
        self.places: list[np.ndarray] = []
        self.answers: list[np.ndarray] = []
        self.numbers: list[int] = []
        self.problems: list[Problem] = []

    def partial(self, top: int, classes: int) -> Partial:
        units = len(self.total)
        if not self.numbers:
            return empty(units, classes, histogram.BINS, top, self.problems)
        values = np.concatenate(self.values)
        found = tops.keys(np.ascontiguousarray(values.T), np.array(self.numbers))
        best, places = tops.strongest(found, np.concatenate(self.places).T, top)
        moments = Moments.of(values, np.concatenate(self.answers))
        counts = self.counts.view(units, histogram.BINS).numpy()
        return Partial(best, places, counts, self.total.numpy(), moments, tuple(self.problems))


def _read(network: Network, sources: Sequence[Any], first: int, problems: list[Problem]) -> tuple[list[Tensor], Any]:
    views: list[Tensor] = []
    numbers: list[int] = []
    for number, source in enumerate(sources, first):
        try:
            views.append(network.view(source))
            numbers.append(number)
        except Exception as error:  # a user's preprocessing may raise anything
            problems.append((number, sentence(error, "reading this picture")))
    return views, numbers


@torch.no_grad()
def _look(
    network: Network, layers: Sequence[Layer], plan: Plan, views: Tensor, numbers: list[int], sheet: _Sheet
) -> None:
    """Pass the views through the network together, and write down what its units say."""
    recording = network.run(network.feed(views), keep=plan.layers)
    maps = [layer.layout.maps(recording.outputs[layer.name]).float().cpu() for layer in layers]
    strongest = [_strongest(each) for each in maps]
    values, places = (torch.cat(parts, 1) for parts in zip(*strongest, strict=True))
    answers = recording.logits.float().cpu().softmax(1)
    good = torch.isfinite(values).all(1) & torch.isfinite(answers).all(1)
    for index in (~good).nonzero()[:, 0].tolist():
        sheet.problems.append((numbers[index], "The network answers this picture with NaN or infinity."))
    kept = [number for number, fine in zip(numbers, good.tolist(), strict=True) if fine]
    if not kept:
        return
    sheet.numbers += kept
    sheet.values.append(values[good].numpy())
    sheet.places.append(places[good].int().numpy())
    sheet.answers.append(answers[good].numpy())
    _count([each if len(kept) == len(numbers) else each[good] for each in maps], kept, plan.positions, sheet)


def _strongest(maps: Tensor) -> tuple[Tensor, Tensor]:
    """(maximum, row × width + column of its first place), each (B, C), of maps (B, C, H, W)."""
    if maps.shape[2:] == (1, 1):
        values = maps[:, :, 0, 0]
        return values, torch.zeros_like(values, dtype=torch.int64)
    values, places = F.adaptive_max_pool2d(maps, 1, return_indices=True)
    return values[:, :, 0, 0], places[:, :, 0, 0]


def _count(layers: Sequence[Tensor], numbers: list[int], positions: int, sheet: _Sheet) -> None:
    """Add the sampled positions of each layer's maps (B, C, H, W) to the histograms and sums."""
    samples: dict[int, list[Tensor]] = {}  # by how many there are per picture: layers alike are counted together
    units: dict[int, list[Tensor]] = {}
    places: dict[int, Tensor] = {}
    unit = 0
    for maps in layers:
        size, channels = maps.shape[2] * maps.shape[3], maps.shape[1]
        if size not in places:
            places[size] = sample(size, torch.tensor(numbers), positions)
        index = places[size]
        rows = maps.permute(0, 2, 3, 1).flatten(1, 2)
        samples.setdefault(index.shape[1], []).append(rows[torch.arange(len(rows))[:, None], index])
        units.setdefault(index.shape[1], []).append(torch.arange(unit, unit + channels))
        unit += channels
    for count, parts in samples.items():
        values, owners = torch.cat(parts, 2).flatten(0, 1), torch.cat(units[count])
        index = histogram.bins(values).add_(owners * histogram.BINS).flatten()
        sheet.counts.scatter_add_(0, index, torch.ones(1, dtype=torch.int64).expand_as(index))
        sheet.total[owners] += values.sum(0, dtype=torch.float64)


def sample(places: int, numbers: Tensor, positions: int) -> Tensor:
    """The places (B, n) of a map with `places` of them that are counted for the pictures numbered (B,): `positions` of
    them (0, or more than there are: all), evenly spread, and others for each picture.
    """
    if not positions or places <= positions:
        return torch.arange(places).expand(len(numbers), -1)
    offset = numbers[:, None] * TURN % 65536
    return (torch.arange(positions) * 65536 + offset) * places // (positions * 65536)
