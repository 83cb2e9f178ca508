"""The mass on maps whose answer is known by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.scores import mass, squares

from .maps import object_mask, spot


@pytest.fixture
def mask() -> Tensor:
    return object_mask()


def test_mass_counts_what_is_positive(mask: Tensor) -> None:
    heat = torch.full((20, 30), -7.0)
    heat[9, 12], heat[9, 13], heat[0, 0] = 2.0, 1.0, 1.0
    assert mass(heat, mask) == pytest.approx(3 / 4)
    assert mass(heat.abs(), mask) < 0.1


def test_mass_may_count_what_lies_beside_the_object(mask: Tensor) -> None:
    heat = spot(9, 12) + spot(7, 12) + spot(4, 12) + spot(0, 0)
    assert [mass(heat, mask, reach) for reach in (0, 1, 4)] == [0.25, 0.5, 0.75]


def test_no_positive_relevance_has_no_share(mask: Tensor) -> None:
    assert math.isnan(mass(torch.zeros(20, 30), mask)) and math.isnan(mass(-torch.ones(20, 30), mask))
    assert mass(torch.ones(20, 30), mask) == pytest.approx(20 / 600)


def test_squares_are_summed_over_channels_and_ignore_the_sign() -> None:
    attribution = torch.tensor([[[3.0, -1.0]], [[4.0, 1.0]]])  # (2, 1, 2): channels that cancel count too
    made = HeatMap("made", "one", attribution.sum(0), torch.zeros(3, 1, 2), True, attribution)
    assert squares(made).tolist() == [[25.0, 2.0]]
    assert mass(squares(made), torch.tensor([[True, False]])) == pytest.approx(25 / 27)
    made.attribution = None
    assert squares(made).tolist() == [[49.0, 0.0]]
