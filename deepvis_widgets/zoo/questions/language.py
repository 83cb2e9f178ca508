"""From a question to a count of words."""

from torch import Tensor

from ...core.inputs.words import Words
from .phrases import FIRST, VOCABULARY

WORDS = Words(VOCABULARY, start=FIRST)


def question_words(text: str) -> Tensor:
    """Returns how often each word of VOCABULARY occurs in a question: float32 (V,).

    Raises DeepvisError where a word is none of them.

    >>> counts = question_words("Is there a wolf?")
    >>> [VOCABULARY[index] for index in counts.nonzero().flatten().tolist()]
    ['a', 'is', 'there', 'wolf']
    """
    return WORDS.tensor(WORDS.checked(text))[0]
