"""Passes for one moving window against full ones: every family, every kind of operation, every place of the window."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.passes.plan.ways import PLAIN, SINGLE
from deepvis_widgets.passes.window_ways import WindowWays
from tests.families import TORCHVISION, make, network, picture, preprocess_of
from tests.small_nets import seeded
from tests.unit.passes.test_incremental import IN_FULL, LOCAL, Case, Fickle, error
from tests.untouched import model_state

BOXES = ((0, 0, 9, 9), (3, 41, 9, 9), (30, 31, 9, 11), (55, 54, 9, 10), (8, 8, 50, 50), (0, 0, 64, 64), (20, 7, 1, 1))
SMALL = ((0, 0, 4, 5), (11, 17, 4, 5), (25, 24, 4, 5), (14, 14, 1, 1), (26, 0, 3, 2), (2, 2, 20, 20))


def passes(net: Network, layers: tuple[str, ...] = ()) -> WindowWays:
    view = picture(net.size[0])
    return WindowWays(net, view, torch.full_like(view, 0.5), layers)


def worst(run: WindowWays, boxes: tuple[tuple[int, ...], ...]) -> float:
    """The largest error of scores and layers, in units of their spread, over boxes visited one after the other."""
    errors = []
    for box in boxes:
        found, expected = (run.by(kind, torch.tensor([box])) for kind in (SINGLE, PLAIN))
        errors.append(error(found.logits, expected.logits))
        errors += [error(found.outputs[name], expected.outputs[name]) for name in run.layers]
    return max(errors)


@pytest.mark.parametrize("name", TORCHVISION)
def test_every_family_gives_the_answers_of_a_full_pass(name: str) -> None:
    net = network(name)
    before = model_state(net.module)
    run = passes(net, (net.layers.names[len(net.layers) // 2],))
    assert run.can(SINGLE) == (name not in IN_FULL)
    if run.can(SINGLE):
        assert worst(run, BOXES) < 1e-5
    assert model_state(net.module) == before


@pytest.mark.parametrize("name", ("alexnet", "resnet18", "squeezenet1_1", "googlenet"))
def test_exact_in_double_precision(name: str) -> None:
    net = Network(make(name).double(), preprocess_of(name))
    names = net.layers.names
    run = passes(net, (names[2], names[len(names) // 2]))
    assert run.incremental is not None
    assert worst(run, BOXES) < 1e-10


@pytest.mark.parametrize("kind", LOCAL)
def test_every_kind_of_operation(kind: str) -> None:
    net = Network(seeded(Case(LOCAL[kind])).double(), Preprocess((29, 29)))
    run = passes(net, ("first",))
    assert run.incremental is not None
    assert worst(run, SMALL) < 1e-10


@pytest.mark.parametrize(
    "conv",
    (
        dict(kernel_size=(3, 5), stride=(2, 1), padding=(0, 2)),
        dict(kernel_size=3, dilation=2, padding=2),
        dict(kernel_size=3, groups=3, padding=1),
        dict(kernel_size=1, stride=2),
        dict(kernel_size=1, padding=1),
        dict(kernel_size=7, stride=4, padding=3, bias=False),
    ),
    ids=str,
)
@pytest.mark.parametrize("dtype", (torch.float32, torch.float64), ids=str)
def test_every_kind_of_convolution(conv: dict[str, object], dtype: torch.dtype) -> None:
    net = Network(seeded(Case(nn.Conv2d(6, 6, **conv))).to(dtype), Preprocess((29, 29)))  # type: ignore[arg-type]
    run = passes(net)
    assert run.incremental is not None
    assert worst(run, SMALL) < (1e-10 if dtype == torch.float64 else 1e-5)


def test_earlier_windows_leave_nothing_behind() -> None:
    """Outputs belong to who asked: the next window changes none of them, and depends on none."""
    run = passes(network("squeezenet1_1"), ("features.3.expand3x3_activation",))
    first = run.by(SINGLE, torch.tensor([[10, 10, 9, 9]]))
    kept = {name: output.clone() for name, output in first.outputs.items()}, first.logits.clone()
    run.by(SINGLE, torch.tensor([[12, 30, 20, 9]]))
    assert all(torch.equal(first.outputs[name], kept[0][name]) for name in kept[0]) and torch.equal(
        first.logits, kept[1]
    )
    assert torch.equal(run.by(SINGLE, torch.tensor([[10, 10, 9, 9]])).logits, kept[1])


def test_a_course_that_depends_on_the_values_is_passed_in_full() -> None:
    net = Network(seeded(Fickle(torch.relu)).double(), Preprocess((29, 29)))
    run = passes(net)
    assert not run.can(SINGLE)
