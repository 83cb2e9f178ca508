"""The panes of the ShiftLab: the picture and its object, menus and sliders, and the curves of each network."""

from __future__ import annotations

import html
import threading
from typing import Any

import ipywidgets

from ...core.picture.picture import to_bytes
from ...zoo.scenes import BACKGROUNDS, CLASSES
from ..kit import layout
from ..kit.notice import status
from ..link.protocol import Frame
from ..link.push import push
from ..views.stage import Stage
from .answers import Curve, Here
from .charts import COLOURS, WayChart, key
from .state import ACROSS, DOWN, LOGIT, PROBABILITY, SMALLEST, ShiftState
from .words import here_words, lesson_words, way_words

LABELS = {"description_width": "76px"}
SOLID = ("solid",) * 4
WAYS = {DOWN: "from the top", ACROSS: "from the left"}


class ShiftPanes:
    """Everything on the page, in `rows`. `curved` and `stands` may be called on any thread."""

    def __init__(self, state: ShiftState, group: str) -> None:
        self._state, self._lock = state, threading.Lock()
        self._curves: list[Curve | None] = [None] * len(state.networks)
        self._here: list[Here | None] = [None] * len(state.networks)
        self.stage = Stage(group=group, zoom=320, label="The picture, and a frame round its object")
        self.stage.draw_occluder, self.stage.box_says = False, "object"
        self.words, self.lesson = layout.html("dv-lab-words"), layout.html("dv-shift-lesson")
        self.controls = ShiftControls(state)
        names = [html.escape(network.name) for network in state.networks]
        self.scores = WayChart("", len(names), COLOURS, SOLID, 200)
        push(self.scores.key, value=key(list(zip(COLOURS, names, strict=False))))
        self.hidden = [WayChart(f"Hidden units of {name}", 3, COLOURS[1:], SOLID, 150) for name in names]
        picture = layout.classed(ipywidgets.VBox([self.stage, self.words]), "dv-lab-picture")
        beside = layout.classed(ipywidgets.VBox([self.controls, self.scores]), "dv-shift-side")
        below = layout.box("dv-shift-hidden", *self.hidden)
        self.rows = [layout.box("dv-lab-panes", picture, beside), self.lesson, below]
        self.stage.on_frame("occluder", self._dragged)
        self.stage.observe(lambda change: self._let_go(change["new"]), names="occluder")

    # --- the state ---

    def moved(self) -> None:
        """Shows the picture as it stands, and marks its place on the way."""
        state = self._state
        picture = to_bytes(state.movable.picture(state.row, state.col))
        self.stage.push("picture", arrays={"picture": picture, "fill": picture})
        push(self.stage, occluder=[state.row, state.col, *state.movable.size])
        with self._lock:
            for chart in (self.scores, *self.hidden):
                chart.point(state.place)

    def rescored(self) -> None:
        """Shows the curves of another score."""
        with self._lock:
            self._draw_scores()

    def _dragged(self, frame: Frame) -> None:
        """The browser waits until one step of a drag is answered before it sends the next."""
        self._put(frame.meta.get("box"))
        if frame.seq:
            self.stage.ack(frame.seq)

    def _let_go(self, box: Any) -> None:
        """The object goes where the frame was left, and the frame back to the object, whatever became of it."""
        self._put(box)
        state = self._state
        whole = [state.row, state.col, *state.movable.size]
        if self.stage.occluder != whole:
            push(self.stage, occluder=whole)

    def _put(self, box: Any) -> None:
        if box:
            self._state.row, self._state.col = self._state.fitted(round(box[0]), round(box[1]))

    # --- answers ---

    def stands(self, number: int, answer: Here) -> None:
        """What one network says of the picture as it stands."""
        with self._lock:
            self._here[number] = answer
            lines = [
                here_words(network, self._state.label, found)
                for network, found in zip(self._state.networks, self._here, strict=True)
                if found is not None
            ]
        push(self.words, value="<br>".join(html.escape(line) for line in lines))

    def curved(self, number: int, answer: Curve) -> None:
        """What one network says along the way."""
        with self._lock:
            self._curves[number] = answer
            self._draw_scores()
            chart, places = self.hidden[number], answer.asked.places
            for line in range(len(chart.lines)):
                shown = min(line, answer.relative.shape[1] - 1)
                chart.draw(line, places, answer.relative[:, shown])
            chart.fit(min(0.0, float(answer.relative.min())), 1.0)
            units = [f"{html.escape(answer.layer)}:{unit}" for unit in answer.units]
            push(chart.key, value=key(list(zip(COLOURS[1:], units, strict=False))))
            chart.tell(status(way_words(self._state.networks[number], answer)))
            self._point_all()
            self._tell()

    def _draw_scores(self) -> None:
        state = self._state
        known = [(number, curve) for number, curve in enumerate(self._curves) if curve is not None]
        if not known:
            return
        values = [curve.probabilities if state.score == PROBABILITY else curve.scores for _, curve in known]
        for (number, curve), line in zip(known, values, strict=True):
            self.scores.draw(number, curve.asked.places, line)
        bounds = (0.0, 1.0) if state.score == PROBABILITY else _bounds([float(v) for line in values for v in line])
        self.scores.fit(*bounds)
        said = f"{state.score.capitalize()} of {html.escape(state.label)}, by pixels {WAYS[state.direction]}"
        push(self.scores.heading, value=said)
        self._point_all()

    def _point_all(self) -> None:
        for chart in (self.scores, *self.hidden):
            chart.point(self._state.place)

    def _tell(self) -> None:
        curves = [curve for curve in self._curves if curve is not None]
        lines = [way_words(self._state.networks[number], curve) for number, curve in enumerate(self._curves) if curve]
        if len(curves) == len(self._curves) > 1 and len({id(curve.asked) for curve in curves}) == 1:
            lines.append(lesson_words(self._state.networks, curves))
        push(self.lesson, value="".join(f"<p>{html.escape(line)}</p>" for line in lines))


def _bounds(values: list[float]) -> tuple[float, float]:
    return min(values), max(values)


class ShiftControls(ipywidgets.VBox):
    """What is moved over what, where it stands, and which way is measured; they follow the state, and set it."""

    def __init__(self, state: ShiftState) -> None:
        self._state, self._following = state, False
        self.menus: dict[str, Any] = {
            "label": layout.dropdown("Object", CLASSES, "what is moved", style=LABELS),
            "background": layout.dropdown("Ground", BACKGROUNDS, "what it is moved over", style=LABELS),
            "direction": layout.dropdown(
                "Way", (("down", DOWN), ("across", ACROSS)), "which way is measured", style=LABELS
            ),
            "score": layout.dropdown("Curves", (PROBABILITY, LOGIT), "what the curves of the class show", style=LABELS),
        }
        self.sliders: dict[str, Any] = {
            "row": _slider("Down", "pixels from the top to the object"),
            "col": _slider("Across", "pixels from the left to the object"),
            "share": ipywidgets.FloatSlider(
                min=SMALLEST,
                max=1,
                step=0.05,
                description="Size ×",
                tooltip="how large the object is, of the size it was drawn in",
                continuous_update=False,
                style=LABELS,
            ),
        }
        super().__init__([*self.menus.values(), *self.sliders.values()])
        self.add_class("dv-shift-controls")
        self.follow()
        for name, control in {**self.menus, **self.sliders}.items():
            control.observe(lambda change, name=name: self._turned(name, change["new"]), names="value")

    def follow(self) -> None:
        """Puts every control where the state stands."""
        self._following = True
        try:
            for name, last in zip(("row", "col"), self._state.movable.reach, strict=True):
                self.sliders[name].max = max(1, last)
            for name, control in {**self.menus, **self.sliders}.items():
                control.value = getattr(self._state, name)
        finally:
            self._following = False

    def _turned(self, name: str, value: Any) -> None:
        if not self._following:
            setattr(self._state, name, value)


def _slider(description: str, tooltip: str) -> ipywidgets.IntSlider:
    return ipywidgets.IntSlider(min=0, max=128, description=description, tooltip=tooltip, style=LABELS)
