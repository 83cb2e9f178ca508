"""Relevance over the traced operations of a network: the third answer has the same bits as the first."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import Tensor, nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.target import Target
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods.relevance import propagate as by
from deepvis_widgets.methods.relevance.biases import BIASES
from deepvis_widgets.methods.relevance.composites import COMPOSITES, Composite, composite
from tests.families import make, picture, preprocess_of
from tests.small_nets import seeded

MEASURED = ("epsilon", "epsilon_plus_flat", "epsilon_alpha2_beta1")
EPSILON_PLUS = composite("epsilon_plus", 1e-6, 0.25)


class Residual(nn.Module):
    """A sum written in place, a concatenation, a norm that is merged and one that is not."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm = nn.Conv2d(3, 6, 3, 2), nn.BatchNorm2d(6)
        self.second, self.third, self.apart = nn.Conv2d(6, 6, 3, padding=1), nn.Conv2d(6, 4, 1), nn.BatchNorm2d(10)
        self.last = nn.Linear(10, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.first(x)).relu_()
        y = self.second(x)
        y += x
        y = torch.cat([y.relu(), self.third(x)], 1)
        scores: Tensor = self.last(nn.functional.relu6(self.apart(y)).mean((2, 3)))
        return scores


def network(name: str, double: bool) -> Network:
    module = seeded(Residual()) if name == "residual" else make(name)
    prepared = Preprocess((24, 24), None) if name == "residual" else preprocess_of(name)
    return Network(module.double() if double else module, prepared)


def traced(net: Network, view: Tensor, rules: Composite, target: Target | None = None) -> by.Propagated | None:
    """What the trace gives, once the network was asked twice."""
    for _ in range(2):
        assert by._by_trace(net, view, target, rules) is None
    return by._by_trace(net, view, target, rules)


@pytest.mark.parametrize(
    "name, double, kinds",
    (
        ("residual", False, COMPOSITES),
        ("residual", True, COMPOSITES),
        ("squeezenet1_1", False, MEASURED),
        ("vgg11_bn", False, MEASURED),
        ("resnet18", False, MEASURED),
    ),
)
def test_the_same_numbers_to_the_bit(name: str, double: bool, kinds: tuple[str, ...]) -> None:
    net = network(name, double)
    view, other = picture(net.size[0]), picture(net.size[0]).flip(2)
    for kind in kinds:
        rules = composite(kind, 1e-6, 0.25)
        by._by_trace(net, view, None, rules)
        by._by_trace(net, view, None, rules)
        for target, shown in product((Target(3), None), (view, other)):
            found, expected = by._by_trace(net, shown, target, rules), by._by_recording(net, shown, target, rules)
            assert found is not None, kind
            assert torch.equal(found.picture, expected.picture) and found.picture.any()
            assert (found.ledger, found.value, found.target) == (expected.ledger, expected.value, expected.target)


@pytest.mark.parametrize("biases", BIASES)
def test_biases(biases: str) -> None:
    net = network("residual", True)
    rules = composite("epsilon_plus", 1e-6, 0.25, biases)
    found, expected = traced(net, picture(24), rules), by._by_recording(net, picture(24), None, rules)
    assert found is not None and torch.equal(found.picture, expected.picture) and found.ledger == expected.ledger


def test_weights_are_read_anew() -> None:
    net = network("residual", False)
    before = traced(net, picture(24), EPSILON_PLUS)
    with torch.no_grad():
        net.module.second.weight.neg_()
    after = by._by_trace(net, picture(24), None, EPSILON_PLUS)
    expected = by._by_recording(net, picture(24), None, EPSILON_PLUS)
    assert before is not None and after is not None
    assert torch.equal(after.picture, expected.picture) and not torch.equal(after.picture, before.picture)


@pytest.mark.parametrize("name", ("mobilenet_v3_small", "vit_b_32"))
def test_networks_with_other_operations_go_by_the_replacements(name: str) -> None:
    net = Network(make(name), preprocess_of(name))
    assert traced(net, picture(net.size[0]), EPSILON_PLUS) is None


def test_units_and_remembered_passes_go_by_the_replacements() -> None:
    net = network("residual", False)
    view = picture(24)
    assert traced(net, view, EPSILON_PLUS) is not None
    assert by._by_trace(net, view, Target(1, "second", (2, 2)), EPSILON_PLUS) is None
    net.recordings.limit = 1
    assert by._by_trace(net, view, None, EPSILON_PLUS) is None


def test_a_network_that_prepares_its_picture_goes_by_the_replacements() -> None:
    class Prepares(Residual):
        def forward(self, x: Tensor) -> Tensor:
            scores: Tensor = super().forward(x * 2 - 1)
            return scores

    net = Network(seeded(Prepares()), Preprocess((24, 24), None))
    assert traced(net, picture(24), EPSILON_PLUS) is None
