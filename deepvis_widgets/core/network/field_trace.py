"""Follows receptive fields through a pass, operation by operation.

Every tensor of one pass carries, for each row and column, the first and last input row and column that can change it.
Convolutions and pooling widen these spans, sums and concatenations join them; operations that mix all positions (or
that we do not know) see everything.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from .backward_rules import operation
from .field_rules import FOLLOW, Call, Field, joined, ranges, tensors_in
from .operations import OPERATIONS, UNKNOWN, Positions
from .receptive_field import ReceptiveField, whole_picture


class FieldTrace(TorchFunctionMode):
    """Follows the receptive field of every tensor made from `image` (B, C, H, W) during one pass.

    >>> import torch
    >>> image = torch.zeros(1, 3, 8, 8)
    >>> with FieldTrace(image) as trace:
    ...     pooled = torch.nn.functional.max_pool2d(image, 2)
    >>> trace.field_of(pooled, (4, 4)).box((1, 2))
    (2, 4, 2, 2)
    """

    def __init__(self, image: Tensor) -> None:
        super().__init__()
        self.picture = (image.shape[-2], image.shape[-1])
        self._fields: dict[int, Field | None] = {}  # None: made from the image, every position sees everything
        self._alive: list[Tensor] = []  # an id stays ours only while its tensor lives
        self._sharing: defaultdict[int, list[Tensor]] = defaultdict(list)  # address of memory → the tensors in it
        self._remember(image, Field(ranges(self.picture[0]), ranges(self.picture[1])))

    def field_of(self, output: Tensor, grid: tuple[int, int]) -> ReceptiveField:
        """Returns the receptive field of a layer's output with maps of `grid` = (height, width)."""
        found = self._fields.get(id(output))
        if found is None or (len(found.rows.first), len(found.cols.first)) != grid:
            return whole_picture(grid, self.picture)
        return ReceptiveField(found.rows, found.cols, self.picture)

    def dims_of(self, output: Tensor) -> tuple[int, int] | None:
        """Returns the (negative) dimensions that rows and columns run along, None where all positions are mixed."""
        found = self._fields.get(id(output))
        return None if found is None else found.dims

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = operation(func)
        known = OPERATIONS.get(name, UNKNOWN)
        with torch._C.DisableTorchFunction():  # modes need not see every question
            operands = [tensor for tensor in tensors_in((args, kwargs)) if id(tensor) in self._fields]
            if name.endswith("_as"):  # the other tensor lends its shape or type
                operands = [tensor for tensor in operands if tensor is args[0]]
            shapes = [operand.shape for operand in operands]
            before = [self._fields[id(operand)] for operand in operands]
        output = func(*args, **kwargs)
        if operands and known.positions is not Positions.NONE:
            with torch._C.DisableTorchFunction():
                outputs = [args[0]] if known.positions is Positions.WRITTEN else tensors_in(output)
                fields = [field for field in before if field is not None]
                call = Call(func, args, kwargs, known, [id(operand) for operand in operands], shapes, fields, outputs)
                follow = FOLLOW.get(known.positions) if len(fields) == len(operands) else None
                for made in outputs:
                    field = None if follow is None else follow(call, made)
                    (self._overwrite if args and made is args[0] else self._remember)(made, field)
        return output

    def _remember(self, tensor: Tensor, field: Field | None) -> None:
        self._fields[id(tensor)] = field
        self._alive.append(tensor)
        self._sharing[_address(tensor)].append(tensor)

    def _overwrite(self, tensor: Tensor, field: Field | None) -> None:
        """A tensor written in place: those that share its memory change with it."""
        known = id(tensor) in self._fields
        if known and field is not None and field is self._fields[id(tensor)]:
            return
        base = [] if tensor._base is None else [tensor._base]
        for other in [*self._sharing[_address(tensor)], *base]:
            mixed = [self._fields[id(other)], field] if id(other) in self._fields else [field]
            parts = [part for part in mixed if part is not None]
            self._remember(other, joined(parts, other) if len(parts) == len(mixed) else None)
        self._remember(tensor, field)


def _address(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()
