"""Networks that take more than a picture: every method passes the rest along, and words and numbers contribute."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.atlas.builder.transport import pack, unpack
from deepvis_widgets.engine.client import explanation_key

SIDE = 16
PREPARE = dv.Preprocess((SIDE, SIDE), None)
VIEW = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(5))
VOCABULARY = ["what", "animal", "ground", "is", "this"]


class Asked(nn.Module):
    """The picture's pooled maps, gated by a count of words; an age and a second picture are added."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(1)
            self.conv, self.gate, self.last = nn.Conv2d(3, 8, 3), nn.Linear(5, 8), nn.Linear(8, 4)

    def forward(self, x: Tensor, question: Tensor, age: Tensor, second: Tensor, scale: float) -> Tensor:
        maps = torch.relu(self.conv(x)) * self.gate(question)[:, :, None, None]
        pooled: Tensor = self.last(maps.mean((2, 3)))
        return pooled * scale + age * 0.01 + second.mean((2, 3))[:, :1]


def network(**given: Any) -> dv.Network:
    inputs = {
        "question": dv.Words(VOCABULARY, start="what animal"),
        "age": dv.Numbers("age", [(0, 100)]),
        "second": dv.Picture(PREPARE),
        "scale": dv.Fixed(2.0),
    }
    net = dv.Network(Asked().eval(), PREPARE, name="asked", inputs=inputs)
    return net.given(**given) if given else net


def by_hand(net: dv.Network, views: Tensor, question: str = "what animal", age: float = 50.0) -> Tensor:
    counts = torch.tensor([[float(question.split().count(word)) for word in VOCABULARY]]).expand(len(views), -1)
    second = PREPARE.normalize(torch.full((1, 3, SIDE, SIDE), 0.5)).expand(len(views), -1, -1, -1)
    answer: Tensor = net.module(net.feed(views), counts, torch.full((len(views), 1), age), second, 2.0)
    return answer


def test_the_network_is_given_all_of_them() -> None:
    net = network()
    views = torch.stack([VIEW, VIEW.flip(2)])
    torch.testing.assert_close(net.logits(views), by_hand(net, views).detach())
    other = net.given(question="what is this", age=20)
    torch.testing.assert_close(other.logits(views), by_hand(net, views, "what is this", 20.0).detach())
    torch.testing.assert_close(net.logits(views), by_hand(net, views).detach())  # the first one is as it was
    assert other.module is net.module


@pytest.mark.parametrize("method", ["gradient", "saliency", "guided_backprop", "grad_cam", "occlusion", "lrp", "lime"])
def test_methods_answer_for_the_values_that_are_given(method: str) -> None:
    params: dict[str, Any] = {"occlusion": {"window": 8, "stride": 8}, "lime": {"samples": 20, "segmentation": "slic"}}
    net = network()
    first, second = (
        dv.explain(net.given(question=words), VIEW, method, target=1, **params.get(method, {}))
        for words in ("what animal", "ground")
    )
    assert not torch.allclose(first.heatmap, second.heatmap)


def test_gradient_and_occlusion_are_those_of_the_whole_network() -> None:
    net = network(question="what ground", age=30)
    x = net.feed(VIEW[None]).requires_grad_()
    counts = torch.tensor([[1.0, 0, 1, 0, 0]])
    second = PREPARE.normalize(torch.full((1, 3, SIDE, SIDE), 0.5))
    (gradient,) = torch.autograd.grad(net.module(x, counts, torch.tensor([[30.0]]), second, 2.0)[0, 2], x)
    torch.testing.assert_close(dv.explain(net, VIEW, "gradient", target=2).attribution, gradient[0])
    swept = dv.explain(net, VIEW, "occlusion", target=2, window=8, stride=8)
    hidden = VIEW.clone()
    hidden[:, 8:, :8] = 0.5
    expected = by_hand(net, hidden[None], "what ground", 30.0)[0, 2]
    assert float(swept.scores[1, 0]) == pytest.approx(float(expected), rel=1e-4)


def test_values_have_explanations_of_their_own_in_the_cache() -> None:
    net = network()
    keys = {
        explanation_key(other, VIEW, "gradient", 1)
        for other in (net, net.given(age=20), net.given(question="ground"), net.given(second=VIEW))
    }
    assert len(keys) == 4
    net.recordings.limit = 2
    before = dv.explain(net, VIEW, "gradient", target=1).attribution
    assert not torch.allclose(before, dv.explain(net.given(question="ground"), VIEW, "gradient", target=1).attribution)


def test_contributions_by_removal_are_what_the_score_loses() -> None:
    net = network(question="what animal is this", age=70)
    found = dv.contributions(net, VIEW, target=1)
    whole = by_hand(net, VIEW[None], "what animal is this", 70.0)[0, 1]
    without = by_hand(net, VIEW[None], "what is this", 70.0)[0, 1]
    assert [word for word, _ in found["question"]] == ["what", "animal", "is", "this"]
    assert found["question"][1][1] == pytest.approx(float(whole - without), abs=1e-5)
    assert found["age"] == [("age", pytest.approx(0.2, abs=1e-4))]
    assert set(found) == {"question", "age"}


def test_contributions_by_gradient_agree_where_the_network_is_linear_in_them() -> None:
    net = network(question="what what ground", age=70)
    removed = dv.contributions(net, VIEW, target=1)["question"]
    gradients = dv.contributions(net, VIEW, target=1, how="gradient")
    for (word, loss), (same, signal) in zip(removed, gradients["question"], strict=True):
        assert (word, signal) == (same, pytest.approx(loss, abs=1e-5))
    assert gradients["age"][0][1] == pytest.approx(0.7, abs=1e-4)
    assert all(parameter.grad is None for parameter in net.module.parameters())


def test_words_in_order_are_whole_numbers() -> None:
    class Embedded(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(0)
            self.conv, self.words, self.last = nn.Conv2d(3, 8, 3), nn.Embedding(9, 8), nn.Linear(8, 3)

        def forward(self, x: Tensor, words: Tensor) -> Tensor:
            found: Tensor = self.last(self.conv(x).relu().mean((2, 3)) + self.words(words).mean(1))
            return found

    words = dv.Words({"a": 1, "red": 2, "cat": 8}, length=4, start="a cat")
    net = dv.Network(Embedded().eval(), PREPARE, inputs={"words": words})
    ids = torch.tensor([[1, 8, 0, 0]])
    torch.testing.assert_close(net.logits(VIEW[None]), net.module(net.feed(VIEW[None]), ids).detach())
    assert [name for name, _ in dv.contributions(net, VIEW)["words"]] == ["a", "cat"]
    assert dv.contributions(net, VIEW, how="gradient")["words"] == [("a", 0.0), ("cat", 0.0)]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"question": "what anmal"}, 'does not know the word "anmal"; near ones are animal'),
        ({"question": 3}, "A int is no line of words"),
        ({"age": 120}, "age=120 is not accepted; accepted: 0 to 100"),
        ({"age": (1, 2)}, "accepted: numbers for age"),
        ({"age": float("nan")}, "accepted: numbers for age"),
        ({"second": 3}, "is not a picture"),
        ({"third": 3}, 'There is no input "third"; this network has question, age, second, scale'),
    ],
)
def test_what_is_not_accepted_is_one_sentence(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(dv.DeepvisError, match=re.escape(sentence)):
        network(**given)


def test_inputs_that_are_none_are_one_sentence() -> None:
    with pytest.raises(dv.DeepvisError, match=r"inputs\['age'\] is a int; accepted: dv.Words, Numbers"):
        dv.Network(Asked().eval(), PREPARE, inputs={"age": 3})  # type: ignore[dict-item]
    with pytest.raises(dv.DeepvisError, match="could not be run on a picture"):
        dv.Network(Asked().eval(), PREPARE, name="asked")
    with pytest.raises(dv.DeepvisError, match="The vocabulary is empty"):
        dv.Words([])
    with pytest.raises(dv.DeepvisError, match="4 words were given; accepted are up to 3"):
        dv.Words(VOCABULARY, length=3).checked("what is this animal")
    with pytest.raises(dv.DeepvisError, match="accepted: a .low, high. for each"):
        dv.Numbers(["a", "b"], [(0, 1)])


def test_a_copy_and_a_network_sent_to_a_worker_are_given_the_same(tmp_path: Path) -> None:
    net = network(question="what ground", age=30)
    for other in (net.with_module(copy.deepcopy(net.module)), unpack(pack(net, tmp_path))):
        assert other.inputs.values["question"] == "what ground" and other.inputs.values["age"] == (30.0,)
        torch.testing.assert_close(other.logits(VIEW[None]), net.logits(VIEW[None]))
