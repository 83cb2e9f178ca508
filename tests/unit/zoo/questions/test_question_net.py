"""The network that answers questions: exact sums over words and positions, small weights, and what it has learnt."""

from __future__ import annotations

from importlib.resources import files

import pytest
import torch
from torch import Tensor

from deepvis_widgets.zoo.embedded import load_module, normalise
from deepvis_widgets.zoo.load import load
from deepvis_widgets.zoo.questions import ANSWERS, VOCABULARY, QuestionNet, load_question_module, question_words
from deepvis_widgets.zoo.questions.network import MAPS, QUESTIONS
from deepvis_widgets.zoo.scenes import ready_scenes
from deepvis_widgets.zoo.training.dataset import draw_scenes, fresh_orders, stacked
from deepvis_widgets.zoo.training.evaluate_questions import Answered, answered, right_by_kind, well_placed_by_kind
from deepvis_widgets.zoo.training.question_maps import maps_of


@pytest.fixture(scope="module")
def network() -> QuestionNet:
    return load_question_module()


@pytest.fixture(scope="module")
def pictures() -> Tensor:
    return normalise(stacked(ready_scenes()[:3]).images.float() / 255)


def answer(network: QuestionNet, picture: Tensor, text: str) -> str:
    return ANSWERS[int(network(picture[None], question_words(text)[None]).argmax())]


def test_weights_are_small_and_do_not_hold_the_trunk_again() -> None:
    stored = files("deepvis_widgets.zoo") / "weights" / f"{QUESTIONS}.safetensors"
    assert len(stored.read_bytes()) <= 1_000_000


def test_the_trunk_is_that_of_the_embedded_network(network: QuestionNet) -> None:
    trunk = load_module("husky-wolf").get_submodule("features").state_dict()
    own = network.features.state_dict()
    assert trunk.keys() == own.keys() and all(torch.equal(trunk[key], own[key]) for key in trunk)
    assert not network.training and {p.dtype for p in network.parameters()} == {torch.float32}


@torch.no_grad()
def test_scores_are_the_mean_of_the_maps_plus_what_words_say_alone(network: QuestionNet, pictures: Tensor) -> None:
    words = torch.stack([question_words(text) for text in ("is there a wolf?", "what is the ground?", "")])
    maps = network.joined(pictures, *network.trunk_maps(pictures))
    cams = torch.einsum("nak,nkhw->nahw", network.evidence(words), maps)
    assert cams.shape == (3, len(ANSWERS), 16, 16)
    assert torch.allclose(cams.mean((2, 3)) + network.without_picture(words), network(pictures, words), atol=1e-3)


def test_the_map_is_the_gradient_of_the_score_times_the_joined_maps(network: QuestionNet, pictures: Tensor) -> None:
    """By autograd, through the layers that follow the maps."""
    words = question_words("which animal is this?")[None]
    with torch.no_grad():
        maps = network.joined(pictures[:1], *network.trunk_maps(pictures[:1]))
    maps.requires_grad_()
    pooled = network.flatten(network.pool(network.gate(maps, words)))
    score = network.classifier(torch.cat([pooled, words], 1))[0, ANSWERS.index("husky")]
    gradient: Tensor = torch.autograd.grad(score, maps)[0]
    weight = network.evidence(words)[0, ANSWERS.index("husky")]
    assert torch.allclose(gradient[0] * 256, weight[:, None, None].expand(MAPS, 16, 16), atol=1e-5)


@torch.no_grad()
def test_a_score_is_a_sum_over_words(network: QuestionNet, pictures: Tensor) -> None:
    counts = question_words("is there a wolf? a wolf!")[None]
    added = network.by_word(pictures[:1], counts)
    assert torch.allclose(added.sum(1) + network.classifier.bias, network(pictures[:1], counts), atol=1e-3)
    assert not added[0, counts[0] == 0].any()
    without = counts.clone()
    without[0, VOCABULARY.index("wolf")] = 0
    less = network(pictures[:1], counts) - network(pictures[:1], without)
    assert torch.allclose(added[0, VOCABULARY.index("wolf")], less[0], atol=1e-3)


@torch.no_grad()
@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("What is this?", ("husky", "wolf", "wolf")),
        ("is there a wolf", ("no", "yes", "yes")),
        ("wolf?", ("no", "yes", "yes")),
        ("what is the ground?", ("snow", "snow", "meadow")),
        ("what colour is the sky?", ("grey", "blue", "orange")),
        ("is there an animal?", ("yes", "yes", "yes")),
    ],
)
def test_the_first_ready_scenes(network: QuestionNet, pictures: Tensor, text: str, right: tuple[str, ...]) -> None:
    assert tuple(answer(network, picture, text) for picture in pictures) == right


@pytest.fixture(scope="module")
def found(network: QuestionNet) -> list[Answered]:
    data = maps_of(network, draw_scenes(fresh_orders(30, seed=5_000_000), quiet=True))
    return [one for seed in (0, 1) for one in answered(network, data, seed)]


def test_fresh_questions_of_every_kind_are_answered_rightly(found: list[Answered]) -> None:
    shares = right_by_kind(found)
    assert min(shares.values()) >= 0.9, shares


def test_maps_peak_on_the_object_or_off_it_as_the_question_wants(found: list[Answered]) -> None:
    shares = well_placed_by_kind(found)
    assert min(shares.values()) >= 0.88, shares


def test_what_is_measured_is_what_the_network_says(network: QuestionNet, pictures: Tensor) -> None:
    said = list(answered(network, maps_of(network, ready_scenes()[:1]), seed=3))
    assert [one.answer for one in said] == [answer(network, pictures[0], one.question.text) for one in said]


def test_it_loads_by_name_and_its_answer_follows_one_word(network: QuestionNet) -> None:
    net, wolf = load(QUESTIONS), ready_scenes()[1]
    view = net.view(wolf.image)[None]
    for word, right in (("animal", "wolf"), ("ground", "snow")):
        asked = net.given(words=f"What is the {word}?")
        scores = asked.logits(view)
        assert asked.labels[int(scores.argmax())] == right
        expected = network(net.preprocess(wolf.image)[None], question_words(f"what is the {word}")[None])
        torch.testing.assert_close(scores, expected.detach(), atol=1e-3, rtol=1e-4)
