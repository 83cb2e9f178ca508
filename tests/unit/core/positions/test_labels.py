"""Labels of positions, and what becomes of them."""

from __future__ import annotations

import torch

from deepvis_widgets.core.positions.labels import Labels, find_grid, first_along, grid_labels, joined_labels


def test_a_rolled_grid_is_put_back_in_order() -> None:
    labels = grid_labels((1, 4, 3, 5))
    rolled = labels.values.roll((1, 2), (2, 3)).flatten(2).transpose(1, 2)
    found = find_grid(labels.with_values(rolled))
    assert found is not None and (found.height, found.width) == (3, 5)
    numbers = torch.arange(15).view(3, 5).roll((1, 2), (0, 1)).flatten()
    assert numbers[list(found.index)].tolist() == list(range(15))


def test_part_of_a_grid_is_none() -> None:
    labels = grid_labels((1, 4, 3, 5))
    assert find_grid(labels.with_values(labels.values.flatten(2)[:, :, :13])) is None
    assert find_grid(labels.with_values(labels.values.flatten(2)[:, :, [0, 0, 1, 1]])) is None


def test_what_mixes_the_whole_picture_stands_nowhere() -> None:
    labels = grid_labels((1, 4, 3, 5))
    assert not first_along(labels.values.flatten(2), -1).any()


def test_two_orders_that_disagree_stand_nowhere() -> None:
    labels = grid_labels((1, 4, 2, 2))
    turned = labels.with_values(labels.values.flip(-1))
    assert not joined_labels([labels, turned], torch.Size((1, 4, 2, 2))).values.any()


def test_a_single_map_without_channels() -> None:
    labels = grid_labels((1, 4, 2, 3))
    found = find_grid(Labels(labels.values[:, 0], 3))
    assert found is not None and found.dims == (1, 2) and (found.height, found.width) == (2, 3)
