"""The Explorer in a real browser, driven by a real mouse and keyboard."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.browser.harness import NotebookPage, canvas_pixels

OPEN = """
import deepvis_widgets as dv
explorer = dv.Explorer()
explorer
"""
SIDE = 128  # pixels of the embedded network's picture


@pytest.fixture
def explorer(open_notebook: Callable[..., NotebookPage]) -> NotebookPage:
    notebook = open_notebook([OPEN])
    wait_for_first_answer(notebook)
    return notebook


def wait_for_first_answer(notebook: NotebookPage) -> None:
    notebook.page.locator(".dv-stage-canvas").first.wait_for()
    notebook.wait_until(lambda: notebook.page.locator(".dv-grid[data-unit]").count(), message="no unit grid")
    notebook.wait_until(
        lambda: shown(notebook, ".dv-grid-canvas").size and shown(notebook, ".dv-grid-canvas").std() > 5
    )
    settle(notebook)


def assert_silent(notebook: NotebookPage) -> None:
    """Nothing in the browser's console but what Jupyter itself is known to say."""
    messages = notebook.console.unexpected()
    assert not messages, "\n".join(messages)


def settle(notebook: NotebookPage) -> None:
    """Wait until the kernel has answered everything and the page has drawn it."""
    if notebook.where != "voila":
        notebook.python("assert explorer.session.idle(60)")
    notebook.page.wait_for_timeout(400)


def shown(notebook: NotebookPage, selector: str) -> np.ndarray:
    return canvas_pixels(notebook.page, selector)[..., :3].astype(int)


def changed(notebook: NotebookPage, selector: str, before: np.ndarray, share: float = 0.02) -> bool:
    """Whether at least this share of a canvas's pixels differs visibly from before."""
    now = shown(notebook, selector)
    return now.shape != before.shape or float((np.abs(now - before).max(-1) > 12).mean()) >= share


def bars(notebook: NotebookPage) -> dict[str, float]:
    """Class → width of its bar in px, as bqplot drew it."""
    widths = notebook.page.locator(".dv-probabilities .bar").evaluate_all(
        "bars => bars.map(bar => bar.getBoundingClientRect().width)"
    )
    names = notebook.value("list(explorer.panes.probabilities._bars.x)")
    return dict(zip(names, widths, strict=False))


def drag_occluder(
    notebook: NotebookPage, start: tuple[int, int], end: tuple[int, int], release: bool = True, steps: int = 12
) -> None:
    """Draw a rectangle from start to end, (row, col) in picture pixels."""
    surface = notebook.page.locator(".dv-stage-surface")
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    assert box is not None
    scale = box["width"] / SIDE
    mouse = notebook.page.mouse
    mouse.move(box["x"] + start[1] * scale, box["y"] + start[0] * scale)
    mouse.down()
    mouse.move(box["x"] + end[1] * scale, box["y"] + end[0] * scale, steps=steps)
    if release:
        mouse.up()


def object_box(notebook: NotebookPage) -> tuple[int, int, int, int]:
    """Where the object of the picture is: first and last row and column of its mask."""
    code = "import numpy as np; _m = np.argwhere(explorer.image.mask)"
    notebook.python(code)
    (top, left), (bottom, right) = notebook.value("[_m.min(0).tolist(), _m.max(0).tolist()]")
    return top, left, bottom, right


def test_an_occluder_over_the_object_moves_every_pane(explorer: NotebookPage) -> None:
    selectors = (
        ".dv-stage-canvas",
        ".dv-grid-canvas",
        ".dv-area-unit .dv-map-canvas",
        ".dv-area-backward .dv-map-canvas",
    )
    before = {selector: shown(explorer, selector) for selector in selectors}
    label = explorer.value("explorer.network.labels[int(explorer.network.probabilities(explorer.view[None]).argmax())]")
    bar_before = bars(explorer)[label]
    cam_before = np.array(explorer.value("bytes(explorer.panes.stage.last('overlay').arrays['values']).hex()"))
    top, left, bottom, right = object_box(explorer)
    drag_occluder(explorer, (top + 1, left + 1), (min(bottom, SIDE - 2), min(right, SIDE - 2)), release=False)
    # the rectangle is on screen while the mouse is still down
    drawn = json.loads(explorer.page.locator(".dv-stage").get_attribute("data-occluder") or "null")
    assert drawn is not None and drawn[2] > 8 and drawn[3] > 8
    for selector in selectors:
        explorer.wait_until(
            lambda s=selector: changed(explorer, s, before[s]), message=f"{selector} did not follow the drag"
        )
    explorer.wait_until(lambda: bars(explorer)[label] < 0.8 * bar_before, message="the bar of the class did not fall")
    explorer.page.mouse.up()
    explorer.wait_until(lambda: explorer.value("explorer.occluder"), message="the occluder did not reach Python")
    settle(explorer)
    assert str(cam_before) != explorer.value("bytes(explorer.panes.stage.last('overlay').arrays['values']).hex()")
    assert tuple(explorer.value("explorer.occluder"))[2] > 8
    explorer.shot("explorer-occluded")
    assert_silent(explorer)


def test_a_click_on_a_unit_changes_its_panes_and_draws_its_pictures(explorer: NotebookPage) -> None:
    page = explorer.page
    explorer.page.locator(".dv-area-layers [data-layer='features.conv2']").click()
    explorer.wait_until(lambda: explorer.value("explorer.layer") == "features.conv2")
    settle(explorer)
    unit, backward = (
        shown(explorer, ".dv-area-unit .dv-map-canvas"),
        shown(explorer, ".dv-area-backward .dv-map-canvas"),
    )
    page.locator(".dv-grid-canvas").click(position={"x": 140, "y": 90})
    explorer.wait_until(lambda: explorer.value("explorer.unit") != 0, message="the click chose no unit")
    explorer.wait_until(lambda: changed(explorer, ".dv-area-unit .dv-map-canvas", unit), message="unit pane")
    explorer.wait_until(
        lambda: changed(explorer, ".dv-area-backward .dv-map-canvas", backward, 0.005), message="backward pane"
    )
    page.locator(".dv-gallery button", has_text="Start").click()
    page.locator(".dv-card-picture canvas").first.wait_for(timeout=60_000)
    first = canvas_pixels(page, ".dv-card-picture canvas")
    explorer.wait_until(
        lambda: not explorer.value("explorer.panes.gallery.running"), 120, "the pictures were never finished"
    )
    assert page.locator(".dv-card-picture canvas").count() == 4
    assert (canvas_pixels(page, ".dv-card-picture canvas") != first).any(), "the picture did not improve"
    explorer.shot("explorer-unit-pictures")
    assert_silent(explorer)


def test_stop_ends_the_drawing_and_keeps_what_is_there(explorer: NotebookPage) -> None:
    page = explorer.page
    page.locator(".dv-gallery button", has_text="Start").click()
    page.locator(".dv-card-picture canvas").first.wait_for(timeout=60_000)
    page.locator(".dv-gallery button", has_text="Stop").click()
    explorer.wait_until(lambda: not explorer.value("explorer.panes.gallery.running"), message="it did not stop")
    assert page.locator(".dv-card-picture canvas").count() == 4
    assert explorer.value("explorer.panes.gallery.progress") < 1


def test_layers_change_by_click_and_by_key(explorer: NotebookPage) -> None:
    page = explorer.page
    names = explorer.value("explorer.network.layers.names")
    row = page.locator(f".dv-layers [data-layer='{names[1]}']")
    row.click()
    explorer.wait_until(lambda: explorer.value("explorer.layer") == names[1])
    page.locator(".dv-status").click()
    page.keyboard.press("o")
    explorer.wait_until(lambda: explorer.value("explorer.layer") == names[2], message="key o did not reach the kernel")
    page.keyboard.press("u")
    explorer.wait_until(lambda: explorer.value("explorer.layer") == names[1], message="key u did not reach the kernel")
    explorer.wait_until(lambda: page.locator(".dv-grid").get_attribute("data-layer") == names[1])
    # JupyterLab's own commands on these keys (a, b, d d, m) have not touched the notebook
    for key in ("a", "a", "d", "d", "m", "t"):
        page.keyboard.press(key)
    settle(explorer)
    assert page.locator(".jp-Cell").count() == page.locator(".jp-CodeCell").count()
    assert explorer.value("explorer.backward_view") == "grey"


def test_arrow_keys_move_through_the_grid(explorer: NotebookPage) -> None:
    page = explorer.page
    page.locator(".dv-status").click()
    for key, unit in (("ArrowRight", 1), ("l", 2), ("ArrowLeft", 1), ("Shift+ArrowRight", 4)):
        page.keyboard.press(key)
        explorer.wait_until(
            lambda u=unit: explorer.value("explorer.unit") == u, message=f"{key} did not choose unit {unit}"
        )
    page.keyboard.press("ArrowDown")
    explorer.wait_until(lambda: explorer.value("explorer.unit") > 5, message="ArrowDown did not go a row down")


def test_a_click_on_a_bar_explains_that_class(explorer: NotebookPage) -> None:
    before = shown(explorer, ".dv-stage-canvas")
    box = explorer.page.locator(".dv-probabilities .bar").nth(0).bounding_box()  # the lowest bar: the weakest class
    assert box is not None
    explorer.python("explorer.occluder = (20, 20, 90, 90)")  # spreads the probabilities, so that bars are wide enough
    settle(explorer)
    index = explorer.page.locator(".dv-probabilities .bar").evaluate_all(
        "bars => bars.map((b, i) => [b.getBoundingClientRect().width, i]).sort((a, b) => b[0] - a[0])[1][1]"
    )
    explorer.page.locator(".dv-probabilities .bar").nth(index).click(force=True)
    explorer.wait_until(lambda: explorer.value("explorer.target") is not None, message="the bar chose no class")
    settle(explorer)
    assert changed(explorer, ".dv-stage-canvas", before)


def yellow(notebook: NotebookPage) -> int:
    """How many pixels of the stage have the colour of the localization box."""
    return int((np.abs(shown(notebook, ".dv-stage-canvas") - np.array([255, 224, 74])).max(-1) < 8).sum())


def test_the_box_of_the_overlay_is_drawn_when_ticked(explorer: NotebookPage) -> None:
    before = yellow(explorer)
    explorer.page.get_by_label("Box", exact=True).check()
    explorer.wait_until(lambda: yellow(explorer) > before + 100, message="no box was drawn")
    assert explorer.value("explorer.localize") is True
    explorer.shot("explorer-box")
    explorer.python("explorer.localize = False")
    explorer.wait_until(lambda: yellow(explorer) <= before + 10, message="the box stayed")
    assert not explorer.page.get_by_label("Box", exact=True).is_checked()
    assert_silent(explorer)


def upload(notebook: NotebookPage, name: str, content: bytes) -> None:
    with notebook.page.expect_file_chooser() as chosen:
        notebook.page.locator(".dv-picture-bar .jupyter-button", has_text="Upload").click()
    chosen.value.set_files({"name": name, "mimeType": "image/png", "buffer": content})


def test_a_picture_is_uploaded_and_a_bad_one_leaves_a_sentence(explorer: NotebookPage) -> None:
    before = shown(explorer, ".dv-stage-canvas")
    buffer = io.BytesIO()
    Image.fromarray((np.indices((90, 120)).sum(0)[..., None] % 64 * [4, 2, 1]).astype(np.uint8)).save(buffer, "PNG")
    upload(explorer, "stripes.png", buffer.getvalue())
    explorer.wait_until(
        lambda: changed(explorer, ".dv-stage-canvas", before, 0.5), message="the upload is not on the stage"
    )
    settle(explorer)
    good = shown(explorer, ".dv-stage-canvas")
    upload(explorer, "notes.png", b"no picture at all")
    explorer.page.locator(".dv-stage .dv-notice").wait_for()
    assert "not a picture" in explorer.page.locator(".dv-stage .dv-notice").inner_text()
    assert not changed(explorer, ".dv-stage-canvas", good)


def test_a_reload_shows_the_same_state(explorer: NotebookPage) -> None:
    explorer.python("explorer.layer, explorer.unit, explorer.occluder = 'features.conv3', 7, (30, 40, 50, 45)")
    settle(explorer)
    before = {name: shown(explorer, name) for name in (".dv-stage-canvas", ".dv-grid-canvas")}
    explorer.save()
    explorer.reload()
    explorer.page.locator(".dv-stage-canvas").first.wait_for()
    explorer.wait_until(
        lambda: explorer.page.locator(".dv-grid").get_attribute("data-unit") == "7", message="unit is lost"
    )
    assert explorer.page.locator(".dv-grid").get_attribute("data-layer") == "features.conv3"
    assert json.loads(explorer.page.locator(".dv-stage").get_attribute("data-occluder") or "null") == [30, 40, 50, 45]
    for name, pixels in before.items():
        explorer.wait_until(lambda n=name, p=pixels: not changed(explorer, n, p), message=f"{name} is not drawn again")


def test_two_views_of_one_explorer_agree(open_notebook: Callable[..., NotebookPage]) -> None:
    notebook = open_notebook([OPEN, "explorer"])
    wait_for_first_answer(notebook)
    assert notebook.page.locator(".dv-stage").count() == 2
    notebook.page.locator(".dv-layers [data-layer='features.conv3']").nth(1).click()
    for view in (0, 1):
        grid = notebook.page.locator(".dv-grid").nth(view)
        notebook.wait_until(lambda g=grid: g.get_attribute("data-layer") == "features.conv3", message=f"view {view}")
    settle(notebook)
    one, two = (canvas_pixels(notebook.page.locator(".dv-explorer").nth(view), ".dv-grid-canvas") for view in (0, 1))
    assert one.shape == two.shape and (one == two).mean() > 0.98


def test_python_and_the_page_agree(explorer: NotebookPage) -> None:
    explorer.python("explorer.layer = 'features.conv4'; explorer.unit = 3; explorer.fill = 'blur'")
    explorer.wait_until(lambda: explorer.page.locator(".dv-grid").get_attribute("data-layer") == "features.conv4")
    explorer.wait_until(lambda: explorer.page.locator(".dv-grid").get_attribute("data-unit") == "3")
    selected = explorer.page.locator(".dv-layers [aria-selected='true']")
    assert selected.get_attribute("data-layer") == "features.conv4"


def test_without_its_kernel_it_says_so(explorer: NotebookPage) -> None:
    explorer.restart()
    before = shown(explorer, ".dv-grid-canvas")
    drag_occluder(explorer, (30, 30), (80, 80))
    explorer.page.locator(".dv-area-picture .dv-notice", has_text="run the cell again").wait_for()
    assert not changed(explorer, ".dv-grid-canvas", before), "what was drawn stays"
    explorer.shot("explorer-without-kernel")
    assert not [message for message in explorer.console.messages if message.startswith("uncaught")]


def test_closing_frees_the_thread(explorer: NotebookPage) -> None:
    explorer.python("import threading; explorer.close()")
    assert explorer.value("[t.name for t in threading.enumerate() if t.name == 'deepvis']") == []
    assert explorer.value("len(explorer.network.recordings)") == 0
    explorer.wait_until(lambda: explorer.page.locator(".dv-stage").count() == 0, message="the panes are still there")


@pytest.mark.slow
def test_rapid_random_use_leaves_it_alive_and_consistent(explorer: NotebookPage) -> None:
    page, chance = explorer.page, np.random.default_rng(0)
    threads = explorer.value("__import__('threading').active_count()")
    canvas, surface = page.locator(".dv-grid-canvas"), page.locator(".dv-stage-surface")
    for box in (canvas.bounding_box(), surface.bounding_box()):
        assert box is not None
    for _ in range(200):
        _random_act(explorer, chance, page)
    explorer.python("assert explorer.session.idle(120)")
    page.wait_for_timeout(500)
    settle(explorer)
    state = explorer.value("[explorer.layer, explorer.unit, explorer.panes.stage.notice, explorer.panes.grid.notice]")
    assert state[2:] == ["", ""]
    assert page.locator(".dv-grid").get_attribute("data-layer") == state[0]
    assert page.locator(".dv-grid").get_attribute("data-unit") == str(state[1])
    assert explorer.value("__import__('threading').active_count()") <= threads + 2
    before = shown(explorer, ".dv-area-unit .dv-map-canvas")
    explorer.python("explorer.layer, explorer.unit = 'features.conv1', 2")
    explorer.wait_until(
        lambda: changed(explorer, ".dv-area-unit .dv-map-canvas", before), message="it does not answer any more"
    )
    assert_silent(explorer)


def _random_act(explorer: NotebookPage, chance: np.random.Generator, page: Any) -> None:
    kind = chance.integers(3)
    if kind == 0:
        box = page.locator(".dv-grid-canvas").bounding_box()
        page.mouse.click(
            box["x"] + chance.uniform(8, box["width"] - 24), box["y"] + chance.uniform(8, box["height"] - 8)
        )
    elif kind == 1:
        rows = page.locator(".dv-layers [data-layer]")
        rows.nth(int(chance.integers(rows.count()))).click()
    else:
        start, end = (tuple(chance.integers(4, SIDE - 4, 2).tolist()) for _ in range(2))
        drag_occluder(explorer, start, end, steps=4)


# anywidget waits two seconds for a module; here it gives up before one can have come
IMPATIENT = """
const timeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = ms => timeout(ms === 2000 ? 0 : ms);
"""


def test_a_page_too_busy_for_anywidget_works_all_the_same(
    page: Page, open_notebook: Callable[..., NotebookPage]
) -> None:
    page.add_init_script(IMPATIENT)
    notebook = open_notebook([OPEN])
    wait_for_first_answer(notebook)
    assert any("Failed to initialize model" in message for message in notebook.console.messages)
    before = shown(notebook, ".dv-grid-canvas")
    notebook.page.locator(".dv-layer", has_text="conv2").first.click()
    notebook.wait_until(lambda: changed(notebook, ".dv-grid-canvas", before), message="the grid did not change")
    assert_silent(notebook)


@pytest.mark.parametrize("where", ["notebook7", "voila"])
def test_it_opens_elsewhere_too(open_notebook: Callable[..., NotebookPage], where: str) -> None:
    notebook = open_notebook([OPEN], where)
    wait_for_first_answer(notebook)
    before = shown(notebook, ".dv-stage-canvas")
    drag_occluder(notebook, (40, 40), (90, 90))
    notebook.wait_until(lambda: changed(notebook, ".dv-stage-canvas", before), message="the stage did not follow")
    notebook.shot(f"explorer-{where}")
    assert_silent(notebook)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_have_contrast(open_notebook: Callable[..., NotebookPage], theme: str) -> None:
    notebook = open_notebook([OPEN], theme=theme)
    wait_for_first_answer(notebook)
    notebook.shot(f"explorer-{theme}")
    colours = notebook.page.locator(".dv-status").evaluate(
        "node => ['color', 'backgroundColor'].map(name => getComputedStyle(node)[name].match(/\\d+/g).map(Number))"
    )
    text, ground = (sum(colour[:3]) for colour in colours)
    assert abs(text - ground) > 200, f"text {colours[0]} on {colours[1]}"


@pytest.mark.viewport(520, 900)
def test_a_narrow_window_stacks_the_panes(open_notebook: Callable[..., NotebookPage]) -> None:
    notebook = open_notebook([OPEN])
    wait_for_first_answer(notebook)
    boxes = [
        notebook.page.locator(f".dv-area-{name}").bounding_box() for name in ("picture", "grid", "unit", "gallery")
    ]
    assert all(box is not None and box["width"] <= 520 for box in boxes)
    assert [box["y"] for box in boxes if box] == sorted(box["y"] for box in boxes if box)
    notebook.shot("explorer-narrow")


def test_the_camera_fills_the_stage(explorer: NotebookPage) -> None:
    before = shown(explorer, ".dv-stage-canvas")
    explorer.page.locator(".dv-status").click()
    explorer.page.keyboard.press("c")
    explorer.wait_until(
        lambda: changed(explorer, ".dv-stage-canvas", before, 0.5), 60, "no camera picture on the stage"
    )
    explorer.page.keyboard.press("c")
    explorer.wait_until(lambda: not explorer.value("explorer.panes.camera.running"), message="the camera is still on")
    assert_silent(explorer)
