"""What is maximised: a unit before its rectifier, or a class score or its probability."""

from __future__ import annotations

from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from ...core.network.backward_rules import PLAIN, RECTIFIER, Rules, operation
from ...core.network.layout import Position
from ...core.network.network import Network
from ...core.network.rectifiers import rectified
from ...core.network.target import Target, layout_of


def _last(func: Any, args: Any, kwargs: Any) -> Any:
    """Runs a convolution, its maps channels last also where the network's own preprocessing put them otherwise."""
    if args and args[0].ndim == 4:
        args = (args[0].contiguous(memory_format=torch.channels_last), *args[1:])
    return func(*args, **kwargs)


def _open(func: Any, args: Any, kwargs: Any) -> Tensor:
    call = rectified(operation(func), func, args, kwargs)
    assert call is not None
    x = call.x
    return x + (x.clamp(0, call.upper) - x).detach()


LAST = Rules("channels last", {"conv2d": _last})
OPEN = Rules("open", {RECTIFIER: _open})
OPEN_LAST = Rules("open, channels last", {"conv2d": _last, RECTIFIER: _open})
_quick: WeakKeyDictionary[Network, bool] = WeakKeyDictionary()


def rules_of(network: Network, opened: bool = False) -> Rules:
    """Returns the rules of an ascent's passes: channels last where the network can be run so, with rectifiers that let
    the signal through where `opened`.
    """
    if network not in _quick:
        _quick[network] = _can_be_last(network)
    if _quick[network]:
        return OPEN_LAST if opened else LAST
    return OPEN if opened else PLAIN


def _can_be_last(network: Network) -> bool:
    """Returns whether the network can be run with all maps channels last, and calls no `view` after convolutions."""
    try:
        network.run(network.feed(torch.full((1, network.bands, *network.size), 0.5)), rules=LAST)
    except RuntimeError:
        return False
    return True


class Slope(NamedTuple):
    """The objective (n,) of some views, its gradient like the views, and the scores of all classes (n, classes) where
    the objective is a class's; they belong to the same pass.
    """

    values: Tensor
    gradient: Tensor
    scores: Tensor | None


def objective_of(
    network: Network, target: Target, position: Position | None, views: Tensor, rules: Rules | None = None
) -> Tensor:
    """Returns the objective (n,) of views (n, bands, h, w) in [0, 1]: the unit's value at (row, col), its mean over the
    map (position None), or the class score (no layer). Joins the graph of views that have one.

    A rectifier that made the unit's output is passed by: its value below zero is what shows the way up from a dead
    unit. The pass ends at the unit's layer.
    """
    grad, rules = views.requires_grad, rules or rules_of(network)
    if target.layer is None:
        return _class_scores(network, views, rules)[:, target.channel]
    with torch.inference_mode(False), torch.set_grad_enabled(grad):
        layer = network.layers[target.layer]
        recording = network.run(
            network.feed(views),
            keep=(layer.name,),
            until=layer.name,
            grad=grad,
            rules=rules,
            skip_rectifier=layer.rectifier,
        )
        output, layout = recording.outputs[layer.name], layout_of(layer, target)
        values: Tensor = layout.maps(output).mean((2, 3)) if position is None else layout.at(output, position)
        return values[:, target.channel]


def _class_scores(network: Network, views: Tensor, rules: Rules) -> Tensor:
    grad = views.requires_grad
    with torch.inference_mode(False), torch.set_grad_enabled(grad):
        scores: Tensor = network.run(network.feed(views), grad=grad, rules=rules).logits
        return scores


def objective_and_gradient(
    network: Network, target: Target, position: Position | None, views: Tensor, score: str = "logit"
) -> Slope:
    """Returns the objective of the views and the way up. Where a picture finds every rectifier on the way shut, its
    gradient is the one that rectifiers let through unchanged, after Lucid's redirected gradients.

    A class's `score` may be its "probability". Its gradient is that of the probability's logarithm, which points the
    same way: the probability's own is that times the probability, and all but vanishes where the class is unlikely.
    """
    values, gradient, scores = _slope(network, target, position, views, rules_of(network), score)
    stuck = gradient.flatten(1).abs().amax(1) == 0
    if stuck.any():
        opened = rules_of(network, opened=True)
        gradient[stuck] = _slope(network, target, position, views[stuck], opened, score).gradient
    return Slope(values, gradient, scores)


def _slope(
    network: Network, target: Target, position: Position | None, views: Tensor, rules: Rules, score: str
) -> Slope:
    with torch.inference_mode(False), torch.enable_grad():
        views = views.detach().clone().requires_grad_()
        scores = None if target.layer is not None else _class_scores(network, views, rules)
        if scores is None:
            values = climbed = objective_of(network, target, position, views, rules)
        else:
            values, climbed = _of_class(network, scores, target.channel, score)
        if not climbed.requires_grad:
            return Slope(values, torch.zeros_like(views), scores)
        (gradient,) = torch.autograd.grad(climbed.sum(), views, allow_unused=True)
    gradient = torch.zeros_like(views) if gradient is None else gradient.detach()
    return Slope(values.detach(), gradient, None if scores is None else scores.detach())


def _of_class(network: Network, scores: Tensor, channel: int, score: str) -> tuple[Tensor, Tensor]:
    """Returns the objective, and what is climbed in its stead."""
    if score == "logit":
        return scores[:, channel], scores[:, channel]
    values = network.answers.probabilities(scores)[:, channel]
    return values, values / values.detach().clamp(min=torch.finfo(values.dtype).tiny)
