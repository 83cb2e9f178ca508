"""The table of scores, from answers alone."""

from __future__ import annotations

from dataclasses import replace

import torch

from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.scores import Curves
from deepvis_widgets.widgets.compare.answers import CellAnswer
from deepvis_widgets.widgets.compare.networks import Row
from deepvis_widgets.widgets.compare.score_table import NONE, scores_of, table
from tests.unit.widgets.compare.nets import network, picture


def answer() -> CellAnswer:
    """A finished map that peaks on an object that holds three quarters of it, with its curves."""
    values = torch.zeros(32, 32)
    values[3, 3], values[20, 20] = 3.0, 1.0
    mask = torch.zeros(32, 32, dtype=torch.bool)
    mask[:8, :8] = True
    result = HeatMap("cam", "class 1", values, picture(1), signed=True)
    curves = Curves(
        torch.linspace(0, 1, 3), insertion=torch.tensor([0.0, 0.5, 1.0]), deletion=torch.tensor([1.0, 0.0, 0.0])
    )
    row = Row(network(), "a <b> c", 0)
    return CellAnswer(row, "cam", mask=mask, result=result, finished=True, curves=curves)


def test_scores_are_known_where_map_mask_and_curves_are() -> None:
    known = answer()
    assert scores_of(known) == {"pointing": 1.0, "mass": 0.75, "insertion": 0.5, "deletion": 0.25}
    none = {"pointing": None, "mass": None}
    assert scores_of(replace(known, mask=None)).items() >= none.items()
    assert scores_of(replace(known, finished=False)).items() >= none.items()
    assert scores_of(replace(known, curves=None))["insertion"] is None


def test_the_table_has_a_row_for_each_cell_and_escapes_what_is_not_ours() -> None:
    known = answer()
    text = table([known, replace(known, mask=None, curves=None)], True)
    assert text.count("<tr>") == 3 and "a &lt;b&gt; c" in text and "<b>" not in text
    assert "<td>hit</td><td>75%</td><td>0.500</td><td>0.250</td>" in text and text.count(f"<td>{NONE}</td>") == 4
    assert "network" not in table([known], False)
