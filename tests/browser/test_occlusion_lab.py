"""The occlusion lab in a real browser: a window dragged by a real mouse, the sweep, what the cells tell."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.harness import NotebookPage, canvas_pixels

OPEN = """
import deepvis_widgets as dv
lab = dv.OcclusionLab("husky-wolf-biased", dv.scene("husky", background="snow", seed=3))
lab
"""
SIDE = 128


@pytest.fixture
def lab(open_notebook: Callable[..., NotebookPage]) -> NotebookPage:
    notebook = open_notebook([OPEN])
    notebook.page.locator(".dv-occlusion-lab .dv-stage-canvas").wait_for()
    notebook.wait_until(lambda: notebook.value("len(lab.trail.seen)") == 1, message="no first answer")
    notebook.wait_until(lambda: filled(notebook, 0) > 0, message="no first cell")
    return notebook


def filled(notebook: NotebookPage, place: int) -> float:
    """The share of a map's canvas that is drawn, and not transparent."""
    canvas = notebook.page.locator(".dv-lab-row .dv-map").nth(place)
    return float((canvas_pixels(canvas, ".dv-map-canvas")[..., 3] > 0).mean())


def away(notebook: NotebookPage, picture: np.ndarray) -> np.ndarray:
    """How far each pixel of the stage is from what it was."""
    return np.abs(canvas_pixels(notebook.page, ".dv-stage-canvas")[..., :3].astype(int) - picture).max(-1)


def drag_window(notebook: NotebookPage, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Drag the rectangle from one place in it to another, (row, col) in picture pixels."""
    surface = notebook.page.locator(".dv-stage-surface")
    box = surface.bounding_box()
    assert box is not None
    scale = box["width"] / SIDE
    notebook.drag(surface, (start[0] * scale, start[1] * scale), (end[0] * scale, end[1] * scale), steps=15)


def test_a_drag_leaves_its_trail_on_every_map(lab: NotebookPage) -> None:
    picture = canvas_pixels(lab.page, ".dv-stage-canvas")[..., :3].astype(int)
    shares = [filled(lab, place) for place in range(3)]
    drag_window(lab, (16, 16), (80, 90))
    lab.wait_until(lambda: lab.value("list(lab.occluder)") == [64, 74, 32, 32], message="the window is elsewhere")
    lab.wait_until(lambda: lab.value("len(lab.trail.seen)") > 2, message="no trail")
    for place in range(3):
        lab.wait_until(lambda p=place: filled(lab, p) > shares[p], message=f"map {place} has no trail")
    lab.wait_until(lambda: (away(lab, picture) > 12).mean() > 0.05, message="the picture has no trail")
    expect(lab.page.locator(".dv-lab-words")).to_contain_text("the network says")
    lab.page.locator(".dv-lab-sweep button").nth(1).click()
    lab.wait_until(lambda: lab.value("len(lab.trail.seen)") == 1, message="the trail is not cleared")
    assert not lab.console.unexpected()


def test_the_window_is_taken_in_hand_by_a_key(lab: NotebookPage) -> None:
    lab.page.locator(".dv-stage").focus()
    lab.page.keyboard.press("p")
    expect(lab.page.locator(".dv-occluder")).to_be_focused()
    for key, box in (
        ("Shift+ArrowDown", [8, 0, 32, 32]),
        ("Shift+ArrowRight", [8, 8, 32, 32]),
        ("ArrowRight", [8, 9, 32, 32]),
        ("+", [6, 7, 36, 36]),
    ):
        lab.page.keyboard.press(key)
        lab.wait_until(lambda b=box: lab.value("list(lab.occluder)") == b, message=f"{key} does not lead to {box}")
    assert lab.value("lab.window") == 36
    lab.wait_until(lambda: lab.value("len(lab.trail.seen)") >= 1, message="no answer")
    assert not lab.console.unexpected()


def test_a_sweep_fills_the_maps_and_cells_tell_what_the_network_said(lab: NotebookPage) -> None:
    lab.python("lab.stride = 16")
    lab.wait_until(lambda: lab.value("len(lab.trail.seen)") == 1)
    lab.page.locator(".dv-lab-sweep button").first.click()
    lab.wait_until(lambda: lab.value("len(lab.trail.seen)") >= 49 and not lab.value("lab.panes.sweeping.running"), 60)
    for place in range(3):
        lab.wait_until(lambda p=place: filled(lab, p) == 1, message=f"map {place} is not full")
    before = canvas_pixels(lab.page, ".dv-stage-canvas")[..., :3].astype(int)
    surface = lab.page.locator(".dv-lab-row .dv-map-surface").nth(1)
    surface.hover()
    readout = lab.page.locator(".dv-lab-row .dv-map .dv-readout").nth(1)
    lab.wait_until(lambda: "row 3, col 3 · says " in readout.inner_text(), message=readout.inner_text())
    number = lab.value("int(lab.trail.cells()[3, 3])")
    probability = lab.value(f"lab.trail.seen[{number}].probability")
    expect(readout).to_contain_text(f"{probability:.1%}")
    lab.wait_until(lambda: (away(lab, before) > 12).any(), message="the window is not shown on the picture")
    surface.click()
    lab.wait_until(lambda: lab.value("list(lab.occluder)") == [48, 48, 32, 32], message="the window is not put there")
    expect(lab.page.locator(".dv-lab-legend")).to_contain_text("%")
    projected = lab.page.locator(".dv-lab-row .dv-map").nth(3)
    lab.wait_until(
        lambda: canvas_pixels(projected, ".dv-map-canvas")[..., :3].std() > 5,
        message="the watched map is not projected down",
    )
    assert not lab.console.unexpected()


def test_a_sweep_can_be_stopped(lab: NotebookPage) -> None:
    lab.python("lab.stride = 1")
    lab.wait_until(lambda: lab.value("len(lab.trail.seen)") == 1)
    button = lab.page.locator(".dv-lab-sweep button").first
    button.click()
    lab.wait_until(lambda: "Stop" in button.inner_text(), message="no sweep")
    button.click()
    lab.wait_until(lambda: "Sweep" in button.inner_text(), 30, message="it does not stop")
    assert lab.value("len(lab.trail.seen) < lab.trail.boxes.shape[0] * lab.trail.boxes.shape[1]")
    drag_window(lab, (16, 16), (60, 60))
    lab.wait_until(lambda: lab.value("list(lab.occluder)") == [44, 44, 32, 32], message="it does not answer any more")


@pytest.mark.viewport(480, 900)
def test_a_narrow_window_has_no_overflow(open_notebook: Callable[..., NotebookPage]) -> None:
    notebook = open_notebook([OPEN], theme="dark")
    notebook.page.locator(".dv-occlusion-lab .dv-stage-canvas").wait_for()
    notebook.wait_until(lambda: filled(notebook, 0) > 0, message="no map")
    edges = notebook.page.locator(
        ".dv-occlusion-lab .dv-map, .dv-occlusion-lab .dv-stage, .dv-occlusion-lab button"
    ).evaluate_all("nodes => nodes.filter(n => n.offsetWidth).map(n => n.getBoundingClientRect().right)")
    assert max(edges) <= 480
    notebook.shot("occlusion-narrow-dark")


LONG = """
import deepvis_widgets as dv
net = dv.load("husky-wolf")
names = [f"mammoth with whiskers of kind {name}" for name in net.labels]
lab = dv.OcclusionLab(dv.Network(net.module, net.preprocessing, names), dv.scene("husky", background="snow", seed=3))
lab
"""


def test_long_names_of_classes_are_cut_on_the_right_and_whole_in_the_tooltip(
    open_notebook: Callable[..., NotebookPage],
) -> None:
    notebook = open_notebook([LONG])
    ticks = notebook.page.locator(".dv-probabilities .tick text", has_text="mammoth")
    whole = notebook.value("lab.network.labels")

    def all_named() -> bool:
        """Asked all at once: the chart is drawn anew with each answer, and its tooltips come a moment later."""
        titles = ticks.evaluate_all("all => all.map(tick => tick.querySelector('title')?.textContent)")
        return len(titles) == len(set(titles) & set(whole)) == 8

    notebook.wait_until(all_named, message="no tooltips")

    def cut_on_the_right() -> bool:
        shown = ticks.evaluate_all("all => all.map(tick => tick.firstChild.textContent.replaceAll('\u200b', ''))")
        return bool(shown) and all(text.startswith("mammoth with") and text.endswith("…") for text in shown)

    def whole_on_the_left() -> bool:
        pane = notebook.page.locator(".dv-probabilities").bounding_box()
        lefts = ticks.evaluate_all("all => all.map(tick => tick.getBoundingClientRect().left)")
        return pane is not None and bool(lefts) and min(lefts) >= pane["x"]

    notebook.wait_until(cut_on_the_right, message="not cut on the right")
    notebook.wait_until(whole_on_the_left, message="cut on the left")
