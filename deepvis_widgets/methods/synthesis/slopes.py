"""The way up, step by step: the objective of pictures and its gradient, by passes that are remade where they can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...core.weights_key import stamps
from ...passes.gradients.remade import remade
from .objective import Objective, rules_of

Pass = Callable[[Tensor], Tensor]
SAME_ANSWER = 1e-4  # of the answers' spread, far above rounding
SAME_WAY = 1e-2  # of the gradient's length: a rectifier that rounding opens or shuts turns it a little


class Slope(NamedTuple):
    """The objective (n,) of some views, its gradient like the views, and the `answer` that it was read from: the scores
    of all classes (n, classes) where it is a class's.
    """

    values: Tensor
    gradient: Tensor
    answer: Tensor


class Slopes:
    """Objective and gradient of one batch of pictures after the other.

    The first passes of a size are the network's own; those after them are remade (see `remade`) where the two agree on
    the first pictures, until the weights change.

    >>> import deepvis_widgets as dv
    >>> slopes = Slopes(Objective(dv.load("husky-wolf"), (3, 12), "features.relu3"))
    >>> found = slopes(torch.rand(2, 3, 64, 64))
    >>> found.values.shape, found.gradient.shape
    (torch.Size([2]), torch.Size([2, 3, 64, 64]))
    """

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        self.remade: Pass | None = None
        self._known: object = None  # what the latest passes depend on

    def __call__(self, views: Tensor) -> Slope:
        """Returns the slope at views (n, bands, h, w) in [0, 1]. Where a picture finds every rectifier on the way shut,
        its gradient is the one that rectifiers let through unchanged, after Lucid's redirected gradients.
        """
        objective, seen = self.objective, self._seen(views)
        if self.remade is not None and seen == self._known:
            found = slope(objective, views, self.remade)
        else:
            found = slope(objective, views, objective.plain())
            self._remake(views, found, seen)
        stuck = found.gradient.flatten(1).abs().amax(1) == 0
        if stuck.any():
            opened = objective.plain(rules_of(objective.network, opened=True))
            found.gradient[stuck] = slope(objective, views[stuck], opened, stuck.nonzero()[:, 0]).gradient
        return found

    def _seen(self, views: Tensor) -> Any:
        weights = stamps(self.objective.network.module)
        return None if weights is None else (views.shape, weights)

    def _remake(self, views: Tensor, plain: Slope, seen: object) -> None:
        """Remakes the passes after a plain one, once for a size and weights, and keeps what agrees with it."""
        steep = bool(plain.gradient.any())  # nothing is learnt from a gradient of zero
        if seen is None or seen == self._known or not steep:
            return
        objective, self._known, self.remade = self.objective, seen, None
        network = objective.network
        made = remade(network, network.feed(views), objective.layer, rules_of(network))
        if made is not None and agrees(objective, views, made, plain):
            self.remade = made


def slope(objective: Objective, views: Tensor, passed: Pass, pictures: Tensor | None = None) -> Slope:
    """Returns the slope at views (m, bands, h, w) by one pass; they are those of these numbers (None: all n)."""
    with torch.inference_mode(False), torch.enable_grad():
        views = views.detach().clone().requires_grad_()
        answer = passed(objective.network.feed(views))
        values, climbed = objective.of(answer, pictures)
        gradient = None
        if climbed.requires_grad:
            (gradient,) = torch.autograd.grad(climbed.sum(), views, allow_unused=True)
    gradient = torch.zeros_like(views) if gradient is None else gradient.detach()
    return Slope(values.detach(), gradient, answer.detach())


def agrees(objective: Objective, views: Tensor, made: Pass, plain: Slope) -> bool:
    """Returns whether a remade pass gives the answers and the gradient of the network's own."""
    try:
        found = slope(objective, views, made)
    except Exception:  # whatever an operation says of having to go back, or to run for more pictures
        return False
    spread, length = plain.answer.std(), plain.gradient.norm()
    if found.answer.shape != plain.answer.shape or spread == 0:  # where nothing varies, being equal says nothing
        return False
    same = (found.answer - plain.answer).abs().max() <= SAME_ANSWER * spread
    return bool(same and (found.gradient - plain.gradient).norm() <= SAME_WAY * length)
