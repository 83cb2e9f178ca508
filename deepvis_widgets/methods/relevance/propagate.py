"""One backward pass of relevance: from a class score or a hidden unit to every layer and the picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite

import torch
from torch import Tensor

from ...core.errors import DeepvisError
from ...core.network.backward_rules import Rules
from ...core.network.network import Network
from ...core.network.recording import Recording
from ...core.network.target import Target
from ...passes.backward.recorded import Traced, made_of_trace
from ...passes.trace import Untraceable
from ..backward import no_path, start
from .composites import Composite
from .ledger import Account, Ledger, ledger
from .made_weights import made_weights
from .replacements import Bounds, RelevanceReplacements
from .traced import TracedRelevance

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
    found = _by_trace(network, image, target, composite)
    return _by_recording(network, image, target, composite) if found is None else found


def _by_recording(network: Network, image: Tensor, target: Target | None, composite: Composite) -> Propagated:
    recording, replacements, value, resolved = _begin(network, image, target, composite)
    head = _head(recording, resolved)
    tensors = {PICTURE: recording.input} | _until(recording, replacements, head)
    with replacements.accounting(head) as accounts:
        arrived = _arriving(value, list(tensors.values()))
    if arrived[0] is None:
        raise DeepvisError(no_path(network, image))
    found = _filled(arrived, list(tensors.values()))
    layers = [(name, replacements.time_of(tensors[name]), part) for name, part in zip(tensors, found, strict=True)]
    return _propagated(resolved, float(value.detach()), layers, accounts)


def _propagated(
    target: Target, value: float, layers: list[tuple[str, int, Tensor]], accounts: list[Account]
) -> Propagated:
    """Returns what is said of layers, (name, time of its output, relevance) each and the picture first."""
    picture = layers[0][2]
    if isfinite(value) and not torch.isfinite(picture).all():
        raise DeepvisError(OVERFLOW)
    return Propagated(target, value, picture[0].cpu(), ledger(value, layers, accounts))


def _by_trace(network: Network, image: Tensor, target: Target | None, composite: Composite) -> Propagated | None:
    """Returns the relevance of a class over the operations of the network, where they are known and nothing is
    remembered of passes; None where the replacements have to find it.
    """
    if network.recordings.limit or (target is not None and target.layer is not None):
        return None

    def make(traced: Traced) -> TracedRelevance:
        way = TracedRelevance(traced, composite, _bounds(network), PICTURE)
        _check(_traced(network, way, image, target), _by_recording(network, image, target, composite))
        return way

    way = made_of_trace(network, network.feed(image[None]), ("lrp", composite), make)
    return None if way is None else _traced(network, way, image, target)


def _traced(network: Network, way: TracedRelevance, image: Tensor, target: Target | None) -> Propagated | None:
    chosen: list[int] = []

    def choose(scores: Tensor) -> Tensor:
        chosen.append(network.answers.top(scores[0]) if target is None else target.channel)
        return torch.zeros_like(scores).index_fill_(1, torch.tensor(chosen, device=scores.device), 1) * scores

    with torch.inference_mode(False):
        found = way(network.feed(image[None]), choose, made_weights(network))
    if found.relevance[PICTURE] is None or not torch.isfinite(found.scores).all():
        return None
    layers = [(name, found.times[name], part) for name, part in found.relevance.items() if part is not None]
    return _propagated(Target(chosen[0]), float(found.scores[0, chosen[0]]), layers, found.accounts)


def _check(found: Propagated | None, expected: Propagated) -> None:
    """Raises Untraceable where a way over the operations gives other numbers: the same question gets the same ones."""
    if found is None or not torch.equal(found.picture, expected.picture) or found.ledger != expected.ledger:
        raise Untraceable("its relevance differs from that of a plain pass")


def at_layer(network: Network, image: Tensor, target: Target, composite: Composite, name: str) -> Tensor:
    """Returns the relevance of one layer's output, shaped like it without the batch."""
    recording, replacements, value, resolved = _begin(network, image, target, composite)
    with replacements.accounting(_head(recording, resolved)):
        return _back(value, [recording.outputs[name]])[0][0].cpu()


def rules(network: Network, composite: Composite) -> Rules:
    """Returns the rules of a composite for pictures as this network is fed them."""
    bounds = _bounds(network)
    return Rules(f"lrp {composite}", begin=lambda: RelevanceReplacements(composite, bounds, made_weights(network)))


def _bounds(network: Network) -> Bounds:
    """The least and greatest values (1, C, 1, 1) of a picture as the network is fed it."""
    mean, std = (
        torch.tensor(values, dtype=torch.float64).view(1, -1, 1, 1)
        for values in (network.preprocessing.mean, network.preprocessing.std)
    )
    black, white = -mean / std, (1 - mean) / std
    return torch.minimum(black, white), torch.maximum(black, white)  # an inverted channel has a std below 0


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
