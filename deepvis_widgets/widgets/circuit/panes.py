"""The panes of the circuit board: the picture with what the unit sees, the choice of a unit, and the drawing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets
from PIL import Image
from torch import Tensor

from ...core.attention.heads import Heads
from ...core.network.target import Target
from ...core.picture.picture import to_bytes
from ...engine.client import nothing
from ...engine.main_thread import MainThread
from ...methods.circuits.answers import Answered
from ..board.board import Board
from ..board.pen import LIGHT, Pen
from ..kit import layout
from ..kit.layout import button, classed
from ..kit.notice import Notice, attempt
from ..link.frames import overlay_frame, signed_overlay_frame, symmetric_range
from ..link.push import push
from ..page.paper import Paper
from ..views.download_button import DownloadButton
from ..views.stage import Stage
from .drawing import DENSITY, Scene, draw, element_at
from .session import Unit
from .state import CircuitState
from .words import sentence

Content = Callable[[str], bytes]


class CircuitPanes:
    """Everything under the bar, in `rows`. `answered` and `pictured` may be called on any thread."""

    def __init__(self, state: CircuitState, stage: Stage, content: Content) -> None:
        self.picture = PicturePane(state, stage)
        self.choice = ChoicePane(state, content)
        self.drawing = CircuitDrawing(state.go_down, state.go_back)
        beside = classed(ipywidgets.VBox([self.choice, self.drawing]), "dv-circuit-side")
        self.rows = [layout.box("dv-lab-panes", self.picture, beside)]

    def answered(self, answer: Answered) -> None:
        """Another unit was taken apart."""
        self.picture.show(answer)
        self.drawing.show(answer)

    def pictured(self, unit: Unit, picture: Tensor) -> None:
        """What a unit wants to see."""
        self.drawing.picture(unit, picture)


class PicturePane(ipywidgets.VBox):
    """The picture under the map of the unit, and round what it sees a box."""

    def __init__(self, state: CircuitState, stage: Stage) -> None:
        self._network, self.stage = state.network, stage
        stage.draw_occluder, stage.colormap, stage.opacity, stage.zoom = False, "blue-red", 0.55, 288
        super().__init__([stage])
        self.add_class("dv-lab-picture")

    def show(self, answer: Answered) -> None:
        """Shows the picture, the map and the box."""
        node = answer.nodes[-1]
        title = f"{node.unit.layer}:{node.unit.channel}"
        self.stage.push("picture", arrays={"picture": to_bytes(answer.view)})
        if node.single:  # it has no place in the picture
            self.stage.push("overlay", *overlay_frame(None, ""))
        else:
            self.stage.push("overlay", *signed_overlay_frame(node.map, symmetric_range(node.map), title))
        push(self.stage, boxes=[] if node.single else self._boxes(node.unit))

    def _boxes(self, unit: Target) -> list[dict[str, Any]]:
        position, layer = unit.position, self._network.layers[unit.layer]
        if position is None or isinstance(position, str):
            return []
        return [{"box": list(layer.field.box(position)), "kind": "field", "label": "sees"}]


class ChoicePane(ipywidgets.VBox):
    """Layer and unit to begin with, and the way to files; `content(kind)` is what is in one."""

    def __init__(self, state: CircuitState, content: Content) -> None:
        self._state, self._following = state, False
        names = [layer.name for layer in state.network.layers if not isinstance(layer.layout, Heads)]
        self.layer = layout.dropdown("Layer", names, "The layer of the unit to begin with")
        self.unit = ipywidgets.BoundedIntText(0, min=0, max=0, description="Unit", tooltip="Its number in the layer")
        self.back = button("Back", "To the unit before", "arrow-up", self._back)
        self.files = [
            DownloadButton(partial(_file, content, kind), text=text, label=f"Save {what} as circuit{kind}")
            for kind, text, what in ((".png", "PNG", "the drawing"), (".csv", "Table", "all terms"))
        ]
        self.notice = Notice()
        row = layout.box("dv-circuit-choice", self.layer, self.unit, self.back, *self.files)
        super().__init__([row, self.notice])
        self.layer.observe(lambda _: self._visit(0), names="value")
        self.unit.observe(lambda _: self._visit(self.unit.value), names="value")
        state.observe(lambda _: self.follow(), names="trail")

    def follow(self) -> None:
        """Shows the unit that is taken apart."""
        here = self._state.here
        self.back.disabled = len(self._state.trail) < 2
        if here is None:
            return
        self._following = True
        try:
            self.layer.value = here.layer
            self.unit.max = self._state.network.layers[here.layer].channels - 1
            self.unit.value = here.channel
        finally:
            self._following = False

    def _visit(self, unit: int) -> None:
        if not self._following:
            attempt(self.notice.say, self._state.visit, self.layer.value, unit)

    def _back(self) -> None:
        attempt(self.notice.say, self._state.go_back, len(self._state.trail) - 2)


def _file(content: Content, kind: str) -> tuple[str, bytes]:
    return f"circuit{kind}", content(kind)


class CircuitDrawing(Board):
    """The trail and the terms on one canvas; a click on a term calls `go_down` with its unit, one on the trail
    `go_back` with its number.
    """

    def __init__(self, go_down: Callable[..., object], go_back: Callable[[int], object]) -> None:
        self._go_down, self._go_back = go_down, go_back
        self._answer: Answered | None = None
        self._pictures: dict[Unit, Tensor] = {}
        self._pointed: tuple[str, int] | None = None
        self._main, self._waiting = MainThread(), False
        super().__init__(Scene().size)
        classed(self, "dv-circuit-drawing")
        self.on_point(lambda top, left: self._point(element_at(self.scene(), top, left)))
        self.on_point(self._press, press=True)
        self.on_leave(lambda: self._point(None))

    def scene(self) -> Scene:
        """All that is drawn now."""
        return Scene(self._answer, self.pictures, self._pointed)

    def show(self, answer: Answered) -> None:
        """Draws another answer."""
        self._answer, self._pointed = answer, None
        self._soon()
        node = answer.nodes[-1]
        self.say(sentence(answer.circuit, node.single, node.name))

    def picture(self, unit: Unit, picture: Tensor) -> None:
        """Draws what a unit wants to see."""
        self._pictures[unit] = picture
        self._soon()

    def _soon(self) -> None:
        """Draws on the main thread, once for all that comes before it is free."""
        if not self._waiting:
            self._waiting = True
            self._main.run(self._fit)

    def _fit(self) -> None:
        self._waiting = False
        if self.closed:
            return
        size = self.scene().size
        if size != self.size:
            self.resize(size)
        self.redraw()

    def draw(self, pen: Pen) -> None:
        """Draws everything."""
        draw(pen, self.scene())

    @property
    def pictures(self) -> dict[Unit, Tensor]:
        """What units want to see, as far as it is known by now."""
        return dict(self._pictures)

    def image(self) -> Image.Image:
        """The same drawing as a picture, on white paper."""
        scene = self.scene()
        paper = Paper(scene.size, LIGHT.paper, DENSITY)
        draw(Pen(paper, LIGHT), scene)
        return paper.picture

    def _point(self, element: tuple[str, int] | None) -> None:
        if element != self._pointed:
            self._pointed = element
            self.redraw()

    def _press(self, top: float, left: float) -> None:
        found, answer = element_at(self.scene(), top, left), self._answer
        if found is None or answer is None:
            return
        kind, number = found
        if kind == "trail":
            attempt(self.refuse, self._go_back, number)
            return
        below = answer.rows[number].below
        assert below is not None and below.layer is not None
        attempt(self.refuse, self._go_down, below.layer, below.channel, below.position)

    def forget(self) -> None:
        """Lets go of what is shown, and of whom it tells: ipycanvas keeps the last canvas that was drawn on."""
        self._answer, self._pictures = None, {}
        self._go_down = self._go_back = nothing
