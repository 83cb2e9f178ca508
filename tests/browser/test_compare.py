"""Comparisons in a real browser: one cursor for all maps, their scale, curves, stopping, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.explorer_page import DRAWN
from tests.browser.harness import NotebookPage, canvas_pixels

TWO = """
import deepvis_widgets as dv
compare = dv.Compare(["husky-wolf", "husky-wolf-biased"], methods=["cam", "gradient_x_input"])
compare
"""
LONG = """
import deepvis_widgets as dv
compare = dv.Compare("husky-wolf", methods=["cam", "occlusion"], params={"occlusion": {"window": 8, "stride": 1}})
compare
"""
NO_HEAD = """
import torch
import deepvis_widgets as dv
module = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 5, 4), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(3844, 3))
other = dv.Network(module, preprocess=dv.Preprocess((128, 128)), name="mine")
compare = dv.Compare(["husky-wolf", other], methods=["cam", "saliency"])
compare
"""
COLUMNS = """
import deepvis_widgets as dv
methods = ["cam", "integrated_gradients", "lrp", "gradient_x_input"]
steps = {"integrated_gradients": {"steps": 8}}
compare = dv.Compare(["husky-wolf", "husky-wolf-biased"], methods=methods, params=steps)
compare
"""
SIDE = 128  # pixels of the embedded networks' pictures
Open = Callable[..., NotebookPage]


def settle(notebook: NotebookPage) -> None:
    """Wait until the kernel has answered everything and the page has drawn it."""
    notebook.python("assert compare.session.idle(60)")
    notebook.page.evaluate(DRAWN)


def opened(open_notebook: Open, cell: str) -> NotebookPage:
    notebook = open_notebook([cell])
    count = notebook.value("len(compare.cells)")
    notebook.wait_until(lambda: maps(notebook).count() == count, message="the cells are not there")
    settle(notebook)
    return notebook


def maps(notebook: NotebookPage) -> Locator:
    return notebook.page.locator(".dv-compare-cell .dv-map")


def pixels(notebook: NotebookPage, index: int) -> np.ndarray:
    return canvas_pixels(maps(notebook).nth(index), ".dv-map-canvas")[..., :3].astype(int)


def readouts(notebook: NotebookPage) -> list[str]:
    return [text.strip() for text in notebook.page.locator(".dv-compare-cell .dv-readout").all_text_contents()]


def values_at(notebook: NotebookPage, row: int, col: int) -> list[float]:
    return notebook.value(f"[float(cell.answer.result.heatmap[{row}, {col}]) for cell in compare.cells]")


def told(readout: str) -> float:
    """The value at the end of a readout line."""
    return float(readout.split(" · ")[-1].replace("−", "-"))


def assert_all_tell(notebook: NotebookPage, row: int, col: int) -> None:
    """Every map says its own value at this place, as Python knows it."""
    expected = values_at(notebook, row, col)

    def texts() -> list[str]:
        """What they all say, as soon as they speak of this place."""
        found = readouts(notebook)
        return found if all(f"row {row}, col {col} · " in text for text in found) else []

    said = notebook.wait_until(texts, message=f"not all maps point at row {row}, col {col}: {readouts(notebook)}")
    assert len(set(expected)) == len(expected)
    for text, value in zip(said, expected, strict=True):
        assert told(text) == pytest.approx(value, rel=0.06, abs=2e-5 * max(map(abs, expected))), text


def hover(notebook: NotebookPage, index: int, row: int, col: int) -> None:
    surface = maps(notebook).nth(index).locator(".dv-map-surface")
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    assert box is not None
    notebook.page.mouse.move(
        box["x"] + (col + 0.5) * box["width"] / SIDE, box["y"] + (row + 0.5) * box["height"] / SIDE
    )


def assert_silent(notebook: NotebookPage) -> None:
    messages = notebook.console.unexpected()
    assert not messages, "\n".join(messages)


def test_one_cursor_points_at_all_maps(open_notebook: Open) -> None:
    notebook = opened(open_notebook, TWO)
    before = pixels(notebook, 3)
    for index, place in ((0, (64, 60)), (3, (100, 20))):
        hover(notebook, index, *place)
        assert_all_tell(notebook, *place)
    hover(notebook, 0, 64, 60)
    notebook.wait_until(lambda: (pixels(notebook, 3) != before).any(), message="no cross-hair on another map")
    notebook.shot("compare-cursor")
    assert notebook.value("compare.cursor") is None, "hovering is no business of the kernel's"
    notebook.page.mouse.down()
    notebook.page.mouse.up()
    notebook.page.locator(".dv-compare-head").first.hover()
    notebook.wait_until(lambda: notebook.value("compare.cursor") == [64, 60], message="the click did not reach Python")
    assert_all_tell(notebook, 64, 60)
    for key in ("ArrowDown", "ArrowDown", "ArrowLeft", "Shift+ArrowLeft"):
        notebook.page.keyboard.press(key)
    notebook.wait_until(lambda: notebook.value("compare.cursor") == [66, 51], message="the keys did not move it")
    assert_all_tell(notebook, 66, 51)
    notebook.python("compare.cursor = (10, 100)")
    assert_all_tell(notebook, 10, 100)
    notebook.page.keyboard.press("Delete")
    notebook.wait_until(lambda: notebook.value("compare.cursor") is None and not any(readouts(notebook)))
    assert_silent(notebook)


def test_scale_opacity_and_outline_change_what_is_drawn(open_notebook: Open) -> None:
    notebook = opened(open_notebook, TWO)
    before = pixels(notebook, 1)  # the biased network's class map: the weaker one

    def strength(image: np.ndarray) -> float:
        return float((image.max(-1) - image.min(-1)).mean())

    notebook.page.locator(".dv-compare-tools select").nth(1).select_option("own")
    notebook.wait_until(lambda: notebook.value("compare.scale") == "own")
    notebook.wait_until(
        lambda: strength(pixels(notebook, 1)) > 1.3 * strength(before), message="a scale of its own is no stronger"
    )
    own = pixels(notebook, 1)
    notebook.page.locator(".dv-compare-toggles button", has_text="Object").click()
    notebook.wait_until(lambda: (pixels(notebook, 1) != own).any(-1).mean() > 0.005, message="no outline")
    notebook.python("compare.outline, compare.opacity = False, 0.0")
    notebook.wait_until(
        lambda: (np.abs(pixels(notebook, 1) - pixels(notebook, 0)) < 2).all(), message="the bare picture"
    )
    assert_silent(notebook)


def test_curves_and_scores_appear_and_a_reload_keeps_everything(open_notebook: Open) -> None:
    notebook = opened(open_notebook, TWO)
    for name in ("Curves", "Scores"):
        notebook.page.locator(".dv-compare-toggles button", has_text=name).click()
    lines = notebook.page.locator(".dv-compare-figure").first.locator(".lines path.line, path.line")
    notebook.wait_until(lambda: lines.count() == 4, 60, "not one line for each cell")
    settle(notebook)
    looks = "all => all.map(line => [line.style.stroke, line.style.strokeDasharray].join())"
    notebook.wait_until(lambda: len(set(lines.evaluate_all(looks))) == 4, message="two lines look alike")
    expect(notebook.page.locator(".dv-compare-legend svg")).to_have_count(4)
    numbers = notebook.value("[f\"{scores['insertion']:.3f}\" for scores in compare.numbers.values()]")
    expect(notebook.page.locator(".dv-compare-table tbody tr td:nth-last-child(2)")).to_have_text(numbers)
    pointing = notebook.page.locator(".dv-compare-table tbody tr td:nth-last-child(4)")
    for place, word in enumerate(("hit", "miss")):  # the biased network looks at the snow
        expect(pointing.nth(place)).to_have_text(word)
    notebook.shot("compare-curves")
    notebook.python("compare.cursor = (50, 70)")
    assert_all_tell(notebook, 50, 70)
    settle(notebook)
    before = [pixels(notebook, index) for index in range(4)]
    notebook.save()
    notebook.reload()
    maps(notebook).nth(3).wait_for()
    notebook.wait_until(lambda: lines.count() == 4, 30, "the curves are not drawn again")
    assert_all_tell(notebook, 50, 70)
    for index, picture in enumerate(before):
        notebook.wait_until(
            lambda i=index, p=picture: (
                pixels(notebook, i).shape == p.shape and (pixels(notebook, i) == p).mean() > 0.99
            ),
            message=f"map {index} is not drawn again",
        )


def test_a_long_method_is_stopped_and_its_map_so_far_stays(open_notebook: Open) -> None:
    notebook = open_notebook([LONG])
    foot = notebook.page.locator(".dv-compare-foot").nth(1)
    foot.get_by_role("button", name="Stop").wait_for()
    cell = "compare.cells[1]"
    notebook.wait_until(lambda: notebook.value(f"{cell}.answer.result is not None"), 60, "nothing streams")
    foot.get_by_role("button", name="Stop").click()
    foot.get_by_role("button", name="Run").wait_for()
    expect(foot).to_contain_text("stopped at", use_inner_text=True)
    settle(notebook)
    assert not notebook.value(f"{cell}.answer.finished") and notebook.value("compare.cells[0].answer.finished")
    partial = pixels(notebook, 1)
    assert partial.std() > 5, "the map so far is gone"
    notebook.page.locator(".dv-compare-head").nth(1).get_by_role("button").first.click()
    notebook.page.locator(
        ".dv-compare-settings input[type=range], .dv-compare-settings .widget-slider"
    ).first.wait_for()
    notebook.python("compare.params = {'occlusion': {'window': 32, 'stride': 16}}")
    notebook.wait_until(lambda: notebook.value(f"{cell}.answer.finished"), 60, "it does not run again")
    notebook.wait_until(lambda: "explains" in foot.inner_text())
    notebook.wait_until(lambda: (pixels(notebook, 1) != partial).any(), message="the map so far is still there")
    assert_silent(notebook)


def grey(menu: Locator) -> list[str]:
    """What of a menu cannot be chosen."""
    colors = menu.locator("option").evaluate_all("found => found.map(o => [o.textContent, getComputedStyle(o).color])")
    return [text.replace("\xa0", " ") for text, color in colors if color == "rgb(128, 128, 128)"]


def test_a_refusal_stays_in_its_cell_and_further_methods_come_from_the_menu(open_notebook: Open) -> None:
    notebook = opened(open_notebook, NO_HEAD)
    strips = notebook.page.locator(".dv-compare-cell .dv-notice:visible")
    expect(strips).to_have_count(1)
    expect(strips).to_contain_text("mine does not end in global average pooling", use_inner_text=True)
    expect(maps(notebook).nth(1).locator(".dv-notice")).to_be_visible()  # in no other cell
    for index in (0, 2):
        notebook.wait_until(lambda i=index: pixels(notebook, i).std() > 5, message=f"map {index} is not drawn")
    menu = notebook.page.get_by_label("Add", exact=True)
    absent = ("Activation maximization", "Attention relevance", "Attention rollout")
    wanted = [f"({title}: not here)" for title in absent]
    notebook.wait_until(lambda: grey(menu) == wanted, message="other methods are said to be absent")
    menu.select_option("Gradient")
    notebook.wait_until(lambda: maps(notebook).count() == 6, message="the method was not added")
    settle(notebook)
    assert notebook.value("list(compare.methods)") == ["cam", "saliency", "gradient"]
    notebook.wait_until(lambda: pixels(notebook, 5).std() > 1, message="its map is not drawn")
    notebook.page.locator(".dv-compare-head").nth(4).get_by_role("button").nth(1).click()
    notebook.wait_until(lambda: maps(notebook).count() == 4, message="the method was not removed")
    assert_silent(notebook)


@pytest.mark.viewport(900, 900)
def test_in_narrow_columns_maps_stand_level_and_numbers_stay_in_their_cell(open_notebook: Open) -> None:
    notebook = opened(open_notebook, COLUMNS)
    tops = "nodes => nodes.map(node => Math.round(node.getBoundingClientRect().top))"
    rows = maps(notebook).locator(".dv-map-surface").evaluate_all(tops)
    assert len(set(rows[0::2])) == 1 and len(set(rows[1::2])) == 1 and rows[1] > rows[0], rows
    heights = notebook.page.locator(".dv-compare-name").evaluate_all("nodes => nodes.map(node => node.scrollHeight)")
    assert len(set(heights)) > 1, "no title takes two lines: the test asks nothing"
    beyond = "nodes => nodes.map(node => node.scrollWidth - node.clientWidth)"
    assert maps(notebook).locator(".dv-legend").evaluate_all(beyond) == [0] * 8
    notebook.shot("compare-columns")


@pytest.mark.viewport(520, 900)
def test_a_narrow_window_puts_the_networks_side_by_side(open_notebook: Open) -> None:
    notebook = opened(open_notebook, TWO)
    boxes = [maps(notebook).nth(index).bounding_box() for index in range(4)]
    places = [(round(box["x"]), round(box["y"])) for box in boxes if box]
    assert places[0][1] == places[1][1] and places[2][1] == places[3][1] > places[0][1]
    assert places[0][0] == places[2][0] < places[1][0] == places[3][0]
    assert all(box and box["x"] + box["width"] <= 520 for box in boxes)
    assert json.loads(maps(notebook).first.get_attribute("data-cursor") or "null") is None
    notebook.shot("compare-narrow")
