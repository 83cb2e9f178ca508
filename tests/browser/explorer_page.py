"""What the browser tests do with an Explorer: look at its canvases, drag over its picture, read its rows."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from tests.browser.harness import NotebookPage, canvas_pixels

OPEN = """
import deepvis_widgets as dv
explorer = dv.Explorer()
explorer
"""
IMAGENET = """
import deepvis_widgets as dv
explorer = dv.Explorer("efficientnet_lite0", pictures=[dv.photo("chelsea"), dv.photo("coffee")])
explorer
"""
# run before the cells: pictures of units take two steps, for drawing them takes longer than all that most tests look at
QUICK_PICTURES = """
import deepvis_widgets.widgets.explorer.unit_pictures as _drawn
_drawn.STEPS = _drawn.PATTERN_STEPS = 2
"""
SIDE = 128  # pixels of the embedded network's picture
# by the page's own clock, which waits for what the page has still to do
DRAWN = """() => new Promise(done =>
  setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 400))"""
LIVE, BACKWARD = ".dv-x-live .dv-map-canvas", ".dv-x-backward .dv-map-canvas"

# as it was when it opened, whatever a test before has left
RESET = f"""{QUICK_PICTURES}
explorer.off, explorer.why = dict(), False
explorer.help, explorer.zoom, explorer.frozen, explorer.filming, explorer.localize = False, "", False, False, False
explorer.tiles, explorer.about, explorer.sort, explorer.fill = "activation", "synthesized", "max", "grey"
explorer.gamma, explorer.boost, explorer.tile, explorer.shares = 0.5, 0.0, 0, True
explorer.occluder, explorer.target, explorer.method, explorer.params = None, None, "cam", dict()
explorer.backward, explorer.backward_view, explorer.backward_seed = _backward, "raw", "map"
explorer.image, explorer.layer, explorer.unit = _first, _layer, _unit
"""


def wait_for_first_answer(notebook: NotebookPage) -> None:
    notebook.page.locator(".dv-stage-canvas").first.wait_for()
    notebook.wait_until(lambda: notebook.page.locator(".dv-grid[data-unit]").count(), message="no unit grid")
    notebook.wait_until(
        lambda: shown(notebook, ".dv-grid-canvas").size and shown(notebook, ".dv-grid-canvas").std() > 5
    )
    settle(notebook)


def remember(notebook: NotebookPage) -> None:
    """What reset() goes back to."""
    notebook.python(
        "_first, _layer, _unit, _backward = explorer.image, explorer.layer, explorer.unit, explorer.backward"
    )


def reset(notebook: NotebookPage) -> None:
    """Bring a shared Explorer back to what it opened with, and the mouse away from it."""
    notebook.page.mouse.move(0, 0)
    notebook.page.keyboard.press("Escape")
    notebook.python(RESET)
    settle(notebook)
    notebook.console.clear()


def settle(notebook: NotebookPage) -> None:
    """Wait until the kernel has answered everything and the page has drawn it."""
    if notebook.where != "voila":
        notebook.python("assert explorer.session.idle(60)")
    notebook.page.evaluate(DRAWN)


def assert_silent(notebook: NotebookPage) -> None:
    """Nothing in the browser's console but what Jupyter itself is known to say."""
    messages = notebook.console.unexpected()
    assert not messages, "\n".join(messages)


def shown(notebook: NotebookPage, selector: str) -> np.ndarray:
    return canvas_pixels(notebook.page, selector)[..., :3].astype(int)


def changed(notebook: NotebookPage, selector: str, before: np.ndarray, share: float = 0.02) -> bool:
    """Whether at least this share of a canvas's pixels differs visibly from before."""
    now = shown(notebook, selector)
    return now.shape != before.shape or float((np.abs(now - before).max(-1) > 12).mean()) >= share


def bars(notebook: NotebookPage) -> dict[str, float]:
    """Class → width of its bar in px, as it is drawn."""
    rows: list[list[Any]] = notebook.page.locator(".dv-x-class").evaluate_all(
        "rows => rows.map(row => [row.dataset.class, row.querySelector('.dv-x-bar').getBoundingClientRect().width])"
    )
    return {str(name): float(width) for name, width in rows}


def occluder(notebook: NotebookPage) -> list[int] | None:
    """Where the rectangle is that the page shows."""
    found: list[int] | None = json.loads(notebook.page.locator(".dv-stage").get_attribute("data-occluder") or "null")
    return found


def picture_point(notebook: NotebookPage, row: float, col: float) -> tuple[float, float]:
    """Where on the page (x, y) a pixel of the picture is."""
    box = notebook.page.locator(".dv-stage-surface").bounding_box()
    assert box is not None
    return box["x"] + col * box["width"] / SIDE, box["y"] + row * box["height"] / SIDE


def drag_occluder(notebook: NotebookPage, start: tuple[int, int], end: tuple[int, int], release: bool = True) -> None:
    """Draw a rectangle from start to end, (row, col) in picture pixels."""
    notebook.page.locator(".dv-stage-surface").scroll_into_view_if_needed()
    mouse = notebook.page.mouse
    mouse.move(*picture_point(notebook, *start))
    mouse.down()
    mouse.move(*picture_point(notebook, *end), steps=12)
    if release:
        mouse.up()


def object_box(notebook: NotebookPage) -> tuple[int, int, int, int]:
    """Where the object of the picture is: first and last row and column of its mask."""
    code = "import numpy as np; _m = np.argwhere(explorer.image.mask)"
    notebook.python(code)
    (top, left), (bottom, right) = notebook.value("[_m.min(0).tolist(), _m.max(0).tolist()]")
    return top, left, bottom, right


def choose_layer(notebook: NotebookPage, name: str) -> None:
    """Click the block of the ribbon that a layer is in, then the layer in the list of the block."""
    page = notebook.page
    block = notebook.value(f"next(b.shown for b in explorer.blocks if {name!r} in b.layers)")
    column = page.locator(f".dv-x-block[data-layer='{block}']").first
    if column.get_attribute("aria-current") != "true":
        column.locator(".dv-x-block-name").click()
        notebook.wait_until(lambda: column.get_attribute("aria-current") == "true", message=f"{block} was not chosen")
    if name != notebook.value("explorer.layer"):
        column.locator(".dv-x-block-name").click()
        page.locator(f".dv-x-layer[data-layer='{name}']").click()


def focus_is_inside(notebook: NotebookPage) -> bool:
    return bool(notebook.page.evaluate("() => document.activeElement?.closest('.dv-explorer') !== null"))
