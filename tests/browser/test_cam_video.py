"""CAM over a video in a real browser: played, scrubbed, a class by its bar, the camera, and closed while it plays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.browser.explorer_page import DRAWN
from tests.browser.harness import NotebookPage, canvas_pixels

OPEN = """
import deepvis_widgets as dv
scene = dv.scene("wolf", background="snow", seed=3).image.resize((176, 176))
clip = dv.CamVideo("husky-wolf", [scene.crop((left, 24, left + 128, 152)) for left in range(0, 48, 4)])
clip
"""


def stage(notebook: NotebookPage) -> np.ndarray:
    return canvas_pixels(notebook.page, ".dv-cam-video .dv-stage-canvas")[..., :3].astype(int)


def differs(before: np.ndarray, now: np.ndarray) -> bool:
    return before.shape != now.shape or float((np.abs(before - now).max(-1) > 12).mean()) > 0.05


def test_a_video_is_played_and_scrubbed_and_the_camera_is_live(open_notebook: Callable[..., NotebookPage]) -> None:
    clip = open_notebook([OPEN])
    page = clip.page
    page.locator(".dv-cam-video .dv-stage-canvas").wait_for()
    clip.wait_until(lambda: stage(clip).std() > 5, message="no picture")
    page.evaluate(DRAWN)
    first = stage(clip)  # with its map
    page.locator(".dv-player .widget-play button").first.click()
    clip.wait_until(lambda: clip.value("clip.step") == 11, message="it does not play to its end")
    clip.wait_until(lambda: differs(first, stage(clip)), message="the picture stands still")
    handle = page.locator(".dv-player .noUi-handle")
    handle.focus()
    page.keyboard.press("Home")
    clip.wait_until(lambda: clip.value("clip.step") == 0, message="the slider does not scrub")
    clip.wait_until(lambda: not differs(first, stage(clip)), message="the first picture does not come back")
    page.locator(".dv-probabilities .bar").nth(-2).dispatch_event("click")
    clip.wait_until(lambda: clip.value("clip.target") is not None, message="the bar does not explain its class")
    clip.wait_until(lambda: differs(first, stage(clip)), message="the map is that of the first class")
    page.get_by_role("button", name="Start camera").click()
    held = clip.value("id(clip.watched)")
    clip.wait_until(lambda: clip.value("id(clip.watched)") != held, message="the camera is not looked at")
    page.get_by_role("button", name="Stop camera").click()
    clip.wait_until(lambda: not clip.value("clip.panes.camera.running"))
    clip.python("clip.video = clip.video * 20")
    page.locator(".dv-player .widget-play button").first.click()
    clip.wait_until(lambda: clip.value("clip.step") > 1, message="the longer video does not play")
    clip.python("clip.close()")  # in the middle: the player stops, and nothing plays on without a kernel
    page.locator(".dv-cam-video").wait_for(state="detached")
    page.wait_for_timeout(3 * clip.value("clip.panes.player._play.interval"))
    assert not clip.console.unexpected()
