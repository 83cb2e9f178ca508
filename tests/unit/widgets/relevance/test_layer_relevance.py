"""One layer's relevance as a map and in words."""

from __future__ import annotations

import torch

from deepvis_widgets.widgets.relevance.layer_relevance import plane, strongest_units


def test_single_values_stand_in_a_square() -> None:
    maps = torch.arange(5.0).view(5, 1, 1)
    assert plane(maps).tolist() == [[0, 1, 2], [3, 4, 0]]
    assert strongest_units(maps).startswith("most at unit 4 (4), 3 (3)")
    assert plane(torch.ones(2, 2, 2)).tolist() == [[2, 2], [2, 2]]
