"""What is right about a question in anybody's words: held against the questions that the network learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from deepvis_widgets.zoo.questions import KINDS, questions
from deepvis_widgets.zoo.questions.phrases import put, tokens
from deepvis_widgets.zoo.questions.truth import _ways, knows, offered, truth
from deepvis_widgets.zoo.scenes import BACKGROUNDS, CLASSES, scene


@dataclass(frozen=True)
class Known:
    label: str
    background: str
    sky: str | None = None
    color: str | None = None


SCENES = [
    Known(label, background, sky, "red" if label in ("car", "butterfly", "teapot") else None)
    for label, background, sky in zip(CLASSES, BACKGROUNDS * 3, ("blue", None, "orange") * 4, strict=False)
]


def test_it_agrees_with_the_questions_that_are_learnt_from() -> None:
    rng = np.random.default_rng(0)
    for known in SCENES:
        for _ in range(20):
            for asked in questions(known, rng):
                assert truth(known, asked.text.upper()) == type(asked)(
                    asked.text.upper(), asked.answer, asked.kind, asked.about
                )


def test_the_same_words_never_ask_for_two_things() -> None:
    meant: dict[tuple[str, ...], set[tuple[str, str]]] = {}
    for kind, phrase, word in _ways():
        meant.setdefault(tuple(sorted(tokens(put(phrase, word)))), set()).add((kind, word))
    assert [words for words, found in meant.items() if len(found) > 1] == []


@pytest.mark.parametrize(
    "text", ["", "wolf", "where is the zebra?", "what colour is the wolf?", "what colour is the animal?"]
)
def test_what_the_scene_does_not_know(text: str) -> None:
    assert truth(Known("wolf", "snow", "blue"), text) is None


def test_a_question_of_every_kind_is_offered_and_known() -> None:
    for known in SCENES:
        kinds = [found.kind for text in offered(known) if (found := truth(known, text)) is not None]
        missing = {kind for kind, has in (("which colour", known.color), *skies(known)) if has is None}
        assert kinds == [kind for kind in KINDS if kind not in missing]
    assert len(offered()) == 5


def skies(known: Known) -> list[tuple[str, str | None]]:
    return [("which sky", known.sky), ("is the sky", known.sky)]


def test_scenes_know_and_photographs_do_not() -> None:
    assert knows(scene("wolf")) and not knows("wolf.png") and not knows(None)
