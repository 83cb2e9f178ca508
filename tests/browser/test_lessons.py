"""Every lesson, run from top to bottom and shown by Voilà as a page without code."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import Console, JupyterServer, NotebookError, NotebookPage, nameless

LESSONS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
MINUTES = 4  # for a busy machine; they take less than one on an idle one


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_it_runs_and_is_a_page_without_code(path: Path, page: Page, jupyter: JupyterServer) -> None:
    shutil.copy(path, jupyter.root / path.name)
    lesson = NotebookPage(page, Console(page), "voila")
    lesson.open(jupyter, path.name, timeout=60 * MINUTES)
    try:
        lesson.wait_until(
            page.locator(".jp-OutputArea-output :is(.jupyter-widgets, .dv-explorer)").count, message="no widget"
        )
        page.wait_for_timeout(1000)
        lesson.shot(f"lesson-{path.stem}")
        expect(page.locator("h1")).to_have_count(1)
        expect(page.locator("h2", has_text="Exercises")).to_have_count(1)
        assert page.locator(".jp-InputArea-editor:visible").count() == 0
        with suppress(NotebookError):  # a control is given its name a moment after it has appeared
            lesson.wait_until(lambda: nameless(page) == [])
        assert nameless(page) == [], "controls without a name"
        assert page.get_by_text("Error displaying widget").count() == 0
        assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").all_inner_texts() == []
        assert page.locator("[data-mime-type='application/vnd.jupyter.error']").all_inner_texts() == []
        assert not lesson.console.unexpected()
    finally:
        jupyter.stop_kernels()


@pytest.mark.slow
@pytest.mark.viewport(1920, 1080)
def test_lesson_02_shows_no_answer_beside_the_vote(page: Page, jupyter: JupyterServer) -> None:
    notebook = nbformat.read(LESSONS[1], as_version=4)
    notebook.cells = notebook.cells[:3]  # up to the pictures that give it away
    nbformat.write(notebook, jupyter.root / "vote.ipynb")
    lesson = NotebookPage(page, Console(page), "voila")
    lesson.open(jupyter, "vote.ipynb", timeout=60 * MINUTES)
    try:
        lesson.wait_until(page.locator(".dv-husky-wolf .dv-card canvas").nth(9).is_visible, 60, "no pictures")
        lesson.shot("lesson-02-vote")
        heading = page.get_by_role("heading", name="How LIME explains an answer")
        lesson.wait_until(
            lambda: (box := heading.bounding_box()) is not None and box["y"] > 1080, message="what follows is seen"
        )
        assert not page.get_by_text("every wolf stood on snow").is_visible(), "the answer is not folded up"
        page.get_by_text("What the experiment was").click()
        expect(page.get_by_text("every wolf stood on snow")).to_be_visible()
    finally:
        jupyter.stop_kernels()
