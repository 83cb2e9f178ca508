"""Why a unit has its value: the sheet of the Explorer with its small pictures and its trail, and the circuit board that
it opens under the Explorer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.explorer_page import (
    IMAGENET,
    OPEN,
    QUICK_PICTURES,
    assert_silent,
    remember,
    reset,
    settle,
    shown,
    wait_for_first_answer,
)
from tests.browser.harness import NotebookPage
from tests.browser.harness.axe import faults

ROW = ".dv-x-why-row >> nth="
BOARD = ".dv-x-below .dv-circuit-board"


@pytest.fixture(scope="module")
def opened(open_for_module: Callable[..., NotebookPage]) -> Iterator[NotebookPage]:
    notebook = open_for_module([OPEN], before=QUICK_PICTURES)
    wait_for_first_answer(notebook)
    remember(notebook)
    yield notebook


@pytest.fixture
def explorer(opened: NotebookPage, watched: Callable[[Page], None]) -> NotebookPage:
    watched(opened.page)
    reset(opened)
    return opened


def ask_why(notebook: NotebookPage, layer: str, unit: int) -> None:
    """Select a unit, and press y."""
    notebook.python(f"explorer.layer, explorer.unit = {layer!r}, {unit}")
    settle(notebook)
    notebook.page.locator(".dv-x-status").click()
    notebook.page.keyboard.press("y")
    notebook.page.locator(".dv-x-why-row").first.wait_for()


def tile(notebook: NotebookPage, row: int, kind: str) -> np.ndarray:
    return shown(notebook, f"{ROW}{row} >> [data-kind={kind}] canvas")


def below(notebook: NotebookPage, row: int) -> list[object]:
    """Layer and number of the unit of a row."""
    code = f"(lambda row: [row['layer'], row['unit']])(explorer.panes.why.port.values['rows'][{row}]['below'])"
    found: list[object] = notebook.value(code)
    return found


def test_rows_show_what_units_look_for_their_maps_and_their_kernels(explorer: NotebookPage) -> None:
    ask_why(explorer, "features.relu5", 12)
    page = explorer.page
    for kind, size in (("pattern", (64, 64)), ("map", (16, 16))):
        explorer.wait_until(lambda k=kind: tile(explorer, 0, k).std() > 5, message=f"no {kind}")
        assert tile(explorer, 0, kind).shape[:2] == size
    kernel = tile(explorer, 0, "kernel")
    drawn = "explorer.panes.why.port.last('planes').arrays['shapes'][1].tolist()"
    assert list(kernel.shape[:2]) == explorer.value(drawn)
    assert (kernel[..., 0] != kernel[..., 2]).any(), "a kernel without red and blue"
    plain = page.locator(".dv-x-why-plain")
    expect(plain.last).to_contain_text("bias")
    expect(plain.last.locator("canvas")).to_have_count(0)
    explorer.shot("why-light")
    before = tile(explorer, 0, "map")
    explorer.python("explorer.occluder = (40, 30, 60, 60)")
    explorer.wait_until(lambda: not np.array_equal(tile(explorer, 0, "map"), before), message="it covers nothing")
    assert_silent(explorer)


def test_a_channel_of_the_picture_has_no_way_down_and_no_pattern(explorer: NotebookPage) -> None:
    ask_why(explorer, "features.conv1", 3)
    row = explorer.page.locator(".dv-x-why-row").first
    expect(row).to_contain_text("channel")
    expect(row).to_be_disabled()
    expect(row.locator("canvas")).to_have_count(2)
    explorer.wait_until(lambda: tile(explorer, 0, "map").std() > 5, message="no map of the channel")
    explorer.shot("why-first-layer")
    assert_silent(explorer)


def test_the_trail_leads_back_to_each_of_its_units(explorer: NotebookPage) -> None:
    ask_why(explorer, "features.relu5", 12)
    page, steps = explorer.page, explorer.page.locator(".dv-x-why-step")
    way = [["features.relu5", 12]]
    for _ in range(2):
        way.append(below(explorer, 0))
        page.locator(".dv-x-why-row").first.click()
        explorer.wait_until(lambda: explorer.value("[explorer.layer, explorer.unit]") == way[-1])
        expect(steps).to_have_count(len(way))
    assert [step.replace(" ", "").rsplit(":", 1)[1] for step in steps.all_inner_texts()] == [str(u) for _, u in way]
    explorer.shot("why-trail")
    explorer.wait_until(lambda: faults(page, ".dv-x-why") == [], message="axe finds a fault in the sheet")
    expect(steps.last).to_be_disabled()
    steps.first.click()
    explorer.wait_until(lambda: explorer.value("[explorer.layer, explorer.unit]") == way[0], message="no way back")
    expect(steps).to_have_count(1)
    assert_silent(explorer)


def test_the_circuit_board_opens_under_the_explorer_and_closes(explorer: NotebookPage) -> None:
    ask_why(explorer, "features.relu5", 12)
    page, board = explorer.page, explorer.page.locator(BOARD)
    page.locator(".dv-x-why-row").first.click()
    expect(page.locator(".dv-x-why-step")).to_have_count(2)
    settle(explorer)
    page.get_by_role("button", name="circuit", exact=True).click()
    board.wait_for()
    words = board.locator(".dv-board-words")
    last = explorer.value("explorer.circuit_board.trail[-1].channel")
    expect(words).to_contain_text(f"features.relu4, unit {last}")
    canvas = f"{BOARD} .dv-circuit-drawing .dv-board-canvas"
    explorer.wait_until(lambda: shown(explorer, canvas).std() > 5, message="nothing is drawn")
    explorer.wait_until(lambda: shown(explorer, f"{BOARD} .dv-stage-canvas").std() > 5, message="no picture")
    explorer.shot("why-board")
    explorer.wait_until(lambda: faults(page, ".dv-x-below") == [], message="axe finds a fault round the board")
    board.get_by_role("button", name="Back").click()
    expect(words).to_contain_text("features.relu5, unit 12")
    assert explorer.value("[explorer.layer, len(explorer.circuit_board.trail)]") == ["features.relu4", 1]
    page.get_by_role("button", name="Close the circuit board").click()
    board.wait_for(state="detached")
    explorer.wait_until(lambda: explorer.value("explorer.circuit_board is None"), message="the kernel keeps it")
    assert_silent(explorer)


def test_the_circuit_board_follows_the_explorer(explorer: NotebookPage) -> None:
    ask_why(explorer, "features.relu5", 12)
    page, board = explorer.page, explorer.page.locator(BOARD)
    page.get_by_role("button", name="circuit", exact=True).click()
    board.wait_for()
    words, stage = board.locator(".dv-board-words"), f"{BOARD} .dv-stage-canvas"
    expect(words).to_contain_text("features.relu5, unit 12")
    explorer.wait_until(lambda: shown(explorer, stage).std() > 5, message="no picture")
    for change in ("occluder = (40, 30, 60, 60)", "image = dv.scene('zebra', seed=5)", "off = {'features.relu4': [3]}"):
        settle(explorer)
        before = shown(explorer, stage)
        explorer.python(f"explorer.{change}")
        explorer.wait_until(lambda b=before: not np.array_equal(shown(explorer, stage), b), message=change)
    row = page.locator(".dv-x-why-row").first
    settle(explorer)
    layer, unit = below(explorer, 0)
    row.click()
    expect(words).to_contain_text(f"{layer}, unit {unit}")
    explorer.shot("why-board-followed")
    explorer.python("explorer.circuit_board.close()")
    board.wait_for(state="detached")
    assert_silent(explorer)


def test_a_reload_keeps_the_sheet_and_the_board(explorer: NotebookPage) -> None:
    ask_why(explorer, "features.relu5", 12)
    explorer.page.get_by_role("button", name="circuit", exact=True).click()
    explorer.page.locator(BOARD).wait_for()
    settle(explorer)
    explorer.save()
    explorer.reload()
    words = explorer.page.locator(f"{BOARD} .dv-board-words")
    expect(words).to_contain_text("features.relu5, unit 12")
    for kind in ("pattern", "map", "kernel"):
        explorer.wait_until(lambda k=kind: tile(explorer, 0, k).std() > 5, message=f"no {kind} after a reload")
    explorer.python("explorer.circuit_board.close()")
    explorer.page.locator(BOARD).wait_for(state="detached")
    assert_silent(explorer)


@pytest.mark.viewport(900, 900)
def test_depthwise_units_of_a_real_network_in_a_narrow_dark_page(open_notebook: Callable[..., NotebookPage]) -> None:
    notebook = open_notebook([IMAGENET], before=QUICK_PICTURES, theme="dark")
    wait_for_first_answer(notebook)
    page, rows = notebook.page, notebook.page.locator(".dv-x-why-row")
    ask_why(notebook, "blocks.4.0.bn2.act", 378)
    expect(rows).to_have_count(2)  # one unit, and the bias
    expect(rows.first).to_contain_text("unit 378")
    notebook.wait_until(lambda: tile(notebook, 0, "kernel").std() > 5, message="no kernel")
    expect(rows.first.locator("[data-kind=pattern] canvas")).to_have_count(0)  # the atlas has none of this layer
    notebook.shot("why-narrow-depthwise")
    rows.first.click()
    expect(page.locator(".dv-x-why-step")).to_have_count(2)
    expect(rows.first).to_contain_text("blocks.3.2")
    for kind in ("pattern", "map"):
        notebook.wait_until(lambda k=kind: tile(notebook, 0, k).std() > 5, message=f"no {kind}")
    colours = {tuple(tile(notebook, row, "kernel")[0, 0]) for row in range(4)}
    assert len(colours) > 2, "weights of one number are not compared"
    settle(notebook)
    notebook.shot("why-narrow-dark")
    page.get_by_role("button", name="circuit", exact=True).click()
    expect(page.locator(f"{BOARD} .dv-board-words")).to_contain_text("blocks.4.0.bn1.act, unit 378")
    settle(notebook)
    notebook.shot("why-narrow-board")
    assert_silent(notebook)


def test_the_lines_of_the_board_are_shown_and_copied(explorer: NotebookPage) -> None:
    """What the button does where a page shows no further widgets; this page does, so the kernel is asked by hand."""
    ask_why(explorer, "features.relu5", 12)
    page = explorer.page
    explorer.python("explorer.panes.why.port.put(code=explorer._below.code())")
    lines = page.get_by_label("Code of the circuit board")
    expect(lines).to_contain_text("dv.CircuitBoard(")
    page.locator(".dv-x-why").get_by_role("button", name="copy", exact=True).click()
    expect(page.locator(".dv-x-why .dv-code [role=status]")).to_have_text("Copied.")
    explorer.shot("why-code")
    page.locator(".dv-x-why-row").first.click()
    lines.wait_for(state="detached")  # they were those of another unit
    assert_silent(explorer)
