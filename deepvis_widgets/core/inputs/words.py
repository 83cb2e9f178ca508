"""A line of words: a question, a caption."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from ..errors import DeepvisError
from .base import Input

WORD = re.compile(r"[\w']+")
PAD = 0


class Words(Input):
    """A line of words of a `vocabulary`: a list, whose places number them, or a mapping from words to numbers.

    Without `length` the network is given how often each word occurs, floats (B, words); with it the numbers of the
    words in order, whole numbers (B, length), with 0 after the last one. Case and signs between words do not count.
    Raises DeepvisError for a word that is not in the vocabulary, naming near ones, and for too many of them.

    >>> asked = Words(["what", "animal", "is", "this"])
    >>> asked.tensor("What is this? This!")
    tensor([[1., 0., 1., 2.]])
    >>> Words({"what": 3, "animal": 7}, length=3).tensor("what animal")
    tensor([[3, 7, 0]])
    """

    kind: ClassVar[str] = "words"

    def __init__(
        self, vocabulary: Sequence[str] | Mapping[str, int], length: int | None = None, start: str = ""
    ) -> None:
        pairs = vocabulary.items() if isinstance(vocabulary, Mapping) else ((w, n) for n, w in enumerate(vocabulary))
        self.vocabulary = {str(word).lower(): int(number) for word, number in pairs}
        if not self.vocabulary:
            raise DeepvisError("The vocabulary is empty; give the words that the network knows.")
        self.length = length
        self._start = self.checked(start)

    def start(self) -> str:
        return self._start

    def checked(self, value: Any) -> str:
        if not isinstance(value, str):
            raise DeepvisError(f"A {type(value).__name__} is no line of words; accepted is a string.")
        words = self.parts(value)
        for word in words:
            if word not in self.vocabulary:
                near = difflib.get_close_matches(word, self.vocabulary, n=3) or list(self.vocabulary)[:5]
                raise DeepvisError(f'The network does not know the word "{word}"; near ones are {", ".join(near)}.')
        if self.length is not None and len(words) > self.length:
            raise DeepvisError(f"{len(words)} words were given; accepted are up to {self.length}.")
        return value

    def parts(self, value: str) -> list[str]:
        return WORD.findall(value.lower())

    def without(self, value: str, place: int) -> str:
        words = self.parts(value)
        return " ".join(words[:place] + words[place + 1 :])

    def shares(self, value: str, signal: Tensor | None) -> list[float]:
        """A word that occurs twice has half of its signal at each place."""
        words = self.parts(value)
        if signal is None:
            return [0.0] * len(words)
        return [float(signal[self.vocabulary[word]]) / words.count(word) for word in words]

    def tensor(self, value: str) -> Tensor:
        numbers = [self.vocabulary[word] for word in self.parts(value)]
        if self.length is not None:
            return torch.tensor([numbers + [PAD] * (self.length - len(numbers))])
        counts = torch.zeros(1, max(self.vocabulary.values()) + 1)
        counts[0].index_add_(0, torch.tensor(numbers, dtype=torch.long), torch.ones(len(numbers)))
        return counts
