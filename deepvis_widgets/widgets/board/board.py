"""What boards share: a canvas that Python draws in the colours of the page, controls, and what is shown in words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from ipycanvas import Canvas, hold_canvas
from ipycanvas import canvas as ipycanvas_canvas

from ..kit.layout import classed, html
from ..kit.notice import Notice, status
from ..kit.root import RootWidget
from ..link.push import push
from ..page.parts import Column, Page, Part
from ..page.recording import recorded
from ..page.walk import gathered, page_of
from ..views.color_scheme import ColorScheme
from .pen import DARK, LIGHT, Palette, Pen

DENSITY = 2  # device pixels per css pixel, so that text stays sharp on a projector
_drawing = threading.RLock()  # ipycanvas keeps one list of held commands for all canvases of a kernel


class Board(RootWidget):
    """A drawing of `size` (height, width) css pixels over its controls.

    Subclasses override `draw`; they call `redraw` when what they show changed, `say` to put it into words (which
    screen readers read out), and `refuse` with one sentence where an input does not fit.
    """

    def __init__(self, size: tuple[int, int], above: Sequence[Any] = (), below: Sequence[Any] = ()) -> None:
        self.canvas, self.scheme = classed(Canvas(), "dv-board-canvas"), ColorScheme()
        self._words, self._notice = html("dv-board-words"), classed(Notice(), "dv-board-notice")
        self.resize(size)
        super().__init__([*above, self.canvas, self._words, self._notice, *below, self.scheme])
        classed(self, "dv-board")
        self.scheme.observe(lambda _: self.redraw(), names="dark")
        self.canvas.on_client_ready(self._ready)

    # --- for subclasses ---

    def draw(self, pen: Pen) -> None:
        """Draws everything, on an empty canvas."""
        raise NotImplementedError

    def resize(self, size: tuple[int, int]) -> None:
        """Gives the canvas another size (height, width) in css pixels; it is empty until the next `redraw`."""
        height, width = self.size = size
        self.canvas.height, self.canvas.width = height * DENSITY, width * DENSITY
        push(self.canvas.layout, width=f"{width}px", max_width="100%", height="auto", flex="0 0 auto")

    def redraw(self) -> None:
        """Draws anew; may be called on any thread."""
        with _drawing:
            manager = ipycanvas_canvas._CANVAS_MANAGER
            try:
                with hold_canvas():
                    self._draw()
            except BaseException:
                # what was held must not come out with the next drawing, nor stop it
                manager._commands_cache, manager._buffers_cache, manager._caching = [], [], False
                raise

    def say(self, text: str) -> None:
        """Says what is shown in words, below the drawing."""
        push(self._words, value=status(text))

    def refuse(self, sentence: str) -> None:
        """Says in a sentence why an input does not fit; an empty one takes it away. The drawing stays."""
        self._notice.say(sentence)

    def on_point(self, callback: Callable[[float, float], None], press: bool = False) -> None:
        """Calls back with (top, left) in css pixels when the pointer moves over the drawing, or is pressed there."""
        listen = self.canvas.on_mouse_down if press else self.canvas.on_mouse_move
        listen(lambda left, top: callback(top / DENSITY, left / DENSITY))

    def on_leave(self, callback: Callable[[], None]) -> None:
        """Calls back when the pointer leaves the drawing."""
        self.canvas.on_mouse_out(lambda *_: callback())

    # --- away from the notebook ---

    def page(self) -> Page:
        """Returns what it shows now: the drawing among what the children show."""
        shown = [self.drawing() if child is self.canvas else page_of(child) for child in self.children]
        return Page(self.called, gathered(shown) or Column([]))

    def drawing(self) -> Part:
        """Returns the drawing as it is now."""
        return recorded(self.size, lambda canvas, dark: self.draw(Pen(canvas, DARK if dark else LIGHT)))

    # --- common ---

    @property
    def palette(self) -> Palette:
        """The colours that fit the page."""
        return DARK if self.scheme.dark else LIGHT

    def _draw(self) -> None:
        self.canvas.reset_transform()
        self.canvas.clear()
        self.canvas.scale(DENSITY)
        self.draw(Pen(self.canvas, self.palette))

    def _ready(self) -> None:
        """A page was opened or loaded again: its canvas is empty, and it does not know yet which canvas is meant."""
        with _drawing:
            ipycanvas_canvas._CANVAS_MANAGER._current_canvas = None
        self.redraw()
