"""The pointing game on maps whose answer is known by hand."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from deepvis_widgets.core.picture.peaks import peaks, points
from deepvis_widgets.scores import pointing

from .maps import object_mask, spot


@pytest.fixture
def mask() -> Tensor:
    return object_mask()


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
