"""The Explorer's hand-out: a file, opened with the network off, whose occluder drags with passes of the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Page, expect

import deepvis_widgets as dv
from deepvis_widgets.widgets.explorer.commands import GAMMAS
from tests.browser.conftest import PATIENCE
from tests.browser.explorer_page import DRAWN
from tests.browser.handout_page import (
    ask,
    compared,
    covered,
    frame_values,
    occluder,
    open_page,
    shares,
)
from tests.browser.harness import Console, NotebookPage, canvas_pixels

MOST, MOST_REAL = 12_000_000, 30_000_000  # bytes of a page
SHARE = 1e-3  # of the logits' spread
LAYER = "features.relu5"
STORED = [3, 68]
GRID, LIVE, STAGE = ".dv-grid-canvas", ".dv-x-live .dv-map-canvas", ".dv-stage-canvas"


@dataclass
class Opened:
    """A hand-out in a page of its own."""

    page: Page
    console: Console
    net: dv.Network
    view: torch.Tensor

    def settled(self, box: tuple[int, int, int, int] | None) -> None:
        """Wait until the bars show what the kernel answers with the occluder there."""
        wanted = self.net.answers.shown(self.net.logits(covered(self.net, self.view, [box] if box else [(0, 0, 0, 0)])))
        label, share = self.net.labels[int(wanted.argmax())], float(wanted.max())
        row = f'.dv-x-class[data-class="{label}"]'
        near = f"Math.abs(Number(document.querySelector('{row}').dataset.share) - {share}) < 2e-3"
        self.page.wait_for_function(f"() => {near}", timeout=PATIENCE)

    def until(self, met: Callable[[], object], message: str) -> None:
        """Ask until the answer is true."""
        NotebookPage(self.page, self.console, "a hand-out").wait_until(met, message=message)

    def drag(self, *path: tuple[float, float]) -> None:
        """Press the mouse at the first place of the picture, in shares (row, col) of it, and let go at the last; the
        page shows the occluder there when this returns.
        """
        at = self.page.locator(".dv-stage-surface").bounding_box()
        assert at is not None
        points = [(at["x"] + col * at["width"], at["y"] + row * at["height"]) for row, col in path]
        self.page.mouse.move(*points[0])
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*point, steps=4)
        self.page.mouse.up()
        self.page.evaluate(DRAWN)

    def pixels(self) -> dict[str, np.ndarray]:
        """What is drawn."""
        return {selector: canvas_pixels(self.page, selector) for selector in (GRID, LIVE, STAGE)}


@pytest.fixture(scope="module")
def scene() -> dv.Scene:
    return dv.scene("wolf", seed=3)


@pytest.fixture(scope="module")
def file(scene: dv.Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hand-out of an embedded network, with what is stored for the units on screen."""
    explorer = dv.Explorer("husky-wolf", scene, layer=LAYER, unit=STORED[1])
    try:
        assert explorer.session.idle(60)
        return explorer.handout(tmp_path_factory.mktemp("handout") / "wolf.html")
    finally:
        explorer.close()


def opened(browser: Browser, file: Path, net: dv.Network, picture: object, **context: object) -> Iterator[Opened]:
    own = browser.new_context(offline=True, reduced_motion="reduce", **context)  # type: ignore[arg-type]
    page = own.new_page()
    console = Console(page)
    open_page(page, file)
    try:
        yield Opened(page, console, net, net.view(picture))
        assert console.unexpected() == []
    finally:
        own.close()


@pytest.fixture(scope="module")
def shared(browser: Browser, file: Path, scene: dv.Scene) -> Iterator[Opened]:
    yield from opened(browser, file, dv.load("husky-wolf"), scene, viewport={"width": 1440, "height": 900})


@pytest.fixture
def handout(shared: Opened) -> Opened:
    """One page for the tests that leave it as it was."""
    return shared


def test_the_file_is_small(file: Path) -> None:
    assert file.stat().st_size < MOST


def test_the_occluder_drags_with_real_passes(handout: Opened) -> None:
    handout.settled(None)
    before = handout.pixels()
    handout.drag((0.3, 0.25), (0.8, 0.75))
    first = occluder(handout.page)
    handout.settled(first)
    handout.drag((0.55, 0.5), (0.75, 0.6))  # held in its middle, it moves
    moved = occluder(handout.page)
    assert moved[2:] == first[2:] and moved[:2] != first[:2]
    handout.settled(moved)
    for selector, pixels in before.items():
        handout.until(
            lambda s=selector, p=pixels: (canvas_pixels(handout.page, s) != p).any(), f"{selector} is as it was"
        )
    wanted = handout.net.answers.shown(handout.net.logits(covered(handout.net, handout.view, [moved])))[0]
    handout.until(lambda: agree(shares(handout.page), handout.net, wanted), "a bar shows another share")
    handout.page.keyboard.press("Delete")
    handout.settled(None)
    handout.until(lambda: (handout.pixels()[GRID] == before[GRID]).mean() > 0.99, "the units are not as they were")


def agree(found: dict[str, float], net: dv.Network, wanted: torch.Tensor) -> bool:
    """Whether rows of the class bars show this answer."""
    errors = [abs(share - float(wanted[net.class_index(label)])) for label, share in found.items()]
    return bool(errors) and all(error <= 1e-3 for error in errors)


def test_layers_and_units_are_chosen_and_what_is_stored_says_so(handout: Opened) -> None:
    page = handout.page
    expect(page.locator(".dv-x-way-back")).to_contain_text("of the uncovered picture", use_inner_text=True)
    page.locator(".dv-x-block").nth(1).click()
    page.wait_for_function("() => document.querySelector('.dv-x-units h2').innerText.includes('64 units')")
    page.wait_for_function("() => document.querySelector('.dv-x-status b').innerText.startsWith('features.relu2:')")
    page.wait_for_function("() => document.querySelector('.dv-x-way-back').innerText.includes('needs a kernel')")
    unit = int(handout.net.record(handout.view).outputs["features.relu2"][0].amax((1, 2)).argmax())
    expect(page.locator(".dv-x-status b")).to_have_text(f"features.relu2:{unit}")
    page.locator(".dv-grid-viewport").click(position={"x": 200, "y": 60})
    page.wait_for_function(f"() => document.querySelector('.dv-x-status b').innerText !== 'features.relu2:{unit}'")
    page.locator(".dv-x-block").nth(4).click()
    page.wait_for_function(f"() => document.querySelector('.dv-x-status b').innerText === '{LAYER}:{STORED[1]}'")


def test_another_class_is_explained(handout: Opened) -> None:
    page = handout.page
    before = canvas_pixels(page, STAGE)
    page.locator(".dv-x-class[data-class='husky']").click()
    page.wait_for_function("() => document.querySelector('.dv-stage .dv-legend').innerText.includes('CAM: husky')")
    handout.until(lambda: (canvas_pixels(page, STAGE) != before).any(), "the map is the old one")
    page.locator(".dv-x-class[data-class='husky']").click()
    page.wait_for_function("() => document.querySelector('.dv-stage .dv-legend').innerText.includes('CAM: wolf')")


def test_keys_that_need_no_kernel_work_and_the_others_are_not_there(handout: Opened) -> None:
    page = handout.page
    page.locator(".dv-explorer").focus()
    page.keyboard.press("t")
    page.wait_for_function(f"() => document.querySelector('.dv-x-status').innerText.includes('gamma {GAMMAS[1]}')")
    page.keyboard.press("h")
    sheet = page.locator(".dv-help-sheet")
    expect(sheet).to_contain_text("gamma", use_inner_text=True)
    keys = sheet.inner_text()
    assert "camera" not in keys and "switch the unit off" not in keys
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".dv-x-header button")).to_have_text(["full", "?"])
    expect(page.locator(".dv-x-note")).to_contain_text("runs in this page", use_inner_text=True)


def test_every_layer_is_that_of_the_kernel(handout: Opened) -> None:
    net, box = handout.net, (30, 40, 50, 40)
    recording = net.record(covered(net, handout.view, [box])[0])
    questions = [{"box": list(box), "layer": layer.name, "unit": None} for layer in net.layers]
    for layer, answer in zip(net.layers, ask(handout.page, handout.view, questions), strict=True):
        maps = layer.layout.maps(recording.outputs[layer.name])[0].detach()
        assert answer["unit"] == int(maps.amax((1, 2)).argmax())
        wanted = maps[answer["unit"]].numpy()
        found = frame_values(answer, wanted.shape)
        assert np.abs(found - wanted).max() < 1e-3 * (float(maps.max() - maps.min()) or 1), layer.name


def test_its_answers_are_those_of_the_kernel(handout: Opened) -> None:
    """20 pictures here; 200 in `python -m tests.benchmarks in_page`."""
    pictures = [dv.scene(label, seed=5) for label in ("husky", "teapot")]
    worst, agreed, asked = compared(handout.page, handout.net, pictures, each=10)
    assert (asked, agreed) == (20, 20) and worst < SHARE


def test_it_drags_under_a_finger_on_a_phone(browser: Browser, file: Path, scene: dv.Scene) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    for handout in opened(browser, file, dv.load("husky-wolf"), scene, **phone):
        page = handout.page
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        surface = page.locator(".dv-stage-surface")
        surface.scroll_into_view_if_needed()
        handout.settled(None)
        before = handout.pixels()[STAGE]
        at = surface.bounding_box()
        assert at is not None
        finger = page.context.new_cdp_session(page)
        places = [(0.3, 0.25), (0.5, 0.5), (0.8, 0.75)]
        points = [{"x": at["x"] + col * at["width"], "y": at["y"] + row * at["height"]} for row, col in places]
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [points[0]]})
        for point in points[1:]:
            finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.evaluate(DRAWN)
        handout.settled(occluder(page))
        handout.until(
            lambda h=handout, b=before: (h.pixels()[STAGE] != b).any(), "the finger covers nothing to be seen"
        )


@pytest.mark.slow
def test_a_network_for_imagenet_runs_in_a_page(browser: Browser, tmp_path: Path) -> None:
    picture = dv.photo("chelsea")
    explorer = dv.Explorer("efficientnet_lite0", picture)
    net = explorer.network
    try:
        assert explorer.session.idle(120)
        file = explorer.handout(tmp_path / "cat.html", units=[explorer.unit])
    finally:
        explorer.close()
    assert file.stat().st_size < MOST_REAL
    for handout in opened(browser, file, net, picture, viewport={"width": 1440, "height": 900}):
        handout.settled(None)
        worst, agreed, asked = compared(handout.page, handout.net, [picture, dv.photo("coffee")], each=2)
        assert (asked, agreed) == (4, 4) and worst < SHARE
        handout.drag((0.2, 0.2), (0.7, 0.7))
        handout.settled(occluder(handout.page))
