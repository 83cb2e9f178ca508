"""Conditional relevance: what of one unit's value goes back to each unit of the layers below (Achtibat et al. 2023)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ...core.errors import DeepvisError
from ...core.network.layout import Layout
from ...core.network.network import Network
from ...core.network.recording import Recording
from ...core.network.target import Target, layout_of
from ..backward import no_path
from ..relevance.composites import composite
from ..relevance.propagate import rules
from ..relevance.replacements import RelevanceReplacements
from .circuit import Circuit, Part, part_of
from .traced_pass import TracedPass
from .walk import PICTURE

RULES = composite("epsilon_plus", 1e-6, 0.25)


def conditional(network: Network, view: Tensor, target: Target, traced: TracedPass | None) -> Circuit:
    """Returns the relevance of the layers below for this unit alone, which has a position; what biases and ε took is
    the rest.

    The layers below are those whose output the unit is made of with no other layer between: as the traced pass shows,
    else the last one before it that relevance comes back to. Raises DeepvisError for an operation without a rule.
    """
    assert target.layer is not None and target.position is not None
    with torch.inference_mode(False), torch.enable_grad():
        recording = network.record(view, rules=rules(network, RULES), until=target.layer)
        output = recording.outputs[target.layer]
        layout = layout_of(network.layers[target.layer], target)
        value = layout.at(output, target.position)[0, target.channel]
    if not value.requires_grad:
        raise DeepvisError(no_path(network, view))
    names = _one_before(recording, target.layer, value) if traced is None else layers_below(traced, target.layer)
    assert isinstance(recording.table, RelevanceReplacements)
    with recording.table.accounting(output):
        parts = [_part(network, name, relevance) for name, relevance in _direct(recording, value, names).items()]
    number = float(value.detach())
    total = sum(float(part.adds.sum(dtype=torch.float64)) for part in parts)
    return Circuit(target, number, number, None, False, parts, 0.0, number - total)


def _part(network: Network, name: str, relevance: Tensor) -> Part:
    layout = Layout.MAPS if name == PICTURE else network.layers[name].layout
    maps = layout.maps(relevance)[0]
    return part_of(name, maps, torch.ones_like(maps), layout.others(relevance)[0].sum(1))


def layers_below(traced: TracedPass, layer: str) -> list[str]:
    """Returns the layers that a layer is made of with no other one between, the last one first."""
    start = traced.number(layer)
    wanted, found = {start}, []
    for op in reversed(traced.program.ops):
        for out in wanted.intersection(op.outs):
            if out in traced.layers and out != start:
                found.append(traced.layers[out])
            else:
                wanted.update(op.ins)
    return found


def _one_before(recording: Recording, layer: str, value: Tensor) -> list[str]:
    names = list(recording.outputs)
    for name in reversed(names[: names.index(layer)]):
        if bool(_back([value], recording.outputs[name], [value.detach()]).any()):
            return [name]
    return []


def _direct(recording: Recording, value: Tensor, names: Sequence[str]) -> dict[str, Tensor]:
    """The relevance that reaches each of these layers, the last one first, by ways that pass none of the others: all
    that reaches it, less what the others hand on. Without layers that of the picture.
    """
    if not names:
        return {PICTURE: _back([value], recording.input, [value.detach()])}
    found: dict[str, Tensor] = {}
    for name in names:
        output = recording.outputs[name]
        every = _back([value], output, [value.detach()])
        others = [recording.outputs[other] for other in found]
        found[name] = every - _back(others, output, list(found.values())) if found else every
    return found


def _back(outputs: Sequence[Tensor], to: Tensor, relevance: Sequence[Tensor]) -> Tensor:
    """The relevance of a tensor, where that of these outputs is given; zeros where none arrives."""
    pairs = [(output, given) for output, given in zip(outputs, relevance, strict=True) if output.requires_grad]
    if not pairs or not to.requires_grad:
        return torch.zeros_like(to)
    starts, messages = zip(*pairs, strict=True)
    (found,) = torch.autograd.grad(starts, to, messages, retain_graph=True, allow_unused=True)
    return torch.zeros_like(to) if found is None else found
