"""Follows where numbers stand in the picture through a pass, operation by operation, from the picture's own pixels.

Convolutions and pooling make grids; tokens are what is left of one when it is laid flat. Operations that move numbers
are done to the labels, too; attention stands where what asks stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from ..network.backward_rules import operation
from ..network.field_rules import tensors_in
from ..network.operations import OPERATIONS, UNKNOWN, Positions
from .follow import Followed, follow
from .labels import Grid, Labels, compact, find_grid, grid_labels
from .names import Extras, told_apart


class PositionTrace(TorchFunctionMode):
    """Follows the positions of every tensor made from `image` (B, C, H, W) during one pass; `parameters` are the
    module's (and its buffers) by name, after which tokens are called that are no part of the picture.

    >>> image = torch.zeros(1, 3, 8, 12)
    >>> with PositionTrace(image, {}) as trace:
    ...     tokens = torch.nn.functional.conv2d(image, torch.ones(5, 3, 4, 4), stride=4).flatten(2).transpose(1, 2)
    >>> found = trace.grid_of(tokens)
    >>> found.dims, found.height, found.width
    ((1,), 2, 3)
    """

    def __init__(self, image: Tensor, parameters: Mapping[str, Tensor]) -> None:
        super().__init__()
        self._labels: dict[int, Labels | None] = {}  # None: made from the picture, positions are not known
        self._alive: list[Tensor] = []  # an id stays ours only while its tensor lives
        self._extras = Extras(parameters)
        self.attentions = 0  # how many there were
        self._asked: set[int] = set()  # outputs that queries, keys and values are taken from
        self._grids: dict[tuple[object, ...], Grid | None] = {}  # by what labels hold: layers in a row share theirs
        self._remember(image, grid_labels(image.shape))

    # --- after the pass ---

    def knows(self, output: Tensor) -> bool:
        """Whether it is known where a tensor comes from: from the picture by operations that could be followed, or from
        parameters alone, as position codes do.
        """
        return self._labels.get(id(output)) is not None or self._is_constant(output)

    def grid_of(self, output: Tensor) -> Grid | None:
        """Returns where positions lie in a tensor (B, ...), None where they are not known."""
        labels = self._labels.get(id(output))
        if labels is None or labels.keys is not None:
            return None
        values = compact(labels.values[:1])
        held = (labels.columns, labels.values.shape[1:], values.shape, values.contiguous().numpy().tobytes())
        if held not in self._grids:
            self._grids[held] = find_grid(labels)
        return self._grids[held]

    def sides_of(self, weights: Tensor) -> tuple[Grid | None, Grid | None]:
        """Returns where positions lie among the queries and among the keys of a matrix (B, heads, queries, keys)."""
        labels = self._labels.get(id(weights))
        if labels is None or labels.keys is None:
            return None, None
        queries = Labels(labels.values[:, 0, :, 0], labels.columns)
        keys = Labels(labels.keys[:, 0, 0], labels.key_columns)
        return find_grid(queries), find_grid(keys)

    def names_of(self, grid: Grid) -> tuple[str, ...]:
        """Returns the names of the tokens of a grid that are no part of the picture, in their order."""
        return told_apart([self._extras.name(label) for label, _ in grid.others])

    def is_asked(self, output: Tensor) -> bool:
        """Whether a tensor holds the queries, keys or values of an attention."""
        labels = self._labels.get(id(output))
        return labels is not None and not labels.made.isdisjoint(self._asked)

    # --- during the pass ---

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = operation(func)
        known = OPERATIONS.get(name, UNKNOWN)
        given = tensors_in((args, kwargs))
        operands = [tensor for tensor in given if id(tensor) in self._labels]
        if name.endswith("_as"):  # the other tensor lends its shape or type
            operands = [tensor for tensor in operands if tensor is args[0]]
        shapes = {id(operand): operand.shape for operand in operands}
        output = func(*args, **kwargs)
        if known.positions is Positions.NONE:
            return output
        outputs = [args[0]] if known.positions is Positions.WRITTEN else tensors_in(output)
        if not outputs:  # a shape, a type
            return output
        if not operands:
            self._extras.follow(given, outputs)
            return output
        labels = {id(operand): self._labels[id(operand)] for operand in operands}
        call = Followed(name, func, args, kwargs, known, labels, shapes, outputs, self._extras)
        with torch.no_grad():
            found = follow(call)
        self._asked |= call.asked
        self.attentions += len(call.attended)
        for made, own in zip(outputs, found, strict=True):
            self._remember(made, own)
        return output

    def _is_constant(self, output: Tensor) -> bool:
        return id(output) not in self._labels and self._extras.are_source_of(output)

    def _remember(self, tensor: Tensor, labels: Labels | None) -> None:
        self._labels[id(tensor)] = labels
        self._alive.append(tensor)


@contextmanager
def side_by_side(first: TorchFunctionMode, second: TorchFunctionMode) -> Iterator[None]:
    """Two modes that see the same calls; the first one sees none that the second one makes for itself.

    >>> with side_by_side(PositionTrace(torch.zeros(1, 3, 4, 4), {}), PositionTrace(torch.zeros(1, 3, 4, 4), {})):
    ...     torch.ones(2).sum().item()
    2.0
    """
    with first, second:
        yield
