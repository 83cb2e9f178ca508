"""The joined board of convolution, ReLU and pooling in a real browser: steps, rules, what starts the way back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.browser.harness import NotebookPage, canvas_pixels

OPEN = """
import deepvis_widgets as dv
from deepvis_widgets.widgets.board.cells import Cell
board = dv.DeconvnetBoard()
board
"""


@pytest.fixture
def board(open_notebook: Callable[..., NotebookPage]) -> NotebookPage:
    notebook = open_notebook([OPEN])
    notebook.wait_until(lambda: pixels(notebook).size and pixels(notebook).std() > 5, message="nothing was drawn")
    return notebook


def pixels(notebook: NotebookPage) -> np.ndarray:
    return canvas_pixels(notebook.page, "canvas.dv-board-canvas")[..., :3]


def words(notebook: NotebookPage) -> str:
    return notebook.page.locator(".dv-board-words").inner_text()


def at(notebook: NotebookPage, grid: str, row: int, col: int) -> dict[str, float]:
    top, left, side, width = notebook.value(f"list(board.cells.box(Cell({grid!r}, {row}, {col}))) + [board.size[1]]")
    box = notebook.page.locator("canvas.dv-board-canvas").bounding_box()
    assert box is not None
    scale = box["width"] / width
    return {"x": (left + side / 2) * scale, "y": (top + side / 2) * scale}


def becomes_other(notebook: NotebookPage, before: np.ndarray, message: str) -> None:
    notebook.wait_until(lambda: not np.array_equal(pixels(notebook), before), message=message)


def test_it_steps_forward_and_back_by_each_rule(board: NotebookPage) -> None:
    on = board.page.locator(".dv-player button[title='Step: one on']")
    for step in range(2, 8):
        before = pixels(board)
        on.click()
        board.wait_until(lambda step=step: f"Step {step} of 7" in words(board), message=words(board))
        becomes_other(board, before, f"step {step}")
    backs = [board.value("board.back.tolist()")]
    for rule in ("gradient", "guided backprop"):
        before = pixels(board)
        board.page.get_by_role("button", name=rule, exact=True).click()
        becomes_other(board, before, rule)
        backs.append(board.value("board.back.tolist()"))
    assert len({str(back) for back in backs}) == 3
    back = board.page.locator(".dv-player button[title='Step: one back']")
    back.click()
    board.wait_until(lambda: "Step 6 of 7. Guided backprop" in words(board), message=words(board))
    assert not board.console.unexpected()


def test_the_way_back_starts_where_it_is_pressed(board: NotebookPage) -> None:
    board.python("board.step = 6")
    board.page.locator(".dv-board-row select").select_option(label="one activation alone")
    board.wait_until(lambda: board.value("board.signal.tolist()") == [[4, 0], [0, 0]])
    canvas = board.page.locator("canvas.dv-board-canvas")
    canvas.click(position=at(board, "pooled", 1, 0))
    board.wait_until(lambda: board.value("board.signal.tolist()") == [[0, 0], [3, 0]])
    board.wait_until(lambda: "its largest number is 3, at (3, 0)" in words(board), message=words(board))
    canvas.click(position=at(board, "input", 4, 0))
    field = board.page.locator(".dv-cell-editor input")
    board.wait_until(lambda: field.evaluate("field => field === document.activeElement"), message="not ready to type")
    board.page.keyboard.type("3")
    board.page.keyboard.press("Enter")
    board.wait_until(lambda: board.value("board.signal.tolist()") == [[0, 0], [7, 0]])
    board.set_theme("dark")
    board.wait_until(lambda: pixels(board)[2, 2].max() < 60, message="still light")
    board.shot("deconvnet_board")
    assert not board.console.unexpected()
