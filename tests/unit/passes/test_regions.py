"""What a recorded pass says of regions of its maps."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from deepvis_widgets.passes.patches import Patch, Window
from deepvis_widgets.passes.regions import RecordedPass
from deepvis_widgets.passes.trace import Op

MAP = torch.rand(1, 3, 10, 12, dtype=torch.float64)


def recorded(*more: torch.Tensor) -> RecordedPass:
    return RecordedPass(dict(enumerate((MAP, *more))), {}, ())


def test_sums_of_regions() -> None:
    tops, lefts = torch.tensor([0, 4]), torch.tensor([2, 9])
    found = recorded().sums(0, tops, lefts, (5, 3))
    expected = torch.stack([MAP[0, :, 0:5, 2:5].sum((1, 2)), MAP[0, :, 4:9, 9:12].sum((1, 2))])
    assert torch.allclose(found, expected, rtol=1e-12)
    assert torch.allclose(recorded().sums(0, 4, 9, (5, 3)), expected[1], rtol=1e-12)


def test_aligned_regions_hold_all_patches() -> None:
    first = Patch(torch.zeros(1, 3, 2, 2), torch.tensor([1]), torch.tensor([1]), 0)
    second = Patch(torch.ones(1, 3, 2, 2).double(), torch.tensor([3]), torch.tensor([2]), 0)
    (one, two), tops, lefts = recorded().aligned([first, second])
    assert (tops.tolist(), lefts.tolist(), one.shape) == ([1], [1], (1, 3, 4, 3))
    assert not one[..., :2, :2].any() and torch.equal(one[..., 2:, :], MAP[:, :, 3:5, 1:4])
    assert two[..., 2:, 1:].eq(1).all() and torch.equal(two[..., :2, :], MAP[:, :, 1:3, 1:4])


def test_a_window_sees_what_its_outputs_see() -> None:
    weight, axes = torch.rand(2, 3, 3, 3, dtype=torch.float64), (Window(3, 1, 1), Window(3, 1, 1))
    changed = MAP.clone()
    changed[:, :, 4:6, 5:7] = 2
    patch = Patch(changed[:, :, 4:6, 5:7], torch.tensor([4]), torch.tensor([5]), 0)
    run = recorded(F.conv2d(MAP, weight, padding=1))
    found = run.window(patch, Op(None, (), {}, (1,)), axes, 0.0)
    assert found is not None
    region, tops, lefts = found
    assert (tops.tolist(), lefts.tolist()) == ([3], [4])
    assert torch.allclose(F.conv2d(region, weight), F.conv2d(changed, weight, padding=1)[:, :, 3:7, 4:8])


def test_a_window_that_covers_the_map_has_no_region() -> None:
    patch = Patch(MAP[:, :, :9, :11], torch.tensor([0]), torch.tensor([0]), 0)
    run = recorded(MAP)
    assert run.window(patch, Op(None, (), {}, (1,)), (Window(3, 1, 1), Window(3, 1, 1)), 0.0) is None
