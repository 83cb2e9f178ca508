"""marimo, which knows anywidgets and no ipywidgets: the Explorer is alive there, Compare and a board are hand-outs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import CONTEXT, PATIENCE
from tests.browser.harness import Console
from tests.browser.harness.marimo import MarimoServer

CELLS = [
    "import deepvis_widgets as dv\nexplorer = dv.Explorer()\nexplorer",
    'import deepvis_widgets as dv\ncompare = dv.Compare(methods=["cam", "saliency"])\ncompare',
    "import deepvis_widgets as dv\nboard = dv.PoolingBoard()\nboard",
]
CELLS = [cell.replace("as dv", f"as dv{number}").replace("dv.", f"dv{number}.") for number, cell in enumerate(CELLS)]
# marimo preloads pictures that it may not need
ITS_OWN = re.compile(r"^warning: The resource \S+/assets/\S+ was preloaded using link preload but not used ")
# how many colours a canvas shows, as soon as they are more than these, or after some time
PAINTED = """async (canvas, least) => {
  const colours = () => {
    const { width, height } = canvas;
    if (!width || !height) return 0;
    return new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, width, height).data.buffer)).size;
  };
  for (let tries = 0; colours() <= least && tries < 100; tries++) await new Promise(done => setTimeout(done, 300));
  return colours();
}"""


@pytest.fixture(scope="module")
def app(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, Console]]:
    """The page of an app with the three widgets."""
    server = MarimoServer(tmp_path_factory.mktemp("marimo"), CELLS)
    try:
        server.wait_until_ready()
        page = browser.new_page(**CONTEXT)
        page.set_default_timeout(2 * PATIENCE)
        console = Console(page)
        page.goto(server.url)
        page.locator("iframe[title^=PoolingBoard]").wait_for(timeout=5 * PATIENCE)  # after PyTorch and two more widgets
        yield page, console
        page.close()
    finally:
        server.stop()


def test_an_explorer_is_alive(app: tuple[Page, Console]) -> None:
    page, console = app
    rows = page.locator(".dv-x-classes")
    expect(rows).to_contain_text("husky")
    page.locator(".dv-grid[data-unit]").wait_for()
    assert page.locator(".dv-stage-canvas").first.evaluate(PAINTED, 10) > 10, "no picture"
    before = rows.inner_text()
    box = page.locator(".dv-stage-canvas").first.bounding_box()
    assert box is not None
    left, top, side = box["x"], box["y"], min(box["width"], box["height"])
    page.mouse.move(left + 0.2 * side, top + 0.3 * side)
    page.mouse.down()
    page.mouse.move(left + 0.5 * side, top + 0.7 * side, steps=5)
    page.mouse.up()
    expect(rows).not_to_have_text(before, use_inner_text=True)
    assert page.get_by_text("not supported").count() == 0
    assert [said for said in console.unexpected() if not ITS_OWN.search(said)] == []


def test_a_board_is_a_hand_out_and_says_so(app: tuple[Page, Console]) -> None:
    page, _ = app
    expect(page.get_by_text("marimo shows no ipywidgets, so this is a hand-out of the PoolingBoard")).to_be_visible()
    drawing = page.frame_locator("iframe[title^=PoolingBoard]").locator(".drawing canvas").first
    expect(drawing).to_be_visible()
    assert drawing.evaluate(PAINTED, 3) > 3, "an empty board"


def test_compare_shows_its_maps(app: tuple[Page, Console]) -> None:
    page, _ = app
    compare = page.frame_locator("iframe[title^=Compare]")
    expect(compare.locator("figure.map canvas").first).to_be_visible()
    expect(compare.locator("figure.map canvas").nth(1)).to_be_attached()
    assert compare.locator("figure.map canvas").first.evaluate(PAINTED, 10) > 10, "an empty map"
