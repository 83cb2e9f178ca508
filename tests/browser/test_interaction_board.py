"""The interaction board in a real browser: the cone of the unit under the pointer, sliders, what does not fit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from playwright.sync_api import expect

from tests.browser.harness import NotebookPage, canvas_pixels

OPEN = """
import deepvis_widgets as dv
from deepvis_widgets.widgets.board.cells import Cell
board = dv.InteractionBoard()
board
"""


def pixels(notebook: NotebookPage) -> np.ndarray:
    return canvas_pixels(notebook.page, "canvas.dv-board-canvas")[..., :3]


def words(notebook: NotebookPage) -> str:
    return notebook.page.locator(".dv-board-words").inner_text()


def at(notebook: NotebookPage, layer: int, index: int) -> dict[str, float]:
    """Where a unit of the sparse drawing is, which is drawn last."""
    cell = f"Cell('unit', {layer}, {index})"
    top, left, side, width = notebook.value(f"list(board.cells.box({cell})) + [board.size[1]]")
    box = notebook.page.locator("canvas.dv-board-canvas").bounding_box()
    assert box is not None
    scale = box["width"] / width
    return {"x": (left + side / 2) * scale, "y": (top + side / 2) * scale}


def test_the_cone_of_the_unit_under_the_pointer_lights_up(open_notebook: Callable[..., NotebookPage]) -> None:
    board = open_notebook([OPEN])
    board.wait_until(lambda: pixels(board).size and pixels(board).std() > 5, message="nothing was drawn")
    expect(board.page.locator(".dv-board-words")).to_contain_text("Unit 4 of layer 3. Sparse, it sees inputs 1 to 7")
    canvas, before = board.page.locator("canvas.dv-board-canvas"), pixels(board)
    canvas.hover(position=at(board, 1, 2))
    board.wait_until(lambda: "Unit 2 of layer 1. Sparse, it sees inputs 1 to 3" in words(board), message=words(board))
    board.wait_until(lambda: not np.array_equal(pixels(board), before), message="nothing is lit")
    canvas.click(position=at(board, 0, 8))
    board.page.locator(".dv-facts").hover()
    board.wait_until(lambda: "Input 8. Sparse, it reaches 4 of the 9 units" in words(board), message=words(board))
    slider = board.page.locator(".widget-hslider:has(label:text-is('Layers')) .noUi-handle")
    slider.focus()
    board.page.keyboard.press("ArrowRight")
    board.wait_until(lambda: board.value("board.depth") == 4)
    board.wait_until(lambda: "1 + 2 + 2 + 2 + 2 = 9" in board.page.locator(".dv-facts").inner_text())
    board.python("board.padding = 0")
    slider.focus()
    board.page.keyboard.press("ArrowRight")
    board.page.locator(".dv-board .dv-notice", has_text="Layer 5 does not fit").wait_for()
    assert board.value("board.depth") == 4
    board.set_theme("dark")
    board.wait_until(lambda: pixels(board)[2, 2].max() < 60, message="still light")
    board.shot("interaction_board")
    assert not board.console.unexpected()
