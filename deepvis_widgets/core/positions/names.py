"""Tokens that are no part of the picture, called after the parameters they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

MOST = 64  # tokens that one parameter may bring; more of them are no tokens to be named
# what the last word of a parameter's name begins with or holds → what such tokens are called
WORDS = {"cls": "class", "class": "class", "dist": "distillation", "reg": "register"}


class Extras:
    """Numbers tokens -1, -2, ... as they come, and finds their names: "class", "register 1", "register 2", ...

    >>> import torch
    >>> parameter = torch.zeros(1, 2, 8)
    >>> extras = Extras({"vit.reg_token": parameter})
    >>> extras.numbers(parameter.expand(3, -1, -1), 1).tolist(), extras.name(-2)
    ([-1.0, -2.0], 'register 2')
    """

    def __init__(self, parameters: Mapping[str, Tensor]) -> None:
        self._parameters = {_address(value): name for name, value in parameters.items() if value.numel()}
        self._made: dict[int, str] = {}  # id of a tensor that is made of parameters alone → the name of one
        self._alive: list[Tensor] = []
        self._names: list[str] = []

    def follow(self, given: Sequence[Tensor], outputs: Sequence[Tensor]) -> None:
        """Takes note of what is made of parameters and constants alone."""
        names = [self._source(tensor) for tensor in given]
        if None in names:
            return
        for made in outputs:
            self._made[id(made)] = next(filter(None, names), "")
            self._alive.append(made)

    def are_source_of(self, tensor: Tensor) -> bool:
        """Whether a tensor is known to be made of parameters and constants alone."""
        return self._source(tensor) is not None

    def numbers(self, tensor: Tensor, dim: int) -> Tensor:
        """Returns new labels for the tokens of a tensor along a dimension; 0 where they are too many for tokens."""
        length, name = tensor.shape[dim], _title(self._source(tensor))
        first = len(self._names)
        if length > MOST:
            return torch.zeros(length, dtype=torch.float64)  # labels are on the CPU, wherever the tokens are
        self._names += [name] if length == 1 else [f"{name} {number}" for number in range(1, length + 1)]
        return -1 - torch.arange(first, first + length, dtype=torch.float64)

    def name(self, label: int) -> str:
        """Returns the name of the token with a label below 0."""
        return self._names[-1 - label]

    def _source(self, tensor: Tensor) -> str | None:
        found = self._parameters.get(_address(tensor)) if tensor.numel() else None
        return self._made.get(id(tensor)) if found is None else found


def told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Names of which none comes twice: the second one gets a number.

    >>> told_apart(["class", "token", "token"])
    ('class', 'token', 'token 2')
    """
    before = [list(names[:place]).count(name) for place, name in enumerate(names)]
    return tuple(f"{name} {times + 1}" if times else name for name, times in zip(names, before, strict=True))


def _title(parameter: str | None) -> str:
    word = parameter.rpartition(".")[2] if parameter else "token"
    return next((title for part, title in WORDS.items() if part in word.lower()), word)


def _address(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()
