"""What a board draws, drawn again from its record: pixel by pixel the same."""

from __future__ import annotations

import numpy as np

import deepvis_widgets as dv
from deepvis_widgets.widgets.board.pen import DARK, LIGHT, Pen
from deepvis_widgets.widgets.page.paper import Paper
from deepvis_widgets.widgets.page.parts import Drawing


def painted(board: dv.ConvolutionBoard, dark: bool) -> np.ndarray:
    palette = DARK if dark else LIGHT
    paper = Paper(board.size, palette.paper)
    board.draw(Pen(paper, palette))
    return np.asarray(paper.picture)


def test_a_drawing_stays_as_it_was() -> None:
    board = dv.ConvolutionBoard()
    before = {dark: painted(board, dark) for dark in (False, True)}
    drawing = board.drawing()
    assert isinstance(drawing, Drawing)
    size = board.size
    board.step = 3
    for dark, palette in ((False, LIGHT), (True, DARK)):
        paper = Paper(size, palette.paper)
        drawing.paint(paper, dark)
        assert (np.asarray(paper.picture) == before[dark]).all()
    assert (painted(board, False).shape != before[False].shape) or (painted(board, False) != before[False]).any()
    board.close()


def test_dashes_leave_gaps() -> None:
    paper = Paper((10, 100), "#ffffff", density=1)
    paper.set_line_dash([10, 10])
    paper.stroke_line(0, 5, 100, 5)
    inked = np.asarray(paper.picture)[5, :, 0] == 0
    assert inked[5] and not inked[15] and inked[25] and 45 <= inked.sum() <= 60


def test_pixels_keep_their_place_at_any_density() -> None:
    for density in (1, 2):
        paper = Paper((20, 20), "#ffffff", density=density)
        pen = Pen(paper, LIGHT)
        pen.image(5, 8, np.zeros((8, 8, 3), np.uint8))
        inked = np.argwhere(np.asarray(paper.picture)[:, :, 0] == 0) / density
        assert (inked.min(0) == (5, 8)).all() and (inked.max(0) + 1 / density == (9, 12)).all()
