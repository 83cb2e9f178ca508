"""One backward pass of relevance: from a class score or a hidden unit to every layer and the picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ...core.errors import DeepvisError
from ...core.network.backward_rules import Rules
from ...core.network.network import Network
from ...core.network.recording import Recording
from ...core.network.target import Target
from ..backward import no_path, start
from .composites import Composite
from .ledger import Ledger, ledger
from .made_weights import made_weights
from .replacements import RelevanceReplacements

PICTURE = "picture"
OVERFLOW = (
    "The relevance grew beyond all numbers on its way to the picture, divided by sums near zero; "
    'give biases="kept", a larger epsilon or the composite epsilon_plus.'
)


@dataclass(frozen=True, eq=False)
class Propagated:
    """The resolved target with its value, the relevance of the picture (C, H, W), and the ledger."""

    target: Target
    value: float
    picture: Tensor
    ledger: Ledger


class Relevances(Mapping[str, Tensor]):
    """The relevance of every layer up to the start, shaped like its output without the batch; each is computed when it
    is first asked for.
    """

    def __init__(self, network: Network, image: Tensor, target: Target, composite: Composite, ledger: Ledger) -> None:
        self._question = network, image, target, composite
        self._names = [entry.layer for entry in ledger.entries[1:]]
        self._found: dict[str, Tensor] = {}

    def __getitem__(self, name: str) -> Tensor:
        if name not in self._names:
            raise DeepvisError(f'There is no relevance at "{name}"; there is at {", ".join(self._names)}.')
        if name not in self._found:
            self._found[name] = at_layer(*self._question, name)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def propagate(network: Network, image: Tensor, target: Target | None, composite: Composite) -> Propagated:
    """Returns the relevance of the picture, and the ledger of all layers; CPU tensors.

    `target` None stands for the top class.

    >>> import deepvis_widgets as dv
    >>> from deepvis_widgets.methods.relevance.composites import composite
    >>> net = dv.load("husky-wolf")
    >>> view = net.view(dv.scene("wolf", "snow"))
    >>> found = propagate(net, view, None, composite("epsilon_plus", 1e-6, 0.25))
    >>> found.picture.shape
    torch.Size([3, 128, 128])
    >>> net.labels[found.target.channel]
    'wolf'
    """
    recording, replacements, value, resolved = _begin(network, image, target, composite)
    head = _head(recording, resolved)
    tensors = {PICTURE: recording.input} | _until(recording, replacements, head)
    with replacements.accounting(head) as accounts:
        arrived = _arriving(value, list(tensors.values()))
    if arrived[0] is None:
        raise DeepvisError(no_path(network, image))
    found = _filled(arrived, list(tensors.values()))
    if torch.isfinite(value) and not torch.isfinite(found[0]).all():
        raise DeepvisError(OVERFLOW)
    layers = [(name, replacements.time_of(tensors[name]), part) for name, part in zip(tensors, found, strict=True)]
    number = float(value.detach())
    return Propagated(resolved, number, found[0][0].cpu(), ledger(number, layers, accounts))


def at_layer(network: Network, image: Tensor, target: Target, composite: Composite, name: str) -> Tensor:
    """Returns the relevance of one layer's output, shaped like it without the batch."""
    recording, replacements, value, resolved = _begin(network, image, target, composite)
    with replacements.accounting(_head(recording, resolved)):
        return _back(value, [recording.outputs[name]])[0][0].cpu()


def rules(network: Network, composite: Composite) -> Rules:
    """Returns the rules of a composite for pictures as this network is fed them."""
    mean, std = (
        torch.tensor(values, dtype=torch.float64).view(1, -1, 1, 1)
        for values in (network.preprocessing.mean, network.preprocessing.std)
    )
    black, white = -mean / std, (1 - mean) / std
    bounds = torch.minimum(black, white), torch.maximum(black, white)  # an inverted channel has a std below 0
    return Rules(f"lrp {composite}", begin=lambda: RelevanceReplacements(composite, bounds, made_weights(network)))


def _begin(
    network: Network, image: Tensor, target: Target | None, composite: Composite
) -> tuple[Recording, RelevanceReplacements, Tensor, Target]:
    """Returns the pass, its replacements, the value to explain with its graph, and the target with class or position
    filled in.
    """
    network = network.showing(target.layer if target else None)  # no direction takes part in what is another unit's
    with torch.inference_mode(False):
        recording = network.record(image, rules=rules(network, composite), until=target.layer if target else None)
        value, resolved = start(network, recording, target)
    replacements = recording.table
    assert isinstance(replacements, RelevanceReplacements)
    return recording, replacements, value, resolved


def _head(recording: Recording, target: Target) -> Tensor:
    return recording.logits if target.layer is None else recording.outputs[target.layer]


def _until(recording: Recording, replacements: RelevanceReplacements, head: Tensor) -> dict[str, Tensor]:
    end = replacements.time_of(head)
    return {name: output for name, output in recording.outputs.items() if replacements.time_of(output) <= end}


def _back(value: Tensor, tensors: list[Tensor]) -> list[Tensor]:
    """Returns the relevance at each tensor when that of `value` is the value itself; zeros where none arrives."""
    return _filled(_arriving(value, tensors), tensors)


def _arriving(value: Tensor, tensors: list[Tensor]) -> list[Tensor | None]:
    """Returns the same; None where there is no way from `value` to a tensor."""
    if not value.requires_grad:
        return [None] * len(tensors)
    wanted = [tensor for tensor in tensors if tensor.requires_grad]
    found = torch.autograd.grad(value, wanted, value.detach(), retain_graph=True, allow_unused=True)
    by_id = {id(tensor): part for tensor, part in zip(wanted, found, strict=True)}
    return [by_id.get(id(tensor)) for tensor in tensors]


def _filled(parts: list[Tensor | None], tensors: list[Tensor]) -> list[Tensor]:
    return [torch.zeros_like(t) if part is None else part for t, part in zip(tensors, parts, strict=True)]
