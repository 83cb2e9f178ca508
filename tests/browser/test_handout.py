"""What lives on a hand-out: maps that point at the same place, a player, a sum, an occluder; on a phone, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

import deepvis_widgets as dv
from deepvis_widgets.widgets.page.html import write_page
from deepvis_widgets.widgets.page.parts import (
    Bars,
    Chart,
    Choice,
    Column,
    Columns,
    Drawing,
    Key,
    Line,
    Live,
    Map,
    Occluder,
    Picture,
    Row,
    Series,
    Sum,
    Table,
    Text,
)
from deepvis_widgets.widgets.page.parts import Page as WidgetPage
from deepvis_widgets.widgets.page.pictured import coloured
from deepvis_widgets.widgets.views.map_view import MapView
from tests.browser.explorer_page import DRAWN
from tests.browser.handed_out import PHONE, at, drawn, handed_out, seen

GREY = np.full((64, 64, 3), 128, np.uint8)
RAMP = np.add.outer(np.arange(8) * 10, np.arange(8)).astype(np.float32)
# of two classes; where the square covers the middle, the wolf is gone
ANSWERS = np.full((7, 7, 2), (0.9, 0.1), np.float32)
ANSWERS[2:5, 2:5] = (0.2, 0.8)
MAPS = np.zeros((3, 4, 4), np.float32)
MAPS[0, 0, 0], MAPS[1, 3, 3], MAPS[2, 0, 3] = 16, 16, 16
WEIGHTS = np.array([[3.0, 2.0, 1.0], [-1.0, -3.0, 0.5]])

# a pixel of a canvas by (row, col), as JavaScript
PIXEL = "((of, row, col) => document.querySelector(of).getContext('2d').getImageData(col, row, 1, 1).data)"


def step(colour: str) -> Drawing:
    def paint(canvas: Any, dark: bool) -> None:
        canvas.fill_style = "#00ffff" if dark else colour
        canvas.fill_rect(0, 0, 100, 60)

    return Drawing((60, 100), paint, f"a {colour} field")


def parts() -> WidgetPage:
    view = MapView(title="its own module", colormap="gray", size=160)
    view.push("map", {"lo": 0.0, "hi": 1.0}, {"values": np.array([[0, 65535]], np.uint16)})
    maps = [Map(RAMP, f"map {name}", picture=picture, group="maps") for name, picture in (("a", None), ("b", GREY))]
    player = Choice(["red", "green", "blue"], [step("#ff0000"), step("#00ff00"), step("#0000ff")], "Step", steps=True)
    menus = [Choice(["one", "two"], [Text(f"{n} of one"), Text(f"{n} of two")], "Which", group="g") for n in "ab"]
    plain = [Bars(["wolf"], [0.5], ["50 %"], "Bars"), Table(["a"], [["b"]], "Table"), Key([("#ff0000", "red")])]
    charts = [Chart([Line("a", [0, 1], [0, 1])], "Chart"), Columns(["a"], [Series("s", [1.0])], "Columns")]
    total = Sum(GREY, MAPS, WEIGHTS, np.array([0.5, -0.5]), ["wolf", "husky"], ["u0", "u1", "u2"], "Sum", count=1)
    square = Occluder(GREY, np.zeros_like(GREY), (16, 16), (8, 8), ANSWERS, ["wolf", "husky"], start=(0, 0))
    shown = [Row(maps), player, total, square, Row(menus), Row(plain), Row(charts), Picture(GREY, "A caption")]
    page = WidgetPage("Everything", Column([*shown, Live(view, Text("its own module"))]))
    return page


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page([parts()], tmp_path_factory.mktemp("handout") / "page.html", "Everything")


@pytest.fixture(scope="module")
def opened(browser: Browser, file: Path) -> Iterator[Page]:
    with handed_out(browser, file) as page:
        yield page


@pytest.fixture
def page(opened: Page) -> Page:
    """The page as it is when it is opened."""
    opened.mouse.move(0, 0)
    opened.reload()
    opened.wait_for_selector("html[data-ready]")
    return opened


def test_maps_of_a_group_point_at_the_same_place(page: Page) -> None:
    first, second = (page.locator(".map").nth(n) for n in (0, 1))
    drawn(second.locator("canvas"))
    before = seen(second.locator("canvas"))
    page.mouse.move(*at(first.locator("canvas"), 2.5 / 8, 6.5 / 8))
    for each in (first, second):
        expect(each.locator(".readout")).to_have_text("row 2, col 6 · 26")
    page.evaluate(DRAWN)
    after = seen(second.locator("canvas"))
    changed = np.argwhere((before != after).any(2)) / 240 * 8
    assert len(changed) and changed.min() >= 1.9 and (changed.max(0) <= (3.1, 7.1)).all(), "the cell is not marked"
    second.locator("canvas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(second.locator(".readout")).to_have_text("row 3, col 7 · 37")
    expect(first.locator(".readout")).to_have_text("row 3, col 7 · 37")


def test_a_map_over_its_picture_has_the_colours_of_the_picture_in_python(page: Page) -> None:
    canvas = page.locator(".map canvas").nth(1)
    drawn(canvas)
    expected = coloured(Map(RAMP, picture=GREY))
    found = seen(canvas)
    for row, col in ((0, 0), (32, 32), (60, 60), (10, 50)):
        there = found[round((row + 0.5) * 240 / 64), round((col + 0.5) * 240 / 64)].astype(int)
        assert np.abs(there - expected[row, col]).max() <= 6, (row, col)


def test_a_player_goes_through_its_steps(page: Page) -> None:
    player, canvas = page.locator(".player"), page.locator(".drawing canvas")
    said = player.locator("output")

    def colour() -> list[int]:
        drawn(canvas)
        return [int(part) for part in seen(canvas)[30, 50]]

    expect(said).to_have_text("Step 1 of 3: red")
    assert colour() == [255, 0, 0]
    player.get_by_label("One on").click()
    expect(said).to_have_text("Step 2 of 3: green")
    expect(canvas).to_have_attribute("aria-label", "a #00ff00 field")
    player.get_by_label("Step", exact=True).last.focus()
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("Step 3 of 3: blue")
    page.wait_for_function(f"{PIXEL}('.drawing canvas', 9, 9)[2] === 255")
    assert colour() == [0, 0, 255]
    page.keyboard.press("Home")
    player.get_by_label("Play").click()
    expect(said).to_have_text("Step 3 of 3: blue")


def test_choices_of_a_group_choose_together(page: Page) -> None:
    menus = page.locator(".menu select[aria-label=Which]")
    menus.first.select_option("1")
    expect(menus.nth(1)).to_have_value("1")
    expect(page.get_by_text("b of two")).to_be_visible()


def test_a_sum_adds_terms_and_changes_its_class(page: Page) -> None:
    total = page.locator(".sum")
    canvas, terms = total.locator("canvas").first, total.get_by_label("Terms in the sum")
    drawn(canvas)
    expect(total.locator(".map h3")).to_have_text("wolf: 1 of 3 terms")
    expect(total.locator(".map .note")).to_have_text("score 3.5")  # 3 × 16 / 16 + 0.5
    first = seen(canvas).astype(int)
    assert first[20, 20, 0] - first[20, 20, 2] > 40, "the first term is not red in its corner"
    assert abs(first[300, 300, 0] - first[300, 300, 2]) < 12, "the second term is there already"
    terms.focus()
    page.keyboard.press("ArrowRight")
    expect(total.locator(".map .note")).to_have_text("score 5.5")
    page.wait_for_function(f"(([red, , blue]) => red - blue > 20)({PIXEL}('.sum canvas', 300, 300))")
    total.get_by_label("Class").select_option("1")
    expect(total.locator(".map .note")).to_have_text("score −4.5")  # −3 − 1 − 0.5
    expect(total.locator(".map h3")).to_have_text("husky: 2 of 3 terms")
    expect(total.locator(".bars .name")).to_have_text(["u1", "u0"])


def test_the_occluder_drags_and_the_bars_fall(page: Page) -> None:
    surface = page.locator(".surface")
    wolf = page.locator(".occluder .bars li").first
    drawn(surface.locator("canvas"))
    expect(wolf.locator(".words")).to_have_text("90 %")
    long = wolf.locator("i").bounding_box()
    page.mouse.move(*at(surface, 8 / 64, 8 / 64))
    page.mouse.down()
    page.mouse.move(*at(surface, 20 / 64, 20 / 64), steps=3)
    page.mouse.move(*at(surface, 32 / 64, 32 / 64), steps=3)
    page.mouse.up()
    expect(wolf.locator(".words")).to_have_text("20 %")
    short = wolf.locator("i").bounding_box()
    assert long is not None and short is not None and short["width"] / long["width"] == pytest.approx(2 / 9, abs=0.02)
    page.evaluate(DRAWN)
    picture = seen(surface)
    assert picture[192, 192].tolist() == [0, 0, 0] and picture[40, 40].tolist() == [128, 128, 128]
    page.locator(".dv-occluder").focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")
    expect(wolf.locator(".words")).to_have_text("90 %")
    page.keyboard.press("Delete")
    expect(page.locator(".dv-occluder")).to_be_visible()


def test_everything_else_is_there(page: Page) -> None:
    for said in ("Bars", "50 %", "Table", "red", "Chart", "Columns", "A caption"):
        expect(page.get_by_text(said, exact=True).first).to_be_attached()
    for shape in ("polyline", "rect"):
        expect(page.locator(f"svg {shape}")).to_have_count(1)
    expect(page).to_have_title("Everything")
    expect(page.locator("h1")).to_have_text("Everything")


def test_a_chart_does_not_grow_with_the_page(page: Page) -> None:
    boxes = [chart.bounding_box() for chart in page.locator(".chart").all()]
    assert len(boxes) == 2 and all(box is not None and box["width"] <= 760 for box in boxes), boxes


def test_a_widget_lives_with_its_own_module(page: Page) -> None:
    live = page.locator(".live .dv-map")
    drawn(live.locator("canvas"))
    page.mouse.move(*at(live.locator(".dv-map-surface"), 0.5, 0.75))
    expect(live.locator(".dv-readout")).to_have_text("row 0, col 1 · 1")
    assert seen(live.locator("canvas"))[20, 150].tolist() == [255, 255, 255]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_reader_s_scheme(browser: Browser, file: Path, scheme: Any) -> None:
    with handed_out(browser, file, color_scheme=scheme) as page:
        canvas = page.locator(".drawing canvas")
        drawn(canvas)
        assert seen(canvas)[30, 50].tolist() == ([0, 255, 255] if scheme == "dark" else [255, 0, 0])
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == ("rgb(17, 17, 17)" if scheme == "dark" else "rgb(255, 255, 255)")


def test_on_a_phone_it_fits_and_is_dragged_by_a_finger(browser: Browser, file: Path) -> None:
    with handed_out(browser, file, **PHONE) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        surface = page.locator(".surface")
        drawn(surface.locator("canvas"))
        wolf = page.locator(".occluder .bars li").first.locator(".words")
        touch = page.context.new_cdp_session(page)
        steps = [at(surface, place / 64, place / 64) for place in (8, 20, 32)]
        for kind, (left, top) in zip(("touchStart", "touchMove", "touchMove"), steps, strict=True):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": left, "y": top}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect(wolf).to_have_text("20 %")


def test_boards_and_labs_open_without_a_word(browser: Browser, tmp_path: Path) -> None:
    board, lab = dv.ConvolutionBoard(), dv.OcclusionLab()
    path = dv.handout([board, lab], tmp_path / "page.html", "A lesson")
    with handed_out(browser, path) as page:
        expect(page.locator("h1")).to_have_text([board.called, lab.called])
        for canvas in page.locator("canvas").all():
            if canvas.is_visible():
                drawn(canvas)
    for widget in (board, lab):
        widget.close()
