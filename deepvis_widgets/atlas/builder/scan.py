"""One pass over the pictures of a shard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...core.errors import sentence
from ...core.network.layer import Layer
from ...core.network.network import Network
from . import histogram, top_lists
from .moments import Moments
from .partial import Partial, Problem, empty
from .plan import Plan

AT_ONCE = 512  # pictures whose maxima are kept side by side
TURN = 40503  # of 65536, the golden section: the sampled positions of one picture lie between those of the next


def scan_in_blocks(network: Network, plan: Plan, sources: Sequence[Any], first: int) -> list[Partial]:
    """Returns what `scan` finds, a part for each block of units, in memory that does not grow with the pictures."""
    parts: list[Partial] = []
    for start in range(0, len(sources), AT_ONCE):
        found = scan(network, plan, sources[start : start + AT_ONCE], first + start)
        later = [found.block(units) for units in plan.blocks]
        parts = [one.merge(other) for one, other in zip(parts, later, strict=True)] if parts else later
    return parts


def scan(network: Network, plan: Plan, sources: Sequence[Any], first: int) -> Partial:
    """Returns what the pictures `sources`, numbered from `first`, show. Pictures that cannot be read, or to which the
    network answers with no finite numbers, are listed and left out.
    """
    layers = [network.layers[name] for name in plan.layers]
    shard = _ShardStatistics(sum(layer.channels for layer in layers))
    for start in range(0, len(sources), plan.batch):
        views, numbers = _read(network, sources[start : start + plan.batch], first + start, shard.problems)
        if views:
            _scan_pass(network, layers, plan, torch.stack(views), numbers, shard)
    return shard.partial(plan.top, network.classes)


class _ShardStatistics:
    """What the pictures of a shard have shown so far."""

    def __init__(self, units: int) -> None:
        self.counts = np.zeros((units, histogram.BINS), np.int64)
        self.total = np.zeros(units)
        self.values: list[np.ndarray] = []  # (pictures, units) each
        self.places: list[np.ndarray] = []
        self.answers: list[np.ndarray] = []  # (pictures, classes) each
        self.numbers: list[int] = []
        self.problems: list[Problem] = []

    def partial(self, top: int, classes: int) -> Partial:
        if not self.numbers:
            return empty(len(self.total), classes, histogram.BINS, top, self.problems)
        values = np.concatenate(self.values)
        found = top_lists.keys(np.ascontiguousarray(values.T), np.array(self.numbers))
        best, places = top_lists.strongest(found, np.concatenate(self.places).T, top)
        moments = Moments.of(values, np.concatenate(self.answers))
        return Partial(best, places, self.counts, self.total, moments, tuple(self.problems))


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


def _scan_pass(
    network: Network, layers: Sequence[Layer], plan: Plan, views: Tensor, numbers: list[int], shard: _ShardStatistics
) -> None:
    """Passes the views through the network together, and adds what its units answer to the shard's statistics."""
    seen = _PassStatistics(layers, plan.positions, numbers)
    logits = network.run(network.feed(views), keep=plan.layers, look=seen.add).logits.float().cpu()
    answers = network.answers.shown(logits)
    good = torch.isfinite(answers).all(1) & torch.from_numpy(np.isfinite(seen.values).all(1))
    if not good.all():  # once more without those
        for index in (~good).nonzero()[:, 0].tolist():
            shard.problems.append((numbers[index], "The network answers this picture with NaN or infinity."))
        kept = [number for number, fine in zip(numbers, good.tolist(), strict=True) if fine]
        if kept:
            _scan_pass(network, layers, plan, views[good], kept, shard)
        return
    shard.numbers += numbers
    shard.values.append(seen.values)
    shard.places.append(seen.places)
    shard.answers.append(answers.numpy())
    seen.count(shard)


class _PassStatistics:
    """What the units answer in one pass. Each map is read when it has just been made and is still in the processor's
    cache, and no map is kept.
    """

    def __init__(self, layers: Sequence[Layer], positions: int, numbers: list[int]) -> None:
        ends = np.cumsum([layer.channels for layer in layers]).tolist()
        self.layers = {
            layer.name: (layer, slice(end - layer.channels, end)) for layer, end in zip(layers, ends, strict=True)
        }
        self.positions, self.numbers = positions, torch.tensor(numbers)
        self.values = np.zeros((len(numbers), ends[-1]), np.float32)  # the maxima
        self.places = np.zeros((len(numbers), ends[-1]), np.int32)  # row × width + column of the first place of each
        self.samples: dict[str, Tensor] = {}
        self.indices: dict[int, Tensor] = {}

    def add(self, name: str, output: Tensor) -> None:
        """Adds the output of a layer."""
        layer, units = self.layers[name]
        maps = layer.layout.maps(output.detach()).float()
        self.values[:, units], self.places[:, units] = strongest(maps)
        maps = maps.flatten(2)
        index = self._sampled(maps.shape[2]).to(maps.device)
        if index.shape[1] < maps.shape[2]:
            maps = maps.gather(2, index[:, None].expand(-1, maps.shape[1], -1))
        self.samples[name] = maps.cpu().clone()

    def _sampled(self, places: int) -> Tensor:
        if places not in self.indices:
            self.indices[places] = sample(places, self.numbers, self.positions)
        return self.indices[places]

    def count(self, shard: _ShardStatistics) -> None:
        """Adds the sampled positions to the histograms and sums."""
        for name, samples in self.samples.items():
            layer, units = self.layers[name]
            owners = torch.arange(0, layer.channels * histogram.BINS, histogram.BINS, dtype=torch.int32)[:, None]
            found = torch.bincount(
                (histogram.bins(samples) + owners).flatten(), minlength=layer.channels * histogram.BINS
            )
            shard.counts[units] += found.view(layer.channels, histogram.BINS).numpy()
            shard.total[units] += samples.sum((0, 2), dtype=torch.float64).numpy()


def strongest(maps: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Returns (maximum, row × width + column of its first place), each (B, C), of maps (B, C, H, W); NaN if a map holds
    it.
    """
    if maps.device.type == "cpu" and maps.is_contiguous():
        each = maps.numpy().reshape(*maps.shape[:2], -1)
        at = each.argmax(2)  # as fast as the maximum alone: numpy compares many numbers at a time
        return np.take_along_axis(each, at[..., None], 2)[..., 0], at
    values, at = F.max_pool2d(maps, maps.shape[2:], return_indices=True)  # fast where channels lie side by side
    return values.flatten(1).cpu().numpy(), at.flatten(1).cpu().numpy()


def sample(places: int, numbers: Tensor, positions: int) -> Tensor:
    """Returns the places (B, n) of a map with `places` of them that are counted for the pictures numbered (B,):
    `positions` of them (0, or more than there are: all), evenly spread, and others for each picture.
    """
    if not positions or places <= positions:
        return torch.arange(places).expand(len(numbers), -1)
    offset = numbers[:, None] * TURN % 65536
    return (torch.arange(positions) * 65536 + offset) * places // (positions * 65536)
