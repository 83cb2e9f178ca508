"""Boxes round masks, and how far two of them agree, against counting pixels."""

from __future__ import annotations

import pytest
import torch

from deepvis_widgets.core.picture.boxes import around, intersection_over_union


def test_the_box_holds_the_mask_and_no_more() -> None:
    mask = torch.zeros(9, 12, dtype=torch.bool)
    assert around(mask) is None
    mask[3, 5] = mask[6, 2] = True
    assert around(mask) == (3, 2, 4, 4)
    mask[0, 11] = True
    assert around(mask) == (0, 2, 7, 10)


@pytest.mark.parametrize("seed", range(6))
def test_it_is_what_counting_pixels_gives(seed: int) -> None:
    chance = torch.Generator().manual_seed(seed)
    canvas = torch.zeros(2, 20, 30, dtype=torch.bool)
    boxes = []
    for layer in canvas:
        top, left = (int(torch.randint(0, side - 6, (), generator=chance)) for side in (20, 30))
        height, width = (int(torch.randint(1, side + 1, (), generator=chance)) for side in (20 - top, 30 - left))
        layer[top : top + height, left : left + width] = True
        boxes.append((top, left, height, width))
    expected = float((canvas[0] & canvas[1]).sum() / (canvas[0] | canvas[1]).sum())
    assert intersection_over_union(*boxes) == pytest.approx(expected)
    assert intersection_over_union(boxes[0], boxes[0]) == 1


def test_boxes_apart_share_nothing() -> None:
    assert intersection_over_union((0, 0, 4, 4), (4, 0, 4, 4)) == 0
    assert intersection_over_union((0, 0, 4, 4), (9, 9, 2, 2)) == 0
