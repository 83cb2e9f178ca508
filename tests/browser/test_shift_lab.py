"""The ShiftLab in a real browser: the object follows the hand, and the line on the curves with it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenNotebook
from tests.browser.harness import canvas_pixels

OPEN = """
import deepvis_widgets as dv
lab = dv.ShiftLab()
lab
"""


def test_the_object_is_dragged_and_the_curves_say_what_that_costs(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([OPEN])
    page = notebook.page
    frame = page.locator(".dv-shift-lab .dv-occluder")
    frame.wait_for()
    notebook.wait_until(
        lambda: "steadier" in page.locator(".dv-shift-lesson").inner_text(), timeout=60, message="nothing was measured"
    )
    expect(page.locator(".dv-shift-lab path.line")).to_have_count(2 + 1 + 2 * (3 + 1))
    before, row = canvas_pixels(page, ".dv-shift-lab .dv-stage-canvas"), notebook.value("lab.row")
    at = frame.bounding_box()
    assert at is not None
    mouse = page.mouse
    mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    mouse.down()
    mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2 - 125, steps=6)
    mouse.up()  # 125 css px of 320 for 128 pixels
    notebook.wait_until(lambda: abs(notebook.value("lab.row") - (row - 50)) <= 1, message="the object did not follow")
    notebook.wait_until(
        lambda: "flattened: leopard" in page.locator(".dv-lab-words").inner_text(), message="nobody was asked"
    )
    notebook.wait_until(
        lambda: abs(canvas_pixels(page, ".dv-shift-lab .dv-stage-canvas").astype(int) - before).max() > 60,
        message="the picture is the old one",
    )
    page.mouse.move(5, 5)
    expect(page.locator(".dv-shift-lab .dv-stage")).to_contain_text("object 48×92 at row")  # nothing is covered
    page.locator(".dv-shift-controls .widget-dropdown:has(label:text-is('Way')) select").select_option(label="across")
    notebook.wait_until(lambda: notebook.value("lab.direction") == "across", message="the way did not arrive")
    notebook.wait_until(
        lambda: "from the left" in page.locator(".dv-shift-side").inner_text(), message="the curves are of another way"
    )
    notebook.shot("shift-lab")
    messages = notebook.console.unexpected()
    assert not messages, "\n".join(messages)
