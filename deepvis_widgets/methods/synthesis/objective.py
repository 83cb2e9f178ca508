"""What is maximised: a unit before its rectifier, or a class score."""

from __future__ import annotations

from typing import Any
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


def objective_of(
    network: Network, target: Target, position: Position | None, views: Tensor, rules: Rules | None = None
) -> Tensor:
    """Returns the objective (n,) of views (n, bands, h, w) in [0, 1]: the unit's value at (row, col), its mean over the
    map (position None), or the class score (no layer). Joins the graph of views that have one.

    A rectifier that made the unit's output is passed by: its value below zero is what shows the way up from a dead
    unit. The pass ends at the unit's layer.
    """
    grad, rules = views.requires_grad, rules or rules_of(network)
    with torch.inference_mode(False), torch.set_grad_enabled(grad):
        x = network.feed(views)
        if target.layer is None:
            return network.run(x, grad=grad, rules=rules).logits[:, target.channel]
        layer = network.layers[target.layer]
        recording = network.run(
            x, keep=(layer.name,), until=layer.name, grad=grad, rules=rules, skip_rectifier=layer.rectifier
        )
        output, layout = recording.outputs[layer.name], layout_of(layer, target)
        values: Tensor = layout.maps(output).mean((2, 3)) if position is None else layout.at(output, position)
        return values[:, target.channel]


def objective_and_gradient(
    network: Network, target: Target, position: Position | None, views: Tensor
) -> tuple[Tensor, Tensor]:
    """Returns (objective (n,), its gradient like `views`). Where a picture finds every rectifier on the way shut, its
    gradient is the one that rectifiers let through unchanged, after Lucid's redirected gradients.
    """
    values, gradient = _slope(network, target, position, views, rules_of(network))
    stuck = gradient.flatten(1).abs().amax(1) == 0
    if stuck.any():
        gradient[stuck] = _slope(network, target, position, views[stuck], rules_of(network, opened=True))[1]
    return values, gradient


def _slope(
    network: Network, target: Target, position: Position | None, views: Tensor, rules: Rules
) -> tuple[Tensor, Tensor]:
    with torch.inference_mode(False), torch.enable_grad():
        views = views.detach().clone().requires_grad_()
        values = objective_of(network, target, position, views, rules)
        if not values.requires_grad:
            return values, torch.zeros_like(views)
        (gradient,) = torch.autograd.grad(values.sum(), views, allow_unused=True)
    return values.detach(), torch.zeros_like(views) if gradient is None else gradient.detach()
