"""The circuit board in a real browser: a click on a term goes down, one on the trail back; units by their numbers."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image
from playwright.sync_api import expect

from tests.browser.harness import NotebookPage, canvas_pixels

OPEN = """
import deepvis_widgets as dv
board = dv.CircuitBoard("husky-wolf", dv.scene("wolf", "snow", seed=3), "features.relu5", 12)
board
"""
CANVAS = ".dv-circuit-drawing .dv-board-canvas"
WIDTH = 880  # css px of the drawing, where there is room for it


def words(notebook: NotebookPage) -> str:
    return notebook.page.locator(".dv-circuit-board .dv-board-words").inner_text()


def press(notebook: NotebookPage, top: float, left: float) -> None:
    canvas = notebook.page.locator(CANVAS)
    box = canvas.bounding_box()
    assert box is not None
    share = box["width"] / WIDTH
    canvas.click(position={"x": left * share, "y": top * share})


def test_clicks_go_down_and_back(open_notebook: Callable[..., NotebookPage]) -> None:
    board = open_notebook([OPEN])
    board.page.locator(CANVAS).wait_for()
    board.wait_until(lambda: words(board).startswith("features.relu5, unit 12"), message="the unit is not shown")
    expect(board.page.locator(".dv-circuit-board .dv-board-words")).to_contain_text("Exact")
    board.wait_until(lambda: canvas_pixels(board.page, CANVAS).std() > 5, message="nothing is drawn")
    first, second = board.value("[[r.below.layer, r.below.channel] for r in board.session.answered.rows[:2]]")
    press(board, 104 + 84, 300)  # the second row
    board.wait_until(lambda: words(board).startswith(f"{second[0]}, unit {second[1]}"), message="no way down")
    assert board.value("[u.layer for u in board.trail]") == ["features.relu5", second[0]]
    press(board, 58, 100)  # the first unit of the trail
    board.wait_until(lambda: words(board).startswith("features.relu5, unit 12"), message="no way back")
    press(board, 104 + 28, 300)
    board.wait_until(lambda: words(board).startswith(f"{first[0]}, unit {first[1]}"), message="no way down")
    board.page.get_by_role("button", name="Back").click()
    board.wait_until(lambda: board.value("len(board.trail)") == 1, message="the button does not go back")
    field = board.page.locator(".dv-circuit-choice input[type=number]")
    field.fill("7")
    field.press("Enter")
    board.wait_until(lambda: words(board).startswith("features.relu5, unit 7"), message="no other unit")
    with board.page.expect_download() as table:
        board.page.get_by_role("button", name="Table").click()
    assert table.value.suggested_filename == "circuit.csv"
    assert table.value.path().read_text("utf-8") == board.value("board.circuit.csv()")
    with board.page.expect_download() as drawn:
        board.page.get_by_role("button", name="PNG").click()
    assert drawn.value.suggested_filename == "circuit.png"
    with Image.open(drawn.value.path()) as picture:
        assert list(picture.size) == board.value("list(board.drawing().size)")
    assert not board.value("[p.name for p in __import__('pathlib').Path().glob('circuit.*')]")
    board.shot("circuit-files")
