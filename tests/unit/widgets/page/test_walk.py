"""What is found by walking through a widget: texts, tables, charts, chosen pages; no controls, nothing hidden."""

from __future__ import annotations

import io

import bqplot
import ipywidgets
import numpy as np
import pytest
from PIL import Image

from deepvis_widgets.widgets.kit.figure import figure, named_bars
from deepvis_widgets.widgets.page.html_text import html_parts
from deepvis_widgets.widgets.page.parts import Bars, Chart, Column, Columns, Key, Map, Picture, Row, Table, Text
from deepvis_widgets.widgets.page.walk import page_of
from deepvis_widgets.widgets.page.words import words
from deepvis_widgets.widgets.views.map_view import MapView


def label(text: str) -> ipywidgets.HTML:
    return ipywidgets.HTML(text)


def test_boxes_become_rows_and_columns() -> None:
    row = page_of(ipywidgets.HBox([label("a"), ipywidgets.VBox([label("b"), label("c")])]))
    assert isinstance(row, Row) and isinstance(row.parts[1], Column)
    assert words(row) == "a\nb\nc"


def test_a_box_may_say_that_it_is_a_column() -> None:
    assert isinstance(page_of(ipywidgets.Box([label("a"), label("b")])), Row)
    assert isinstance(page_of(ipywidgets.Box([label("a"), label("b")], layout={"flex_flow": "column"})), Column)


@pytest.mark.parametrize(
    "control",
    [
        ipywidgets.Button(description="Stop"),
        ipywidgets.IntSlider(),
        ipywidgets.Dropdown(options=["a"]),
        ipywidgets.Play(),
        ipywidgets.Text("x"),
        ipywidgets.Checkbox(),
    ],
    ids=lambda control: type(control).__name__,
)
def test_controls_are_left_out(control: ipywidgets.Widget) -> None:
    assert page_of(control) is None
    assert page_of(ipywidgets.VBox([control])) is None


def test_what_is_hidden_is_left_out() -> None:
    gone, unseen, spoken = label("a"), label("b"), label("c")
    gone.layout.display, unseen.layout.visibility = "none", "hidden"
    spoken.add_class("dv-offscreen")
    assert page_of(ipywidgets.VBox([gone, unseen, spoken])) is None


def test_the_chosen_page_of_tabs_is_shown() -> None:
    tabs = ipywidgets.Tab([label("one"), label("two")], titles=["First", "Second"])
    tabs.selected_index = 1
    part = page_of(tabs)
    assert part is not None and words(part) == "Second\ntwo"
    stack = ipywidgets.Stack([label("one"), label("two")], selected_index=0)
    assert page_of(stack) is not None and words(page_of(stack) or Text("")) == "one"
    assert page_of(ipywidgets.Accordion([label("one")])) is None, "it is closed"


def test_a_picture_of_ipywidgets_is_a_picture() -> None:
    file = io.BytesIO()
    Image.new("RGB", (4, 3), (10, 20, 30)).save(file, "png")
    part = page_of(ipywidgets.Image(value=file.getvalue()))
    assert isinstance(part, Picture) and part.pixels[2, 3].tolist() == [10, 20, 30]


def test_views_give_their_own_part() -> None:
    view = MapView(title="map", colormap="gray")
    assert page_of(view) is None
    view.push("map", {"lo": -1.0, "hi": 1.0}, {"values": np.array([[0, 65535]], np.uint16)})
    part = page_of(view)
    assert isinstance(part, Map) and part.values.tolist() == [[-1.0, 1.0]]
    view.push("rgb", {"lines": ["later"]}, {"picture": np.zeros((2, 2, 3), np.uint8)})
    assert isinstance(page_of(view), Picture), "the newer of two kinds is shown"
    view.close()


def test_texts_have_no_tags_and_keep_their_lines() -> None:
    (text,) = html_parts("<b>wolf</b>\n 87 %<br>on <i>snow</i> &amp; ice<style>p {}</style>")
    assert isinstance(text, Text) and text.text == "wolf 87 %\non snow & ice"
    assert html_parts("  <div></div> ") == []


def test_tables_are_tables() -> None:
    (table,) = html_parts(
        "<table><caption>Votes</caption><thead><tr><th scope='col'>who</th><th>what</th></tr></thead>"
        "<tbody><tr><th scope='row'>A</th><td>wolf<br>90 %</td></tr></tbody></table>"
    )
    assert isinstance(table, Table) and table.title == "Votes"
    assert (table.heads, table.rows) == (["who", "what"], [["A", "wolf 90 %"]])
    (headless,) = html_parts("<table><tr><th scope='row'>W</th><td>4 × 6</td></tr></table>")
    assert isinstance(headless, Table) and (headless.heads, headless.rows) == ([], [["W", "4 × 6"]])


def test_keys_of_charts_keep_their_colours() -> None:
    spans = '<span><i style="background:#ff0000"></i>for it</span>', '<span><i style="color:#0f0">━</i> no</span>'
    (key,) = html_parts("".join(spans))
    assert isinstance(key, Key) and list(key.entries) == [("#ff0000", "for it"), ("#0f0", "no")]


def test_horizontal_bars_stand_in_their_order() -> None:
    bars, _, chart = named_bars("180px", (4, 24, 124, 24), {"min": 0}, {"tick_format": ".0%"})
    bars.x, bars.y, bars.colors = ["husky", "wolf"], [0.1, 0.9], ["#7a93b4", "#e07b28"]
    part = page_of(chart)
    assert isinstance(part, Bars)
    assert (part.names, part.values, part.words, part.chosen) == (["wolf", "husky"], [0.9, 0.1], ["90 %", "10 %"], 0)


def test_upright_bars_are_columns() -> None:
    scales = {"x": bqplot.OrdinalScale(), "y": bqplot.LinearScale()}
    bars = bqplot.Bars(x=["a", "b"], y=[[1, 2], [3, 4]], scales=scales, type="stacked", colors=["red", "blue"])
    part = page_of(figure([bars], [bqplot.Axis(scale=scales["x"])], "100px", (0, 0, 0, 0)))
    assert isinstance(part, Columns) and part.stacked and part.names == ["a", "b"] and part.height == 100
    assert [(row.values, row.colour) for row in part.series] == [([1.0, 2.0], "red"), ([3.0, 4.0], "blue")]


def test_lines_and_dots_are_a_chart() -> None:
    scales = {"x": bqplot.LogScale(), "y": bqplot.LogScale()}
    line = bqplot.Lines(x=[1, 2], y=[[1, 2], [3, 4]], scales=scales, labels=["a", "b"], colors=["red", "blue"])
    dots = bqplot.Scatter(x=[1.0], y=[2.0], scales=scales)
    empty = bqplot.Lines(x=[], y=[], scales=scales)
    up = bqplot.Axis(scale=scales["y"], orientation="vertical", label="ms")
    axes = [bqplot.Axis(scale=scales["x"], label="n"), up]
    part = page_of(figure([line, dots, empty], axes, "100px", (0, 0, 0, 0)))
    assert isinstance(part, Chart) and part.log and (part.x_title, part.y_title) == ("n", "ms")
    assert [(line.name, line.y, line.dots) for line in part.lines] == [
        ("a", [1.0, 2.0], False),
        ("b", [3.0, 4.0], False),
        ("", [2.0], True),
    ]
    assert page_of(figure([empty], axes, "100px", (0, 0, 0, 0))) is None
