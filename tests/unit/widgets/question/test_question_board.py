"""The question board without a browser: maps and words against slow sums, what is right, what it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.widgets.question.answers import OnObject
from deepvis_widgets.widgets.question.question_board import QuestionBoard
from deepvis_widgets.widgets.question.words import chips, verdict
from deepvis_widgets.zoo.questions import ANSWERS, QuestionNet, question_words
from deepvis_widgets.zoo.scenes import Scene, ready_scenes
from tests.untouched import Untouched

WOLF = ready_scenes()[1]  # on snow, under a blue sky


@pytest.fixture(scope="module")
def network() -> dv.Network:
    return dv.load("husky-wolf-questions")


@pytest.fixture
def board(network: dv.Network) -> Iterator[QuestionBoard]:
    made = settle(QuestionBoard(network, WOLF))
    yield made
    made.close()


def settle(board: QuestionBoard) -> QuestionBoard:
    assert board.engine.idle(60)
    return board


def said(board: QuestionBoard) -> str:
    return re.sub("<.*?>", "", board.panes.picture.words.value)


def word_chips(board: QuestionBoard) -> list[tuple[str, float]]:
    found = re.findall(r'">(\S+) <small>(.*?)</small>', board.panes.answer.words.value)
    return [(word, float(adds.replace("−", "-"))) for word, adds in found]


def overlay(board: QuestionBoard) -> np.ndarray:
    frame = board.stage.last("overlay")
    assert frame is not None
    low, high = frame.meta["lo"], frame.meta["hi"]
    values: np.ndarray = low + (high - low) * frame.arrays["values"].astype(np.float64) / 255
    return values


def slow_map(module: QuestionNet, network: dv.Network, scene: Scene, text: str, answer: str) -> tuple[Tensor, Tensor]:
    """The map of an answer, position by position, and its score."""
    x, words = network.feed(network.view(scene)[None]), question_words(text)[None]
    index = ANSWERS.index(answer)
    with torch.no_grad():
        maps, gates = module.joined(x, *module.trunk_maps(x))[0], module.gate.words(words)[0]
        found = torch.zeros(maps.shape[1:])
        for row in range(len(found)):
            for col in range(len(found)):
                found[row, col] = sum(module.classifier.weight[index, : len(maps)] * gates * maps[:, row, col])
        return found, module(x, words)[0, index]


@pytest.mark.parametrize(("text", "answer"), [("What is the animal?", "wolf"), ("where is the wolf?", "snow")])
def test_the_map_is_exact(network: dv.Network, text: str, answer: str) -> None:
    net = network.given(words=text)
    found: Any = dv.explain(net, WOLF, "cam")
    expected, score = slow_map(net.module, net, WOLF, text, answer)  # type: ignore[arg-type]
    assert found.target == answer
    torch.testing.assert_close(found.coarse, expected, atol=1e-3, rtol=1e-4)
    alone = net.module.without_picture(question_words(text)[None])[0, ANSWERS.index(answer)].detach()  # type: ignore[operator]
    assert float(found.coarse.mean() + alone) == pytest.approx(float(score), abs=1e-3)


def test_one_word_moves_the_map_from_the_animal_to_the_ground(board: QuestionBoard) -> None:
    def peak_on_animal() -> bool:
        row, col = np.unravel_index(overlay(board).argmax(), (16, 16))
        return bool(WOLF.mask[row * 8 : row * 8 + 8, col * 8 : col * 8 + 8].mean() > 0.5)

    assert board.question == "what is the animal?" and peak_on_animal()
    board.question = "what is the ground?"
    settle(board)
    assert not peak_on_animal()
    expected, _ = slow_map(board.network.module, board.network, WOLF, board.question, "snow")  # type: ignore[arg-type]
    np.testing.assert_allclose(overlay(board), expected, atol=float(expected.abs().max()) / 120)


def test_each_word_has_what_it_adds_and_together_they_are_the_score(board: QuestionBoard) -> None:
    board.ask("is the animal a wolf?")
    settle(board)
    x = board.network.feed(board.view[None])  # type: ignore[index]
    words, module = question_words(board.question)[None], board.network.module
    index = ANSWERS.index("yes")
    with torch.no_grad():
        each = module.by_word(x, words)[0, :, index]  # type: ignore[operator]
        score = float(module(x, words)[0, index])
        bias = float(module.classifier.bias[index])  # type: ignore[operator, index, arg-type, union-attr]
    found = word_chips(board)
    assert [word for word, _ in found] == ["is", "the", "animal", "a", "wolf"]
    places = [question_words(word).argmax() for word, _ in found]
    assert [adds for _, adds in found] == pytest.approx([float(each[place]) for place in places], abs=0.011)
    assert sum(adds for _, adds in found) + bias == pytest.approx(score, abs=0.05)
    assert "the logit of yes" in board.panes.answer.heading.value


def test_the_sentence_says_what_is_answered_whether_it_is_right_and_where(board: QuestionBoard) -> None:
    found: Any = dv.explain(board.network, WOLF, "cam")
    positive = found.heatmap.clamp(min=0)
    share = float(positive[torch.from_numpy(WOLF.mask)].sum() / positive.sum())
    shown = float(found.probabilities[0])
    assert said(board) == (
        f"It answers wolf ({shown:.1%}), and that is right; {share:.0%} of what speaks for wolf lies on the object, "
        f"which covers {WOLF.mask.mean():.0%} of the picture."
    )
    board.question = "is"
    assert re.fullmatch(r"It answers \w+ \([\d.]+%\); .*", said(settle(board))), "nobody knows what is right"


def test_a_wrong_answer_is_told_with_the_right_one(network: dv.Network) -> None:
    taken_for = Scene(WOLF.image, WOLF.mask, "owl", WOLF.background, 0, WOLF.sky, None)
    board = settle(QuestionBoard(network, taken_for))
    assert "It answers wolf" in said(board) and "but right is owl" in said(board)
    board.close()


def test_a_map_without_anything_positive_is_told_as_that(board: QuestionBoard) -> None:
    assert board.answered is not None
    nothing = replace(board.answered, on_object=OnObject((0, 0, 8, 8), 0.25, float("nan")))
    assert verdict(board.network.answers, nothing).endswith("; nothing in the picture speaks for <b>wolf</b>.")


def test_labels_and_words_are_escaped() -> None:
    assert "<i>" not in chips([("<i>", 1.0)]) and "&lt;i&gt;" in chips([("<i>", 1.0)])


def test_a_picture_without_facts_is_offered_what_names_nothing(network: dv.Network) -> None:
    board = settle(QuestionBoard(network, torch.rand(3, 128, 128), question="what is this?"))
    shown = [made.description for made in board.panes.question.offers if made.layout.display != "none"]
    assert shown == [
        "what is this?",
        "what is the animal?",
        "what is the ground?",
        "what colour is the sky?",
        "is there an animal?",
    ]
    assert re.fullmatch(r"It answers \w+ \([\d.]+%\)\.", said(board)) and board.stage.boxes == []
    board.image = WOLF
    settle(board)
    shown = [made.description for made in board.panes.question.offers if made.layout.display != "none"]
    assert len(shown) == 8 and "is the sky blue?" in shown and len(board.stage.boxes) == 1
    board.close()


def test_a_question_by_button_or_typed_has_its_own_answer_explained(board: QuestionBoard) -> None:
    pane = board.panes.question
    board.target = "husky"
    place = pane.texts.index("what is the ground?")
    pane.offers[place].click()
    assert (board.question, board.target, pane.field.value) == ("what is the ground?", None, "what is the ground?")
    assert [made.button_style for made in pane.offers].index("info") == place
    pane.field.value = "Is there a husky?"
    assert board.question == "Is there a husky?" and {made.button_style for made in pane.offers} == {""}
    assert "It answers no" in said(settle(board))


def test_a_click_on_a_bar_explains_that_answer_and_another_one_goes_back(board: QuestionBoard) -> None:
    husky = ANSWERS.index("husky")
    board.panes.answer._pick(husky)
    expected, _ = slow_map(board.network.module, board.network, WOLF, board.question, "husky")  # type: ignore[arg-type]
    settle(board)
    np.testing.assert_allclose(overlay(board), expected, atol=float(expected.abs().max()) / 120)
    assert board.target == husky and "the logit of husky" in board.panes.answer.heading.value
    assert "It answers wolf" in said(board) and "speaks for husky" in said(board)
    board.panes.answer._pick(husky)
    assert board.target is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("what is the wulf?", "near ones are wolf"),
        ("?!", "no word in this question"),
        (" ", "no word in this question"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence_and_the_last_answer_stays(
    board: QuestionBoard, text: str, why: str
) -> None:
    before, answered = said(board), board.answered
    board.panes.question.field.value = text
    settle(board)
    assert why in board.panes.question.notice.value and board.panes.question.field.value == "what is the animal?"
    assert (board.question, said(board)) == ("what is the animal?", before) and board.answered is answered
    with pytest.raises(dv.DeepvisError, match=re.escape(why)):
        board.question = text
    board.ask("what is the ground?")
    assert board.panes.question.notice.value == ""


class Small(nn.Module):
    """Means of maps joined to a count of three words; without a linear map at the end where it is `rectified`."""

    def __init__(self, rectified: bool = False) -> None:
        super().__init__()
        self.conv, self.last, self.rectified = nn.Conv2d(3, 4, 3), nn.Linear(7, 2), rectified

    def forward(self, x: Tensor, asked: Tensor) -> Tensor:
        scores: Tensor = self.last(torch.cat([self.conv(x).relu().mean((2, 3)), asked], 1))
        return scores.relu() if self.rectified else scores


def small(**arguments: Any) -> dv.Network:
    words = dv.Words(["is", "this", "good"], start="is this good")
    return dv.Network(Small(**arguments), dv.Preprocess((32, 32), None), inputs={"asked": words})


def test_a_network_of_ones_own_with_other_words_and_answers() -> None:
    net, pictures = small(), [torch.rand(3, 32, 32)]
    kept = Untouched(net.module)
    board = settle(QuestionBoard(net, pictures=pictures))
    assert board.question == "is this good" and board.panes.question.texts == []
    assert [word for word, _ in word_chips(board)] == ["is", "this", "good"]
    weight = net.module.last.weight.detach()  # type: ignore[union-attr]
    top = int(net.logits(board.view[None]).argmax())  # type: ignore[index]
    assert [adds for _, adds in word_chips(board)] == pytest.approx(weight[top, 4:].tolist(), abs=0.006)
    board.close()
    kept.check()
    assert board.answered is None and board.closed


def test_networks_that_cannot_be_asked_are_refused() -> None:
    with pytest.raises(dv.DeepvisError, match="takes no words beside its picture"):
        QuestionBoard("husky-wolf")
    with pytest.raises(dv.DeepvisError, match="grad_cam"):
        QuestionBoard(small(rectified=True))


def test_a_failing_network_is_a_sentence_until_something_else_is_asked(
    board: QuestionBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise ValueError("no more maps")

    monkeypatch.setattr(board.network.module, "forward", failing)
    board.ask("what is the ground?")
    settle(board)
    assert "no more maps" in board.stage.notice
    monkeypatch.undo()
    board.ask("what is this?")
    assert "It answers wolf" in said(settle(board)) and board.stage.notice == ""
