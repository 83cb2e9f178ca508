"""From what the Explorer is asked to show to answers on its panes: every question goes to the engine, in the slot of
its pane.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ...core.content_key import content_key
from ...core.network.layer import Layer
from ...core.network.recording import Recording
from ...core.picture.fills import fill_picture
from ...core.picture.picture import to_bytes
from ...core.results import HeatMap, Pictures
from ...core.weights_key import weights_key
from ...engine.cache import Cache
from ...engine.engine import Engine
from ...methods import explain, method
from ...passes.moving_window import Covered
from ..link import frames
from . import answers as live
from .answers import Unit
from .drag import Dragging
from .frames import statistics, stats_frame, tiles_frame
from .question import Question

if TYPE_CHECKING:
    from .explorer import Explorer

EXPLANATION = "explanation"  # the slot of methods that take seconds
ALL_TILES = 500_000  # bytes; a layer with more is sent as far as it is on screen
PICTURES = 4
PATTERN_STEPS = 48
SEEN = 16 * 2**20  # bytes of backward views, for units that are clicked again: a hundred at 224 pixels
STEPS = 128  # of activation maximization: enough to see what a unit wants, and some seconds on a laptop


class Updates:
    """Asks the engine and pushes its answers; `explorer` is where the state is."""

    def __init__(self, explorer: Explorer) -> None:
        self.explorer, self.network = explorer, explorer.network
        self.engine = Engine.of(self.network).acquire()
        self.network.recordings.limit = 2
        self.view: Tensor | None = None
        self.fill: Tensor | None = None
        self.held: Unit | None = None
        self.top: int | None = None  # the top class of the uncovered picture
        self.visible = torch.arange(0)
        self.milliseconds = 0.0
        self._explaining: object | None = None  # the run of a method that takes seconds
        self._seen = Cache(SEEN)
        self._seen_pass: Callable[[], Recording | None] = lambda: None
        self.known_picture: Callable[[str, int], Tensor | None] = lambda *_: None  # of a unit, where there is an atlas
        self._closed = False
        self.dragging = Dragging(self)

    # --- the picture ---

    def open(self, picture: Any) -> None:
        """Show another picture; DeepvisError, and the old one stays, if it cannot be read."""
        self.view = self.network.view(picture)
        self.top = None
        self.dragging.moving.forget()
        self.explorer.panes.stage.notice = ""
        self.refill()
        self.refresh()

    def refill(self) -> None:
        """Send the picture with what the occluder shows over it."""
        if self.view is not None:
            self.fill = fill_picture(self.view, self.explorer.fill)
            arrays = {"picture": to_bytes(self.view), "fill": to_bytes(self.fill)}
            self.explorer.panes.stage.push("picture", arrays=arrays)

    # --- questions ---

    def ask(self, box: Any = None, everything: bool = True) -> Question | None:
        """The question as things stand, with the occluder at `box`; None while there is no picture."""
        explorer = self.explorer
        self.dragging.overtaken()
        if self.view is None or self.fill is None or self._closed:
            return None
        unit = Unit(explorer.layer, explorer.unit, explorer.position)
        held = self.held if explorer.frozen and self.held is not None else unit
        covered = Covered(self.view, self.fill, box, explorer.layer)
        return Question(
            covered,
            covered.shown,
            unit,
            held,
            explorer.target if explorer.target is not None or box is None else self.top,
            explorer.method,
            explorer.panes.params(explorer.method),
            explorer.backward,
            explorer.backward_view,
            explorer.tiles,
            explorer.panes.grid.tile,
            None if everything else self._on_screen(),
        )

    def _on_screen(self) -> Tensor:
        count = self.network.layers[self.explorer.layer].channels
        return self.visible[self.visible < count] if len(self.visible) else torch.arange(min(count, 64))

    def refresh(self, rank: bool = True) -> None:
        """Everything anew: another picture, layer, fill or settled occluder."""
        question = self.ask(self.explorer.occluder)
        if question is not None:
            self._submit("live", lambda: self._everything(question, 0, rank), doing="showing this picture")
            self._explain_slowly(question)

    def drag(self, box: Any, seq: int) -> None:
        """The occluder is at `box` now; the browser sends its next position when this one is acknowledged."""
        stage = self.explorer.panes.stage
        question = self.ask(box, everything=False)
        if question is None:
            stage.ack(seq)
            return
        self._submit(
            "live",
            lambda: self.dragging.step(question, seq),
            lambda: stage.ack(seq),
            "covering a part of the picture",
        )

    def select(self) -> None:
        """Another unit or position, or another way to look at it."""
        question = self.ask(self.explorer.occluder)
        if question is not None:
            self._submit("unit", lambda: self._one_unit(question), doing="showing this unit")

    def survey_methods(self) -> None:
        """Find out which methods cannot serve this network, after what is asked for at the start."""
        panes = self.explorer.panes
        self.engine.submit("methods", lambda _: panes.survey_methods(), long=True, doing="asking the methods")

    def explain(self) -> None:
        """Another class or method over the picture."""
        question = self.ask(self.explorer.occluder)
        if question is not None:
            self._submit("overlay", lambda: self._overlay(question, 0), doing=f"running {question.method}")
            self._explain_slowly(question)

    def _explain_slowly(self, question: Question) -> None:
        """Run a method that takes seconds beside everything else; its map appears as it improves."""
        panes, name = self.explorer.panes, question.method
        self.stop_explaining()
        job = self._explaining = object()
        if name is None or not method(name).long:
            panes.show_progress(None)
            return
        panes.show_progress(0.0)

        def work(report: Callable[..., None]) -> Any:
            return explain(self.network, question.view, name, target=question.target, report=report, **question.params)

        self.engine.submit(
            EXPLANATION,
            work,
            key=content_key(name, weights_key(self.network.module), question.view, question.target, question.params),
            long=True,
            on_partial=lambda fraction, partial: self._show_explanation(name, partial, fraction),
            on_result=lambda result: self._show_explanation(name, result, None),
            on_error=lambda sentence, _: self._end_explanation(job, sentence),
            on_cancelled=lambda: self._end_explanation(job),
            doing=f"running {name}",
        )

    def stop_explaining(self) -> None:
        """Stop the method that is running over the picture; what it has drawn stays."""
        self.engine.cancel(EXPLANATION)

    def _show_explanation(self, name: str, result: Any, fraction: float | None) -> None:
        if self.explorer.method == name:
            self.explorer.panes.show_progress(fraction)
            if isinstance(result, HeatMap):
                self._push_overlay(name, result, 0)

    def _end_explanation(self, job: object, sentence: str = "") -> None:
        """A run has ended; its progress bar may show the next one already."""
        if job is not self._explaining:
            return
        self.explorer.panes.show_progress(None)
        if sentence:
            self.say(sentence)

    def scroll(self, units: Tensor, seq: int) -> None:
        """Other units came on screen."""
        self.visible = units
        grid = self.explorer.panes.grid
        question = self.ask(self.explorer.occluder, everything=False)
        if question is None:
            grid.ack(seq)
            return
        self._submit("tiles", lambda: self._tiles(question, 0), lambda: grid.ack(seq), "showing these units")
        if self.explorer.tiles == "pictures":
            self.draw_pattern()

    def film(self, view: Tensor, seq: int) -> None:
        """A picture (3, H, W) from the camera; the browser sends the next when this one is acknowledged."""
        self.view, self.top = view, None
        self.refill()
        question = self.ask(self.explorer.occluder, everything=False)
        done = partial(self.explorer.panes.camera.ack, seq)
        if question is None:
            done()
            return
        self._submit("live", lambda: self._everything(question, 0, True), done, "showing the camera")

    # --- unit pictures ---

    def draw_pictures(self) -> None:
        """Synthesize what the selected unit wants to see; answers stream into the gallery."""
        explorer, gallery = self.explorer, self.explorer.panes.gallery
        unit = Unit(explorer.layer, explorer.unit)
        gallery.running, gallery.progress, gallery.notice = True, 0.0, ""
        self.engine.submit(
            "pictures",
            partial(self._synthesize, unit, PICTURES, STEPS),
            key=self._pictures_key(unit, PICTURES, STEPS),
            long=True,
            on_partial=self._show_progress,
            on_result=lambda result: self._show_pictures(result, 1.0),
            on_error=lambda sentence, _: self._stop_gallery(sentence),
            on_cancelled=self._stop_gallery,
            doing="drawing this unit",
        )

    def _synthesize(self, unit: Unit, pictures: int, steps: int, report: Callable[..., None]) -> Any:
        chosen: dict[str, Any] = {"layer": unit.layer, "unit": unit.channel, "pictures": pictures, "steps": steps}
        return explain(self.network, None, "activation_maximization", report=report, **chosen)

    def _pictures_key(self, unit: Unit, pictures: int, steps: int) -> str:
        return content_key("pictures", weights_key(self.network.module), unit.layer, unit.channel, pictures, steps)

    def stop_pictures(self) -> None:
        """Stop drawing; the pictures as they are stay."""
        self.engine.cancel("pictures")

    def forget_pictures(self) -> None:
        """Another unit is selected: its pictures are others."""
        self.stop_pictures()
        gallery = self.explorer.panes.gallery
        gallery.forget("pictures")
        gallery.push("pictures", {"caption": ""}, {"pictures": frames.no_pictures()})

    def _show_progress(self, fraction: float, partial: Any) -> None:
        self.explorer.panes.gallery.progress = fraction
        if isinstance(partial, Pictures):
            self._show_pictures(partial, fraction)

    def _show_pictures(self, result: Pictures, fraction: float) -> None:
        gallery = self.explorer.panes.gallery
        meta, arrays = frames.pictures_frame(result)
        gallery.push("pictures", meta, arrays)
        gallery.progress = fraction
        if fraction == 1.0:
            gallery.running = False

    def _stop_gallery(self, sentence: str = "") -> None:
        gallery = self.explorer.panes.gallery
        gallery.running, gallery.notice = False, sentence

    # --- pattern mode ---

    def draw_pattern(self) -> None:
        """Fill the grid with a synthesized picture of each unit on screen, one after the other."""
        layer = self.explorer.layer
        units = self._on_screen()
        work = partial(self._draw_units, layer, units.tolist())
        self.engine.submit(
            "pattern",
            work,
            long=True,
            on_error=lambda sentence, _: self._grid_notice(sentence),
            doing="drawing these units",
        )

    def stop_pattern(self) -> None:
        """Stop filling the grid."""
        self.engine.cancel("pattern")

    def _draw_units(self, layer: str, units: list[int], report: Callable[..., None]) -> None:
        for done, channel in enumerate(units):
            report(done / len(units))
            picture = self.known_picture(layer, channel)
            if picture is None:
                work = partial(
                    self._synthesize,
                    Unit(layer, channel),
                    1,
                    PATTERN_STEPS,
                    lambda *_: report(done / len(units)),  # noqa: B023
                )
                key = self._pictures_key(Unit(layer, channel), 1, PATTERN_STEPS)
                picture = self.engine.cache.get_or_make(key, work).crops[0]
            self.explorer.panes.grid.push("pictures", *frames.pattern_frame(layer, channel, picture))

    def _grid_notice(self, sentence: str) -> None:
        self.explorer.panes.grid.notice = sentence

    # --- answers; all of this runs on the worker's thread ---

    def _submit(
        self, slot: str, work: Callable[[], None], done: Callable[[], None] = lambda: None, doing: str = ""
    ) -> None:
        began = time.perf_counter()

        def finish(_: object) -> None:
            self.milliseconds = 1000 * (time.perf_counter() - began)
            self.explorer.panes.show_status(self.milliseconds)
            self.say("")
            done()

        def fail(sentence: str, _: BaseException) -> None:
            self.say(sentence)
            done()

        self.engine.submit(slot, lambda _: work(), on_result=finish, on_error=fail, on_cancelled=done, doing=doing)

    def say(self, sentence: str) -> None:
        self.explorer.panes.stage.notice = sentence

    def _everything(self, question: Question, seq: int, rank: bool) -> None:
        self.forward(question, self._record(question), seq, rank)
        self.backward(question, seq)

    def forward(self, question: Question, recording: Recording, seq: int, rank: bool) -> None:
        """What a pass without a graph is enough for."""
        self._show_tiles(question, recording, seq)
        self._show_unit(question, recording)
        self._probabilities(question, recording, rank)

    def backward(self, question: Question, seq: int) -> None:
        """What needs a pass of its own, or a way back."""
        if question.tiles == "gradient":
            self._differences(question, seq)
        self._overlay(question, seq)
        self._backward(question)

    def _one_unit(self, question: Question) -> None:
        self._show_unit(question, self._record(question))
        self._backward(question)
        if question.tiles == "gradient":
            self._tiles(question, 0)

    def _record(self, question: Question) -> Recording:
        return live.passed(self.network, question.view, question.backward)

    def _tiles(self, question: Question, seq: int) -> None:
        self._show_tiles(question, self._record(question), seq)
        if question.tiles == "gradient":
            self._differences(question, seq)

    def _show_tiles(self, question: Question, recording: Recording, seq: int) -> None:
        grid, layer = self.explorer.panes.grid, self.network.layers[question.unit.layer]
        maps = live.all_maps(self.network, recording, layer.name)
        visible = self._sendable(question, layer)
        shown = live.tiles(self.network, maps, layer.name, visible, question.tile)
        grid.push("stats", *stats_frame(shown), seq)
        grid.push("tiles", *tiles_frame(shown, visible is None), seq)

    def _differences(self, question: Question, seq: int) -> None:
        """The grid of derivatives of the backward unit: the toolbox's diff view."""
        held, layer = question.held, self.network.layers[question.unit.layer]
        question = replace(question, visible=self._sendable(question, layer))
        signal = live.gradient_maps(self.network, question.view, question.backward, held, layer.name)
        shown = live.tiles(self.network, signal, layer.name, question.visible, question.tile)
        self.explorer.panes.grid.push("gradient", *tiles_frame(shown, question.visible is None), seq)

    def _sendable(self, question: Question, layer: Layer) -> Tensor | None:
        """The units to send: all where that is little, else those on screen."""
        side = min(1.0, question.tile / max(layer.height, layer.width))
        small = layer.channels * layer.height * layer.width * side * side <= ALL_TILES
        return question.visible if question.visible is not None or small else self._on_screen()

    def _show_unit(self, question: Question, recording: Recording) -> None:
        layer = self.network.layers[question.unit.layer]
        found = live.unit_map(self.network, recording, question.unit)
        lines = statistics(found)
        self.explorer.panes.unit.push("map", *frames.map_frame(found.values, layer.field, lines))
        self.explorer.panes.show_field(layer, question.unit, found.position)

    def _probabilities(self, question: Question, recording: Recording, rank: bool) -> None:
        shares = live.probabilities(recording)
        if question.covered.box is None:
            self.top = int(shares.argmax())
        chosen = int(shares.argmax()) if question.target is None else question.target
        self.explorer.panes.probabilities.show(shares, chosen, rank)

    def _overlay(self, question: Question, seq: int) -> None:
        name = question.method
        self.explorer.panes.mark_class(question.target)
        if name is None:
            self._push_overlay("", None, seq)
        elif not method(name).long:
            result = live.overlay(self.network, question.view, name, question.target, question.params)
            self._push_overlay(name, result, seq)

    def _push_overlay(self, name: str, result: HeatMap | None, seq: int) -> None:
        title = "" if result is None else f"{method(name).title}: {result.target}" + frames.noted(result)
        meta, arrays = frames.overlay_frame(result, title)
        self.explorer.panes.colour(meta.get("signed", False))
        self.explorer.panes.stage.push("overlay", meta, arrays, seq)
        self.explorer.panes.show_object(result)

    def _backward(self, question: Question) -> None:
        if question.backward == "off":
            return
        unit, kind, recording = question.held, question.backward_view, self._record(question)
        line = f"{unit.layer}:{unit.channel}" + (" (frozen)" if unit != question.unit else "")

        def make() -> frames.Parts:
            return frames.rgb_frame(live.backward_picture(self.network, recording, kind, unit), [line])

        seen = self._seen_in(recording)
        self.explorer.panes.backward.push("rgb", *seen.get_or_make((unit, kind, line), make))

    def _seen_in(self, recording: Recording) -> Cache:
        """The backward views drawn from this pass; those of the one before are forgotten."""
        if self._seen_pass() is not recording:
            self._seen.clear()
            self._seen_pass = weakref.ref(recording)
        return self._seen

    def close(self) -> None:
        """Give the engine back: no answer arrives after this."""
        if not self._closed:
            self._closed = True
            self.engine.release()
            self.dragging.moving.forget()
            self.view = self.fill = None
            self._seen.clear()
