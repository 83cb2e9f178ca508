"""The Explorer's first screen: all of it in view at every size, large tiles, nothing that moves, maps that are seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from deepvis_widgets.methods import Method
from tests.browser.explorer_page import (
    DRAWN,
    IMAGENET,
    OPEN,
    QUICK_PICTURES,
    assert_silent,
    bars,
    changed,
    choose_layer,
    remember,
    reset,
    settle,
    shown,
    wait_for_first_answer,
)
from tests.browser.harness import NotebookPage, canvas_pixels

REGIONS = (".dv-x-header", ".dv-x-ribbon", ".dv-x-stage", ".dv-stage-surface", ".dv-x-classes", ".dv-x-units")
REGIONS += (".dv-grid-viewport", ".dv-x-card", ".dv-x-maps", ".dv-x-status", ".dv-explorer")

# left, top, right and bottom of each element, and of the part of the notebook that is in view
BOXES = """([selectors, whole]) => {
  const box = node => { const r = node.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
  const boxes = Object.fromEntries(selectors.map(name => [name, box(document.querySelector(name))]));
  return whole ? {...boxes, view: box(document.querySelector('.jp-WindowedPanel-outer'))} : boxes;
}"""

# methods whose parameters by default make them slow; what is seen of them does not need so many steps
QUICK = (
    "{'lime': {'samples': 60}, 'smoothgrad': {'samples': 6}, 'integrated_gradients': {'steps': 6},"
    " 'occlusion': {'window': 32, 'stride': 32}}"
)


@pytest.fixture(scope="module", params=[OPEN, IMAGENET], ids=["embedded", "imagenet"])
def opened(open_for_module: Callable[..., NotebookPage], request: pytest.FixtureRequest) -> Iterator[NotebookPage]:
    """In JupyterLab with its file browser, as people have it."""
    size = {"width": 1440, "height": 900}
    notebook = open_for_module([request.param.strip()], "lab", viewport=size, before=QUICK_PICTURES)
    wait_for_first_answer(notebook)
    remember(notebook)
    yield notebook


@pytest.fixture
def explorer(opened: NotebookPage, watched: Callable[[Page], None]) -> NotebookPage:
    watched(opened.page)
    reset(opened)
    return opened


def resize(notebook: NotebookPage, width: int, height: int, files: bool) -> None:
    """Give the page a size, and show or hide JupyterLab's file browser."""
    notebook.page.set_viewport_size({"width": width, "height": height})
    if files != (notebook.page.locator("#jp-left-stack:visible").count() > 0):
        notebook.page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    before: Any = None

    def at_rest() -> bool:
        nonlocal before
        last, before = before, boxes(notebook)
        return bool(last == before)

    notebook.page.evaluate(DRAWN)
    notebook.wait_until(at_rest, message="the layout did not come to rest")
    settle(notebook)


def boxes(notebook: NotebookPage, view: bool = False) -> dict[str, list[float]]:
    found: dict[str, list[float]] = notebook.page.evaluate(BOXES, [list(REGIONS), view])
    return found


def share_of_tiles(notebook: NotebookPage) -> float:
    """What share of the widget's area the drawn tiles have: between tiles the canvas is clear."""
    drawn = float((canvas_pixels(notebook.page, ".dv-grid-canvas")[..., 3] > 0).mean())
    found = boxes(notebook)
    return drawn * _area(found[".dv-grid-viewport"]) / _area(found[".dv-explorer"])


def _area(box: list[float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


@pytest.mark.parametrize(
    ("width", "height", "files", "least"),
    [(1440, 900, True, 0.3), (1440, 900, False, 0.3), (1920, 1080, False, 0.4), (1024, 768, False, 0.25)],
)
def test_nothing_lies_below_the_fold_and_tiles_are_large(
    explorer: NotebookPage, width: int, height: int, files: bool, least: float
) -> None:
    resize(explorer, width, height, files)
    expect(explorer.page.locator(".dv-x-wide")).to_have_count(1)
    found = boxes(explorer, view=True)
    left, top, right, bottom = found.pop("view")
    for name, (x0, y0, x1, y1) in found.items():
        assert x1 - x0 > 40 and y1 - y0 > 15, f"{name} has no room"
        assert left <= x0 and x1 <= right and top <= y0 and y1 <= bottom, f"{name} is not in view"
    for outer, inner in (
        (".dv-x-stage", ".dv-x-stage .dv-x-find"),
        (".dv-x-card", ".dv-x-card > .dv-x-tabs"),
        (".dv-x-ribbon", ".dv-x-block[aria-current=true]"),
    ):
        within = explorer.page.locator(inner).bounding_box()
        assert within is not None and within["y"] + within["height"] <= found[outer][3] + 1, f"{inner} is cut"
    explorer.wait_until(lambda: share_of_tiles(explorer) >= least, message="tiles are small")
    explorer.shot(f"explorer-{width}-{'files' if files else 'alone'}")
    assert_silent(explorer)


def test_what_is_chosen_moves_no_region_by_a_pixel(explorer: NotebookPage) -> None:
    resize(explorer, 1440, 900, files=True)
    page, before = explorer.page, boxes(explorer)

    def check(what: str) -> None:
        assert boxes(explorer) == before, f"{what} moved a region"
        settle(explorer)
        assert boxes(explorer) == before, f"{what} moved a region when it was answered"

    for method in ("", "gradient", "grad_cam", "cam"):
        page.locator(".dv-x-method").select_option(method)
        check(f"the method {method}")
    for mode in ("pictures", "patches", "gradient", "activation"):
        page.locator(f".dv-x-units [data-tab={mode}]").click()
        check(f"the tab {mode}")
    for about in ("top", "deconv", "facts", "find", "synthesized"):
        page.locator(f".dv-x-card [data-tab={about}]").click()
        check(f"the tab {about}")
    page.get_by_label("Next picture").click()
    check("another picture")
    # not the head of the ImageNet network, whose units have no stored pictures: drawing one takes a minute there
    for layer in explorer.value("[explorer.blocks[0].shown, explorer.blocks[-3].shown, _layer]"):
        choose_layer(explorer, layer)
        check(f"the layer {layer}")
    picture = shown(explorer, ".dv-stage-canvas")
    camera = page.get_by_role("button", name="camera", exact=True)
    camera.click()
    explorer.wait_until(lambda: changed(explorer, ".dv-stage-canvas", picture, 0.5), 60, "no camera picture")
    assert boxes(explorer) == before, "the camera moved a region"
    explorer.shot("explorer-camera")
    camera.click()
    explorer.wait_until(lambda: not explorer.value("explorer.filming"), message="the camera is still on")
    check("the camera that ended")
    assert_silent(explorer)


def test_what_a_unit_sees_lies_over_the_picture_while_one_looks_at_the_unit(explorer: NotebookPage) -> None:
    page = explorer.page
    page.locator(".dv-x-status").hover()
    alone = shown(explorer, ".dv-stage-canvas")
    page.locator(".dv-x-card h2").hover()
    explorer.wait_until(lambda: changed(explorer, ".dv-stage-canvas", alone), message="no box of what the unit sees")
    page.locator(".dv-x-status").hover()
    explorer.wait_until(lambda: not changed(explorer, ".dv-stage-canvas", alone), message="the box stays")


def test_the_camera_fills_the_stage(explorer: NotebookPage) -> None:
    before = shown(explorer, ".dv-stage-canvas")
    explorer.page.locator(".dv-x-status").click()
    explorer.page.keyboard.press("c")
    explorer.wait_until(
        lambda: changed(explorer, ".dv-stage-canvas", before, 0.5), 60, "no camera picture on the stage"
    )
    explorer.page.keyboard.press("c")
    explorer.wait_until(lambda: not explorer.value("explorer.filming"), message="the camera is still on")
    assert_silent(explorer)


def test_with_each_method_a_photo_changes_visibly(explorer: NotebookPage) -> None:
    explorer.python(f"import skimage.data; explorer.params = {QUICK}; explorer.image = skimage.data.chelsea()")
    settle(explorer)
    knows_little, said = explorer.value("len(explorer.network.labels)") == 12, explorer.page.locator(".dv-x-network")
    explorer.wait_until(
        lambda: ("knows 12 drawn things" in said.inner_text()) == knows_little,
        message="what the network knows is not said, or not true",
    )
    expect(explorer.page.locator(".dv-x-pictures option:checked")).to_have_text("your picture")
    menu = explorer.page.locator(".dv-x-method")
    menu.select_option("")
    settle(explorer)
    bare = shown(explorer, ".dv-stage-canvas")
    methods = explorer.value("[m['name'] for m in explorer.panes.method.port.values['methods'] if m['serves']]")
    assert len(methods) >= 12
    if not knows_little:  # those that take seconds are drawn by the same code on both networks
        methods = [name for name in methods if not Method.registry[name].long]
    faint = {}
    for method in methods:
        menu.select_option(method)
        explorer.wait_until(lambda m=method: explorer.value("explorer.method") == m)
        explorer.python("assert explorer.session.idle(120)")
        try:
            explorer.wait_until(lambda: np.abs(shown(explorer, ".dv-stage-canvas") - bare).mean() >= 6)
        except AssertionError:
            faint[method] = float(np.abs(shown(explorer, ".dv-stage-canvas") - bare).mean())
        explorer.shot(f"explorer-photo-{method}")
    assert not faint, f"mean difference of levels: {faint}"
    assert_silent(explorer)


def test_a_late_answer_draws_nothing_old(explorer: NotebookPage) -> None:
    explorer.page.wait_for_timeout(1500)  # units are sorted anew once all was quiet for a second
    before = {name: shown(explorer, name) for name in (".dv-stage-canvas", ".dv-grid-canvas")}
    explorer.python("_late = {kind: explorer.panes.grid.port.last(kind) for kind in ('tiles', 'stats')}")
    choose_layer(explorer, explorer.value("explorer.blocks[1].shown"))
    settle(explorer)
    other = shown(explorer, ".dv-grid-canvas")
    explorer.python("[explorer.panes.grid.port.push(k, f.meta, f.arrays, f.seq) for k, f in _late.items()]")
    explorer.page.wait_for_timeout(400)
    assert (shown(explorer, ".dv-grid-canvas") == other).all(), "tiles of a layer that was left are drawn"
    # many things asked for at once, and back again: what is on screen is what was asked last
    explorer.page.locator(".dv-x-status").click()
    for key in "wwoouuee":
        explorer.page.keyboard.press(key)
    explorer.python("explorer.layer = _layer")
    settle(explorer)
    explorer.python("explorer.unit = _unit")
    settle(explorer)
    explorer.page.mouse.move(0, 0)
    for name, pixels in before.items():
        explorer.wait_until(lambda n=name, p=pixels: not changed(explorer, n, p), message=f"{name} shows something old")
    assert_silent(explorer)


def test_the_demonstration_never_runs_where_less_motion_is_wanted(explorer: NotebookPage) -> None:
    root = explorer.page.locator(".dv-explorer")
    explorer.page.wait_for_timeout(1500)
    assert root.get_attribute("data-demonstration") is None
    assert explorer.value("explorer.occluder is None")


def test_the_first_minute(explorer: NotebookPage) -> None:
    """The middle is covered, bars and units follow; then another class, another layer and back, and a reload."""
    page = explorer.page
    winner = explorer.value("explorer.network.labels[explorer.top]")
    before, tiles = bars(explorer), shown(explorer, ".dv-grid-canvas")
    surface = page.locator(".dv-stage-surface").bounding_box()
    assert surface is not None
    explorer.drag(page.locator(".dv-stage-surface"), (surface["height"] * 0.2,) * 2, (surface["height"] * 0.8,) * 2)
    explorer.wait_until(
        lambda: abs(bars(explorer)[winner] - before[winner]) > 0.2 * before[winner], message="its bar did not move"
    )
    explorer.wait_until(lambda: changed(explorer, ".dv-grid-canvas", tiles), message="the units look the same")
    # what is explained is what was on top before the picture was covered
    expect(page.locator(".dv-x-class[aria-pressed=true]")).to_have_attribute("data-class", winner)
    page.mouse.dblclick(surface["x"] + surface["width"] / 2, surface["y"] + surface["height"] / 2)
    explorer.wait_until(lambda: explorer.value("explorer.occluder is None"), message="the occluder stays")
    settle(explorer)
    stage, second = shown(explorer, ".dv-stage-canvas"), page.locator(".dv-x-class").nth(1)
    name = second.get_attribute("data-class")
    second.click()
    explorer.wait_until(lambda: explorer.value("explorer.network.labels[explorer.target]") == name)
    explorer.wait_until(lambda: changed(explorer, ".dv-stage-canvas", stage), message="its map is the same")
    page.keyboard.press("o")
    explorer.wait_until(lambda: explorer.value("explorer.layer != _layer"), message="no key after a click on a class")
    page.keyboard.press("u")  # back to units with stored pictures
    explorer.wait_until(lambda: explorer.value("explorer.layer == _layer"), message="no second key")
    settle(explorer)
    stage = shown(explorer, ".dv-stage-canvas")
    explorer.save()
    explorer.reload()
    explorer.wait_until(
        lambda: page.locator(".dv-stage-canvas").count() and bars(explorer), 60, "nothing after a reload"
    )
    explorer.wait_until(lambda: not changed(explorer, ".dv-stage-canvas", stage), message="another picture or map")
    expect(page.locator(".dv-grid")).to_have_attribute("data-layer", explorer.value("explorer.layer"))
    assert_silent(explorer)
