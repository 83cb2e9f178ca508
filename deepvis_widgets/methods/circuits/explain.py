"""From a network, a picture and a unit to its circuit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from ...core.attention.heads import Heads
from ...core.errors import DeepvisError
from ...core.network.layer import Layer
from ...core.network.layout import Layout, Position
from ...core.network.network import Network
from ...core.network.target import Target, layout_of
from .. import checked
from ..backward import strongest
from .circuit import Circuit, Part, part_of
from .conditional import conditional
from .traced_pass import TracedPass
from .walk import PICTURE, Branch, Inexact, Source, below, function_before


def circuit(network: Network, picture: Any, layer: str, unit: int | tuple[int, Position]) -> Circuit:
    """Returns what the units of the layers below add to a unit of `layer`: a channel, at its strongest position, or
    (channel, (row, col)), or (channel, "class") for a token that is no part of the picture.

    Exact where all operations on the way are affine in what enters: convolutions and linear layers with the norms after
    them, sums, concatenations, poolings (of a maximum the position that won). Elsewhere relevance for this unit alone;
    `exact` says which. Raises DeepvisError where there is no such unit, or no rule for an operation on the way.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> found = dv.circuit(net, scene, "features.conv2", (5, (3, 4)))
    >>> [term.layer for term in found.terms[:2]], found.exact
    (['features.relu1', 'features.relu1'], True)
    """
    target = checked(network).target(None, layer, unit)
    assert target is not None
    with torch.inference_mode(False):
        return Circuits(network, network.view(picture)).of(target)


class Circuits:
    """The circuits of one picture (3, H, W): one pass serves all units.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> circuits = Circuits(net, net.view(dv.scene("wolf", "snow")))
    >>> circuits.of(Target(5, "features.conv2", (3, 4))).exact
    True
    """

    def __init__(self, network: Network, view: Tensor) -> None:
        self.network, self.view = network, view
        self._traced = TracedPass.of(network.showing(None), view)
        self._passed: dict[str, Tensor] = {}  # maps of layers that no traced pass has

    def of(self, target: Target) -> Circuit:
        """Returns the circuit of a unit of a layer; without a position that of its strongest. Raises DeepvisError where
        there is neither an exact one nor a rule for an operation on the way.
        """
        assert target.layer is not None
        if isinstance(self.network.layers[target.layer].layout, Heads):
            raise DeepvisError(f'"{target.layer}" holds weights of an attention, which no sum of units makes.')
        network = self.network.showing(target.layer)
        traced = TracedPass.of(network, self.view) if network.added else self._traced
        target = self._placed(target)
        if traced is not None:
            try:
                return self._exact(traced, target)
            except Inexact:
                pass
        return conditional(network, self.view, target, traced)

    def map_of(self, layer: str, unit: int) -> Tensor:
        """Returns the map (h, w) of a unit; of the picture a channel as the network is fed it."""
        return self._maps(layer)[unit].detach().float().cpu()

    def _maps(self, layer: str) -> Tensor:
        if layer == PICTURE:
            return self.network.feed(self.view[None])[0]
        layout: Layout = self.network.layers[layer].layout
        if self._traced is not None and layer in self._traced.outputs:
            return layout.maps(self._traced.outputs[layer])[0]
        if layer not in self._passed:
            recording = self.network.run(self.network.feed(self.view[None]), keep=(layer,), until=layer)
            self._passed[layer] = layout.maps(recording.outputs[layer])[0].detach()
        return self._passed[layer]

    def _placed(self, target: Target) -> Target:
        assert target.layer is not None
        if target.position is not None:
            return target
        return replace(target, position=strongest(self._maps(target.layer)[target.channel]))

    def _exact(self, traced: TracedPass, target: Target) -> Circuit:
        layer = self.network.layers[target.layer]
        number = traced.number(layer.name)
        if number is None:
            raise Inexact
        output = traced.program.values[number]
        value = _at(layer, target, output)
        if layer.name in self.network.off.units:  # what it would be
            (number,) = traced.makers[number].ins
        before = function_before(traced, number)
        number, through = (number, None) if before is None else before
        if target.channel in self.network.off.units.get(layer.name, ()):
            through = "off" if through is None else f"{through} → off"
        entered = traced.program.values[number]
        if entered.shape != output.shape:
            raise Inexact
        enters = _at(layer, target, entered)
        branches, bias = below(traced, number, _one(layer, target, output))
        parts = [self._part(traced, branch, source) for branch in branches for source in branch.sources]
        bias += sum(branch.bias for branch in branches)
        total = sum(float(part.adds.sum(dtype=torch.float64)) for part in parts)
        return Circuit(target, value, enters, through, True, parts, bias, enters - total - bias)

    def _part(self, traced: TracedPass, branch: Branch, source: Source) -> Part:
        layout = Layout.MAPS if source.layer == PICTURE else self.network.layers[source.layer].layout
        entered = traced.program.values[source.number]
        others = (layout.others(source.weight) * layout.others(entered))[0].sum(1)
        weights, values = (layout.maps(tensor)[0] for tensor in (source.weight, entered))
        entry = None if source.entry is None else _met(traced, source.entry, weights.shape[0])
        return part_of(source.layer, weights, values, others, source.through, branch.name, entry)


def _met(traced: TracedPass, entry: tuple[int, Tensor], channels: int) -> tuple[Tensor, Tensor] | None:
    """The weights and what meets them, (C, h, w); None where channels lie otherwise, as in a flattened map."""
    number, weight = entry
    value = traced.program.values[number]
    if weight.ndim not in (2, 4) or weight.shape[1] != channels:
        return None
    height, width = weight.shape[2:] if weight.ndim == 4 else (1, 1)
    return weight[0].reshape(channels, height, width), value[0].reshape(channels, height, width)


def _at(layer: Layer, target: Target, output: Tensor) -> float:
    assert target.position is not None
    return float(layout_of(layer, target).at(output, target.position)[0, target.channel])


def _one(layer: Layer, target: Target, output: Tensor) -> Tensor:
    """One at the unit's position of the output, else zeros."""
    assert target.position is not None
    with torch.inference_mode(False), torch.enable_grad():
        leaf = torch.zeros_like(output).requires_grad_()
        at = layout_of(layer, target).at(leaf, target.position)[0, target.channel]
        return torch.autograd.grad(at, leaf)[0]
