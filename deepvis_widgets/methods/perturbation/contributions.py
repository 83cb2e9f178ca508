"""What words and numbers beside a picture contribute to an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

import torch
from torch import Tensor

from ...core.checks import one_of
from ...core.inputs.base import Input
from ...core.inputs.bundle import Bundle
from ...core.network.network import Network
from .score import Score

HOW = ("removal", "gradient")
Contributions = dict[str, list[tuple[str, float]]]


def contributions(
    network: Network, picture: Any, target: int | str | None = None, how: str = "removal"
) -> Contributions:
    """Returns what each word and number adds to the score of `target` (None: the top class): by input, pairs of the
    part's name and its contribution, in order.

    "removal": what the score loses where the word is left out, or the number is set to the middle of its range; exact
    for networks that are linear in them. "gradient": gradient × value of the floats that the network is given, 0 for
    parts that it is given as whole numbers.

    >>> import deepvis_widgets as dv
    >>> from torch import nn, ones
    >>> class Older(nn.Module):
    ...     def forward(self, x, age):
    ...         return x.mean((2, 3))[:, :1] + age / 10
    >>> net = dv.Network(Older(), dv.Preprocess((8, 8), None), inputs={"age": dv.Numbers("age", [(0, 100)])})
    >>> dv.contributions(net.given(age=70), ones(3, 8, 8))["age"][0][0]
    'age'
    """
    one_of("how", how, HOW)
    view = network.view(picture)
    score = Score.of(network, view, network.target(target))
    found = _by_removal(score, view) if how == "removal" else _by_gradient(score, view)
    return {name: found(name, given, network.inputs.values[name]) for name, given in _with_parts(network.inputs)}


def _with_parts(bundle: Bundle) -> list[tuple[str, Input]]:
    return [(name, found) for name, found in bundle.inputs.items() if found.parts(bundle.values[name])]


Of = Callable[[str, Input, Any], list[tuple[str, float]]]


def _by_removal(score: Score, view: Tensor) -> Of:
    whole = _value(score, view)

    def found(name: str, given: Input, value: Any) -> list[tuple[str, float]]:
        rest = [{name: given.without(value, place)} for place in range(len(given.parts(value)))]
        lost = [whole - _value(Score(score.network.given(**other), score.target), view) for other in rest]
        return list(zip(given.parts(value), lost, strict=True))

    return found


def _value(score: Score, view: Tensor) -> float:
    return float(score.value(score.forward(view[None])))


def _by_gradient(score: Score, view: Tensor) -> Of:
    network, before = copy(score.network), score.network.inputs
    leaves = {name: _leaf(given) for name, given in before.tensors.items()}
    network.inputs = Bundle(before.inputs, before.values, leaves)
    recording = network.run(network.feed(view[None]), grad=True)
    signals = _signals(score.value(recording).sum(), leaves)

    def found(name: str, given: Input, value: Any) -> list[tuple[str, float]]:
        signal = signals.get(name)
        return list(zip(given.parts(value), given.shares(value, signal), strict=True))

    return found


def _leaf(given: Any) -> Any:
    floats = isinstance(given, Tensor) and given.is_floating_point()
    return given.detach().clone().requires_grad_() if floats else given


def _signals(goal: Tensor, leaves: Mapping[str, Any]) -> dict[str, Tensor]:
    """Gradient × value of each input of floats, (n,)."""
    floats = {name: leaf for name, leaf in leaves.items() if isinstance(leaf, Tensor) and leaf.requires_grad}
    if not floats or not goal.requires_grad:
        return {}
    gradients = torch.autograd.grad(goal, list(floats.values()), allow_unused=True)
    pairs = zip(floats.items(), gradients, strict=True)
    return {name: (grad * leaf.detach())[0] for (name, leaf), grad in pairs if grad is not None}
