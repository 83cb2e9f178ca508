"""Windows are put together so that less is computed, and none is left out."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from deepvis_widgets.passes.window_groups import _touched, groups
from deepvis_widgets.passes.window_passes import WindowPasses
from tests.families import network, picture

MOST = 32


def boxes(side: int, window: int = 12, stride: int = 4) -> Tensor:
    """All windows (n, 4) of a sweep."""
    starts = torch.arange(0, side - window + 1, stride)
    return torch.tensor([[top, left, window, window] for top in starts for left in starts])


def work(passes: WindowPasses, windows: Tensor, parts: list[Tensor]) -> int:
    """Multiplications of all windows."""
    assert passes.incremental is not None
    total = 0
    for part in parts:
        passes.run(windows[part])
        total += passes.incremental.work * len(part)
    return total


@pytest.mark.parametrize("name", ["squeezenet1_1", "alexnet"])
def test_windows_together_take_fewer_multiplications_than_row_by_row(name: str) -> None:
    net = network(name)
    view = picture(net.size[0])
    passes = WindowPasses(net, view, torch.full_like(view, 0.5))
    windows = boxes(net.size[0])
    parts = passes.parts(windows, MOST)
    assert sorted(torch.cat(parts).tolist()) == list(range(len(windows)))
    assert max(map(len, parts)) <= MOST
    assert work(passes, windows, parts) < 0.95 * work(passes, windows, list(torch.arange(len(windows)).split(MOST)))


def test_the_share_of_a_layer_that_a_window_touches_is_what_the_fields_say() -> None:
    net = network("squeezenet1_1")
    layer = net.layers["features.6.expand3x3"]
    touched = _touched(layer.field.rows, torch.tensor([0, 20]), torch.tensor([12, 12]))
    for share, start in zip(touched.tolist(), (0, 20), strict=True):
        hit = [layer.field.box((row, 0)) for row in range(layer.height)]
        assert share == pytest.approx(
            sum(top < start + 12 and top + tall > start for top, _, tall, _ in hit) / layer.height
        )


def test_where_every_position_sees_everything_there_is_one_group() -> None:
    net = network("vit_b_32")
    assert [len(group) for group in groups(net, boxes(net.size[0]))] == [len(boxes(net.size[0]))]
