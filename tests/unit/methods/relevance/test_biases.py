"""What becomes of the shares of biases: by hand on small networks, and against zennit on whole ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from zennit import composites as zc
from zennit.canonizers import SequentialMergeBatchNorm

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.backward_rules import RuleMode, Rules
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.lrp import RelevanceMap
from deepvis_widgets.methods.relevance.biases import BIASES, LEFT_OUT, SHARED
from deepvis_widgets.methods.relevance.composites import COMPOSITES, composite
from deepvis_widgets.methods.relevance.replacements import RelevanceReplacements
from tests.families import make, picture
from tests.small_nets import Crafty, Plain, seeded
from tests.unit.methods.relevance.test_composites import by_zennit, difference
from tests.untouched import Untouched


def network(module: nn.Module, side: int = 24) -> Network:
    return Network(module.double().eval(), Preprocess((side, side), None))


def lrp(net: Network, **asked: Any) -> RelevanceMap:
    result = explain(net, picture(net.size[0]), "lrp", **asked)
    assert isinstance(result, RelevanceMap)
    return result


class ByHand(nn.Module):
    """Three pixels of grey 1, two hidden neurons and one answer, with weights that are easy to follow:

    h₁ = 1 + 2 + 0 + 1 = 4, h₂ = 0 + 1 + 3 − 2 = 2, f = 2 h₁ + h₂ + 2 = 12.
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.answer = nn.Linear(3, 2), nn.Linear(2, 1)
        with torch.no_grad():
            self.hidden.weight.copy_(torch.tensor([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]]))
            self.hidden.bias.copy_(torch.tensor([1.0, -2.0]))
            self.answer.weight.copy_(torch.tensor([[2.0, 1.0]]))
            self.answer.bias.fill_(2.0)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.answer(self.hidden(x.flatten(1)).relu())
        return answer


# R of h₁, h₂, and of the pixels from them, by the ε rule with ε = 0; what biases took and gave
BY_HAND = {
    # 12 = 8 + 2 + bias 2; h₁: 8 · (1, 2, 0, bias 1) / 4; h₂: 2 · (0, 1, 3, bias −2) / 2
    "kept": ((8, 2), (2, 4 + 1, 3), 2 + 2 - 2, 0),
    # 12 · (8, 2) / 10; h₁: 9.6 · (1, 2, 0) / 3; h₂: 2.4 · (0, 1, 3) / 4
    "left out": ((9.6, 2.4), (3.2, 6.4 + 0.6, 1.8), 0, 0),
    # 8 + 1 and 2 + 1; h₁: 9 · ((1, 2, 0) + 1/3) / 4; h₂: 3 · ((0, 1, 3) − 2/3) / 2
    "shared": ((9, 3), (3 - 1, 5.25 + 0.5, 0.75 + 3.5), 0, 2 + 2.25 - 3),
}


@pytest.mark.parametrize("biases", BIASES)
def test_a_network_worked_out_by_hand(biases: str) -> None:
    net = Network(ByHand().double(), Preprocess((1, 3), None, (0.0,), (1.0,), channels="L"))
    before = Untouched(net.module)
    result = explain(net, torch.ones(1, 1, 3), "lrp", target=0, composite="epsilon", epsilon=0, biases=biases)
    before.check()
    assert isinstance(result, RelevanceMap) and result.value == pytest.approx(12)
    hidden, pixels, took, shared = BY_HAND[biases]
    assert result.relevances["hidden"].tolist() == pytest.approx(hidden)
    assert result.heatmap.flatten().tolist() == pytest.approx(pixels)
    ledger = result.ledger
    assert (ledger.bias, ledger.shared) == (pytest.approx(took), pytest.approx(shared))
    assert ledger.picture + ledger.bias == pytest.approx(12) and max(ledger.missing()) < 1e-12


@pytest.mark.parametrize("biases", (LEFT_OUT, SHARED))
@pytest.mark.parametrize("name", ("epsilon", "epsilon_plus", "epsilon_plus_flat"))
def test_the_whole_score_arrives(name: str, biases: str) -> None:
    """Biases take none of the score. What they share with a channel that is silent everywhere finds no taker before it:
    an average of zeros has nobody to divide it among.
    """
    net = network(seeded(Plain(), dtype=torch.float64))
    assert abs(lrp(net, target=1, composite=name).ledger.bias) > 0.01
    result = lrp(net, target=1, composite=name, epsilon=0, biases=biases)
    ledger = result.ledger
    assert ledger.bias == pytest.approx(0, abs=1e-9) and max(ledger.missing()) < 1e-9
    assert float(result.heatmap.sum()) + ledger.epsilon == pytest.approx(result.value, rel=1e-9)
    assert abs(ledger.epsilon) < (1e-3 if biases == LEFT_OUT else 0.05) * abs(result.value)


@pytest.mark.parametrize("biases", (LEFT_OUT, SHARED))
def test_every_composite_conserves(biases: str) -> None:
    net = network(seeded(Crafty(), dtype=torch.float64))
    for name in COMPOSITES:
        assert max(lrp(net, target=1, composite=name, biases=biases).ledger.missing()) <= 1e-9


def test_without_biases_all_three_are_one() -> None:
    module = seeded(Plain(), dtype=torch.float64)
    module.features[0].bias = module.features[3].bias = module.classifier.bias = None
    net = network(module)
    for name in ("epsilon", "epsilon_gamma_box"):
        kept, *others = (lrp(net, target=1, composite=name, biases=biases) for biases in BIASES)
        assert all(torch.equal(kept.attribution, other.attribution) for other in others)


def test_left_out_is_zennit_s_zero_params() -> None:
    """On a VGG whose norms have shifts, merged into convolutions by both."""
    module, chance = make("vgg11_bn"), torch.Generator().manual_seed(0)
    with torch.no_grad():
        for part in module.modules():
            if isinstance(part, nn.BatchNorm2d | nn.Linear):
                part.bias.copy_(0.3 * torch.randn(part.bias.shape, generator=chance))
    net = network(module, 32)
    theirs = by_zennit(net, zc.EpsilonPlus(zero_params="bias", canonizers=[SequentialMergeBatchNorm()]), 3)
    assert difference(lrp(net, target=3, biases=LEFT_OUT).attribution, theirs) <= 1e-6
    assert difference(lrp(net, target=3).attribution, theirs) > 1e-2


# --- operations whose constants are biases, too ---


def through(piece: Callable[[Tensor], Tensor], biases: str, x: Tensor, relevance: Tensor) -> Tensor:
    """The relevance of x when that of piece(x) is given."""
    table = RelevanceReplacements(composite("epsilon", 1e-6, 0.0, biases))
    x = x.clone().requires_grad_()
    with RuleMode(Rules("test", begin=lambda: table)):
        y = piece(x.mul(1.0).relu())  # no picture any more
    return torch.autograd.grad(y, x, relevance)[0]


X = torch.tensor([[[[1.0]], [[3.0]]]], dtype=torch.float64)
R = torch.tensor([[[[10.0]], [[6.0]]]], dtype=torch.float64)
ONES = torch.ones(2, dtype=torch.float64)


@pytest.mark.parametrize(
    "piece, expected",
    (
        # 1 + 4 and 3 + 1: kept is 10/5 and 6 · 3/4
        (lambda x: x + torch.tensor([4.0, 1.0]).view(2, 1, 1), {"kept": (2, 4.5), "left out": (10, 6)}),
        # a constant that repeats its input: both places hand back to it
        (lambda x: x[:, :1] + torch.tensor([1.0, 3.0]).view(2, 1, 1), {"kept": (5 + 1.5, 0), "left out": (16, 0)}),
        # a norm behind no convolution, 2 x + 2 and 2 x + 4: kept is 10 · 2/4 and 6 · 6/10
        (
            lambda x: F.batch_norm(x, 0 * ONES, ONES, 2 * ONES, torch.tensor([2.0, 4.0]).double(), eps=0.0),
            {"kept": (5, 3.6), "left out": (10, 6)},
        ),
    ),
    ids=("added", "repeated", "norm"),
)
def test_constants_of_one_input_are_handed_to_it(piece: Any, expected: dict[str, tuple[float, float]]) -> None:
    for biases in BIASES:
        found = through(piece, biases, X, R).flatten().tolist()
        assert found == pytest.approx(expected.get(biases, expected["left out"]), rel=1e-5)


def test_layer_norm() -> None:
    """(x − 2) · 1 + (3, 1) at (1, 3): −1 + 3 and 1 + 1; of each sum the inputs contribute ±x/2."""
    bias = torch.tensor([3.0, 1.0], dtype=torch.float64)
    expected = {
        # z = (2, 2): R · (½, −½; −½, ½) x / z
        "kept": (10 * 0.5 / 2 - 6 * 0.5 / 2, -10 * 1.5 / 2 + 6 * 1.5 / 2),
        # z = (−1, 1)
        "left out": (-10 * 0.5 - 6 * 0.5, 10 * 1.5 + 6 * 1.5),
        # as kept, and the bias of each place for the input at the same place: 10 · 3/2 and 6 · 1/2
        "shared": (2.5 - 1.5 + 15, -7.5 + 4.5 + 3),
    }
    for biases in BIASES:
        piece = lambda x: F.layer_norm(x.flatten(1), (2,), ONES, bias, eps=0.0).view(1, 2, 1, 1)  # noqa: E731
        assert through(piece, biases, X, R).flatten().tolist() == pytest.approx(expected[biases], rel=1e-5)


def test_relevance_beyond_all_numbers_is_one_sentence() -> None:
    """Sixty layers in which the two inputs all but cancel, and the bias makes the output."""
    layers: list[nn.Module] = [nn.Flatten()]
    for _ in range(60):
        layer = nn.Linear(2, 2).double()
        with torch.no_grad():
            layer.weight.copy_(1e-3 * torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).double() + 1e-12)
            layer.bias.fill_(1.0)
        layers.append(layer)
    net = Network(nn.Sequential(*layers), Preprocess((1, 2), None, (0.0,), (1.0,), channels="L"))
    with pytest.raises(DeepvisError, match='beyond all numbers.*biases="kept"'):
        explain(net, torch.ones(1, 1, 2), "lrp", target=0, composite="epsilon", epsilon=0, biases=LEFT_OUT)


def test_other_words_are_refused() -> None:
    with pytest.raises(DeepvisError, match="kept, left out, shared"):
        lrp(network(Plain()), biases="none")
