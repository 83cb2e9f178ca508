"""Deletion and insertion against a slow loop in double precision, and on a network that is known by hand."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deepvis_widgets.core.errors import Cancelled, DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.fills import FILLS, fill_picture
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.scores import curves
from tests.families import make, network, picture, preprocess_of
from tests.untouched import Untouched

FAMILIES = ("plain", "crafty", "grey", "training")


def slow_curves(net: Network, view: Tensor, heat: Tensor, target: int, steps: int, fill: str) -> tuple[list, list]:
    """One pixel after the other, one picture at a time."""
    height, width = heat.shape
    order = sorted(((r, c) for r in range(height) for c in range(width)), key=lambda p: -float(heat[p]))
    filled, curve = fill_picture(view, fill), ([], [])
    module = net.module.eval()
    for step in range(steps + 1):
        removed, brought = view.clone(), filled.clone()
        for row, col in order[: int(step * height * width / steps + 0.5)]:
            removed[:, row, col], brought[:, row, col] = filled[:, row, col], view[:, row, col]
        for shown, values in zip((removed, brought), curve, strict=True):
            scores = module(net.preprocessing.normalize(shown.double())[None])[0]
            values.append(float(scores.exp()[target] / scores.exp().sum()))
    return curve


def area(values: list[float]) -> float:
    return sum((one + other) / 2 for one, other in zip(values, values[1:], strict=False)) / (len(values) - 1)


@pytest.mark.parametrize("fill", ("blur", "grey"))
@pytest.mark.parametrize("name", ("plain", "crafty", "grey"))
def test_as_a_slow_loop_in_double_precision(name: str, fill: str) -> None:
    net = Network(make(name).double(), preprocess_of(name))
    view, heat = picture(24), torch.randn(24, 24, generator=torch.Generator().manual_seed(2))
    found = curves(net, view, heat, 2, steps=7, fill=fill)
    deletion, insertion = slow_curves(net, view, heat, 2, 7, fill)
    torch.testing.assert_close(found.deletion, torch.tensor(deletion, dtype=torch.float64), rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(found.insertion, torch.tensor(insertion, dtype=torch.float64), rtol=1e-9, atol=1e-12)
    assert found.deletion_area == pytest.approx(area(deletion), rel=1e-2)  # fractions are of whole pixels
    assert found.insertion_area == pytest.approx(area(insertion), rel=1e-2)


class Counting(nn.Module):
    """Two classes: the logit of the first is how bright the picture's left half is, in all, less one half."""

    def __init__(self) -> None:
        super().__init__()
        self.pass_on = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        left = 8 * (self.pass_on(x * 1)[:, 0, :, :4].mean((1, 2)) - 0.5)
        return torch.stack([left, torch.zeros_like(left)], 1)


@pytest.fixture
def counting() -> Network:
    return Network(Counting(), Preprocess((8, 8), None, (0.0,) * 3, (1.0,) * 3))


def test_a_map_of_what_matters_by_hand(counting: Network) -> None:
    """White picture, black fill: the left half is removed in the first half of the steps, and brought in likewise."""
    heat = torch.zeros(8, 8)
    heat[:, :4] = 1.0
    found = curves(counting, torch.ones(3, 8, 8), heat, 0, steps=4, fill="black")
    assert found.fractions.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    torch.testing.assert_close(found.deletion, torch.sigmoid(torch.tensor([4.0, 0.0, -4.0, -4.0, -4.0])))
    torch.testing.assert_close(found.insertion, torch.sigmoid(torch.tensor([-4.0, 0.0, 4.0, 4.0, 4.0])))
    worst = curves(counting, torch.ones(3, 8, 8), -heat, 0, steps=4, fill="black")
    assert worst.deletion_area > found.deletion_area and worst.insertion_area < found.insertion_area


def test_the_area_of_a_certain_answer_is_one() -> None:
    net = network("plain")
    found = curves(net, picture(24), torch.zeros(24, 24), 0, steps=3)
    ones = type(found)(found.fractions, torch.ones(4), torch.zeros(4))
    assert ones.deletion_area == pytest.approx(1.0) and ones.insertion_area == 0.0


@pytest.mark.parametrize("fill", FILLS)
def test_deletion_ends_where_insertion_begins(fill: str) -> None:
    found = curves(network("plain"), picture(24), picture(24)[0], 1, steps=5, fill=fill)
    torch.testing.assert_close(found.deletion.flip(0)[[0, -1]], found.insertion[[0, -1]])


@pytest.mark.parametrize("name", FAMILIES)
def test_the_model_is_left_alone_also_when_cancelled(name: str) -> None:
    net = network(name)
    before = Untouched(net.module)
    curves(net, picture(24), picture(24)[0], 1, steps=3)
    before.check()

    def cancel(fraction: float, partial: Any = None) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        curves(net, picture(24), picture(24)[0], 1, steps=40, report=cancel)
    before.check()


def test_progress_rises_to_the_end() -> None:
    seen: list[float] = []
    curves(network("plain"), picture(24), picture(24)[0], 1, steps=40, report=lambda share, _=None: seen.append(share))
    assert len(seen) > 1 and seen == sorted(seen) and seen[-1] == 1.0


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"steps": 0}, "steps=0 is not accepted"),
        ({"fill": "pink"}, 'There is no fill "pink"'),
        ({"heatmap": torch.zeros(8, 8)}, "The heat map is"),
        ({"target": 9}, "There is no class 9"),
    ],
)
def test_what_cannot_be_measured_is_refused(asked: dict[str, Any], sentence: str) -> None:
    given = {"heatmap": torch.zeros(24, 24), "target": 0} | asked
    with pytest.raises(DeepvisError, match=sentence):
        curves(network("plain"), picture(24), **given)
