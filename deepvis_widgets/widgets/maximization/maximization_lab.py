"""Activation maximization live: pictures that a unit wants to see, with every knob in reach while they are made."""

from __future__ import annotations

import uuid
from typing import Any

from ...core.errors import DeepvisError
from ...engine.client import Client
from ...engine.engine import Engine
from ..kit.arguments import as_network, default_layer
from ..kit.root import RootWidget
from .kept import Kept
from .look import Look
from .panes import MaximizationPanes
from .session import MaximizationSession
from .state import NUMBERS, MaximizationState


class MaximizationLab(MaximizationState, RootWidget):
    """Gradient ascent on a unit or class score, live (Simonyan et al. 2013; Yosinski et al. 2015; Olah et al. 2017).

    `layer` and `unit` say what is maximised, or `target`, a class index or label; choosing a unit lets the class go.
    `preset` is one of PRESETS, `seeds` how many pictures are made together, `seed` that of the first. All knobs of
    dv.explain(..., "activation_maximization") are traits and act while the pictures are made: rate, decay, blur,
    blur_every, small_norm, small_contribution (None: the preset's own), transforms, tv, pull, fitted, stretch,
    minimize. `view` is one of VIEWS. All may be set, observed and linked; what does not exist raises DeepvisError.

    `start`, `pause`, `go_on`, `restart`, `keep` and `draw_sizes` are what the buttons do; `running` says whether
    pictures are being made; `look` has the pictures and the trace of the objective, `kept` what was kept.

    >>> import deepvis_widgets as dv
    >>> lab = dv.MaximizationLab("husky-wolf", layer="features.conv3", unit=3, seeds=2)
    >>> lab.steps, lab.decay = 12, 0.001
    >>> lab.close()
    """

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
        _check_names(knobs)
        self.group = uuid.uuid4().hex
        self.kept: list[Kept] = []
        self.client = Client(found, lambda sentence: self.panes.say(sentence))
        super().__init__(found)
        self.add_class("dv-lab").add_class("dv-maximization")
        self.panes = MaximizationPanes(
            self,
            self.group,
            on_play=lambda: self.pause() if self.running else self.go_on(),
            on_restart=self.restart,
            on_keep=self.keep,
            on_forget=self.forget_kept,
            on_sizes=self.draw_sizes,
        )
        self.session = MaximizationSession(self, self.client, self.panes)
        self.children = self.panes.rows
        self._set(layer or default_layer(found), unit, preset, seeds, {**knobs, "target": target})

    def _set(self, layer: str, unit: int, preset: str, seeds: int, more: dict[str, Any]) -> None:
        try:
            self.layer = layer
            self.unit, self.preset, self.seeds = unit, preset, seeds
            for name, value in more.items():
                setattr(self, name, value)
        except Exception:
            self.close()  # nobody else could
            raise

    @property
    def engine(self) -> Engine:
        """The engine of the network."""
        return self.client.engine

    @property
    def look(self) -> Look | None:
        """The pictures in the making, and the trace of their objective; None while there are none."""
        return self.session.look

    # --- what the buttons do ---

    def start(self) -> None:
        """Makes new pictures, from noise."""
        self.session.start()

    restart = start

    def pause(self) -> None:
        """Stops after the step that is being computed; everything stays as it is."""
        self.session.pause()

    def go_on(self) -> None:
        """Goes on from where it was paused; when all steps were done, for as many again.

        Begins where nothing was begun.
        """
        self.session.go_on()

    def keep(self) -> None:
        """Keeps the picture chosen in the gallery, or else the one with the highest objective, lowest if minimised."""
        look = self.look
        if look is None or not len(look.trace):
            self.panes.say("There is no picture to keep yet; press Start first.")
            return
        chosen = self.panes.gallery.chosen
        kept = Kept.of(self.network, look, chosen if 0 <= chosen < look.trace.shape[1] else look.best)
        self.kept.append(kept)
        self.panes.kept.add(kept)

    def forget_kept(self) -> None:
        """Takes the kept pictures away."""
        self.kept.clear()
        self.panes.kept.clear()

    def draw_sizes(self) -> None:
        """Draws one unit of each layer at the true size of what it sees; pictures that are being made wait, paused."""
        self.session.draw_sizes()

    def ending(self) -> None:
        self.session.forget()
        self.client.close()


def _check_names(knobs: dict[str, Any]) -> None:
    accepted = (*NUMBERS, "view")
    for name in knobs:
        if name not in accepted:
            raise DeepvisError(f'MaximizationLab has no "{name}"; accepted: {", ".join(accepted)}.')
