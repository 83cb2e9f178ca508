"""The board all lessons stand on: drawing held and released, in the page's colours, said in words."""

from __future__ import annotations

import pytest
from ipycanvas.canvas import _CANVAS_MANAGER

import deepvis_widgets as dv
from deepvis_widgets.widgets.board.board import Board
from deepvis_widgets.widgets.board.pen import DARK, LIGHT, Pen


class Sheet(Board):
    """Counts its drawings; raises when told to."""

    def __init__(self) -> None:
        self.drawn: list[str] = []
        self.broken = False
        super().__init__((40, 60))

    def draw(self, pen: Pen) -> None:
        self.drawn.append(pen.palette.paper)
        pen.rect(0, 0, 10, 10, pen.palette.cell)
        pen.grid(0, 0, [[1.5, None]])
        pen.arrow((0, 0), (5, 5))
        if self.broken:
            raise ValueError("broken")


def test_it_follows_the_theme() -> None:
    sheet = Sheet()
    sheet.redraw()
    sheet.scheme.dark = True
    assert sheet.drawn == [LIGHT.paper, DARK.paper]
    sheet.close()


def test_an_error_while_drawing_leaves_nothing_held() -> None:
    sheet = Sheet()
    sheet.broken = True
    with pytest.raises(ValueError, match="broken"):
        sheet.redraw()
    assert not _CANVAS_MANAGER._caching and not _CANVAS_MANAGER._commands_cache
    sheet.broken = False
    sheet.redraw()
    assert not _CANVAS_MANAGER._caching
    sheet.close()


def test_a_new_client_gets_the_drawing_and_is_told_which_canvas() -> None:
    sheet = Sheet()
    sheet.redraw()
    before = len(sheet.drawn)
    sheet.canvas._client_ready_callbacks()
    assert len(sheet.drawn) == before + 1
    assert _CANVAS_MANAGER._current_canvas is sheet.canvas
    sheet.close()


def test_words_and_refusals_are_text() -> None:
    sheet = Sheet()
    sheet.say("1 < 2")
    sheet.refuse("a <b> does not fit.")
    assert "1 &lt; 2" in sheet._words.value and "a &lt;b&gt; does not fit." in sheet._notice.value
    sheet.refuse("")
    assert sheet._notice.value == ""
    sheet.close()


def test_the_pointer_comes_in_css_pixels() -> None:
    sheet, seen = Sheet(), []
    sheet.on_point(lambda top, left: seen.append((top, left)))
    sheet.canvas._handle_frontend_event(None, {"event": "mouse_move", "x": 20, "y": 60}, [])
    assert seen == [(30, 10)]
    sheet.close()


def test_closing_frees_every_model() -> None:
    sheet = Sheet()
    sheet.close()
    assert sheet.canvas.comm is None and sheet.scheme.comm is None and sheet.comm is None
    sheet.close()


def test_a_board_opens_after_another_one_was_closed() -> None:
    dv.PoolingBoard().close()
    board = dv.PoolingBoard()
    assert board.canvas.comm is not None
    board.close()
