"""The lines of code on the page: those of the kernel, in the Explorer's popover and under a board; and saving."""

from __future__ import annotations

import pytest

from tests.browser.conftest import OpenNotebook

pytestmark = pytest.mark.browser
CELL = """
import ipywidgets
import deepvis_widgets as dv
w, board = dv.Explorer(), dv.PoolingBoard()
ipywidgets.VBox([w, board])
"""


def test_the_code_button_shows_what_the_kernel_says(open_notebook: OpenNotebook) -> None:
    page = open_notebook([CELL])
    screen = page.page.locator(".dv-explorer")
    screen.wait_for()
    page.python('w.method = "lrp"; w.target = "wolf"; board.step = 3')
    for opener, panel, name in (
        ("[data-popover=code] > button", "[data-popover=code] pre", "w"),
        (".dv-code-button .dv-code-opener button", ".dv-code-button pre", "board"),
    ):
        page.page.locator(opener).click()
        wanted = page.value(f"{name}.code()")
        lines = page.page.locator(panel)
        page.wait_until(lambda lines=lines, wanted=wanted: lines.text_content() == wanted)
        assert "dv.explain" in wanted or "dv.PoolingBoard" in wanted
    page.page.locator(".dv-code-button button", has_text="Save").click()
    said = page.page.locator(".dv-code-button .dv-code [role=status]")
    page.wait_until(lambda: "pooling_board.json" in (said.text_content() or ""))
    assert page.value('(again := dv.open("pooling_board.json")).step') == 3
