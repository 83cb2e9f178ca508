"""The base of everything that a network takes beside the picture that is shown."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from torch import Tensor


class Input(ABC):
    """One argument of a network beside its picture: what its values are, and the tensor each becomes.

    `kind` names it. A value is what a person gives: a line of words, some numbers, a picture.

    >>> from .numbers import Numbers
    >>> Numbers(["age"], [(0, 100)]).tensor((40.0,))
    tensor([[40.]])
    """

    kind: ClassVar[str]

    @abstractmethod
    def start(self) -> Any:
        """Returns the value it has where none was given."""

    @abstractmethod
    def checked(self, value: Any) -> Any:
        """Returns a value as it is kept. Raises DeepvisError where it is none."""

    @abstractmethod
    def tensor(self, value: Any) -> Any:
        """Returns what the network is given for one picture: a tensor (1, ...), or whatever it takes."""

    def parts(self, value: Any) -> Sequence[str]:
        """Returns the names of what each contributes by itself: words, numbers; none for a picture."""
        return ()

    def without(self, value: Any, place: int) -> Any:
        """Returns the value without its part at a place."""
        return value

    def shares(self, value: Any, signal: Tensor | None) -> list[float]:
        """Returns what is each part's of a signal (n,), shaped as the floats the network is given; None: none of it."""
        return [0.0] * len(self.parts(value)) if signal is None else signal.flatten().tolist()

    def words(self, value: Any) -> str:
        """Returns the value in words."""
        return str(value)


def for_batch(given: Any, count: int, like: Tensor) -> Any:
    """Returns what a network is given for a batch of `count` pictures: a tensor of one row is repeated, on the device
    of the pictures `like` and, with floats, in their precision; everything else is handed on.

    >>> import torch
    >>> for_batch(torch.ones(1, 2), 3, torch.zeros(3, 3, 8, 8)).shape
    torch.Size([3, 2])
    """
    if not isinstance(given, Tensor):
        return given
    given = given.to(like.device, like.dtype if given.is_floating_point() else given.dtype)
    return given.expand(count, *given.shape[1:]) if given.ndim and len(given) == 1 else given
