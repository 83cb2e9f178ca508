"""Layers of directions that are added to a network: each is read from a layer, and nothing is computed from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from ..attention.heads import Heads
from ..content_key import content_key
from ..errors import DeepvisError
from ..network.layer import Layer, Layers
from ..network.layout import Layout, Tokens
from .directions import Directions


@dataclass(frozen=True, eq=False)
class AddedLayer:
    """The projections of the output of the layer `source` on directions; `layer` says what it is as a layer."""

    layer: Layer
    source: str
    directions: Directions
    dim: int  # of the source's output, along which its channels lie
    flat: bool = False  # whether each number of the source's output is a channel

    def applied(self, output: Tensor) -> Tensor:
        """Returns the layer's output for that of its source (B, ...)."""
        if self.flat:
            return self.directions.projected(output.flatten(1))
        if self.dim == output.ndim - 1:
            return self.directions.projected(output)
        others = [dim for dim in range(output.ndim) if dim != self.dim]
        found = self.directions.projected(output.permute(*others, self.dim))
        return found.permute(*range(self.dim), output.ndim - 1, *range(self.dim, output.ndim - 1))


@dataclass(frozen=True, eq=False)
class AddedLayers:
    """The layers added to a network, in the order in which they were.

    >>> import torch
    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> added = NOTHING_ADDED.also(net.layers["features.relu2"], Directions.of([[1.0] * 64]), None, net.layers)
    >>> [found.layer.name for found in added.to("features.relu2")]
    ['features.relu2:directions']
    """

    every: tuple[AddedLayer, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.every)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """What answers depend on."""
        return tuple(
            content_key(e.layer.name, e.source, e.directions.matrix, e.directions.offset, e.layer.names)
            for e in self.every
        )

    def also(self, layer: Layer, directions: Directions, name: str | None, taken: Collection[object]) -> AddedLayers:
        """Returns the same with directions of one layer more, called after it and by `name`; `taken` holds the names of
        layers that there are. Raises DeepvisError where the layer has no such channels.
        """
        title = _free(f"{layer.name}:{name or directions.title}", taken)
        return AddedLayers((*self.every, _added(layer, directions, title)))

    def again(self, layers: Layers) -> AddedLayers:
        """Returns the same for another network's own layers."""
        found = NOTHING_ADDED
        for added in self.every:
            source = found.among(layers)[added.source]
            found = AddedLayers((*found.every, _added(source, added.directions, added.layer.name)))
        return found

    def to(self, layer: str) -> Iterator[AddedLayer]:
        """Those that are read from this layer's output."""
        return (added for added in self.every if added.source == layer)

    def among(self, own: Iterable[Layer]) -> Layers:
        """Returns all layers, each one added right after that it is read from and those added there before."""
        return Layers([found for layer in own if not layer.of for found in self._from(layer)])

    def leading_to(self, layer: str | None) -> AddedLayers:
        """Returns the layer of that name, and those that it is read from, alone."""
        found = tuple(e for e in self.every if e.layer.name == layer)
        return AddedLayers((*self.leading_to(found[0].source).every, *found)) if found else NOTHING_ADDED

    def below(self, layers: Iterable[str | None]) -> set[str]:
        """Returns the names of all layers that those of these names are read from, however far away."""
        return {e.source for name in layers for e in self.leading_to(name).every}

    def _from(self, layer: Layer) -> Sequence[Layer]:
        return [layer, *(found for added in self.to(layer.name) for found in self._from(added.layer))]


NOTHING_ADDED = AddedLayers()


def _added(source: Layer, directions: Directions, name: str) -> AddedLayer:
    dim, count = _channel_dim(source), directions.count
    if directions.channels != source.channels:
        turned = "; give its transpose" if directions.count == source.channels else ""
        raise DeepvisError(
            f'Layer "{source.name}" has {source.channels} channels, and the directions have {directions.channels} '
            f"numbers each{turned}."
        )
    flat = source.layout == Layout.FLAT
    shape = (count,) if flat else (*source.shape[: dim - 1], count, *source.shape[dim:])
    layer = Layer(
        name,
        "Directions",
        shape,
        Layout.VECTOR if flat else source.layout,
        count,
        source.height,
        source.width,
        source.field,
        source.rectifier,
        source.extra,
        source.asked,
        source.of or source.name,
        directions.names,
    )
    return AddedLayer(layer, source.name, directions, dim, flat)


def _channel_dim(layer: Layer) -> int:
    """The dimension of a layer's output (B, ...) that its channels lie along."""
    if isinstance(layer.layout, Heads):
        raise DeepvisError(
            f'"{layer.name}" holds weights of an attention; directions are those of a layer of channels.'
        )
    if isinstance(layer.layout, Tokens):
        features = [dim for dim in range(1, len(layer.shape) + 1) if dim not in layer.layout.places.dims]
        if not features:
            raise DeepvisError(f'"{layer.name}" is one map without channels, in which there are no directions.')
        return features[0]
    return len(layer.shape) if layer.layout == Layout.LAST else 1


def _free(name: str, taken: Collection[object]) -> str:
    """The name, with a number where there is a layer of it before."""
    numbers = (number for number in range(2, 2 + len(taken)) if f"{name} {number}" not in taken)
    return f"{name} {next(numbers)}" if name in taken else name
