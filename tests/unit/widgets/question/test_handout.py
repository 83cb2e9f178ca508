"""What stays of a question board: every question that was asked, with its answer and where that lies."""

from __future__ import annotations

import numpy as np
import pytest

import deepvis_widgets as dv
from deepvis_widgets.widgets.page.parts import Bars, Choice, Map
from deepvis_widgets.widgets.question import session
from deepvis_widgets.zoo.scenes import ready_scenes
from tests.part_tree import every, notes, only

WOLF, OTHER = ready_scenes()[1], ready_scenes()[2]


def test_questions_that_were_asked_can_be_chosen() -> None:
    board = dv.QuestionBoard(picture=WOLF, question="is there a wolf?")
    for question in ("what is the ground?", "is there a wolf?"):
        assert board.engine.idle(60)
        board.question = question
    assert board.engine.idle(60)
    board.target = "no"
    assert board.engine.idle(60)
    choice = only(board.page(), Choice)
    assert list(choice.labels) == ["what is the ground?", "is there a wolf?", "is there a wolf?, and why no?"]
    assert choice.chosen == 2
    for part, question, target in zip(
        choice.parts, ("what is the ground?", *["is there a wolf?"] * 2), (None, None, "no"), strict=True
    ):
        expected = dv.explain(board.network.given(words=question), WOLF, "cam", target=target)
        shown, (words, answers) = only(part, Map), every(part, Bars)
        np.testing.assert_allclose(shown.values, expected.coarse.numpy(), atol=1e-5)  # type: ignore[attr-defined]
        assert shown.title == f"CAM of {expected.target}" and shown.lines[0].startswith("It answers ")
        assert (
            list(words.names) == question.rstrip("?").split() and answers.names[answers.chosen or 0] == expected.target
        )
        (box,) = shown.boxes
        assert box == shown.boxes[0] and len(box) == 4
    board.image = OTHER
    assert board.engine.idle(60)
    assert [label.rsplit(" (")[1] for label in only(board.page(), Choice).labels[-2:]] == [
        "wolf · snow)",
        f"{OTHER.label} · {OTHER.background})",
    ]
    board.close()
    assert notes(board.page()) == ["No question had been answered yet."]


def test_no_more_than_the_last_answers_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST", 2)
    board = dv.QuestionBoard(picture=WOLF, question="is there a wolf?")
    for target in range(4):
        board.target = target
        assert board.engine.idle(60)
    assert [answered.channel for answered in board.session.past] == [2, 3]
    board.close()
