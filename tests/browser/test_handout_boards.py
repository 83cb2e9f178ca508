"""Boards on hand-outs: stepped, and another rule, unit or layer chosen, as a class would, with nothing but the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect

import deepvis_widgets as dv
from deepvis_widgets.widgets.board.cells import CellMap
from deepvis_widgets.widgets.board.pen import DARK, LIGHT, Pen
from deepvis_widgets.widgets.circuit.drawing import MAP, TOP
from deepvis_widgets.widgets.convolution import words
from deepvis_widgets.widgets.interaction.drawing import InteractionDrawing
from deepvis_widgets.widgets.interaction.drawing import Scene as Cones
from deepvis_widgets.widgets.relevance.board_controls import RULE_NAMES
from deepvis_widgets.widgets.relevance.chart import COLOURS
from deepvis_widgets.widgets.relevance.ledger_drawing import HEAD, ROW
from tests.browser.handed_out import PHONE, drawn, handed_out
from tests.small_nets import Plain
from tests.tools.pages import Calls

SIDE = 32
CONVOLUTION, RELEVANCE, INTERACTION, LEDGER, CIRCUIT = range(5)
# whether a canvas has these colours at these css (row, col)
HAS = """([canvas, wanted]) => wanted.every(([row, col, colour]) => {
  const scale = canvas.width / canvas.clientWidth;
  const found = canvas.getContext('2d').getImageData(Math.round(col * scale), Math.round(row * scale), 1, 1).data;
  return colour.every((value, place) => Math.abs(value - found[place]) <= 2);
})"""


# whether the bars of a colour in two rows, given by their css middles, are as long as that share of each other
LENGTHS = """([canvas, rows, colour, share]) => {
  const scale = canvas.width / canvas.clientWidth;
  const [first, second] = rows.map((row) => {
    const line = canvas.getContext('2d').getImageData(0, Math.round(row * scale), canvas.width, 1).data;
    let count = 0;
    for (let at = 0; at < line.length; at += 4)
      count += colour.every((value, place) => Math.abs(value - line[at + place]) <= 2);
    return count;
  });
  return second > 100 && Math.abs(first / second - share) < 0.01;
}"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    network = dv.Network(Plain(), dv.Preprocess((SIDE, SIDE), None), name="small")
    picture = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    ledger = dv.RelevanceLedger(network, pictures=[picture])
    circuit = dv.CircuitBoard(network, picture, "features.4", 1, pictures=[picture])
    boards = [dv.ConvolutionBoard(), dv.RelevanceBoard(), dv.InteractionBoard(), ledger, circuit]
    made = dv.handout(boards, tmp_path_factory.mktemp("boards") / "boards.html")
    for board in boards:
        board.close()
    assert made.stat().st_size < 3_000_000
    return made


@pytest.fixture(scope="module", params=["light", "dark"])
def opened(browser: Browser, file: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    with handed_out(browser, file, color_scheme=request.param) as page:
        yield page


@pytest.fixture
def palette(opened: Page) -> Any:
    return DARK if opened.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else LIGHT


def board(page: Page, number: int) -> Locator:
    return page.locator("article").nth(number)


def rgb(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def handle(canvas: Locator) -> Any:
    canvas.scroll_into_view_if_needed()
    return canvas.element_handle()


def content(canvas: Locator) -> str:
    """All pixels of a canvas."""
    return str(canvas.evaluate("canvas => canvas.toDataURL()"))


def shows(canvas: Locator, wanted: list[tuple[float, float, str]]) -> None:
    """Waits until the canvas has these colours at these places."""
    places = [[row, col, rgb(colour)] for row, col, colour in wanted]
    canvas.page.wait_for_function(HAS, arg=[handle(canvas), places])


def test_on_a_phone_drawings_can_be_read_and_nothing_is_cut_off(browser: Browser, file: Path) -> None:
    with handed_out(browser, file, **PHONE) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        for canvas in page.locator(".drawing canvas").all():
            drawn(canvas)
            width = float(str(canvas.evaluate("canvas => parseFloat(canvas.style.width)")))
            assert canvas.evaluate("canvas => canvas.clientWidth") >= 0.75 * width - 1
        edges = page.locator("select, caption").evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
        assert edges and max(edges) <= 390, edges


def test_stepping_a_convolution_moves_the_lit_window(opened: Page, palette: Any) -> None:
    shown, reference = board(opened, CONVOLUTION), dv.ConvolutionBoard()
    canvas, said = shown.locator(".drawing canvas"), shown.locator(".text.plain").first

    def lit(first: int) -> list[tuple[float, float, str]]:
        """The row of the six inputs, three of them under the kernel, each asked in its corner."""
        inside = range(first, first + 3)
        return [(30, 128 + 50 * col + 6, palette.lit if col in inside else palette.cell) for col in range(6)]

    shows(canvas, lit(0))
    for step in (1, 2):
        shown.get_by_label("One on").click()
        expect(said).to_have_text(words.step(reference.lesson, step))
        shows(canvas, lit(step))
    shown.get_by_label("One back").click()
    shows(canvas, lit(1))
    reference.transposed = True
    shown.get_by_label("Way", exact=True).select_option(label="transposed: Wᵀ y")
    expect(said).to_have_text(words.step(reference.lesson, 1))
    expect(shown.locator("table")).to_contain_text("‖W Wᵀ − I‖")
    shown.get_by_label("Example", exact=True).select_option(label="dilation 2")
    expect(shown.locator("output")).to_have_text("Cell 2 of 9: Wᵀy(1)")


def test_another_rule_draws_other_messages(opened: Page) -> None:
    shown, reference = board(opened, RELEVANCE), dv.RelevanceBoard()
    network, bars = shown.locator(".drawing canvas").first, shown.locator(".drawing canvas").last
    for _ in range(7):
        shown.get_by_label("One on").click()
    drawn(network)
    before = content(network)
    for reference.rule in ("w²", "epsilon"):
        shown.get_by_label("Rule", exact=True).select_option(label=RULE_NAMES[reference.rule])
        ledger = reference.flow.ledger
        total = ledger.entries[0].relevance
        expect(shown.locator(".text.plain").first).to_contain_text(f"Together {total:.4g} of")
        opened.wait_for_function("([canvas, before]) => canvas.toDataURL() !== before", arg=[handle(network), before])
        rows, share = [HEAD + 0.5 * ROW, HEAD + 2.5 * ROW], total / ledger.start
        opened.wait_for_function(LENGTHS, arg=[handle(bars), rows, rgb(COLOURS[0]), share])
        before = content(network)
    shown.get_by_label("Show", exact=True).select_option(label="every formula")
    expect(shown.locator("output")).to_contain_text("Relevance 8 of 15")


def test_a_cone_is_followed_from_unit_to_unit(opened: Page, palette: Any) -> None:
    shown, stack = board(opened, INTERACTION), dv.InteractionBoard().stack
    canvas = shown.locator(".drawing canvas")

    def cone(unit: tuple[int, int]) -> list[tuple[float, float, str]]:
        """The sparse units, each asked beside its number."""
        places = InteractionDrawing(Pen(Calls(), palette), CellMap(), Cones(stack, unit))
        wanted = []
        for layer, size in enumerate(stack.sizes):
            for index in range(size):
                top, left = places.place((layer, index), False)
                inside = index in stack.cone(unit)[layer]
                colour = palette.accent if (layer, index) == unit else palette.lit if inside else palette.cell
                wanted.append((top + 9, left, colour))
        return wanted

    shows(canvas, cone((3, 4)))
    shown.get_by_label("One on").click()
    shows(canvas, cone((3, 5)))
    shown.get_by_label("Layer", exact=True).select_option(label="layer 1")
    shows(canvas, cone((1, 5)))
    expect(shown.locator(".text.plain").first).to_contain_text("Unit 5 of layer 1. Sparse, it sees inputs 4 to 6")


def test_the_relevance_of_another_layer_is_another_map(opened: Page) -> None:
    shown = board(opened, LEDGER)
    canvas = shown.locator(".map").nth(1).locator("canvas")
    drawn(canvas)
    before = content(canvas)
    shown.get_by_label("Layer", exact=True).select_option(label="features.0")
    expect(shown.locator(".map").nth(1)).to_contain_text("Relevance of features.0")
    expect(shown.locator(".map").nth(1)).to_contain_text("most at unit")
    opened.wait_for_function("([canvas, before]) => canvas.toDataURL() !== before", arg=[handle(canvas), before])
    expect(shown.locator(".text.plain").last).to_contain_text("The score of")


def test_a_unit_below_is_taken_apart_with_the_maps_of_its_terms(opened: Page, palette: Any) -> None:
    shown = board(opened, CIRCUIT)
    canvas, said = shown.locator(".drawing canvas"), shown.locator(".text.plain").first
    expect(said).to_contain_text("features.4, unit 1 at")
    units = shown.get_by_label("Unit", exact=True)
    below = units.locator("option").nth(1).inner_text()
    units.select_option(label=below)
    expect(said).to_contain_text(f"{below.removeprefix('↓ ')}: ")
    there = [handle(canvas), [[TOP + 28, MAP + 24, rgb(palette.paper)]]]
    opened.wait_for_function(f"given => !({HAS})(given)", arg=there)
