"""Where no sum of weights × activations makes the value, relevance for this unit alone takes its place, and says so."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess

from .nets import SIDE, noise, seeded


class Gated(nn.Module):
    """A norm of each picture's own numbers, and a gate: a product of two activations."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.own = nn.GroupNorm(2, 4)
        self.gate = nn.Conv2d(4, 4, 1)
        self.open = nn.Sigmoid()
        self.product = nn.Identity()
        self.last = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.own(self.conv(x))
        x = self.product(x * self.open(self.gate(x)))
        scores: Tensor = self.last(F.relu(x).mean((2, 3)))
        return scores


@pytest.fixture(scope="module")
def network() -> Network:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        return Network(seeded(Gated()), Preprocess((SIDE, SIDE), None), name="gated")


def test_it_is_the_relevance_that_lrp_sends_back_from_this_unit_alone(network: Network) -> None:
    view, unit = noise(network), (2, (5, 6))
    found = dv.circuit(network, view, "own", unit)
    lrp = dv.explain(network, view, "lrp", layer="own", unit=unit)
    assert not found.exact
    assert [part.layer for part in found.parts] == ["conv"]
    assert torch.allclose(found.parts[0].adds, lrp.relevances["conv"].sum((1, 2)), atol=1e-10)  # type: ignore[attr-defined]
    assert found.total + found.rest == pytest.approx(found.value, rel=1e-9)


def test_what_comes_by_way_of_another_layer_below_is_not_counted_twice(network: Network) -> None:
    """A product gives each factor one half; the gate's half stays at the gate, though it was made of the other."""
    found = dv.circuit(network, noise(network), "product", (1, (3, 3)))
    assert not found.exact
    halves = {part.layer: float(part.adds.sum()) for part in found.parts}
    assert halves == pytest.approx({"open": found.value / 2, "own": found.value / 2}, rel=1e-9)
    assert {term.unit for term in found.terms} == {1}


def test_it_says_which_of_the_two_it_is(network: Network) -> None:
    exact = dv.circuit(network, noise(network), "gate", 0)
    assert exact.exact
    assert "weight × activation" in exact.how
    assert "conditional LRP" in dv.circuit(network, noise(network), "own", 0).how


def test_the_table_has_all_terms_bias_and_rest(network: Network) -> None:
    found = dv.circuit(network, noise(network), "last", 0)
    rows = found.table()
    assert sum(row["adds"] for row in rows) == pytest.approx(found.enters)  # type: ignore[misc]
    heading, first, *_ = found.csv().splitlines()
    assert heading == "layer,unit,through,branch,adds"
    assert first.startswith(f"product,{found.terms[0].unit},relu,last,")
    assert float(first.rpartition(",")[2]) == found.terms[0].adds


def test_weights_of_an_attention_are_refused_in_a_sentence() -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 8, batch_first=True)

    class Tokens(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed, self.block, self.last = nn.Conv2d(3, 8, 4, 4), layer, nn.Linear(8, 2)

        def forward(self, x: Tensor) -> Tensor:
            scores: Tensor = self.last(self.block(self.embed(x).flatten(2).transpose(1, 2)).mean(1))
            return scores

    network = Network(Tokens().eval(), Preprocess((16, 16), None))
    heads = next(name for name in network.layers.names if name.endswith("heads"))
    with pytest.raises(dv.DeepvisError, match="weights of an attention"):
        dv.circuit(network, torch.rand(3, 16, 16), heads, 0)
