"""What stays of the ShiftLab: the object on its way, and what the networks say at every place."""

from __future__ import annotations

import pytest

import deepvis_widgets as dv
from deepvis_widgets.core.picture.picture import to_bytes
from deepvis_widgets.widgets.page.parts import Chart, Choice, Picture, Text
from tests.part_tree import every, notes, only


def test_the_object_is_stepped_along_its_way() -> None:
    lab = dv.ShiftLab(label="teapot", background="street", seed=5, share=0.4)
    assert lab.idle(60)
    lab.row = 8
    assert lab.idle(60)
    page = lab.page()
    choice = only(page, Choice)
    assert choice.steps and len(choice.parts) == len(lab.way) and choice.labels[2] == "8 px from the top"
    assert choice.chosen == 2
    step = choice.parts[3]
    picture, (scores, pooled, flat) = only(step, Picture), every(step, Chart)
    at = lab.movable.picture(12, lab.col)
    assert (picture.pixels == to_bytes(at)).all() and list(picture.boxes) == [(12, lab.col, *lab.movable.size)]
    lines, dots = scores.lines[:2], scores.lines[2:]
    for network, line, dot, said in zip(lab.networks, lines, dots, picture.caption.split("\n"), strict=True):
        expected = float(network.probabilities(network.view(at)[None])[0, network.class_index("teapot")])
        assert dot.dots and list(dot.x) == [12] and dot.y[0] == line.y[3] == pytest.approx(expected, abs=1e-5)
        assert line.name == network.name and said == f"{network.name}: teapot {expected:.0%}"
    for chart, curve in zip((pooled, flat), lab.curves, strict=True):
        assert curve is not None
        assert [line.name for line in chart.lines[:3]] == [f"{curve.layer}:{unit}" for unit in curve.units]
        assert list(chart.lines[0].y) == curve.relative[:, 0].double().tolist()
    told = [text.text for text in every(page, Text)]
    assert any(line.startswith("On this way") for line in told) and notes(page) == []
    lab.session.curves[1] = None
    assert notes(lab.page()) == ["Not all networks had answered when this page was made."]
    lab.session.forget()
    assert "no way to step along" in notes(lab.page())[0]
    lab.close()
