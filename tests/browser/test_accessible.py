"""Every public widget by the rules of axe-core, on a light page and on a dark one: contrast, names, roles."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.browser.harness import NotebookError, NotebookPage
from tests.browser.harness.axe import OUTPUTS, faults
from tests.tools.screenshots import IDLE
from tests.tools.widgets import CASES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # twenty widgets at once
START = "import deepvis_widgets as dv"
HELP = "[role=dialog][aria-label=Keys]"
FAULTY = """node => node.insertAdjacentHTML('beforeend',
  `<p id="pale" style="color: #999; background: #fff">pale</p><input id="nameless" title="a name that nobody sees">`)"""


@pytest.fixture(scope="module")
def notebook(open_for_module: Callable[..., NotebookPage]) -> NotebookPage:
    """All of them in one notebook, as they open, when they have answered."""
    opened = open_for_module([START, *(case.cell for case in CASES)], timeout=400)
    opened.python(IDLE)
    return opened


def assert_no_fault(notebook: NotebookPage, within: str = OUTPUTS) -> None:
    found: list[str] = []

    def clean() -> bool:
        found[:] = faults(notebook.page, within)
        return not found

    with suppress(NotebookError):  # a control is given its name a moment after it has appeared
        notebook.wait_until(clean)
    assert found == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_fault_in_any_widget(notebook: NotebookPage, theme: str) -> None:
    notebook.set_theme(theme)
    notebook.wait_until(lambda: notebook.page.locator(OUTPUTS).count() >= len(CASES), message="a widget is missing")
    assert_no_fault(notebook)


def test_nor_in_what_the_explorer_opens(notebook: NotebookPage) -> None:
    page = notebook.page
    for name in ("map", "grid", "path"):
        page.locator(f".dv-explorer [data-popover={name}] > button").click()
        page.locator(f"[data-popover={name}] .dv-popover-panel").wait_for()
        assert_no_fault(notebook, ".dv-explorer")
        page.keyboard.press("Escape")
    page.keyboard.press("h")
    page.locator(HELP).wait_for()
    assert_no_fault(notebook, HELP)
    page.keyboard.press("Escape")


def test_a_fault_far_down_would_be_found(notebook: NotebookPage) -> None:
    notebook.page.locator(OUTPUTS).last.evaluate(FAULTY)
    found = "\n".join(faults(notebook.page))
    assert 'color-contrast: <p id="pale"' in found and 'label-title-only: <input id="nameless"' in found
