"""The curves of a comparison as charts."""

from __future__ import annotations

import torch

from deepvis_widgets.scores import Curves
from deepvis_widgets.widgets.compare.curve_chart import CurveChart, Entry


def entries() -> list[Entry]:
    shares = torch.linspace(0, 1, 9)
    curves = Curves(shares, insertion=shares, deletion=1 - shares)
    return [Entry(("cam", 0), "CAM", 0, 0, curves), Entry(("lrp", 0), "a <b>", 1, 0, None)]


def test_only_curves_that_are_known_are_drawn() -> None:
    chart, both = CurveChart(), entries()
    chart.show(both)
    line, marks = chart.insertion.figure.marks
    assert (line.y == both[0].curves.insertion.numpy()).all() and len(marks.x) == 3  # type: ignore[union-attr]
    assert "CAM" in chart.legend.value and "&lt;b&gt;" not in chart.legend.value
    chart.show(both[1:])
    assert chart.insertion.figure.marks == [] and "Curves appear" in chart.legend.value


def test_a_line_that_goes_leaves_the_scales_to_the_others() -> None:
    chart, both = CurveChart(), entries()
    chart.show(both)
    gone, _ = chart.deletion.figure.marks
    chart.show(both[1:])
    assert gone.comm is None and all(scale.comm is not None for scale in gone.scales.values())
