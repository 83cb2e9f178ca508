"""The convolution board in a real browser: clicks, typed numbers, the pointer over an output, pixels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.explorer_page import DRAWN
from tests.browser.harness import NotebookPage, canvas_pixels

OPEN = """
import deepvis_widgets as dv
board = dv.ConvolutionBoard()
board
"""
LIT = {"light": (255, 209, 102), "dark": (138, 109, 31)}


@pytest.fixture
def board(open_notebook: Callable[..., NotebookPage]) -> NotebookPage:
    notebook = open_notebook([OPEN])
    notebook.wait_until(lambda: lit(notebook), message="nothing was drawn")
    return notebook


def pixels(notebook: NotebookPage) -> np.ndarray:
    return canvas_pixels(notebook.page, "canvas.dv-board-canvas")[..., :3]


def lit(notebook: NotebookPage, theme: str = "light") -> int:
    """How many pixels have the colour of lit cells."""
    shown = pixels(notebook)
    return int((np.abs(shown.astype(int) - LIT[theme]).max(-1) <= 2).sum()) if shown.size else 0


def words(notebook: NotebookPage) -> str:
    return notebook.page.locator(".dv-board-words").inner_text()


def at(notebook: NotebookPage, grid: str, row: int, col: int) -> dict[str, float]:
    """Where on the canvas, as it is shown, a cell is."""
    found = f"list(board.cells.box(Cell({grid!r}, {row}, {col}))) + [board.size[1]]"
    notebook.python("from deepvis_widgets.widgets.board.cells import Cell")
    top, left, side, width = notebook.value(found)
    box = notebook.page.locator("canvas.dv-board-canvas").bounding_box()
    assert box is not None
    scale = box["width"] / width
    return {"x": (left + side / 2) * scale, "y": (top + side / 2) * scale}


def assert_silent(notebook: NotebookPage) -> None:
    messages = notebook.console.unexpected()
    assert not messages, "\n".join(messages)


def test_a_cell_is_clicked_and_its_number_typed(board: NotebookPage) -> None:
    canvas = board.page.locator("canvas.dv-board-canvas")
    canvas.click(position=at(board, "source", 0, 3))
    field = board.page.locator(".dv-cell-editor input")
    board.wait_until(lambda: field.evaluate("field => field === document.activeElement"), message="not ready to type")
    expect(field).to_have_attribute("placeholder", "now 3")
    before = pixels(board)
    board.page.keyboard.type("-7")
    board.page.keyboard.press("Enter")
    board.wait_until(lambda: board.value("board.input.tolist()") == [2, 0, 1, -7, -1, 2])
    board.wait_until(lambda: not np.array_equal(pixels(board), before), message="the new number is not drawn")
    canvas.click(position=at(board, "kernel", 0, 1))
    board.wait_until(lambda: field.get_attribute("placeholder") == "now 2")
    board.wait_until(lambda: field.evaluate("field => field === document.activeElement"), message="not ready to type")
    board.page.keyboard.type("half")
    board.page.keyboard.press("Enter")
    board.page.locator(".dv-board .dv-notice", has_text="“half” is no number").wait_for()
    assert board.value("board.kernel.tolist()") == [1, 2, -1]
    assert_silent(board)


def test_the_pointer_over_an_output_shows_its_sum_and_leaving_goes_back(board: NotebookPage) -> None:
    board.wait_until(lambda: "y(0)" in words(board))
    board.page.evaluate(DRAWN)
    before = pixels(board)
    canvas = board.page.locator("canvas.dv-board-canvas")
    canvas.hover(position=at(board, "output", 0, 2))
    board.wait_until(lambda: "y(2) = 1·1 + 2·3 + (−1)·(−1) = 8" in words(board), message=words(board))
    board.wait_until(lambda: not np.array_equal(pixels(board), before))
    canvas.hover(position=at(board, "matrix", 3, 5))
    board.wait_until(lambda: "y(3)" in words(board) and "row 3" in words(board))
    board.page.locator(".dv-player").hover()
    board.wait_until(lambda: "y(0)" in words(board), message="leaving the drawing keeps the pointer's cell")
    board.wait_until(lambda: np.array_equal(pixels(board), before))
    assert_silent(board)


def test_it_is_stepped_played_and_turned_round(board: NotebookPage) -> None:
    page = board.page
    page.locator(".dv-player button[title='Step: one on']").click()
    board.wait_until(lambda: "Cell 2 of 4" in words(board))
    page.locator(".dv-player .widget-play button").first.click()
    board.wait_until(lambda: "Cell 4 of 4" in words(board), message="it does not play to the end")
    # it has stopped, too: with more steps it would play on, past the first one that is looked for below
    board.wait_until(lambda: not board.value("board.player._play.playing"), message="it does not stop at the end")
    page.get_by_role("button", name="transposed: Wᵀ y").click()
    board.wait_until(lambda: "Wᵀy(" in words(board) and board.value("board.player.count") == 6)
    page.locator(".dv-facts", has_text="‖W Wᵀ − I‖").wait_for()
    page.locator(".dv-board select").select_option("3×3 over 5×5, padding 1, stride 2")
    board.wait_until(lambda: "Cell 1 of 25" in words(board))
    assert board.value("board.matrix.shape") == [9, 25]
    board.wait_until(lambda: lit(board) > 1000)
    board.shot("convolution_board")
    assert_silent(board)


def test_what_does_not_fit_is_a_sentence_and_the_keyboard_is_enough(board: NotebookPage) -> None:
    page, before = board.page, pixels(board)
    slider = page.locator(".widget-hslider:has(label:text-is('Padding')) .noUi-handle")
    slider.focus()
    for padding in (1, 2, 2):
        page.keyboard.press("ArrowRight")
        board.wait_until(lambda padding=padding: board.value("board.padding") == padding)
    page.locator(".dv-board .dv-notice", has_text="nothing but padding").wait_for()
    assert board.value("[board.padding, board.controls.sizes['padding'].value]") == [2, 2]
    board.wait_until(lambda: not np.array_equal(pixels(board), before))
    page.locator("canvas.dv-board-canvas").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") != "CANVAS"
    assert_silent(board)


@pytest.mark.parametrize("theme", ["dark"])
def test_it_follows_the_theme_survives_a_reload_and_a_narrow_window(board: NotebookPage, theme: str) -> None:
    board.set_theme(theme)
    board.wait_until(lambda: lit(board, theme) > 1000 and pixels(board)[2, 2].max() < 60, message="still light")
    board.python("board.load('3×3 over 5×5, padding 1, stride 2')")
    board.page.set_viewport_size({"width": 560, "height": 900})
    board.page.evaluate(DRAWN)

    def fits() -> bool:
        box = board.page.locator("canvas.dv-board-canvas").bounding_box()
        return box is not None and box["x"] + box["width"] <= 560

    board.wait_until(fits, message="the drawing is wider than the window")
    board.save()
    board.reload()
    board.wait_until(lambda: lit(board, theme) > 1000, message="empty after a reload")
    assert_silent(board)


@pytest.mark.viewport(1440, 900)
def test_where_there_is_room_the_drawing_stands_large_beside_its_controls(board: NotebookPage) -> None:
    def box(selector: str) -> dict[str, float]:
        found = board.page.locator(f".dv-board {selector}").first.bounding_box()
        assert found is not None
        return dict(found)

    width = board.value("board.size[1]")

    def beside() -> bool:
        drawing, player = box("canvas"), box(".dv-player")
        right = player["x"] + player["width"]
        return player["x"] >= drawing["x"] + drawing["width"] > drawing["x"] + 1.1 * width and right <= 1440

    board.wait_until(beside, message="the drawing does not stand large beside the player")
    board.page.set_viewport_size({"width": 900, "height": 900})
    board.wait_until(lambda: box(".dv-player")["y"] + box(".dv-player")["height"] <= box("canvas")["y"])
    board.wait_until(lambda: abs(box("canvas")["width"] - width) <= 1, message="the drawing has another size")


def test_what_the_inverse_costs_is_measured_on_a_click(board: NotebookPage) -> None:
    board.python("board.costs.sizes = (32, 64, 128)")  # that take no time
    board.page.get_by_role("button", name="Time both").click()
    drawn = board.page.locator(".dv-cost-chart .bqplot path.line")
    board.wait_until(lambda: "n = 128: W⁺ y" in board.page.locator(".dv-costs").inner_text(), message="no times")
    board.wait_until(lambda: drawn.count() >= 6, message="no lines")
    assert board.value("len(board.costs.found)") == 3
    board.shot("convolution_costs")
    assert_silent(board)
