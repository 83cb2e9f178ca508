"""Activation maximization: the pictures a unit or class wants to see most."""

from __future__ import annotations

import time
from typing import Any

from torch import Tensor

from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..core.network.target import Target
from ..core.report import Report
from ..core.results import Pictures
from .backward import describe
from .base import Method, silent
from .synthesis import Ascent, SynthesisParams

PARTIAL_EVERY = 1 / 8  # seconds from one partial result to the next


class ActivationMaximization(Method):
    """x* = argmax of a unit's activation, before its rectifier, or of a class score or its probability, over pictures x
    that a regularizer keeps looking like pictures (Simonyan et al. 2013, sec. 2; Yosinski et al. 2015, sec. 3; Olah et
    al. 2017).

    Streams: reports after every step, with the pictures so far a few times a second.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> found = dv.explain(net, None, "activation_maximization", layer="features.relu3", unit=12, steps=2, pictures=1)
    >>> found.pictures.shape, found.trace.shape
    (torch.Size([1, 3, 128, 128]), torch.Size([2, 1]))
    """

    name = "activation_maximization"
    title = "Activation maximization"
    Params = SynthesisParams
    long = True
    picture = False

    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> Pictures:
        if target is None:
            raise DeepvisError(f"{self.name} needs something to maximise; give target= (a class) or layer= and unit=.")
        ascent = Ascent(network, target, params)
        shown = -PARTIAL_EVERY
        while not ascent.done:
            ascent.step()
            now = time.monotonic()
            due = now - shown >= PARTIAL_EVERY and not ascent.done
            shown = now if due else shown
            report(ascent.fraction, self._result(ascent) if due else None)
        return self._result(ascent)

    def _result(self, ascent: Ascent) -> Pictures:
        words = describe(ascent.network, ascent.target)
        return Pictures(self.name, words, ascent.pictures(), ascent.frame.box, ascent.trace, ascent.params)
