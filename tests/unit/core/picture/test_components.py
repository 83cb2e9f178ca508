"""Components as scipy numbers them; boxes counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage
import torch
from torch import Tensor

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.picture.components import components, largest_box
from deepvis_widgets.core.results import HeatMap


def spiral(side: int = 41) -> np.ndarray:
    """One path that winds inwards, the longest way there is between two pixels of one component."""
    mask = np.zeros((side, side), dtype=bool)
    for ring in range(0, side // 2, 2):
        last = side - 1 - ring
        mask[ring, ring : last + 1] = mask[last, ring : last + 1] = True
        mask[ring : last + 1, ring] = mask[ring : last + 1, last] = True
        mask[ring + 1, ring] = False
        if ring + 2 < side // 2:
            mask[ring + 2, ring + 1] = True
    return mask


def masks() -> list[np.ndarray]:
    random = np.random.default_rng(0)
    noise = [
        random.random((height, width)) < share for height, width, share in ((9, 14, 0.5), (60, 43, 0.6), (1, 9, 0.5))
    ]
    return [*noise, spiral(), np.ones((5, 7), dtype=bool), np.zeros((4, 4), dtype=bool), np.eye(6, dtype=bool)]


@pytest.mark.parametrize("number", range(len(masks())))
def test_the_same_components_as_scipy(number: int) -> None:
    mask = masks()[number]
    found = components(torch.from_numpy(mask)).numpy()
    expected, count = scipy.ndimage.label(mask)
    pairs = set(zip(found.flatten().tolist(), expected.flatten().tolist(), strict=True))
    assert len(pairs) == len({one for one, _ in pairs}) == len({other for _, other in pairs})
    assert ((found == 0) == ~mask).all() and len(set(found[mask].tolist())) == count


@pytest.mark.parametrize("number", range(3))
def test_the_box_of_the_largest_as_scipy_finds_it(number: int) -> None:
    mask = masks()[number]
    labels, count = scipy.ndimage.label(mask)
    sizes = [int((labels == label).sum()) for label in range(1, count + 1)]
    rows, cols = scipy.ndimage.find_objects(labels)[sizes.index(max(sizes))]
    expected = (rows.start, cols.start, rows.stop - rows.start, cols.stop - cols.start)
    assert largest_box(torch.from_numpy(mask)) == expected


def heat(values: Tensor) -> HeatMap:
    return HeatMap("cam", "wolf", values, torch.zeros(3, *values.shape), True)


def test_the_box_of_a_heat_map() -> None:
    values = torch.zeros(20, 30)
    values[2:5, 3:9] = 0.5  # the largest above a fifth
    values[10, 20] = 1.0
    values[12:18, 1:20] = 0.2  # not above a fifth
    values[0, 0] = -5.0
    assert heat(values).box() == (2, 3, 3, 6)
    assert heat(values).box(0.19) == (12, 1, 6, 19)
    assert heat(values).box(0.6) == (10, 20, 1, 1)


def test_nothing_positive_has_no_box() -> None:
    assert heat(torch.zeros(4, 4)).box() is None and heat(-torch.ones(4, 4)).box() is None


@pytest.mark.parametrize("threshold", (-0.1, 1.0, float("nan")))
def test_a_threshold_that_is_no_share_is_refused(threshold: float) -> None:
    with pytest.raises(DeepvisError, match="accepted: a share of the peak"):
        heat(torch.ones(4, 4)).box(threshold)
