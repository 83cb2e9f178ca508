"""Units that are switched off: channels of layers whose output is zero in every pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ..attention.heads import Heads
from ..checks import whole
from ..errors import DeepvisError
from ..network.layer import Layer


@dataclass(frozen=True, eq=False)
class SwitchedOff:
    """`units` says which channels of which layers; each layer has a mask of its output, without the batch.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> off = NOTHING_OFF.also(net.layers["features.conv2"], [3, 5])
    >>> off.units
    {'features.conv2': (3, 5)}
    >>> off.applied("features.conv2", torch.ones(1, 64, 32, 32)).sum((0, 2, 3))[2:6].tolist()
    [1024.0, 0.0, 1024.0, 0.0]
    """

    units: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    masks: Mapping[str, Tensor] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.units)

    @property
    def key(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """What answers depend on."""
        return tuple(sorted(self.units.items()))

    @property
    def words(self) -> str:
        """Which units are off, in words: "features.conv2: 3, 5"; "" where none is."""
        return "; ".join(f"{layer}: {_listed(units)}" for layer, units in self.units.items())

    def also(self, layer: Layer, units: int | Iterable[int]) -> SwitchedOff:
        """Returns the same with further units of a layer; DeepvisError where it has none such, or is no layer of the
        network's own.
        """
        if layer.of:
            raise DeepvisError(
                f'Nothing is computed from the directions of "{layer.name}", so none can be switched off; units of '
                f'"{layer.of}" can.'
            )
        own = sorted({*self.units.get(layer.name, ()), *_numbers(layer, units)})
        if not own:
            return self
        names, masks = dict(self.units), dict(self.masks)
        names[layer.name], masks[layer.name] = tuple(own), _mask(layer, own)
        return SwitchedOff(names, masks)

    def applied(self, layer: str, output: Tensor) -> Tensor:
        """Returns the output (B, ...) of a layer with its units switched off: itself where none is."""
        mask = self.masks.get(layer)
        return output if mask is None else output.masked_fill(mask.to(output.device), 0)


NOTHING_OFF = SwitchedOff()
NAMED = 8  # units of a layer that are named


def _listed(units: tuple[int, ...]) -> str:
    more = len(units) - NAMED
    return ", ".join(map(str, units[:NAMED])) + (f" and {more} more" if more > 0 else "")


def called(name: str, off: SwitchedOff) -> str:
    """Returns what a network is called less the units that are off.

    >>> called("mine", NOTHING_OFF)
    'mine'
    """
    return f"{name} without {off.words}" if off else name


def _numbers(layer: Layer, units: Any) -> list[int]:
    given = list(units) if isinstance(units, Iterable) and not isinstance(units, str | Tensor) else [units]
    found = [whole(unit) for unit in given]
    for unit, number in zip(given, found, strict=True):
        if number is None or not 0 <= number < layer.channels:
            raise DeepvisError(f'Layer "{layer.name}" has no unit {unit}; its units are 0 to {layer.channels - 1}.')
    return [number for number in found if number is not None]


def _mask(layer: Layer, units: list[int]) -> Tensor:
    """Which numbers of the layer's output, (1, ...), are those of its units; one for all where that is possible."""
    if isinstance(layer.layout, Heads):  # whose maps show one token that looks of many
        mask = torch.zeros(1, layer.channels, 1, 1, dtype=torch.bool)
        mask[:, units] = True
        return mask
    shape = 1, *layer.shape
    places = torch.arange(torch.Size(shape).numel()).view(shape)
    own = torch.cat([part(places)[:, units].flatten() for part in (layer.layout.maps, layer.layout.others)])
    mask = torch.zeros(shape, dtype=torch.bool)
    mask.view(-1)[own] = True
    return mask
