"""What a network's output means, where nobody said it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ..errors import DeepvisError
from .base import Answers, as_labels, rows
from .boxes import Boxes, is_detections
from .classes import Classes, Labels
from .output import tensor_in
from .pixels import Pixels
from .values import Values

ASK = (
    "{} gives one number, shown as a value: say answers=dv.Labels() where it is the logit of something that is there "
    "or not, or answers=dv.Values() where it is a value."
)


@dataclass(frozen=True)
class Unsaid:
    """Stands for answers of which nobody said what they mean. `labels` are their names, if there are any.

    >>> import torch
    >>> Unsaid().found(torch.zeros(1, 5), lambda scores: None)
    Classes(labels=(), output=None)
    >>> Unsaid().found(torch.zeros(1, 21, 8, 8), lambda scores: None).kind
    'pixels'
    """

    labels: Sequence[str] | None = None

    def found(self, returned: Any, ends_in: Callable[[Tensor], str | None]) -> Answers:
        """Returns the meaning of what a network returned; `ends_in` says which normaliser made a tensor, if one did.

        One number for each picture is a value, unless it is a sigmoid's or has a name: it never gets a softmax.
        """
        labels = as_labels(self.labels)
        if is_detections(returned):
            return Boxes(labels)
        tensor = tensor_in(returned, count=len(labels))
        if tensor.ndim == 4 and tensor.shape[2:] != (1, 1):
            return Pixels(labels)
        one = rows(tensor).shape[1] == 1
        if ends_in(tensor) == "sigmoid" or (one and labels):
            return Labels(labels)
        return Values() if one else Classes(labels)


def named(answers: Answers | None, labels: Sequence[str] | None) -> Answers | Unsaid:
    """Returns what a user said of the answers, with their names. Raises DeepvisError for what is none, or for names
    that were given twice.
    """
    if answers is None:
        return Unsaid(None if labels is None else as_labels(labels))
    if not isinstance(answers, Answers):
        raise DeepvisError(
            f"answers is a {type(answers).__name__}; accepted: dv.Classes, Labels, Values, Pixels, Boxes, Similarity."
        )
    if labels is not None and answers.labels:
        raise DeepvisError("Labels were given twice: give them to the answers, or as labels=.")
    return answers if labels is None else answers.called(labels)


def means(problem: str | None) -> Answers | None:
    """Returns the meaning that transformers' word for a problem stands for, None for others.

    >>> means("regression").kind, means(None)
    ('values', None)
    """
    return {"multi_label_classification": Labels(), "regression": Values()}.get(problem or "")


def open_question(answers: Answers, said: bool, name: str) -> str:
    """Returns what is to be asked about the meaning that was found, in one sentence; "" where it is known."""
    return "" if said or answers.kind != "values" else ASK.format(name)


UNSAID = Unsaid()
