"""`make demo`: the page opens with the first cell run, and what it shows is alive."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import canvas_pixels
from tests.browser.harness.notebook import write_notebook
from tests.browser.harness.server import free_port, isolated_environment

EXPLORER = """import deepvis_widgets as dv
explorer = dv.Explorer()
explorer"""
Begin = Callable[[str], list[str]]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """begin(cell): start the demo on a notebook of two cells, and return what it printed once the page is there."""
    processes: list[subprocess.Popen[bytes]] = []
    printed = tmp_path / "printed.txt"

    def began(cell: str) -> list[str]:
        name = write_notebook(tmp_path, "first", [cell, "explorer.layer"])
        command = [sys.executable, "-m", "deepvis_widgets.demo", str(tmp_path / name), "--no-browser"]
        with printed.open("wb") as log:
            processes.append(
                subprocess.Popen(
                    [*command, "--port", str(free_port())],
                    env=isolated_environment(tmp_path / "own"),
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            )
        deadline = time.monotonic() + 120
        while "Ctrl-C" not in printed.read_text(encoding="utf-8"):
            assert time.monotonic() < deadline and processes[0].poll() is None, printed.read_text(encoding="utf-8")
            time.sleep(0.2)
        return printed.read_text(encoding="utf-8").splitlines()

    yield began
    for process in processes:
        process.terminate()
        process.wait(60)


def by_number(address: str) -> str:
    """The address for a browser that knows no names."""
    return address.replace("localhost", "127.0.0.1")


@pytest.mark.slow
def test_the_page_opens_with_a_living_explorer(begin: Begin, page: Page) -> None:
    starting, where, what = begin(EXPLORER)
    address = re.fullmatch(r"Open this in a browser: (http://\S+)", where)
    assert starting == "Starting JupyterLab and the network …" and address is not None
    assert what == "The Explorer is running there. Drag over the picture. Ctrl-C here ends it."
    page.goto(by_number(address[1]))
    page.locator(".dv-explorer .dv-x-class").first.wait_for()
    for place, prompt in enumerate(("[1]:", "[ ]:")):
        expect(page.locator(".jp-InputPrompt").nth(place)).to_have_text(prompt)
    page.locator(".dv-stage-surface").hover()  # what answers the hand is a kernel that lives
    before = canvas_pixels(page, ".dv-grid-canvas")
    box = page.locator(".dv-stage-surface").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 160, steps=6)
    page.mouse.up()
    deadline = time.monotonic() + 30
    while (after := canvas_pixels(page, ".dv-grid-canvas")).shape == before.shape and (after == before).all():
        assert time.monotonic() < deadline, "nothing followed the hand"
        page.wait_for_timeout(200)


def test_a_first_cell_that_fails_is_told(begin: Begin, page: Page) -> None:
    _, where, what = begin("raise ValueError('no such picture')")
    assert what == "Its first cell failed; the page says why. Ctrl-C here ends it."
    page.goto(by_number(where.rsplit(" ", 1)[1]))
    page.get_by_text("no such picture").last.wait_for()
