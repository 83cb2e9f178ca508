"""The numbers that the colours and the cursor of a comparison go by."""

from __future__ import annotations

import torch

from deepvis_widgets.widgets.compare.scale import limits_of, rescaled, strongest


def test_limits_leave_out_a_single_outlier_but_not_a_sparse_map() -> None:
    values = torch.linspace(0, 1, 1000).view(20, 50)
    values[0, 0] = 100.0
    assert limits_of([values], False)[1] < 1.01
    assert limits_of([-values], True) == [-limits_of([values], True)[1], limits_of([values], True)[1]]
    sparse = torch.zeros(40, 40)
    sparse[3, 4] = 2.0
    assert limits_of([sparse], False) == [0.0, 2.0] and limits_of([sparse], True) == [-2.0, 2.0]


def test_places_go_there_and_back() -> None:
    for place in ([0, 0], [127, 127], [64, 3]):
        assert rescaled(rescaled(place, (128, 128), (224, 224)), (224, 224), (128, 128)) == place


def test_the_strongest_place_of_a_map_is_its_row_and_column() -> None:
    values = torch.zeros(4, 7)
    values[1, 5] = 2.0
    assert strongest(values) == (1, 5)
