"""From a question to a count of words."""

import difflib

import torch
from torch import Tensor

from ...core.errors import DeepvisError
from ..scenes import BACKGROUNDS, CLASSES
from .phrases import VOCABULARY, tokens

_PLACE = {word: index for index, word in enumerate(VOCABULARY)}


def question_words(text: str) -> Tensor:
    """Returns how often each word of VOCABULARY occurs in a question: float32 (V,).

    Raises DeepvisError where a word is none of them.

    >>> counts = question_words("Is there a wolf?")
    >>> [VOCABULARY[index] for index in counts.nonzero().flatten().tolist()]
    ['a', 'is', 'there', 'wolf']
    """
    words = tokens(text)
    if unknown := sorted({word for word in words if word not in _PLACE}):
        raise DeepvisError(_strange(unknown))
    counts = torch.zeros(len(VOCABULARY))
    for word in words:
        counts[_PLACE[word]] += 1
    return counts


def _strange(unknown: list[str]) -> str:
    named = ", ".join(f'"{word}"' for word in unknown)
    near = [match for word in unknown for match in difflib.get_close_matches(word, VOCABULARY, n=2)]
    known = f"near words are {', '.join(dict.fromkeys(near))}" if near else f"it knows {', '.join(_topics())}"
    return f"This network was never taught the word{'s' * (len(unknown) > 1)} {named}; {known}."


def _topics() -> list[str]:
    return [*CLASSES, *BACKGROUNDS, "animal", "ground", "sky", "colours"]
