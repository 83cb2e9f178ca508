"""The CAM board in a real browser: classes by click, the sum by its player, the box by its slider."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.explorer_page import DRAWN
from tests.browser.harness import NotebookPage, canvas_pixels

OPEN = """
import deepvis_widgets as dv
from deepvis_widgets.widgets.kit import unit_pictures
unit_pictures.STEPS = 2
board = dv.CamBoard(picture=dv.scene("wolf", background="snow", seed=3))
board
"""


# as it was when it opened, whatever a test before has left
REMEMBER = "_opened = board.target, board.step, board.threshold, board.image"
RESET = "board.target, board.step, board.threshold, board.image = _opened"


@pytest.fixture(scope="module")
def opened(open_for_module: Callable[..., NotebookPage]) -> NotebookPage:
    notebook = open_for_module([OPEN])
    notebook.page.locator(".dv-cam-board .dv-stage-canvas").wait_for()
    notebook.wait_until(lambda: sum_map(notebook).std() > 5, message="no map")
    notebook.python(REMEMBER)
    return notebook


@pytest.fixture
def board(opened: NotebookPage, viewport: ViewportSize, watched: Callable[[Page], None]) -> NotebookPage:
    """One for all tests that leave it alive."""
    watched(opened.page)
    opened.page.set_viewport_size(viewport)
    opened.page.mouse.move(0, 0)
    opened.python(RESET)
    opened.python("assert board.engine.idle(60)")
    opened.wait_until(lambda: at_rest(opened), message="the layout does not come to rest")
    opened.console.clear()
    return opened


def at_rest(notebook: NotebookPage) -> bool:
    """Whether the map keeps its size: rows that come later bring a scroll bar."""
    before = sum_map(notebook).shape
    notebook.page.evaluate(DRAWN)
    return before == sum_map(notebook).shape


def sum_map(notebook: NotebookPage) -> np.ndarray:
    return canvas_pixels(notebook.page, ".dv-lab-side .dv-map-canvas")[..., :3].astype(int)


def stage(notebook: NotebookPage) -> np.ndarray:
    return canvas_pixels(notebook.page, ".dv-cam-board .dv-stage-canvas")[..., :3].astype(int)


def differs(before: np.ndarray, now: np.ndarray, share: float = 0.02) -> bool:
    return before.shape != now.shape or float((np.abs(before - now).max(-1) > 12).mean()) >= share


def test_a_click_on_a_map_explains_its_class(board: NotebookPage) -> None:
    maps, picture = sum_map(board), stage(board)
    assert board.value("board.target") is None
    cards = board.page.locator(".dv-lab-row").nth(0).locator(".dv-lab-card")
    cards.nth(2).locator(".dv-map-surface").click()
    expected = board.value("board.panes.classes.classes[2]")
    board.wait_until(lambda: board.value("board.target") == expected, message="the class is not explained")
    board.wait_until(lambda: differs(maps, sum_map(board)), message="the map is the old one")
    board.wait_until(lambda: differs(picture, stage(board)), message="the picture has the old map over it")
    board.wait_until(lambda: "dv-chosen" in (cards.nth(2).get_attribute("class") or ""))
    cards.nth(0).locator(".jupyter-button").click()
    board.wait_until(lambda: not differs(maps, sum_map(board)), message="the first class does not come back")
    assert not board.console.unexpected()


def test_the_sum_grows_by_step_button_by_click_on_a_term_and_by_play(board: NotebookPage) -> None:
    whole = sum_map(board)
    terms = board.page.locator(".dv-lab-row").nth(1).locator(".dv-lab-card")
    terms.nth(2).locator(".jupyter-button").click()
    board.wait_until(lambda: board.value("board.step") == 3, message="the sum does not end at this term")
    board.wait_until(lambda: differs(whole, sum_map(board)), message="three terms look like all of them")
    board.wait_until(
        lambda: np.abs(sum_map(board) - 255).mean() < np.abs(whole - 255).mean(),
        message="three terms are stronger than all of them",
    )
    board.page.locator(".dv-player button[title='Terms: one on']").click()
    board.wait_until(lambda: board.value("board.step") == 4)
    board.page.locator(".dv-player .widget-play button").first.click()
    board.wait_until(lambda: board.value("board.step") >= 7, message="it does not play")
    board.page.locator(".dv-player .widget-play button").first.click()
    board.wait_until(lambda: not board.value("board.panes.sum.player._play.playing"), message="it does not pause")
    board.page.wait_for_timeout(1000)  # the step it was about to take
    board.python("board.step = None")
    board.wait_until(lambda: not differs(whole, sum_map(board), 0.001), message="all terms are not the map")
    assert not board.console.unexpected()


def test_the_threshold_moves_the_box(board: NotebookPage) -> None:
    before, picture = localized(board), stage(board)
    handle = board.page.locator(".dv-lab-picture .noUi-handle")
    handle.focus()
    for _ in range(8):
        board.page.keyboard.press("ArrowRight")
    board.wait_until(lambda: abs(board.value("board.threshold") - 0.6) < 0.01, message="the threshold does not follow")
    board.wait_until(lambda: localized(board) < before, message="the box is no smaller")
    board.wait_until(lambda: differs(picture, stage(board), 0.002), message="the old box is still drawn")
    expect(board.page.locator(".dv-lab-words")).to_contain_text("Intersection over union")


def localized(notebook: NotebookPage) -> int:
    """The area of the box that the threshold decides."""
    marks = notebook.value("board.stage.boxes")
    return next(mark["box"][2] * mark["box"][3] for mark in marks if mark["kind"] == "localization")


def test_pointing_at_a_cell_marks_its_place_in_the_picture(board: NotebookPage) -> None:
    picture = stage(board)
    board.page.locator(".dv-lab-side .dv-map-surface").first.hover()
    board.wait_until(lambda: differs(picture, stage(board), 0.0005), message="no mark on the picture")
    readout = board.page.locator(".dv-lab-side .dv-readout").first
    expect(readout).to_have_text(re.compile(r"^row [78], col [78] · "))


@pytest.mark.viewport(480, 900)
def test_a_narrow_window_has_no_overflow(open_notebook: Callable[..., NotebookPage]) -> None:
    notebook = open_notebook([OPEN], theme="dark")
    notebook.page.locator(".dv-cam-board .dv-stage-canvas").wait_for()
    notebook.wait_until(lambda: sum_map(notebook).std() > 5, message="no map")
    edges = notebook.page.locator(".dv-cam-board .dv-map, .dv-cam-board .dv-stage, .dv-cam-board button").evaluate_all(
        "nodes => nodes.filter(n => n.offsetWidth).map(n => n.getBoundingClientRect().right)"
    )
    assert max(edges) <= 480
    arrow = notebook.page.locator(".dv-picture-bar select").evaluate("menu => getComputedStyle(menu).backgroundImage")
    assert "fill='%23808080'" in arrow, "black on black"
    notebook.shot("cam-narrow-dark")


@pytest.mark.viewport(1440, 900)
def test_a_wide_window_is_used(board: NotebookPage) -> None:
    whole = board.page.locator(".dv-cam-board").bounding_box()
    assert whole is not None
    for row, count in enumerate((5, 8)):
        cards = board.page.locator(".dv-lab-row").nth(row).locator(".dv-lab-card:visible")
        board.wait_until(lambda cards=cards, count=count: cards.count() == count, message="not all maps side by side")

        def side_by_side(cards: Locator = cards) -> bool:
            boxes = [card.bounding_box() for card in cards.all()]
            tops, rights = [box["y"] for box in boxes if box], [box["x"] + box["width"] for box in boxes if box]
            return max(tops) - min(tops) < 1 and max(rights) - whole["x"] > 0.9 * whole["width"]

        board.wait_until(side_by_side, message="the row leaves room, or breaks")


def test_an_uploaded_picture_has_its_name_in_the_menu(board: NotebookPage, tmp_path: Path) -> None:
    path = tmp_path / "zebra crossing.png"
    Image.new("RGB", (64, 64), (40, 90, 160)).save(path)
    bar, picture = board.page.locator(".dv-picture-bar"), stage(board)
    board.wait_until(lambda: chosen(board) == "wolf · snow", message="the menu has another name at the start")
    expect(bar.get_by_role("button", name="Upload", exact=True)).to_have_count(1)
    bar.locator("input[type=file]").set_input_files(path)
    board.wait_until(lambda: chosen(board) == path.name, message="the menu has the name of another picture")
    board.wait_until(lambda: differs(picture, stage(board), 0.5), message="the picture is the old one")
    bar.get_by_role("button", name="Next picture").click()
    board.wait_until(lambda: chosen(board) == board.value("board.choices[0][0]"), message="not the first of the list")
    board.python("board.image = dv.scene('husky', background='street')")
    board.wait_until(lambda: chosen(board) == "husky · street", message="a picture set from Python is not named")


def chosen(notebook: NotebookPage) -> str:
    """What the menu says; ipywidgets writes spaces that do not break."""
    menu = notebook.page.locator(".dv-picture-bar select")
    return str(menu.evaluate("menu => menu.selectedOptions[0]?.text ?? ''")).replace("\xa0", " ")
