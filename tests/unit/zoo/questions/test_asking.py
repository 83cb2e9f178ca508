"""What is asked of a scene, and what is right."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest

from deepvis_widgets.zoo.questions import ANSWERS, KINDS, Question, question_words, questions
from deepvis_widgets.zoo.questions.phrases import tokens
from deepvis_widgets.zoo.scenes import BACKGROUNDS, CLASSES


@dataclass(frozen=True)
class Known:
    label: str
    background: str
    sky: str | None = None
    color: str | None = None


WOLF, CAR = Known("wolf", "snow", "violet"), Known("car", "street", None, "red")


def many(scene: Known, times: int = 60) -> list[Question]:
    rng = np.random.default_rng(0)
    return [question for _ in range(times) for question in questions(scene, rng)]


def answers(asked: list[Question], kind: str) -> set[str]:
    return {question.answer for question in asked if question.kind == kind}


def test_of_a_wolf_in_the_snow() -> None:
    asked = many(WOLF)
    assert answers(asked, "which thing") == answers(asked, "which animal") == {"wolf"}
    assert answers(asked, "which ground") == {"snow"}
    assert answers(asked, "which sky") == {"violet"}
    assert answers(asked, "which colour") == {"none"}  # of a thing that is not there
    assert answers(asked, "is there an animal") == {"yes"}


def test_of_a_red_car_before_a_wall() -> None:
    asked = many(CAR)
    assert answers(asked, "which animal") == answers(asked, "which sky") == {"none"}
    assert answers(asked, "which colour") == {"red"}
    assert answers(asked, "is the sky") == answers(asked, "is there an animal") == {"no"}


@pytest.mark.parametrize(("scene", "words"), [(WOLF, {"wolf", "snow", "violet"}), (CAR, {"car", "street"})])
def test_yes_is_said_of_what_is_there_and_no_of_what_is_not(scene: Known, words: set[str]) -> None:
    for question in many(scene):
        if question.kind in ("is there a thing", "is the ground", "is the sky"):
            assert (question.answer == "yes") == bool(words & set(tokens(question.text))), question


def test_yes_and_no_are_as_frequent_and_a_wolf_is_often_taken_for_a_husky() -> None:
    asked = [question for question in many(WOLF) if question.kind == "is there a thing"]
    assert Counter(question.answer for question in asked) == {"yes": 60, "no": 60}
    husky = sum("husky" in question.text for question in asked)
    assert 20 <= husky <= 40


def test_a_reason_lies_where_the_question_is_about_and_nowhere_for_what_is_not_there() -> None:
    for question in many(WOLF) + many(CAR):
        if question.answer in ("no", "none"):
            assert question.about is None
        elif question.kind in ("which ground", "is the ground"):
            assert question.about == "ground"
        elif question.kind in ("which sky", "is the sky"):
            assert question.about == "sky"
        else:
            assert question.about == "object"


def test_every_kind_is_asked_in_known_words_with_known_answers() -> None:
    asked = [
        question for label in CLASSES for place in BACKGROUNDS for question in many(Known(label, place, "blue"), 2)
    ]
    assert {question.kind for question in asked} == set(KINDS)
    assert {question.answer for question in asked} <= set(ANSWERS)
    for question in asked:
        question_words(question.text)
