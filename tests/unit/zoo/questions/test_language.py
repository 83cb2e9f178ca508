"""Questions in plain words, and the counts that the network reads."""

from __future__ import annotations

import pytest
import torch

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.zoo.questions import ANSWERS, KINDS, VOCABULARY, question_words
from deepvis_widgets.zoo.questions.phrases import PHRASES, put, tokens, with_article


def test_words_and_answers_are_plain_and_counted_once() -> None:
    assert len(set(VOCABULARY)) == len(VOCABULARY) and len(set(ANSWERS)) == len(ANSWERS)
    assert all(word.isalpha() and word.islower() for word in (*VOCABULARY, *ANSWERS))
    assert len(KINDS) >= 9


def test_order_case_and_punctuation_do_not_matter() -> None:
    asked = question_words("Is there a WOLF?")
    assert torch.equal(asked, question_words("wolf... a, there is")) and asked.dtype == torch.float32
    assert asked.sum() == 4 and asked[VOCABULARY.index("wolf")] == 1


def test_a_word_said_twice_counts_twice() -> None:
    assert question_words("snow snow")[VOCABULARY.index("snow")] == 2
    assert question_words("").sum() == 0


@pytest.mark.parametrize(("question", "told"), [("is there a wofl?", '"wofl"; near ones are wolf'), ("qqq?", '"qqq"')])
def test_an_unknown_word_is_told_in_one_sentence(question: str, told: str) -> None:
    with pytest.raises(DeepvisError, match=told) as error:
        question_words(question)
    assert str(error.value).count(".") == 1 and "\n" not in str(error.value)


def test_words_take_their_article() -> None:
    assert put("is there a {}?", "owl") == "is there an owl?"
    assert put("is there a {} sky?", "orange") == "is there an orange sky?"
    assert put("where is the {}?", "owl") == "where is the owl?"
    assert put("is this {}?", with_article("snow")) == "is this snow?"
    assert put("is this {}?", with_article("meadow")) == "is this a meadow?"


def test_no_way_to_put_one_kind_has_the_words_of_another() -> None:
    """The network reads no order, so two kinds that share their words could not be told apart."""
    bags = {kind: {frozenset(tokens(put(phrase, "@"))) for phrase in PHRASES[kind]} for kind in KINDS}
    for kind, own in bags.items():
        for other in set(KINDS) - {kind}:
            shared = own & bags[other]
            assert not any("@" not in bag for bag in shared), (kind, other, shared)
