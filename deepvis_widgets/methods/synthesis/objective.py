"""What is maximised: units before their rectifier, or class scores or their probabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Objective:
    """What each of n pictures is to raise: the value of its own unit of a layer at `position` (row, col) of the map,
    the mean over its map (position None), or its class's score (no layer). `channels` has one number for each picture.

    A rectifier that made the units' output is passed by: its value below zero is what shows the way up from a dead
    unit. A class's `score` may be its "probability". Its gradient is that of the probability's logarithm, which points
    the same way: the probability's own is that times the probability, and all but vanishes where the class is unlikely.
    """

    network: Network
    channels: tuple[int, ...]
    layer: str | None = None
    position: Position | None = None
    looking: Position | None = None
    score: str = "logit"

    def of(self, answer: Tensor, pictures: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Returns the objective (m,) and what is climbed in its stead, of the layer's output or the scores of all
        classes, for pictures of these numbers (None: all).
        """
        channels = torch.tensor(self.channels, device=answer.device)
        channels = channels if pictures is None else channels[pictures.to(answer.device)]
        own = torch.arange(len(channels), device=answer.device)
        if self.layer is None:
            return self._of_classes(answer, own, channels)
        layout = layout_of(self.network.layers[self.layer], Target(0, self.layer, None, self.looking))
        if self.position is None:
            values = layout.maps(answer)[own, channels].mean((1, 2))
        else:
            values = layout.at(answer, self.position)[own, channels]
        return values, values

    def _of_classes(self, scores: Tensor, own: Tensor, channels: Tensor) -> tuple[Tensor, Tensor]:
        if self.score == "logit":
            values = scores[own, channels]
            return values, values
        values = self.network.answers.probabilities(scores)[own, channels]
        return values, values / values.detach().clamp(min=torch.finfo(values.dtype).tiny)

    def plain(self, rules: Rules | None = None) -> Callable[[Tensor], Tensor]:
        """Returns the network's own pass: from inputs to the layer's output or the scores of all classes, with a graph
        where the inputs have one. It ends at the layer.
        """
        rules = rules_of(self.network) if rules is None else rules
        name = self.layer
        if name is None:
            return lambda x: self.network.run(x, grad=x.requires_grad, rules=rules).logits
        options: dict[str, Any] = {"keep": (name,), "until": name, "rules": rules}
        options["skip_rectifier"] = self.network.layers[name].rectifier
        return lambda x: self.network.run(x, grad=x.requires_grad, **options).outputs[name]

    def values(self, views: Tensor) -> Tensor:
        """Returns the objective (n,) of views (n, bands, h, w) in [0, 1]; no graph."""
        with torch.inference_mode(False), torch.no_grad():
            return self.of(self.plain()(self.network.feed(views)))[0]
