"""The teaching board in a real browser: files into a tray, the picture shown and the camera's, classes taught."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.harness import NotebookPage, canvas_pixels

OPEN = """
import deepvis_widgets as dv
from deepvis_widgets.widgets.kit import unit_pictures
unit_pictures.STEPS = 2
scenes = dv.TeachBoard().choices
board = dv.TeachBoard("husky-wolf", {"striped": [scenes[5][1]], "plain": []}, scenes[0][1])
board
"""


@pytest.fixture
def board(open_notebook: Callable[..., NotebookPage]) -> NotebookPage:
    notebook = open_notebook([OPEN])
    notebook.page.locator(".dv-teach-board .dv-stage-canvas").wait_for()
    notebook.page.locator(".dv-tray-card").wait_for()
    return notebook


def sentence(notebook: NotebookPage) -> str:
    return notebook.page.locator(".dv-teach-side .dv-lab-words").inner_text()


def redness(notebook: NotebookPage) -> float:
    """How much of the picture the map makes red; a husky on snow is grey and white by itself."""
    pixels = canvas_pixels(notebook.page, ".dv-teach-board .dv-stage-canvas")[..., :3].astype(float)
    return float((pixels[..., 0] - pixels[..., 1:].mean(-1) > 40).mean())


def percent(button: Locator) -> float:
    """What a class gets of the picture, as its button says; 0 while that is not known."""
    said = re.fullmatch(r"([\d.]+)%", button.inner_text().strip())
    return float(said[1]) if said else 0.0


def test_pictures_by_hand_teach_classes_whose_map_is_live(board: NotebookPage, tmp_path: Path) -> None:
    page = board.page
    trays = page.locator(".dv-teach-tray")
    board.wait_until(lambda: "two trays at least" in sentence(board), message="it does not say what to do")
    assert redness(board) < 0.01
    trays.nth(1).get_by_role("button", name="Add picture shown").click()
    board.wait_until(lambda: redness(board) > 0.02, message="no map of the new class")
    expect(trays.nth(1)).to_have_class(re.compile("dv-chosen"))
    board.wait_until(lambda: "nothing can be left out" in sentence(board), message="two pictures are trusted")

    files = [tmp_path / f"{name}.png" for name in ("zebra", "dots")]
    board.python("dv.scene('zebra', seed=5).image.save(" + repr(str(files[0])) + ")")
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)).save(files[1])
    trays.nth(0).get_by_label("Pictures of yours").set_input_files(files)
    trays.nth(0).locator(".dv-tray-card").nth(2).wait_for()
    board.wait_until(lambda: "4 pictures. Each left out once" in sentence(board), message="files are not learned from")
    trays.nth(0).get_by_role("button", name="Take out: dots.png").click()
    board.wait_until(lambda: trays.nth(0).locator(".dv-tray-card").count() == 2, message="a picture stays")
    assert [len(p) for p in board.value("[list(map(str, p)) for p in board.examples.values()]")] == [2, 1]
    trays.nth(0).get_by_role("button", name="Show: zebra.png").click()
    board.wait_until(lambda: board.value("board.bar.shown") == "zebra.png", message="the small picture is not shown")
    explain = trays.nth(0).locator(".dv-teach-answer button")
    board.wait_until(lambda: percent(explain) > 80, message="a zebra is not striped")
    trays.nth(1).locator(".dv-teach-answer button").click()
    board.wait_until(lambda: board.value("board.target") == 1, message="the other class is not explained")
    page.locator(".dv-teach-board .dv-card").nth(5).wait_for()
    assert board.value("board.taught.labels") == ["striped", "plain"]
    assert not board.console.unexpected()


def folder_of_three(tmp_path: Path) -> Path:
    """Two pictures, one that cannot be read, a text, and a folder with another picture."""
    (tmp_path / "plain" / "more").mkdir(parents=True)
    for green, name in enumerate(("a", "b", "more/c")):
        Image.new("RGB", (64, 64), (90, 60 * green, 60)).save(tmp_path / "plain" / f"{name}.png")
    (tmp_path / "plain" / "broken.png").write_bytes(b"no picture")
    (tmp_path / "plain" / "read.txt").write_text("words")
    return tmp_path / "plain"


def drop(page: Page, target: Locator, *files: Path) -> None:
    """Drop files and folders of the desktop on a target."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})
    session.detach()


def test_a_folder_is_dropped_on_a_tray(board: NotebookPage, tmp_path: Path) -> None:
    alone = tmp_path / "alone.png"
    Image.new("RGB", (64, 64), (200, 0, 60)).save(alone)
    tray = board.page.locator(".dv-teach-tray").nth(1)
    drop(board.page, tray.locator(".dv-tray"), folder_of_three(tmp_path), alone)
    expect(tray.locator(".dv-tray-card")).to_have_count(3)
    assert sorted(board.value("[p.info['title'] for p in board.examples['plain']]")) == ["a.png", "alone.png", "b.png"]
    notice = board.page.get_by_text('Of 4 pictures for "plain" 1 cannot be read and is left out: broken.png.')
    expect(notice.first).to_be_visible()
    drop(board.page, tray.locator(".dv-tray"), alone)
    expect(tray.locator(".dv-tray-card")).to_have_count(4)
    assert not board.console.unexpected()


def test_a_tray_takes_a_folder(board: NotebookPage, tmp_path: Path) -> None:
    folder = folder_of_three(tmp_path)
    tray = board.page.locator(".dv-teach-tray").nth(1)
    with board.page.expect_file_chooser() as chosen:
        tray.get_by_role("button", name="Folder").click()
    chosen.value.set_files(folder)
    expect(tray.locator(".dv-tray-card")).to_have_count(2)
    notice = board.page.get_by_text('Of 3 pictures for "plain" 1 cannot be read and is left out: broken.png.')
    expect(notice.first).to_be_visible()
    board.wait_until(lambda: "3 pictures. Each left out once" in sentence(board), message="it is not learned from")
    board.shot("teach-folder")
    board.set_theme("dark")
    board.shot("teach-folder-dark")
    assert not board.console.unexpected()


def test_the_camera_is_live_and_goes_into_a_tray(board: NotebookPage) -> None:
    page = board.page
    page.get_by_role("button", name="Start camera").click()
    board.wait_until(lambda: board.value("board.bar.shown") == "camera", message="no picture of the camera")
    before = board.value("id(board.view)")
    board.wait_until(lambda: board.value("id(board.view)") != before, message="the camera stands still")
    page.get_by_role("button", name="Freeze").click()
    page.locator(".dv-teach-tray").nth(1).get_by_role("button", name="Add picture shown").click()
    page.locator(".dv-teach-tray").nth(1).locator(".dv-tray-card").wait_for()
    board.wait_until(lambda: board.value("board.explained is not None"), message="it does not learn from the camera")
    page.get_by_role("button", name="Stop camera").click()
    board.wait_until(lambda: not board.value("board.panes.picture.camera.running"))
    assert not board.console.unexpected()


@pytest.mark.viewport(480, 900)
def test_a_narrow_window_has_no_overflow(open_notebook: Callable[..., NotebookPage]) -> None:
    notebook = open_notebook([OPEN], theme="dark")
    notebook.page.locator(".dv-tray-card").wait_for()
    parts = ".dv-stage, .dv-teach-tray, .dv-tray, .dv-teach-tray input[type=text], .dv-tray-card, button"
    edges = (
        notebook.page.locator(".dv-teach-board")
        .locator(parts)
        .evaluate_all("nodes => nodes.filter(n => n.offsetWidth).map(n => n.getBoundingClientRect().right)")
    )
    assert max(edges) <= 480
    notebook.shot("teach-narrow-dark")
