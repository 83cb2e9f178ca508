"""A second picture, and what never changes."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from ..picture.preprocess import understand
from .base import Input


class Picture(Input):
    """A second picture, prepared as dv.Network prepares the first one; it begins grey.

    >>> from .others import Picture
    >>> from ..picture.preprocess import Preprocess
    >>> Picture(Preprocess((8, 8), None)).tensor(torch.ones(3, 8, 8)).shape
    torch.Size([1, 3, 8, 8])
    """

    kind: ClassVar[str] = "picture"

    def __init__(self, preprocess: Any = None) -> None:
        self.preprocessing = understand(preprocess)

    def start(self) -> Tensor:
        return torch.full((3, *self.preprocessing.size), 0.5)

    def checked(self, value: Any) -> Any:
        """Returns the picture as it is; DeepvisError where it cannot be read."""
        self.preprocessing.view(value)
        return value

    def tensor(self, value: Any) -> Tensor:
        return self.preprocessing(value)[None]

    def words(self, value: Any) -> str:
        return "a second picture"


class Fixed(Input):
    """What a network takes and nobody changes. A tensor of one row is repeated for every picture of a batch.

    >>> Fixed(torch.zeros(1, 4)).tensor(None).shape
    torch.Size([1, 4])
    """

    kind: ClassVar[str] = "fixed"

    def __init__(self, value: Any) -> None:
        self.value = value

    def start(self) -> None:
        return None

    def checked(self, value: Any) -> None:
        return None

    def tensor(self, value: Any) -> Any:
        return self.value
