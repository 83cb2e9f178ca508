"""Labels say of every number of a tensor where it stands in the picture.

Labels are float64 tensors of the tensor's shape, mostly expanded from few numbers: row · columns + column + 1 on a grid
of positions, 0 for nowhere or everywhere, and -1, -2, ... for tokens that are no part of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Labels:
    """The labels of one tensor on a grid of so many columns.

    `keys`, where given, are the labels of the tokens that a matrix of attention looks at, on a grid of `key_columns`;
    `values` are then those of the tokens that look. `weights` says that a softmax has been taken of the matrix. `made`
    are the ids of the convolutions' or dense layers' outputs that the tensor was taken from; none where it is a sum of
    several.
    """

    values: Tensor
    columns: int
    keys: Tensor | None = None
    key_columns: int = 0
    weights: bool = False
    made: frozenset[int] = frozenset()

    def with_values(self, values: Tensor) -> Labels:
        """The same of another tensor, which is no matrix of attention."""
        return replace(self, values=values, keys=None, weights=False)


def grid_labels(shape: Sequence[int], made: frozenset[int] = frozenset()) -> Labels:
    """The labels of maps (..., h, w), each position by itself; a single position is everywhere.

    >>> grid_labels((1, 8, 2, 3)).values[0, 5].tolist()
    [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    """
    height, width = shape[-2:]
    count = height * width
    numbers = torch.arange(1, count + 1, dtype=torch.float64) if count > 1 else torch.zeros(count, dtype=torch.float64)
    return Labels(numbers.view(height, width).expand(*shape), width, made=made)


def nowhere(shape: Sequence[int]) -> Tensor:
    """Labels of a tensor that stands nowhere."""
    return torch.zeros((), dtype=torch.float64).expand(*shape)


def is_uniform(values: Tensor, dim: int) -> bool:
    """Whether labels do not change along a dimension.

    >>> labels = grid_labels((1, 8, 2, 3)).values
    >>> is_uniform(labels, 1), is_uniform(labels, 2)
    (True, False)
    """
    if values.shape[dim] <= 1 or values.stride(dim) == 0:
        return True
    values = compact(values)
    return bool((values == values.narrow(dim, 0, 1)).all())


def first_along(values: Tensor, dim: int) -> Tensor:
    """The labels of what mixes all numbers along a dimension, which stays with length 1: of neighbours that became one
    the first one's, of what mixes the whole picture nowhere.

    >>> merged = torch.tensor([[1.0, 2.0, 5.0, 6.0], [3.0, 4.0, 7.0, 8.0]])
    >>> first_along(merged, -1).tolist(), first_along(merged[:1], -1).tolist()
    ([[1.0], [3.0]], [[0.0]])
    """
    if is_uniform(values, dim):
        return values.narrow(dim, 0, 1)
    found = torch.where(values > 0, values, torch.inf).amin(dim, keepdim=True)
    if count_positions(found.where(found.isfinite(), 0)) > 1:
        return found.where(found.isfinite(), 0)
    return torch.zeros_like(found)


def count_positions(values: Tensor) -> int:
    """How many positions of the picture occur.

    >>> count_positions(torch.tensor([0.0, -1.0, 4.0, 4.0, 6.0]))
    2
    """
    return int((distinct(values) > 0).sum())


def distinct(values: Tensor) -> Tensor:
    """The different labels, in order.

    >>> distinct(torch.tensor([3.0, 1.0, 3.0])).tolist()
    [1.0, 3.0]
    """
    found: Tensor = torch.unique(compact(values))
    return found


def compact(values: Tensor) -> Tensor:
    """Labels without the dimensions along which they were expanded."""
    return values[tuple(slice(0, 1) if step == 0 else slice(None) for step in values.stride())]


def renumbered(labels: Labels) -> Labels:
    """The same positions, counted on the smallest grid that holds them.

    >>> merged = Labels(torch.tensor([1.0, 3.0, 9.0, 11.0]), 4)
    >>> renumbered(merged).values.tolist(), renumbered(merged).columns
    ([1.0, 2.0, 3.0, 4.0], 2)
    """
    values = compact(labels.values)
    found = distinct(values)
    positive = found[found > 0] - 1
    rows, cols = distinct(positive // labels.columns), distinct(positive % labels.columns)
    if not len(positive) or len(rows) * len(cols) != len(positive):
        return labels
    row, col = (values - 1) // labels.columns, (values - 1) % labels.columns
    numbers = torch.searchsorted(rows, row.contiguous()) * len(cols) + torch.searchsorted(cols, col.contiguous()) + 1
    numbers = torch.where(values > 0, numbers.to(values), values).expand(labels.values.shape)
    return replace(labels, values=numbers, columns=len(cols))


def joined_labels(parts: Sequence[Labels], shape: torch.Size) -> Labels:
    """The labels of what is computed number by number from several tensors: those of the one with most positions, and
    the other's where that one stands nowhere; nowhere where two with as many disagree.

    >>> token, maps = grid_labels((1, 3, 1, 1)), grid_labels((1, 3, 2, 2))
    >>> joined_labels([token, maps], torch.Size((1, 3, 2, 2))).values.amax().item()
    4.0
    """
    made = parts[0].made if all(part.made == parts[0].made for part in parts) else frozenset()
    if len(parts) == 1 or all(part.values is parts[0].values for part in parts):
        return replace(_broadcast(parts[0], shape), made=made)
    matrices = [part for part in parts if part.keys is not None]
    if matrices:
        return replace(_broadcast(matrices[0], shape), made=made)
    parts = [renumbered(part) for part in parts] if len({part.columns for part in parts}) > 1 else parts
    counts = [count_positions(part.values) for part in parts]
    most = max(counts)
    first, *others = [part for _, part in sorted(zip(counts, parts, strict=True), key=lambda pair: -pair[0])]
    values = compact(first.values)
    for other in others:
        own = compact(other.values)
        rivals = most > 1 and count_positions(own) == most
        disagree = (values > 0) & (own > 0) & (values != own) if rivals else torch.zeros((), dtype=torch.bool)
        values = torch.where(disagree, 0, torch.where(values == 0, own, values))
    return Labels(values.expand(shape), first.columns, made=made)


def _broadcast(labels: Labels, shape: torch.Size) -> Labels:
    if labels.values.shape == shape:
        return labels
    keys = None if labels.keys is None else labels.keys.expand(shape)
    return replace(labels, values=labels.values.expand(shape), keys=keys)


@dataclass(frozen=True)
class Grid:
    """Where the positions of one tensor lie: along `dims`, at the places `index` of these dimensions laid flat, row by
    row of `height` × `width`; `others` are the places of tokens that are no part of the picture, by label.
    """

    dims: tuple[int, ...]
    index: tuple[int, ...]
    height: int
    width: int
    others: tuple[tuple[int, int], ...]

    @property
    def in_order(self) -> bool:
        """Whether the positions come row by row, and nothing else with them."""
        return not self.others and self.index == tuple(range(self.height * self.width))


def find_grid(labels: Labels) -> Grid | None:
    """Returns where positions lie in a tensor (B, ...); None where it does not hold each of a grid once.

    >>> tokens = torch.cat([torch.tensor([-1.0]), torch.arange(1.0, 7.0)]).view(1, 7, 1).expand(1, 7, 5)
    >>> find_grid(Labels(tokens, 3))
    Grid(dims=(1,), index=(1, 2, 3, 4, 5, 6), height=2, width=3, others=((-1, 0),))
    """
    if labels.keys is not None:
        return None
    values = labels.values[0]
    varying = [dim for dim in range(values.ndim) if not is_uniform(values, dim)]
    if len(varying) == values.ndim > 1 and len(distinct(values)) < values.numel():
        values, varying = first_along(values, -1), varying[:-1]  # neighbours lie behind one another as features
    one = values[tuple(slice(None) if dim in varying else 0 for dim in range(values.ndim))]
    shape, flat = one.shape, one.flatten()
    places = (flat > 0).nonzero().flatten()
    order = flat[places].argsort()
    found = flat[places][order] - 1
    rows, cols = distinct(found // labels.columns), distinct(found % labels.columns)
    if len(found) < 2 or len(found) != len(rows) * len(cols) or bool((found.diff() == 0).any()):
        return None
    others = tuple((int(flat[place]), int(place)) for place in (flat < 0).nonzero().flatten())
    dims = tuple(dim + 1 for dim in varying)
    assert len(dims) == len(shape)
    return Grid(dims, tuple(places[order].tolist()), len(rows), len(cols), others)
