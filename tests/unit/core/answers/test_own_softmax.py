"""However a network comes to its probabilities, they are shown as they are; what is no score is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

import deepvis_widgets as dv
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from tests.small_nets import Answering, seeded

PREPARE = Preprocess((24, 24), None)

SOFTMAX: dict[str, Callable[[Tensor], Tensor]] = {
    "softmax": lambda scores: scores.softmax(1),
    "a part of it": lambda scores: scores.softmax(1)[:, :],
    "exp of log_softmax": lambda scores: F.log_softmax(scores, 1).exp(),
    "in double": lambda scores: scores.softmax(1).double(),
    "times one": lambda scores: scores.softmax(1) * 1.0,
    "by hand": lambda scores: scores.exp() / scores.exp().sum(1, keepdim=True),
    "by hand, stable": lambda scores: (scores - scores.logsumexp(1, keepdim=True)).exp(),
    "clamped": lambda scores: scores.softmax(1).clamp(1e-7, 1),
    "turned round": lambda scores: scores.softmax(1).flip(1),
    "stacked": lambda scores: torch.stack(scores.softmax(1).unbind(1), 1),
    "joined": lambda scores: torch.cat([scores.softmax(1)], 1),
    "transposed": lambda scores: scores.t().softmax(0).t(),
    "softmin": lambda scores: F.softmin(scores, 1),
    "two, of a sigmoid": lambda scores: torch.stack([scores[:, 0].sigmoid(), 1 - scores[:, 0].sigmoid()], 1),
}
SIGMOID: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": lambda scores: scores[:, :1].sigmoid(),
    "picked": lambda scores: scores.sigmoid()[:, 0],
    "of one picture": lambda scores: scores[:, :1].sigmoid().squeeze(),
    "selected": lambda scores: scores.sigmoid().select(1, 0),
    "in double": lambda scores: scores[:, :1].sigmoid().double(),
}


def opened(end: Callable[[Tensor], Any], **said: Any) -> Network:
    return Network(seeded(Answering(end)), PREPARE, **said)


@pytest.mark.parametrize("end", SOFTMAX)
@pytest.mark.parametrize("said", [{}, {"answers": dv.Classes()}], ids=["found", "said"])
def test_probabilities_are_those_that_it_returns(end: str, said: dict[str, Any]) -> None:
    net, pictures = opened(SOFTMAX[end], **said), torch.rand(3, 3, 24, 24)
    own = net.module(net.feed(pictures)).float()
    torch.testing.assert_close(net.probabilities(pictures), own, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("end", SOFTMAX)
def test_a_probability_has_its_own_gradient(end: str) -> None:
    net, picture = opened(SOFTMAX[end]), torch.rand(3, 24, 24)
    found = dv.explain(net, picture, "gradient", target=1, score="probability").attribution
    x = net.feed(picture[None]).detach().requires_grad_()
    (expected,) = torch.autograd.grad(net.module(x)[0, 1], x)
    torch.testing.assert_close(found.float(), expected[0], atol=1e-6, rtol=1e-3)


@pytest.mark.parametrize("end", SIGMOID)
def test_a_label_has_the_probability_that_it_returns(end: str) -> None:
    for labels in (None, ["defect"]):
        net, picture = opened(SIGMOID[end], labels=labels), torch.rand(3, 24, 24)
        assert net.answers.kind == "labels"
        own = float(net.module(net.feed(picture[None])))
        assert float(net.bars(net.view(picture))[0]) == pytest.approx(own, abs=1e-5)


def test_one_number_for_each_of_several_pictures_that_are_squeezed() -> None:
    net, pictures = opened(lambda scores: scores[:, :1].squeeze()), torch.rand(3, 3, 24, 24)
    torch.testing.assert_close(net.logits(pictures)[:, 0], net.module(net.feed(pictures)))


def test_a_softmax_over_the_pictures_is_none() -> None:
    net = opened(lambda scores: scores.softmax(0))
    assert torch.equal(net.logits(torch.rand(1, 3, 24, 24)), torch.ones(1, 5))


NO_SCORES: dict[str, tuple[Callable[[Tensor], Any], str]] = {
    "a class": (lambda scores: scores.argmax(1), "returned int64 of shape"),
    "rounded": (lambda scores: (100 * scores).long(), "returned int64 of shape"),
    "decided": (lambda scores: scores > 0, "returned bool of shape"),
    "complex": (lambda scores: scores + 1j, "returned complex64 of shape"),
    "nothing": (lambda scores: scores[:, :0], "returned no numbers of shape"),
    "several answers": (lambda scores: [scores[:, :1], scores[:, 1:2]], "say which is its answer"),
    "several numbers": (lambda scores: (scores[:, 0], scores[:, 1]), "say which is its answer"),
}


@pytest.mark.parametrize("end", NO_SCORES)
def test_what_is_no_score_is_one_sentence(end: str) -> None:
    with pytest.raises(DeepvisError, match=NO_SCORES[end][1]):
        opened(NO_SCORES[end][0])
