"""The pooling board in a real browser: steps, typed numbers, the pointer, pixels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.browser.harness import NotebookPage, canvas_pixels

OPEN = """
import deepvis_widgets as dv
from deepvis_widgets.widgets.board.cells import Cell
board = dv.PoolingBoard()
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


def panel(notebook: NotebookPage, name: str) -> np.ndarray:
    """The pixels of one panel."""
    top, left, side = notebook.value(f"list(board.cells.box(Cell({name!r}, 0, 0)))")
    span = side * notebook.value(f"len(board.lesson.values({name!r}))")
    shown = pixels(notebook)
    density = shown.shape[1] / notebook.value("board.size[1]")
    return shown[
        round(top * density) : round((top + span) * density), round(left * density) : round((left + span) * density)
    ]


def assert_silent(notebook: NotebookPage) -> None:
    messages = notebook.console.unexpected()
    assert not messages, "\n".join(messages)


def test_each_step_adds_its_panel(board: NotebookPage) -> None:
    on = board.page.locator(".dv-player button[title='Step: one on']")
    for step in range(2, 8):
        before = pixels(board)
        on.click()
        board.wait_until(lambda step=step: f"Step {step} of 7" in words(board), message=words(board))
        board.wait_until(lambda before=before: not np.array_equal(pixels(board), before), message=f"step {step}")
    board.shot("pooling_board")
    assert_silent(board)


def test_a_typed_signal_changes_every_rule(board: NotebookPage) -> None:
    board.python("board.step = 6")
    board.wait_until(lambda: "Step 7" in words(board))
    before = {name: panel(board, name) for name in ("gradient", "deconvnet", "guided")}
    board.page.locator("canvas.dv-board-canvas").click(position=at(board, "signal", 0, 1))
    field = board.page.locator(".dv-cell-editor input")
    board.wait_until(lambda: field.evaluate("field => field === document.activeElement"), message="not ready to type")
    board.page.keyboard.type("5")
    board.page.keyboard.press("Enter")
    board.wait_until(lambda: board.value("board.signal.tolist()") == [[2, 5], [3, -2]])
    board.page.locator(".dv-player").hover()
    for name, pixels_before in before.items():
        board.wait_until(
            lambda name=name, old=pixels_before: not np.array_equal(panel(board, name), old),
            message=f"{name} is as it was",
        )
    assert board.value("[board.gradient[0, 2], board.deconvnet[0, 2], board.guided[0, 2]]") == [5, 5, 5]
    assert_silent(board)


def test_the_pointer_says_what_each_rule_passes(board: NotebookPage) -> None:
    board.python("board.step = 6")
    board.wait_until(lambda: "Step 7" in words(board))
    canvas = board.page.locator("canvas.dv-board-canvas")
    canvas.hover(position=at(board, "gradient", 2, 0))
    board.wait_until(lambda: "gradient 0, deconvnet 3, guided backprop 0" in words(board), message=words(board))
    canvas.hover(position=at(board, "pooled", 1, 0))
    board.wait_until(lambda: "its largest number is 0, at (2, 0)" in words(board))
    board.page.locator(".dv-player").hover()
    board.wait_until(lambda: "Step 7 of 7" in words(board))
    assert_silent(board)


def test_sizes_that_do_not_fit_are_a_sentence(board: NotebookPage) -> None:
    board.python("board.input_size = 3")
    slider = board.page.locator(".widget-hslider:has(label:text-is('Window')) .noUi-handle")
    slider.focus()
    board.page.keyboard.press("ArrowRight")
    board.wait_until(lambda: board.value("board.window") == 3)
    board.page.keyboard.press("ArrowRight")
    board.page.locator(".dv-board .dv-notice", has_text="window of 4 does not fit into an input of 3").wait_for()
    assert board.value("board.window") == 3
    board.set_theme("dark")
    board.wait_until(lambda: pixels(board)[2, 2].max() < 60, message="still light")
    assert_silent(board)
