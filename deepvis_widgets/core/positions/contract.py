"""Labels through products of matrices, each dimension called by a letter: "bik, bkj -> bij"."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from .labels import Labels, count_positions, first_along, is_uniform, joined_labels

PLAIN = ("matmul", "mm", "bmm")
ADDED = ("baddbmm", "addmm")


def contraction(name: str, args: Sequence[Any]) -> tuple[list[str], list[Tensor], str] | None:
    """Returns the letters of each factor, the factors, and the letters of the product; None for what is none.

    >>> contraction("matmul", (torch.ones(2, 3), torch.ones(5, 3, 4)))[::2]
    (['bc', 'acd'], 'abd')
    """
    if name == "einsum":
        return _einsum(args)
    if name == "rmatmul":
        args = args[::-1]
    elif name in ADDED:
        args = args[1:]
    elif name not in PLAIN:
        return None
    left, right = args[:2]
    if min(left.ndim, right.ndim) < 2:
        return None
    letters = string.ascii_lowercase[: max(left.ndim, right.ndim) + 1]
    batch, row, inner, col = letters[:-3], *letters[-3:]
    first, second = (batch[len(batch) - tensor.ndim + 2 :] for tensor in (left, right))
    return [first + row + inner, second + inner + col], [left, right], batch + row + col


def _einsum(args: Sequence[Any]) -> tuple[list[str], list[Tensor], str] | None:
    if not isinstance(args[0], str) or "." in args[0] or "->" not in args[0]:
        return None
    given, result = args[0].replace(" ", "").split("->")
    tensors = list(args[1]) if isinstance(args[1], list | tuple) else list(args[1:])
    return given.split(","), tensors, result


def contracted(parts: Sequence[Labels | None], letters: Sequence[str], result: str, shape: torch.Size) -> Labels | None:
    """Returns the labels of a product: where one factor stands, or a matrix of attention where each of two stands in
    places of its own. A matrix that is multiplied once more stands where its other side does.
    """
    found = [_side(part, own, result, shape) for part, own in zip(parts, letters, strict=True) if part is not None]
    placed = [labels for labels in found if count_positions(labels.values)]
    if any(part is not None and part.keys is not None for part in parts):
        placed = [
            labels
            for labels, part in zip(found, [part for part in parts if part is not None], strict=True)
            if part.keys is not None
        ]
        return Labels(placed[0].values, placed[0].columns)
    if len(placed) == 2 and _apart(placed[0].values, placed[1].values):
        made = placed[0].made | placed[1].made
        first, second = placed
        return Labels(first.values, first.columns, second.values, second.columns, made=made)
    return joined_labels(placed or found, shape) if found else None


def _side(part: Labels, letters: str, result: str, shape: torch.Size) -> Labels:
    """The labels of one factor along the letters of the product; of a matrix those of the side that stays."""
    gone = [place for place, letter in enumerate(letters) if letter not in result]
    values, columns = part.values, part.columns
    if part.keys is not None and not all(is_uniform(values, place) for place in gone):
        values, columns = part.keys, part.key_columns
    for place in gone:
        values = first_along(values, place)
    values = values.squeeze(gone) if gone else values
    kept = [letter for letter in letters if letter in result]
    order = sorted(range(len(kept)), key=lambda place: result.index(kept[place]))
    values = values.permute(order)
    for place, letter in enumerate(result):
        if letter not in kept:
            values = values.unsqueeze(place)
    return Labels(values.expand(shape), columns, made=part.made)


def _apart(first: Tensor, second: Tensor) -> bool:
    """Whether each of two changes along a dimension that the other does not."""
    changing = [[not is_uniform(values, dim) for dim in range(values.ndim)] for values in (first, second)]
    pairs = list(zip(*changing, strict=True))
    return (True, False) in pairs and (False, True) in pairs
