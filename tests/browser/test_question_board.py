"""The question board in a real browser: a question typed, one by button, an answer by its bar."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.explorer_page import DRAWN
from tests.browser.harness import NotebookPage, canvas_pixels

OPEN = """
import deepvis_widgets as dv
board = dv.QuestionBoard(picture=dv.scene("wolf", background="snow", seed=135))
board
"""


def reddest(notebook: NotebookPage) -> float:
    """The middle row of what the map over the picture makes red, 0 (top) to 1; the picture alone is grey and brown."""
    pixels = canvas_pixels(notebook.page, ".dv-question-board .dv-stage-canvas")[..., :3].astype(float)
    red = pixels[..., 0] - pixels[..., 1:].mean(-1)
    rows = np.nonzero(red >= np.quantile(red, 0.97))[0]
    return float(np.median(rows) / len(pixels))


def chips(notebook: NotebookPage) -> list[str]:
    words = notebook.page.locator(".dv-question-word").all_inner_texts()
    return [word.split()[0] for word in words]


def bars(notebook: NotebookPage) -> str:
    """The answers with their probabilities as a screen reader says them, the strongest first."""
    return notebook.page.locator(".dv-probabilities .dv-offscreen").inner_text()


def sentence(notebook: NotebookPage) -> str:
    return notebook.page.locator(".dv-question-board .dv-lab-words").inner_text()


def test_a_question_typed_or_chosen_moves_the_map_and_a_bar_explains_its_answer(
    open_notebook: Callable[..., NotebookPage],
) -> None:
    board = open_notebook([OPEN])
    said = board.page.locator(".dv-question-board .dv-lab-words")
    board.page.locator(".dv-question-board .dv-stage-canvas").wait_for()
    board.wait_until(lambda: "It answers wolf" in sentence(board), message="no answer")
    top, bottom = board.value("[int(f(board.image.mask.nonzero()[0])) / 128 for f in (min, max)]")
    board.wait_until(lambda: bars(board).startswith("wolf 9"), message="the bars are not the answer's")
    board.page.evaluate(DRAWN)
    on_animal = reddest(board)
    assert top < on_animal < bottom
    field = board.page.locator(".dv-question-side input[type=text]")
    ask(field, "What is the ground?")
    board.wait_until(lambda: "It answers snow" in sentence(board), message="the typed question is not answered")
    board.wait_until(lambda: bars(board).startswith("snow 9"), message="the bars are not the answer's")
    expect(said).to_contain_text("and that is right")
    board.wait_until(lambda: chips(board) == ["what", "is", "the", "ground"], message="other words are shown")
    board.wait_until(lambda: reddest(board) > on_animal + 0.12, message="the map is not on the ground")
    board.page.get_by_role("button", name="what is the animal?").click()
    board.wait_until(lambda: chips(board) == ["what", "is", "the", "animal"], message="the button does not ask")
    board.wait_until(lambda: abs(reddest(board) - on_animal) < 0.01, message="the map does not come back")
    expect(field).to_have_value("what is the animal?")

    expect(said).to_contain_text("It answers wolf")
    before = sentence(board)
    ask(field, "what is the wulf?")
    board.page.locator(".dv-question-side .dv-notice", has_text="near ones are wolf").wait_for()
    board.wait_until(lambda: field.input_value() == "what is the animal?", message="the field has the old words")
    assert sentence(board) == before
    board.page.locator(".dv-probabilities .bar").nth(-2).dispatch_event("click")
    board.wait_until(lambda: board.value("board.target") is not None, message="the bar does not explain its answer")
    label = board.value("board.network.labels[board.target]")
    board.wait_until(lambda: f"speaks for {label}" in sentence(board), message="another answer is explained")
    expect(said).to_contain_text("It answers wolf")
    assert not board.console.unexpected()


def ask(field: Locator, text: str) -> None:
    field.fill(text)
    field.press("Enter")


@pytest.mark.viewport(420, 900)
def test_a_narrow_window_has_no_overflow(open_notebook: Callable[..., NotebookPage]) -> None:
    notebook = open_notebook([OPEN], theme="dark")
    notebook.page.locator(".dv-question-board .dv-stage-canvas").wait_for()
    notebook.wait_until(lambda: chips(notebook) != [], message="no answer")
    parts = ".dv-stage, .dv-question-word, .dv-question-side input, .dv-question-side svg, button"
    edges = (
        notebook.page.locator(".dv-question-board")
        .locator(parts)
        .evaluate_all(
            "nodes => nodes.filter(n => n.getBoundingClientRect().width).map(n => n.getBoundingClientRect().right)"
        )
    )
    assert max(edges) <= 420
    notebook.page.locator(".dv-probabilities").scroll_into_view_if_needed()
    notebook.shot("question-narrow-dark")
