"""Activation maximization live: pictures that a unit wants to see, with every knob in reach while they are made."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ...core.errors import DeepvisError
from ...engine.client import Client
from ...engine.engine import Engine
from ...methods.synthesis import SynthesisParams
from ..kit.arguments import as_network, default_layer
from ..kit.root import RootWidget
from ..page.parts import Page
from ..remake.networks import target_keyword
from ..remake.recipe import Call, Explanation
from . import handout
from .ascent_run import Look
from .kept import Kept
from .panes import MaximizationPanes
from .session import MaximizationSession
from .state import NUMBERS, MaximizationState

KNOBS = (*NUMBERS, "score", "view")


class MaximizationLab(MaximizationState, RootWidget):
    """Gradient ascent on a unit or class score, live (Simonyan et al. 2013; Yosinski et al. 2015; Olah et al. 2017).

    `layer` and `unit` say what is maximised, or `target`, a class index or label; choosing a unit lets the class go.
    Of a class, `score` says whether its "logit" is climbed, its "probability", or "both" side by side, which shows
    what the probability's gradient does to the other classes; `look.beside` is the second row then.
    `preset` is one of PRESETS, `seeds` how many pictures are made together, `seed` that of the first. All knobs of
    dv.explain(..., "activation_maximization") are traits and act while the pictures are made: rate, decay, blur,
    blur_every, small_norm, small_contribution (None: the preset's own), transforms, tv, pull, fitted, stretch,
    minimize. `view` is one of VIEWS. All may be set, observed and linked; what does not exist raises DeepvisError.

    It starts by itself when it is first shown on a page. `start`, `pause`, `go_on`, `restart`, `keep` and `draw_sizes`
    are what the buttons do; `running` says whether pictures are being made; `look` has the pictures and the trace of
    the objective, `kept` what was kept.

    >>> import deepvis_widgets as dv
    >>> lab = dv.MaximizationLab("husky-wolf", layer="features.conv3", unit=3, seeds=2)
    >>> lab.steps, lab.decay = 12, 0.001
    >>> lab.close()
    """

    ARGUMENTS = "network", "layer", "unit", "target", *KNOBS

    def __init__(
        self,
        network: Any = "husky-wolf",
        layer: str | None = None,
        unit: int = 0,
        target: int | str | None = None,
        preset: str = "yosinski-3",
        seeds: int = 4,
        **knobs: Any,
    ) -> None:
        found = as_network(network)
        if unknown := [name for name in knobs if name not in KNOBS]:
            raise DeepvisError(f'MaximizationLab has no "{unknown[0]}"; accepted: {", ".join(KNOBS)}.')
        self.kept: list[Kept] = []
        self.client = Client(found, lambda sentence: self.panes.say(sentence))
        super().__init__(found)
        self.add_class("dv-lab").add_class("dv-maximization")
        acts = self._play, self.restart, self.keep, self.forget_kept, self.draw_sizes
        self.panes = MaximizationPanes(self, uuid.uuid4().hex, *acts)
        self.session = MaximizationSession(self, self.client, self.panes)
        self.children = self.panes.rows
        self._untouched = True  # nothing was drawn yet, and nobody asked for it
        self.panes.gallery.on_frame("shown", lambda _: self._shown())
        layer = layer or default_layer(found)
        self.set_or_close(layer=layer, unit=unit, preset=preset, seeds=seeds, **knobs, target=target)

    def explanations(self) -> Sequence[Explanation]:
        """The pictures, from the first step to the last; one call for each score that is climbed."""
        goal = self.goal
        what = {"layer": goal.layer, "unit": goal.channel} if goal.layer else target_keyword(self.network, goal.channel)
        usual, found = SynthesisParams(), list[Explanation]()
        for score in self.scores:
            params = vars(replace(self.params, score=score))
            turned = {name: value for name, value in params.items() if value != getattr(usual, name)}
            call = Call("explain", (self.network, None, "activation_maximization"), what | turned)
            found.append(Explanation("beside" if found else "found", call, "" if found else "the pictures"))
        return found

    def _shown(self) -> None:
        """The first time that it is on a page it begins by itself: there is something to see without a click."""
        if self._untouched:
            self.start()

    def _play(self) -> None:
        (self.pause if self.running else self.go_on)()

    @property
    def engine(self) -> Engine:
        """The engine of the network."""
        return self.client.engine

    @property
    def look(self) -> Look | None:
        """The pictures in the making, and the trace of their objective; None while there are none."""
        return self.session.look

    def page(self) -> Page:
        """The pictures with their objective by step, those that were kept, and one of each layer if they are drawn."""
        return Page(self.called, handout.page(self.network, self.look, self.view, self.kept, self.session.layers))

    # --- what the buttons do ---

    def start(self) -> None:
        """Makes new pictures, from noise."""
        self._untouched = False
        self.session.start()

    restart = start

    def pause(self) -> None:
        """Stops after the step that is being computed; everything stays as it is."""
        self._untouched = False
        self.session.pause()

    def go_on(self) -> None:
        """Goes on from where it was paused; when all steps were done, for as many again.

        Begins where nothing was begun.
        """
        self._untouched = False
        self.session.go_on()

    def keep(self) -> None:
        """Keeps the picture chosen in the gallery, or else the one with the highest objective, lowest if minimised."""
        look = self.look
        if look is None or not len(look.trace):
            self.panes.say("There is no picture to keep yet; press Start first.")
            return
        chosen, other = self.panes.row.gallery.chosen, self.panes.beside.gallery.chosen
        if look.beside is not None and chosen < 0 <= other:
            look, chosen = look.beside, other
        kept = Kept.of(self.network, look, chosen if 0 <= chosen < look.trace.shape[1] else look.best)
        self.kept.append(kept)
        self.panes.kept.add(kept)

    def forget_kept(self) -> None:
        """Takes the kept pictures away."""
        self.kept.clear()
        self.panes.kept.clear()

    def draw_sizes(self) -> None:
        """Draws one unit of each layer at the true size of what it sees; pictures that are being made wait, paused."""
        self._untouched = False
        self.session.draw_sizes()

    def parts(self) -> tuple[Any, ...]:
        """What closes with the lab: also the second chart while it is not laid out."""
        return (*super().parts(), self.panes.beside.chart)

    def ending(self) -> None:
        self.session.forget()
        self.client.close()
