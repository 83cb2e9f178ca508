"""Windows are put together so that less is computed, and none is left out."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from deepvis_widgets.passes.plan.ways import GROUPS
from deepvis_widgets.passes.window_groups import TouchedMaps
from deepvis_widgets.passes.window_ways import WindowWays
from tests.families import network, picture

MOST = 32


def boxes(side: int, window: int = 12, stride: int = 4) -> Tensor:
    """All windows (n, 4) of a sweep."""
    starts = torch.arange(0, side - window + 1, stride)
    return torch.tensor([[top, left, window, window] for top in starts for left in starts])


def work(ways: WindowWays, windows: Tensor, parts: list[Tensor]) -> int:
    """Multiplications of all windows."""
    assert ways.incremental is not None
    total = 0
    for part in parts:
        ways.by(GROUPS, windows[part])
        total += ways.incremental.work * len(part)
    return total


@pytest.mark.parametrize("name", ["squeezenet1_1", "alexnet"])
def test_windows_together_take_fewer_multiplications_than_row_by_row(name: str) -> None:
    net = network(name)
    view = picture(net.size[0])
    ways = WindowWays(net, view, torch.full_like(view, 0.5))
    windows = boxes(net.size[0])
    parts = [part for group in TouchedMaps(net).groups(windows) for part in group.chunk(-(-len(group) // MOST))]
    assert sorted(torch.cat(parts).tolist()) == list(range(len(windows)))
    assert max(map(len, parts)) <= MOST
    assert work(ways, windows, parts) < 0.95 * work(ways, windows, list(torch.arange(len(windows)).split(MOST)))


def test_the_share_of_a_layer_that_a_window_touches_is_what_the_fields_say() -> None:
    net = network("squeezenet1_1")
    layer = net.layers["features.6.expand3x3"]
    rows, _ = TouchedMaps(net).shares(torch.tensor([[20, 0, 12, 12], [0, 0, 12, 12], [20, 9, 12, 12]]))
    for share, start in zip(rows[:, net.layers.names.index(layer.name)].tolist(), (20, 0, 20), strict=True):
        hit = [layer.field.box((row, 0)) for row in range(layer.height)]
        assert share == pytest.approx(
            sum(top < start + 12 and top + tall > start for top, _, tall, _ in hit) / layer.height
        )


def test_where_every_position_sees_everything_there_is_one_group() -> None:
    net = network("vit_b_32")
    assert [len(group) for group in TouchedMaps(net).groups(boxes(net.size[0]))] == [len(boxes(net.size[0]))]
