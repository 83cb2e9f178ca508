"""Synthesized pictures: of the selected unit, and of each unit on screen for the grid of pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from torch import Tensor

from ...core.content_key import content_key
from ...core.network.target import Target
from ...core.report import Report
from ...core.results import Pictures
from ...core.weights_key import learned_key
from ...engine.client import Client, nothing
from ...methods import explain
from ...methods.synthesis import SynthesisParams
from ...methods.synthesis.units import UnitsDrawn, draw_units
from .answers import Drawing, GridNotice, UnitPictures, UnitTiles
from .state import ExplorerState

PICTURES = 4
PICTURED = ("pictures", "patches")  # tiles that are pictures of units
TOGETHER = 32  # known pictures in a message
PATTERN_STEPS = 48
STEPS = 128  # of activation maximization: enough to see what a unit wants, and some seconds on a laptop


class Synthesis:
    """Draws what units want to see, by activation maximization; `publish` is told Drawing, UnitPictures, UnitTiles and
    GridNotice.

    `running` says whether pictures of the selected unit are being drawn. `known_picture(layer, channel, mode)` is a
    unit's picture for the grid that need not be drawn, or None.
    """

    def __init__(self, state: ExplorerState, client: Client, publish: Callable[[object], object]) -> None:
        self._state, self._client, self._publish = state, client, publish
        self.running = False
        self._run: object = None  # the one whose pictures are shown
        self._lock = threading.RLock()
        self._filling = object()  # of the newest grid of pictures that was asked for
        self.known_picture: Callable[[str, int, str], Tensor | None] = lambda *_: None
        state.observe(lambda _: self.forget(), names=["layer", "unit"])
        state.observe(lambda _: self.fill_grid(), names=["layer", "tiles"])

    # --- the selected unit ---

    def draw(self) -> None:
        """Synthesizes what the selected unit wants to see; the pictures appear as they improve."""
        unit, run = Target(self._state.unit, self._state.layer), object()
        with self._lock:
            self._run, self.running = run, True
            self._publish(Drawing(True, 0.0))
        self._client.ask(
            "pictures",
            partial(self._synthesize, unit, PICTURES, STEPS),
            partial(self._finish, run),
            key=self._key(unit, PICTURES, STEPS),
            background=True,
            on_partial=partial(self._improve, run),
            on_error=partial(self._end, run),
            on_cancelled=partial(self._end, run),
            doing="drawing this unit",
        )

    def toggle(self) -> None:
        """Draws, or stops drawing."""
        if self.running:
            self.stop()
        else:
            self.draw()

    def stop(self) -> None:
        """Stops drawing; the pictures as they are stay."""
        if self.running:
            self._client.cancel("pictures")

    def forget(self) -> None:
        """Another unit is selected: its pictures are others."""
        self.stop()
        with self._lock:
            self._end(self._run)
            self._run = None
            self._publish(UnitPictures(None))

    def _improve(self, run: object, fraction: float, part: Any) -> None:
        with self._lock:
            if run is self._run:
                if isinstance(part, Pictures):
                    self._publish(UnitPictures(part))
                self._publish(Drawing(True, fraction))

    def _finish(self, run: object, result: Any) -> None:
        with self._lock:
            if run is self._run:
                self._publish(UnitPictures(result))
                self._end(run, fraction=1.0)

    def _end(self, run: object, sentence: str = "", fraction: float | None = None) -> None:
        """A run has ended; the next one may have begun already."""
        with self._lock:
            if run is self._run and self.running:
                self.running = False
                self._publish(Drawing(False, fraction, sentence))

    def _synthesize(self, unit: Target, pictures: int, steps: int, report: Report) -> Any:
        chosen: dict[str, Any] = {"layer": unit.layer, "unit": unit.channel, "pictures": pictures, "steps": steps}
        return explain(self._client.network, None, "activation_maximization", report=report, **chosen)

    def _key(self, unit: Target, pictures: int, steps: int) -> str:
        weights = learned_key(self._client.network)
        return content_key("pictures", weights, unit.layer, unit.channel, pictures, steps)

    # --- the units on screen ---

    def known(self, layer: str, channel: int) -> Tensor | None:
        """Returns what a unit looks like in a grid of pictures, stored or drawn before; None where it would have to be
        drawn. On the engine's thread.
        """
        stored = self.known_picture(layer, channel, "pictures")
        drawn = self._client.engine.cache.get(self._key(Target(channel, layer), 1, PATTERN_STEPS))
        return drawn if stored is None else stored

    def fill_grid(self) -> None:
        """Fills the grid with a picture of each unit on screen, where it shows pictures: those that are known at once,
        then the others, which appear as they improve, some units after the others.
        """
        state, client = self._state, self._client
        with self._lock:
            filling = self._filling = object()
            for slot in ("known patterns", "pattern"):
                client.cancel(slot)
        self._say("")
        if state.tiles not in PICTURED:
            return
        layer, mode, units = state.layer, state.tiles, state.on_screen.tolist()

        def draw_others(missing: list[int]) -> None:
            work = partial(self._draw_tiles, layer, missing)
            with self._lock:
                if missing and mode == "pictures" and filling is self._filling:
                    client.ask(
                        "pattern", work, nothing, background=True, on_error=self._say, doing="drawing these units"
                    )

        client.ask(
            "known patterns",
            lambda _: self._show_known(layer, units, mode),
            draw_others,
            on_error=self._say,
            doing="showing these units",
        )

    def _say(self, sentence: str) -> None:
        self._publish(GridNotice(sentence))

    def _show_known(self, layer: str, units: list[int], mode: str) -> list[int]:
        """Shows the pictures that need not be drawn; returns the units of the others."""
        missing = []
        for first in range(0, len(units), TOGETHER):
            found = {channel: self.known_picture(layer, channel, mode) for channel in units[first : first + TOGETHER]}
            known = {channel: picture for channel, picture in found.items() if picture is not None}
            missing += [channel for channel in found if channel not in known]
            if known:
                self._publish(UnitTiles(layer, known, mode))
        return missing

    def _draw_tiles(self, layer: str, units: list[int], report: Report) -> None:
        cache = self._client.engine.cache
        keys = {channel: self._key(Target(channel, layer), 1, PATTERN_STEPS) for channel in units}
        known = {channel: found for channel in units if (found := cache.get(keys[channel])) is not None}
        if known:
            self._publish(UnitTiles(layer, known))

        def show(fraction: float, partial: object | None = None) -> None:
            report(fraction)
            if isinstance(partial, UnitsDrawn):
                self._publish(UnitTiles(layer, partial.pictures))
                for channel in partial.pictures if partial.done else ():
                    cache.put(keys[channel], partial.pictures[channel])

        left = [channel for channel in units if channel not in known]
        draw_units(self._client.network, layer, left, SynthesisParams(pictures=1, steps=PATTERN_STEPS), show)
