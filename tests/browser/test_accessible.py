"""Every public widget by the rules of axe-core, on a light page and on a dark one: contrast, names, roles."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.harness import NotebookPage
from tests.browser.harness.axe import faults
from tests.tools.screenshots import IDLE
from tests.tools.widgets import CASES

START = "import deepvis_widgets as dv"


@pytest.fixture(scope="module")
def notebook(open_for_module: Callable[..., NotebookPage]) -> NotebookPage:
    """All of them in one notebook, as they open, when they have answered."""
    opened = open_for_module([START, *(case.cell for case in CASES)])
    opened.python(IDLE)
    opened.page.wait_for_timeout(500)
    return opened


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_fault(notebook: NotebookPage, theme: str) -> None:
    notebook.set_theme(theme)
    notebook.page.wait_for_timeout(300)
    assert notebook.page.locator(".jp-OutputArea-output").count() >= len(CASES)
    assert faults(notebook.page) == []


@pytest.mark.slow
def test_a_fault_would_be_found(notebook: NotebookPage) -> None:
    made = "<p id='pale' style='color: #999; background: #fff'>pale</p><input id='nameless' title='by title alone'>"
    notebook.page.locator(".jp-OutputArea-output").first.evaluate(
        f"node => node.insertAdjacentHTML('beforeend', `{made}`)"
    )
    found = "\n".join(faults(notebook.page, "#pale") + faults(notebook.page, "#nameless"))
    assert "color-contrast" in found and "label-title-only" in found
