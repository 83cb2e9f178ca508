"""Arrays on their way to the browser: scales, and which pixels of the picture each place of a map stands for."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepvis_widgets.core.network.receptive_field import ReceptiveField, Span
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.widgets.link.frames import (
    map_frame,
    overlay_frame,
    plane_frame,
    quantise,
    signed_overlay_frame,
    symmetric_range,
)


def test_quantised_values_come_back_within_half_a_step() -> None:
    values = torch.randn(7, 9)
    low, high = values.min(), values.max()
    for levels, dtype in ((255, np.uint8), (65535, np.uint16)):
        steps = quantise(values, low, high, levels)
        assert steps.dtype == dtype and (steps.min(), steps.max()) == (0, levels)
        back = float(low) + steps / levels * float(high - low)
        np.testing.assert_allclose(back, values.numpy(), atol=0.51 * float(high - low) / levels)


@pytest.mark.parametrize(("value", "level"), [(3.0, 65535), (0.0, 0), (-3.0, 0)])
def test_a_map_of_one_value_is_as_bright_as_the_value_is_above_zero(value: float, level: int) -> None:
    side = Span(torch.tensor([0]), torch.tensor([7]))
    _, arrays = map_frame(torch.full((1, 1), value), ReceptiveField(side, side, (8, 8)), [])
    assert arrays["values"].tolist() == [[level]]


def test_a_flat_map_and_what_is_no_number_become_zero() -> None:
    flat = torch.full((2, 2), 3.0)
    assert (quantise(flat, flat.min(), flat.max(), 255) == 0).all()
    assert quantise(torch.tensor([float("nan"), 1.0]), torch.tensor(0.0), torch.tensor(1.0), 255).tolist() == [0, 255]


def test_maps_of_one_range_are_coloured_alike() -> None:
    one, two = torch.tensor([[1.0, -2.0]]), torch.tensor([[4.0, 0.0]])
    between = symmetric_range(one, two)
    assert between == (-4.0, 4.0) and symmetric_range() == (0.0, 0.0) and symmetric_range(torch.zeros(0)) == (0.0, 0.0)
    assert plane_frame(two, (4, 4), between)[1]["values"].tolist() == [[65535, 32768]]
    assert signed_overlay_frame(one, between, "sum")[1]["values"].tolist() == [[159, 64]]


def test_the_cells_of_a_plane_cover_the_picture() -> None:
    arrays = plane_frame(torch.zeros(3, 4), (10, 3), (0.0, 1.0))[1]
    assert arrays["rows"].tolist() == [[0, 3], [3, 6], [6, 9]]
    assert arrays["cols"].tolist() == [[0, 0], [0, 1], [1, 2], [2, 2]]


def test_an_overlay_has_a_sign_only_where_something_speaks_against() -> None:
    picture = torch.zeros(3, 2, 2)
    for values, signed in ((torch.eye(2), False), (-torch.eye(2), True)):
        meta, arrays = overlay_frame(HeatMap("lrp", "wolf", values, picture, signed=True), "LRP")
        assert (meta["signed"], meta["title"]) == (signed, "LRP") and arrays["values"].shape == (2, 2)
