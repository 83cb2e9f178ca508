"""The pointing game and the mass on maps whose answer is known by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from deepvis_widgets.core.picture.peaks import peaks, points
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.scores import mass, pointing, squares


def spot(row: int, col: int, size: tuple[int, int] = (20, 30)) -> Tensor:
    values = torch.zeros(size)
    values[row, col] = 1.0
    return values


@pytest.fixture
def mask() -> Tensor:
    found = torch.zeros(20, 30, dtype=torch.bool)
    found[8:12, 10:15] = True
    return found


@pytest.mark.parametrize(
    ("place", "hit"),
    [((9, 12), True), ((4, 10), True), ((3, 10), False), ((11, 18), True), ((11, 19), False), ((4, 18), True)],
)
def test_a_peak_four_pixels_beside_the_object_still_points_at_it(
    mask: Tensor, place: tuple[int, int], hit: bool
) -> None:
    assert pointing(spot(*place), mask) is hit


def test_the_reach_can_be_chosen(mask: Tensor) -> None:
    assert not pointing(spot(7, 10), mask, reach=0) and pointing(spot(7, 10), mask, reach=1)


def test_a_plateau_is_pointed_at_in_its_middle(mask: Tensor) -> None:
    plateau = torch.zeros(20, 30)
    plateau[0:20, 2:21] = 1.0  # its first pixel is far away from the object, its middle on it
    assert pointing(plateau, mask)
    assert peaks(plateau[None]).tolist() == [[9, 11]]


def test_two_peaks_of_one_height_do_not_point_between_them(mask: Tensor) -> None:
    assert not pointing(spot(9, 2) + spot(9, 22), mask)  # their middle is on the object
    assert peaks((spot(9, 2) + spot(9, 22))[None]).tolist() == [[9, 2]]


def test_a_map_that_is_nowhere_positive_points_nowhere(mask: Tensor) -> None:
    assert not pointing(torch.zeros(20, 30), mask) and not pointing(spot(9, 12) - 2, mask)


def test_many_maps_at_once_are_as_each_alone(mask: Tensor) -> None:
    maps = torch.randn(9, 20, 30, generator=torch.Generator().manual_seed(0))
    maps[3] = maps[3].round()  # with ties
    together = points(maps, mask.expand(9, -1, -1), 2)
    assert together.tolist() == [pointing(one, mask, 2) for one in maps]
    assert 0 < int(together.sum()) < 9
    for one, (row, col) in zip(maps, peaks(maps).tolist(), strict=True):
        assert one[row, col] == one.max()


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
