"""What rules make of weights is made once, and never used for other weights."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.relevance import made_weights
from deepvis_widgets.methods.relevance.made_weights import KEY, MadeWeights
from tests.families import picture
from tests.small_nets import seeded

SIGNED = ("epsilon_plus", "epsilon_alpha2_beta1", "epsilon_gamma_box")


class TwoNorms(nn.Module):
    """One convolution before two norms, whose scales differ in sign."""

    def __init__(self) -> None:
        super().__init__()
        self.begin, self.twice = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3, padding=1)
        self.one, self.other = nn.BatchNorm2d(4), nn.BatchNorm2d(4)
        self.end = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.begin(x).relu()
        x = self.other(self.twice(self.one(self.twice(x)).relu())).relu()
        scores: Tensor = self.end(x.mean((2, 3)))
        return scores


def network() -> Network:
    module = seeded(TwoNorms()).double()
    with torch.no_grad():
        module.one.weight.copy_(torch.tensor([1.0, -2.0, 3.0, -1.0]))
        module.other.weight.copy_(torch.tensor([-1.0, 2.0, 1.0, 2.0]))
    return Network(module, Preprocess((16, 16), None))


def relevance(net: Network, composite: str) -> Tensor:
    found = explain(net, picture(16), "lrp", target=1, composite=composite)
    assert isinstance(found, HeatMap) and found.attribution is not None and found.attribution.any()
    return found.attribution


def made(net: Network) -> MadeWeights:
    found = net.recordings.beside[KEY]
    assert isinstance(found, MadeWeights)
    return found


def test_all_rules_find_what_they_find_without(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network()
    first = {composite: relevance(net, composite) for composite in SIGNED}
    kept = made(net)
    again = {composite: relevance(net, composite) for composite in SIGNED}
    assert made(net) is kept and kept.count == 3 * 2 + 2 * 2  # two halves of three maps, favoured ones of two
    monkeypatch.setattr(made_weights, "MOST", 0)
    bare = network()
    for composite in SIGNED:
        assert torch.equal(first[composite], again[composite])
        assert torch.equal(first[composite], relevance(bare, composite))
    assert made(bare).count == 0


def in_place(net: Network) -> None:
    with torch.no_grad():
        net.module.begin.weight.neg_()


def exchanged(net: Network) -> None:
    net.module.twice.weight = nn.Parameter(-net.module.twice.weight.detach())


def scale_of_a_norm(net: Network) -> None:
    with torch.no_grad():
        net.module.one.weight.neg_()


@pytest.mark.parametrize("change", (in_place, exchanged, scale_of_a_norm), ids=lambda change: change.__name__)
def test_a_change_of_the_weights_is_noticed(change: Callable[[Network], None]) -> None:
    net, other = network(), network()
    before = relevance(net, "epsilon_plus")
    change(net)
    change(other)
    found = relevance(net, "epsilon_plus")
    assert torch.equal(found, relevance(other, "epsilon_plus")) and not torch.equal(found, before)


def test_it_goes_with_the_passes_that_are_remembered() -> None:
    net = network()
    relevance(net, "epsilon_plus")
    net.recordings.clear()
    assert not net.recordings.beside
