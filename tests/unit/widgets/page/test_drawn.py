"""Pictures of parts: each pixel and length against a reference of its own."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from PIL import Image

from deepvis_widgets.widgets.page.blocks import CHOSEN, PLAIN
from deepvis_widgets.widgets.page.computed import answers, summed
from deepvis_widgets.widgets.page.drawn import MARGIN, drawn
from deepvis_widgets.widgets.page.fonts.font import cut, font, font_of, wrapped
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
    Page,
    Part,
    Picture,
    Row,
    Series,
    Sum,
    Table,
    Text,
)
from deepvis_widgets.widgets.page.pictured import coloured

RANDOM = np.random.default_rng(0)
SCENE = RANDOM.integers(0, 256, (40, 60, 3), dtype=np.uint8)
TABLES = {
    name: np.array(rows)
    for name, rows in json.loads(files("deepvis_widgets.core.picture").joinpath("colormaps.json").read_text()).items()
}


def pixels(part: Part, density: float = 1) -> np.ndarray:
    """What is drawn inside the margin."""
    margin = round(MARGIN * density)
    return np.asarray(drawn(part, density))[margin:-margin, margin:-margin]


def lengths(shown: np.ndarray, colour: str) -> list[int]:
    """The lengths of bars of a colour, from above."""
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    rows = (shown == wanted).all(2).sum(1)
    starts = [row for row in range(len(rows)) if rows[row] and (row == 0 or not rows[row - 1])]
    return [int(rows[start]) for start in starts]


def test_a_picture_is_drawn_pixel_by_pixel_at_its_own_size() -> None:
    assert (pixels(Picture(SCENE, size=60))[:40, :60] == SCENE).all()


def test_a_picture_is_drawn_with_its_boxes() -> None:
    shown = pixels(Picture(np.zeros((40, 60, 3), np.uint8), size=60, boxes=[(10, 20, 12, 16)]))
    assert tuple(shown[10, 28]) == (255, 209, 102)
    assert not shown[16, 28].any() and not shown[5, 28].any()


@pytest.mark.parametrize("signed", [False, True])
def test_a_map_alone_has_the_colours_of_its_table(signed: bool) -> None:
    values = RANDOM.normal(size=(5, 7)).astype(np.float32)
    most = np.abs(values).max()
    low, high = (-most, most) if signed else (values.min(), values.max())
    places = np.rint((values.astype(float) - low) / (high - low) * 255).astype(int)
    expected = TABLES["blue-red" if signed else "inferno"][places]
    assert np.abs(coloured(Map(values, signed=signed)).astype(int) - expected).max() <= 1


def test_a_map_over_its_picture_is_mixed_by_its_strength() -> None:
    values = np.linspace(0, 1, 40 * 60, dtype=np.float32).reshape(40, 60)
    alpha = (0.6 * np.minimum(0.12 + 1.3 * values.astype(float), 1))[:, :, None]
    expected = (1 - alpha) * SCENE + alpha * TABLES["viridis"][np.rint(values * 255).astype(int)]
    shown = coloured(Map(values, picture=SCENE, colormap="viridis"))
    assert np.abs(shown - expected).max() < 1.5


def test_given_ends_reach_further_than_the_values() -> None:
    values = np.array([[0.0, 1.0]], np.float32)
    shown = coloured(Map(values, colormap="gray", ends=(0.0, 2.0)))
    assert shown[0, :, 0].tolist() == [0, 128]


def test_bars_are_as_long_as_their_values() -> None:
    shown = pixels(Bars(["wolf", "husky"], [0.8, 0.2], ["80 %", "20 %"], chosen=0), 2)
    chosen, plain = lengths(shown, CHOSEN), lengths(shown, PLAIN)
    assert len(chosen) == len(plain) == 1
    assert chosen[0] / plain[0] == pytest.approx(4, rel=0.03)
    whole = lengths(pixels(Bars(["wolf"], [1.0], ["100 %"]), 2), PLAIN)[0]
    assert chosen[0] / whole == pytest.approx(0.8, rel=0.02), "a share of one is not as long as the largest"


def test_bars_below_zero_go_to_the_left() -> None:
    shown = pixels(Bars(["for", "against"], [3.0, -1.0], ["3", "−1"]), 2)
    blue = (shown == [0x7A, 0x93, 0xB4]).all(2)
    up, down = (np.flatnonzero(blue[row]) for row in (22, 66))
    assert down.max() <= up.min() + 1 and len(up) == pytest.approx(3 * len(down), rel=0.05)


def test_a_row_wraps_and_a_column_does_not() -> None:
    squares = [Picture(np.zeros((10, 10, 3), np.uint8), size=400) for _ in range(3)]
    row, column = drawn(Row(squares), 1), drawn(Column(squares), 1)
    assert row.size == (2 * 400 + 28 + 2 * MARGIN, 2 * 400 + 14 + 2 * MARGIN)
    assert column.size == (400 + 2 * MARGIN, 3 * 400 + 2 * 14 + 2 * MARGIN)


def test_a_choice_draws_what_is_chosen() -> None:
    white, black = (Picture(np.full((10, 10, 3), grey, np.uint8), size=10) for grey in (255, 0))
    for chosen, expected in ((0, 255), (1, 0)):
        choice = Choice(["white", "black"], [white, black], "Shade", chosen)
        assert pixels(choice)[-5, 5].tolist() == [expected] * 3


def test_a_chart_has_dots_where_its_points_are() -> None:
    dots = Line("", [0, 1, 2], [0.0, 10.0, 5.0], "#ff0000", dots=True)
    red = (pixels(Chart([dots], height=200), 2) == [255, 0, 0]).all(2)
    rows, cols = np.nonzero(red)
    groups = np.split(np.argsort(cols), np.flatnonzero(np.diff(np.sort(cols)) > 5) + 1)
    tops = [rows[group].mean() for group in groups]
    lefts = [cols[group].mean() for group in groups]
    assert len(groups) == 3
    assert (tops[0] - tops[2]) / (tops[0] - tops[1]) == pytest.approx(0.5, abs=0.02)
    assert (lefts[1] - lefts[0]) / (lefts[2] - lefts[0]) == pytest.approx(0.5, abs=0.01)


def test_the_ends_of_axes_may_be_given() -> None:
    dots = Line("", [0.25, 0.5], [0.5, 0.5], "#ff0000", dots=True)
    lefts = []
    for ends in (None, (0, 1)):
        cols = np.nonzero((pixels(Chart([dots], height=200, ends=ends), 2) == [255, 0, 0]).all(2))[1]
        lefts.append((cols.min(), cols.max()))
    (first, last), (quarter, half) = lefts
    assert (quarter - first) / (last - first) == pytest.approx(0.25, abs=0.02)
    assert (half - first) / (last - first) == pytest.approx(0.5, abs=0.02)


def test_stacked_columns_stand_on_each_other() -> None:
    part = Columns(["a"], [Series("", [1.0], "#ff0000"), Series("", [2.0], "#0000ff")], stacked=True)
    shown = pixels(part, 2)
    red, blue = (np.flatnonzero((shown == colour).all(2).any(1)) for colour in ([255, 0, 0], [0, 0, 255]))
    assert len(blue) == pytest.approx(2 * len(red), rel=0.03)
    assert abs(red.min() - blue.max()) <= 2


@pytest.mark.parametrize("count", [1, 3, None])
@pytest.mark.parametrize("chosen", [0, 1])
def test_a_sum_adds_its_largest_terms(chosen: int, count: int | None) -> None:
    maps = RANDOM.normal(size=(6, 3, 4)).astype(np.float32)
    weights, biases = RANDOM.normal(size=(2, 6)), np.array([0.5, -1.0])
    shares = [weights[chosen][k] * maps[k].mean() for k in range(6)]
    kept = sorted(range(6), key=lambda k: -abs(shares[k]))[:count]
    expected = sum(weights[chosen][k] * maps[k].astype(float) for k in kept)
    found = summed(Sum(SCENE, maps, weights, biases, ["wolf", "husky"], list("abcdef"), chosen=chosen, count=count))
    assert np.abs(found.values - expected).max() < 1e-6
    assert float(found.lines[0].split()[1].replace("−", "-")) == pytest.approx(
        sum(shares[k] for k in kept) + biases[chosen], rel=1e-3
    )


@pytest.mark.parametrize(("start", "expected"), [((0, 0), 0), ((3, 0), 2), ((1, 5), 1), ((4, 4), 3), ((9, 9), 3)])
def test_an_occluder_tells_the_answers_of_the_nearest_place(start: tuple[int, int], expected: int) -> None:
    values = np.arange(4.0, dtype=np.float32).reshape(2, 2, 1)
    part = Occluder(SCENE, np.zeros_like(SCENE), (8, 8), (4, 4), values, ["wolf"], percent=False, start=start)
    assert answers(part).tolist() == [expected]


def test_an_occluder_covers_the_picture() -> None:
    fill = np.full_like(SCENE, 7)
    values = np.zeros((5, 5, 1), np.float32)
    shown = pixels(Occluder(SCENE, fill, (8, 8), (4, 4), values, ["wolf"], start=(16, 20)))
    assert shown.shape[1] > 320
    scale = 320 / 60
    inside = shown[round(18 * scale) : round(22 * scale), round(22 * scale) : round(26 * scale)]
    assert np.abs(inside.astype(int) - 7).max() <= 1


EVERY: dict[str, Part] = {
    "Text": Text("A wolf", "note"),
    "Table": Table(["unit", "shows"], [["1", "snow"], ["2", "ears → wolf"]], "Units"),
    "Key": Key([("#ff0000", "for"), ("#0000ff", "against")]),
    "Drawing": Drawing((20, 40), lambda canvas, dark: canvas.fill_rect(0, 0, 10, 10)),
    "Page": Page("Wolves", Column([Text("A wolf")])),
    "Live": Live(None, Text("A wolf")),
    "Sum": Sum(SCENE, np.ones((1, 2, 2)), np.ones((1, 1)), np.zeros(1), ["wolf"], ["unit 0"], "Sum"),
}


@pytest.mark.parametrize("part", EVERY.values(), ids=EVERY)
def test_something_is_drawn_of_every_part(part: Part) -> None:
    assert np.asarray(drawn(part, 1)).min() < 128


def test_it_is_as_large_as_its_density_says() -> None:
    one, two = drawn(Picture(SCENE, size=60), 1), drawn(Picture(SCENE, size=60), 2)
    assert two.size == (2 * one.size[0], 2 * one.size[1])


def test_nothing_is_wider_than_the_sheet() -> None:
    wide: list[Part] = [
        Text("wolf " * 400),
        Table(["a" * 300], [["b" * 300]]),
        Drawing((20, 4000), lambda canvas, dark: canvas.fill_rect(0, 0, 4000, 10)),
        Picture(SCENE, size=3000),
    ]
    assert all(drawn(part, 1).size[0] <= 1000 for part in wide)


def test_a_text_is_wrapped_between_its_words() -> None:
    text = "a wolf looks at a husky that looks at the snow"
    lines = wrapped(text, 100, 13)
    assert " ".join(lines) == text and len(lines) > 2
    assert all(font(13).getlength(line) <= 100 for line in lines)


def test_a_long_text_is_cut() -> None:
    assert font(13).getlength(cut("Eskimo dog, husky, wolf", 90, 13)) <= 90
    assert cut("wolf", 90, 13) == "wolf"


@pytest.mark.parametrize("text", ["Σ wₖᶜ fₖ → −1.5 × ε", "Löwe, Bär, Élan, Żubr", "волк", "α β γ ρ σ ∂ ∞ ≤ ≥ ≈"])
def test_signs_of_mathematics_and_of_europe_are_in_the_font(text: str) -> None:
    missing = bytes(font(13).getmask("\uffff"))
    assert font_of(text, 13) is font(13)
    assert all(bytes(font(13).getmask(sign)) != missing for sign in text if sign != " ")


def test_no_text_is_too_strange_to_be_drawn() -> None:
    assert isinstance(drawn(Text("狼 🐺 ذئب"), 1), Image.Image)


def test_an_unknown_part_is_refused() -> None:
    unknown: Any = Part()
    with pytest.raises(TypeError, match="kind Part"):
        drawn(unknown)


def test_a_table_without_heads_has_no_row_for_them() -> None:
    rows = [["a", "b"], ["c", "d"]]
    with_heads, without = (drawn(Table(heads, rows), density=1) for heads in (["x", "y"], []))
    assert with_heads.height - without.height == 22
    assert drawn(Table([], []), density=1).size
