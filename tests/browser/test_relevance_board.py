"""The relevance board and the relevance ledger in a real browser: clicks, typed numbers, pixels."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import expect

from tests.browser.conftest import OpenNotebook
from tests.browser.harness import NotebookPage, canvas_pixels

OPEN = """
import deepvis_widgets as dv
board = dv.RelevanceBoard()
board
"""
LEDGER = """
import deepvis_widgets as dv
board = dv.RelevanceLedger("husky-wolf", dv.scene("wolf", background="snow", seed=3))
board
"""
ORANGE = np.array([0xC2, 0x41, 0x0C])  # the light palette's positive colour
BLUE = np.array([0x1D, 0x4E, 0xD8])


def assert_silent(notebook: NotebookPage) -> None:
    messages = notebook.console.unexpected()
    assert not messages, "\n".join(messages)


def drawn(notebook: NotebookPage) -> np.ndarray:
    return canvas_pixels(notebook.page, ".dv-board canvas")[..., :3].astype(int)


def near(pixels: np.ndarray, colour: np.ndarray) -> int:
    """How many pixels have about this colour."""
    return int((np.abs(pixels - colour).max(-1) < 24).sum())


def words(notebook: NotebookPage) -> str:
    return notebook.page.locator(".dv-board-words").inner_text()


def opened(open_notebook: OpenNotebook) -> NotebookPage:
    notebook = open_notebook([OPEN])
    notebook.page.locator(".dv-board canvas").first.wait_for()
    notebook.wait_until(lambda: drawn(notebook).size and drawn(notebook).std() > 3, message="nothing was drawn")
    return notebook


def at(notebook: NotebookPage, top: float, left: float) -> tuple[float, float]:
    """The page's (x, y) of a place on the drawing."""
    canvas = notebook.page.locator(".dv-board canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    scale = box["width"] / notebook.value("board.size[1]")
    return box["x"] + left * scale, box["y"] + top * scale


def test_menus_keep_their_keys_from_the_notebook(open_notebook: OpenNotebook) -> None:
    notebook = opened(open_notebook)
    page = notebook.page
    rule = page.locator(".dv-relevance select").first
    rule.focus()
    page.keyboard.press("ArrowDown")
    notebook.wait_until(lambda: notebook.value("board.rule") == "gamma", message="the arrow chooses no other rule")
    page.keyboard.press("b")  # in a notebook: a new cell
    page.keyboard.press("ArrowDown")
    notebook.wait_until(lambda: notebook.value("board.rule") == "alpha-beta", message="the menu has lost the focus")
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == 1
    assert_silent(notebook)


def test_relevance_flows_back_step_by_step_in_two_colours(open_notebook: OpenNotebook) -> None:
    notebook = opened(open_notebook)
    forward = drawn(notebook)
    forwards = near(forward, ORANGE)
    step = notebook.page.locator(".dv-player button[title*='one on']")
    step.click()
    notebook.wait_until(lambda: "R₇ = f(x) = 0.98" in words(notebook), message="the first step has no words")
    step.click()
    notebook.wait_until(lambda: "R₄←₇ = 0.7" in words(notebook), message="the messages were not told")
    # 0.7 and 0.45 for the answer, −0.27 against it: wide orange edges and a thinner, dashed blue one
    notebook.wait_until(lambda: near(drawn(notebook), ORANGE) > forwards + 2000, message="no orange edges")
    notebook.wait_until(lambda: near(drawn(notebook), BLUE) > 500, message="no blue edge")
    notebook.page.locator(".dv-player input[type='range'], .dv-player .noUi-handle").first.focus()
    notebook.page.keyboard.press("ArrowRight")
    notebook.wait_until(lambda: notebook.value("board.step") == 3, message="the arrow key did not step")
    assert_silent(notebook)


def test_pointing_at_an_edge_tells_its_formula(open_notebook: OpenNotebook) -> None:
    notebook = opened(open_notebook)
    notebook.page.mouse.move(*at(notebook, 178, 400))  # the edge from 5 to 7
    notebook.wait_until(lambda: words(notebook).startswith("R₅←₇ = R₇ · a₅w₅₇"), message="no formula")
    expect(notebook.page.locator(".dv-board-words")).to_contain_text("0.98 · 0.45 / 0.98 = 0.45", use_inner_text=True)
    notebook.page.mouse.move(*at(notebook, 274, 72))
    notebook.wait_until(lambda: words(notebook).startswith("Neuron 3"), message="no neuron")
    notebook.page.mouse.move(*at(notebook, 20, 190))
    notebook.wait_until(lambda: words(notebook).startswith("Forward"), message="the step's words did not come back")
    assert_silent(notebook)


def test_a_click_and_a_typed_number_change_the_network(open_notebook: OpenNotebook) -> None:
    notebook = opened(open_notebook)
    before = drawn(notebook)
    notebook.page.mouse.click(*at(notebook, 274, 190))  # the edge from 3 to 6
    notebook.wait_until(lambda: notebook.value("board.editor.what.value") == "w36", message="the click chose no edge")
    field = notebook.page.locator(".dv-board .widget-text:has(label:text-is('to')) input")
    field.click(click_count=3)
    notebook.page.keyboard.type("-2")
    notebook.page.keyboard.press("Enter")
    notebook.wait_until(lambda: notebook.value("board.weights[3, 6]") == -2, message="the number did not arrive")
    assert notebook.value("board.flow.activations[6]") == 0  # rectified
    notebook.wait_until(lambda: np.abs(drawn(notebook) - before).max() > 60, message="the drawing stayed as it was")
    expect(notebook.page.locator(".dv-relevance-chart .bar")).to_have_count(9)
    # a number beyond all bounds: one sentence, and the network stays as it is
    field.click(click_count=3)
    notebook.page.keyboard.type("1e12")
    notebook.page.keyboard.press("Enter")
    notebook.page.locator(".dv-board [role='alert']").wait_for()
    assert notebook.value("board.weights[3, 6]") == -2
    notebook.page.locator(".dv-board select").first.select_option(label="flat: all alike")
    notebook.wait_until(lambda: notebook.value("board.rule") == "flat", message="the rule did not change")
    notebook.shot("relevance-board")
    assert_silent(notebook)


def test_it_follows_the_theme_and_survives_a_reload(open_notebook: OpenNotebook) -> None:
    notebook = opened(open_notebook)
    notebook.python("board.step = 7")
    notebook.wait_until(lambda: near(drawn(notebook), ORANGE) > 1000, message="no edges")
    notebook.set_theme("dark")
    notebook.wait_until(lambda: near(drawn(notebook), ORANGE) < 50, message="the colours stayed those of a light page")
    notebook.set_theme("light")
    notebook.wait_until(lambda: near(drawn(notebook), ORANGE) > 1000, message="the colours did not come back")


def test_a_click_on_a_bar_shows_the_relevance_of_that_layer(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([LEDGER])
    page = notebook.page
    page.locator(".dv-relevance-chart .bar").first.wait_for()
    notebook.wait_until(lambda: page.locator(".dv-relevance-chart .bar").count() == 66, message="not all bars")
    notebook.wait_until(lambda: canvas_pixels(page, ".dv-map canvas").size, message="no map")
    before = canvas_pixels(page, ".dv-map canvas").astype(int)

    def add_up() -> bool:
        find = "bars => bars.map(b => +b.getAttribute('height'))"
        heights = page.locator(".dv-relevance-chart .bar").evaluate_all(find)
        answer = [sum(heights[i : i + 3]) for i in range(0, 66, 3)]
        return max(answer) - min(answer) < 2

    notebook.wait_until(add_up, message="the columns do not add up to the same answer")
    page.locator(".dv-relevance-chart .bar").nth(3 * 4).click()
    notebook.wait_until(lambda: notebook.value("board.layer") == "features.conv2", message="the click chose no layer")
    page.locator(".dv-map:has-text('features.conv2')").wait_for()
    notebook.wait_until(
        lambda: (
            (now := canvas_pixels(page, ".dv-map canvas").astype(int)).shape != before.shape
            or np.abs(now - before).max() > 40
        ),
        message="the map stayed as it was",
    )
    page.locator(".dv-relevance-tools select").nth(2).select_option(label="epsilon")
    notebook.wait_until(
        lambda: notebook.value("board.composite") == "epsilon" and notebook.value("board.result.ledger.picture") < 2,
        message="the rules did not change",
    )
    page.locator(".dv-relevance-tools select").nth(2).select_option(label="epsilon_plus")
    page.locator(".dv-relevance-tools select").nth(3).select_option(label="shared")
    numbers = page.locator(".dv-relevance .dv-lab-numbers").first
    notebook.wait_until(lambda: "biases shared" in numbers.inner_text(), message="no word of the biases")
    notebook.wait_until(lambda: notebook.value("abs(board.result.ledger.bias)") < 1e-6, message="biases took some")
    notebook.shot("relevance-ledger")
    assert_silent(notebook)
