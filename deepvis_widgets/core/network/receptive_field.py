"""From the position of a unit to the box of the picture it sees, and back.

Every tensor of one pass carries, for each row and column, the first and last input row and column that can change it.
Convolutions and pooling widen these spans, sums and concatenations join them; operations that mix all positions (or
that we do not know) see everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from ..picture.boxes import Box
from .backward_rules import operation, pair


@dataclass(frozen=True)
class Span:
    """First and last input index seen by each output index along one axis: int64 tensors of the output's length."""

    first: Tensor
    last: Tensor

    @property
    def size(self) -> int:
        """The widest span, in input pixels."""
        return int((self.last - self.first).max()) + 1

    @property
    def stride(self) -> int:
        """Input pixels from one output index to the next, at least 1 (all there is to see where borders clip)."""
        steps = torch.cat([self.first.diff(), self.last.diff(), torch.ones(1, dtype=torch.long)])
        return int(steps.max())


@dataclass(frozen=True)
class ReceptiveField:
    """The receptive fields of a layer's positions in a picture of `picture` = (H, W) pixels."""

    rows: Span
    cols: Span
    picture: tuple[int, int]

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the largest field; never more than the picture."""
        return self.rows.size, self.cols.size

    @property
    def stride(self) -> tuple[int, int]:
        return self.rows.stride, self.cols.stride

    @property
    def whole(self) -> bool:
        """Whether every position sees the whole picture."""
        return bool(
            int(self.rows.first.max()) == 0
            and int(self.cols.first.max()) == 0
            and self.size == self.picture
            and int(self.rows.last.min()) == self.picture[0] - 1
            and int(self.cols.last.min()) == self.picture[1] - 1
        )

    def box(self, position: tuple[int, int]) -> Box:
        """(top, left, height, width) of what the unit at (row, col) sees, clipped to the picture."""
        row, col = position
        top, left = int(self.rows.first[row]), int(self.cols.first[col])
        return top, left, int(self.rows.last[row]) - top + 1, int(self.cols.last[col]) - left + 1

    def middle(self) -> tuple[int, int]:
        """The (row, col) in the middle of the map, whose field is clipped least."""
        return len(self.rows.first) // 2, len(self.cols.first) // 2

    def __str__(self) -> str:
        return "whole picture" if self.whole else f"{self.size[0]}×{self.size[1]}"


def whole_picture(grid: tuple[int, int], picture: tuple[int, int]) -> ReceptiveField:
    """The field of a layer of which every position sees everything."""
    return ReceptiveField(_everything(grid[0], picture[0]), _everything(grid[1], picture[1]), picture)


def _everything(length: int, extent: int) -> Span:
    return Span(torch.zeros(length, dtype=torch.long), torch.full((length,), extent - 1, dtype=torch.long))


# Each of these gives position (i, j) of the output from position (i, j) of its inputs alone (in eval mode).
POINTWISE = frozenset(
    [
        "relu",
        "relu6",
        "hardtanh",
        "hardswish",
        "hardsigmoid",
        "silu",
        "gelu",
        "elu",
        "leaky_relu",
        "prelu",
        "selu",
        "celu",
        "mish",
        "softplus",
        "sigmoid",
        "tanh",
        "clamp",
        "clip",
        "clamp_min",
        "clamp_max",
        "hardshrink",
        "softshrink",
        "softsign",
        "logsigmoid",
        "threshold",
        "rrelu",
        "add",
        "sub",
        "mul",
        "div",
        "rsub",
        "true_divide",
        "rtruediv",
        "reciprocal",
        "neg",
        "abs",
        "pow",
        "rpow",
        "sqrt",
        "exp",
        "log",
        "square",
        "clone",
        "contiguous",
        "dropout",
        "dropout1d",
        "dropout2d",
        "dropout3d",
        "feature_dropout",
        "alpha_dropout",
        "batch_norm",
        "local_response_norm",
        "detach",
        "to",
        "float",
        "double",
        "half",
        "type_as",
        "where",
        "maximum",
        "minimum",
        "chunk",
        "split",
        "unbind",
        "requires_grad",
        "zero",
        "fill",
        "copy",
    ]
)
WINDOWED = frozenset(["conv2d", "max_pool2d", "max_pool2d_with_indices", "avg_pool2d", "lp_pool2d"])
NEW = frozenset(  # these take no more than shape and type from their input
    [
        "new_ones",
        "new_zeros",
        "new_full",
        "new_empty",
        "new_tensor",
        "ones_like",
        "zeros_like",
        "full_like",
        "empty_like",
    ]
)
ADAPTIVE = frozenset(["adaptive_avg_pool2d", "adaptive_max_pool2d"])


@dataclass(frozen=True)
class _Field:
    """The spans of one tensor and the (negative) dimensions they run along."""

    rows: Span
    cols: Span
    dims: tuple[int, int] = (-2, -1)


class FieldTrace(TorchFunctionMode):
    """Follows the receptive field of every tensor made from `image` (B, C, H, W) during one pass."""

    def __init__(self, image: Tensor) -> None:
        super().__init__()
        self.picture = (image.shape[-2], image.shape[-1])
        self._fields: dict[int, _Field | None] = {}  # None: made from the image, every position sees everything
        self._alive: list[Tensor] = []  # an id stays ours only while its tensor lives
        rows, cols = (torch.arange(extent) for extent in self.picture)
        self._remember(image, _Field(Span(rows, rows), Span(cols, cols)))

    def field_of(self, output: Tensor, grid: tuple[int, int]) -> ReceptiveField:
        """The receptive field of a layer's output with maps of `grid` = (height, width)."""
        found = self._fields.get(id(output))
        if found is None or (len(found.rows.first), len(found.cols.first)) != grid:
            return whole_picture(grid, self.picture)
        return ReceptiveField(found.rows, found.cols, self.picture)

    def dims_of(self, output: Tensor) -> tuple[int, int] | None:
        """The (negative) dimensions that rows and columns run along, None where all positions are mixed."""
        found = self._fields.get(id(output))
        return None if found is None else found.dims

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        operands = [value for value in _tensors((args, kwargs)) if id(value) in self._fields]
        fields, shapes = [self._fields[id(value)] for value in operands], [value.shape for value in operands]
        known = [field for field in fields if field is not None]
        output = func(*args, **kwargs)
        for tensor in _tensors(output) if operands and operation(func) not in NEW else ():
            local = len(known) == len(fields)
            self._remember(tensor, _follow(operation(func), known, shapes, tensor, args, kwargs) if local else None)
        return output

    def _remember(self, tensor: Tensor, field: _Field | None) -> None:
        self._fields[id(tensor)] = field
        self._alive.append(tensor)


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [tensor for item in value for tensor in _tensors(item)] if isinstance(value, list | tuple) else []


def _follow(
    name: str, fields: list[_Field], shapes: list[torch.Size], output: Tensor, args: Any, kwargs: Any
) -> _Field | None:
    """The field of one output, or None where everything may be seen."""
    field = fields[0]
    if name in WINDOWED and field.dims == (-2, -1):
        return _windowed(field, name, output, args, kwargs)
    if name in ADAPTIVE and field.dims == (-2, -1):
        return _Field(_adaptive(field.rows, output.shape[-2]), _adaptive(field.cols, output.shape[-1]))
    if name in ("permute", "transpose", "swapaxes"):
        return _permuted(field, name, shapes[0], args, kwargs)
    if name in ("view", "reshape", "flatten", "unflatten"):
        return field if field.dims == (-2, -1) and output.shape[-2:] == shapes[0][-2:] and output.ndim > 2 else None
    if name == "pad":
        return _padded(field, args, kwargs)
    if name in ("unsqueeze", "getitem"):
        at = args[1] if len(args) > 1 else kwargs["dim"]
        return field if _leading(name, at, len(shapes[0])) <= len(shapes[0]) + min(field.dims) else None
    if name in ("linear", "layer_norm"):  # these mix the last dimension only, where it holds no positions
        lengths = 1 if name == "linear" else len(args[1])
        return field if max(field.dims) < -lengths else None
    if name in ("cat", "concat", "concatenate"):
        dim = args[1] if len(args) > 1 else kwargs.get("dim", 0)
        return _joined(fields, output) if (dim if dim < 0 else dim - output.ndim) not in field.dims else None
    return _joined(fields, output) if name in POINTWISE else None


def _windowed(field: _Field, name: str, output: Tensor, args: Any, kwargs: Any) -> _Field:
    rows, cols = zip(*_window(name, args, kwargs), strict=True)  # (kernel, stride, padding, dilation) along each axis
    return _Field(_slid(field.rows, output.shape[-2], *rows), _slid(field.cols, output.shape[-1], *cols))


def _slid(span: Span, size: int, kernel: int, stride: int, padding: int, dilation: int) -> Span:
    taps = torch.arange(size)[:, None] * stride - padding + torch.arange(kernel)[None] * dilation
    inside = (taps >= 0) & (taps < len(span.first))
    taps = taps.clamp(0, len(span.first) - 1)
    far = int(span.last.max()) + 1
    first = torch.where(inside, span.first[taps], far).amin(1)
    last = torch.where(inside, span.last[taps], -1).amax(1)
    return Span(
        first.minimum(last.clamp(min=0)), last.clamp(min=0)
    )  # a window wholly in the padding sees one pixel at most


def _window(name: str, args: Any, kwargs: Any) -> tuple[tuple[int, int], ...]:
    """(kernel, stride, padding, dilation), each (rows, cols), of a convolution or pooling call."""
    if name == "conv2d":
        given = dict(zip(("input", "weight", "bias", "stride", "padding", "dilation"), args, strict=False)) | kwargs
        kernel = tuple(given["weight"].shape[-2:])
        stride, dilation = pair(given.get("stride", 1)), pair(given.get("dilation", 1))
        return kernel, stride, _padding(given.get("padding", 0), kernel, dilation), dilation
    names = {
        "avg_pool2d": ("input", "kernel_size", "stride", "padding"),
        "lp_pool2d": ("input", "norm_type", "kernel_size", "stride"),
    }.get(name, ("input", "kernel_size", "stride", "padding", "dilation"))
    given = dict(zip(names, args, strict=False)) | kwargs
    kernel = pair(given["kernel_size"])
    stride = given.get("stride")
    return (
        kernel,
        kernel if stride in (None, []) else pair(stride),
        pair(given.get("padding", 0)),
        pair(given.get("dilation", 1)),
    )


def _padded(field: _Field, args: Any, kwargs: Any) -> _Field | None:
    """F.pad: a position in the padding sees what it repeats, in a constant border its nearest neighbour."""
    amounts = [int(amount) for amount in (args[1] if len(args) > 1 else kwargs["pad"])]
    mode = args[2] if len(args) > 2 else kwargs.get("mode", "constant")
    if len(amounts) > 4 or field.dims != (-2, -1):
        return None
    left, right, top, bottom = amounts + [0] * (4 - len(amounts))
    return _Field(_bordered(field.rows, top, bottom, mode), _bordered(field.cols, left, right, mode))


def _bordered(span: Span, before: int, after: int, mode: str) -> Span:
    length = len(span.first)
    index = torch.arange(-before, length + after)
    if mode == "reflect":
        index = length - 1 - (length - 1 - index.abs()).abs()
    index = index % length if mode == "circular" else index.clamp(0, length - 1)
    return Span(span.first[index], span.last[index])


def _leading(name: str, at: Any, ndim: int) -> int:
    """How many leading dimensions an unsqueeze or an index touches; all of them where that is not plain to see."""
    if name == "unsqueeze":
        return int(at) if at >= 0 else ndim + 1 + int(at)
    keys = at if isinstance(at, tuple) else (at,)
    plain = all(key is None or isinstance(key, int | slice) for key in keys)
    return sum(key is not None for key in keys) if plain else ndim


def _padding(value: Any, kernel: tuple[int, ...], dilation: tuple[int, int]) -> tuple[int, int]:
    if value == "same":
        rows, cols = (d * (k - 1) // 2 for k, d in zip(kernel, dilation, strict=True))
        return rows, cols
    return (0, 0) if value == "valid" else pair(value)


def _adaptive(span: Span, size: int) -> Span:
    length = len(span.first)
    index = torch.arange(size)
    starts, ends = index * length // size, -(-(index + 1) * length // size) - 1
    return Span(span.first[starts], span.last[ends])


def _permuted(field: _Field, name: str, shape: torch.Size, args: Any, kwargs: Any) -> _Field | None:
    order = list(range(len(shape)))
    given = list(args[1:]) or list(kwargs.values())
    if name == "permute":
        order = [int(d) for d in (given[0] if isinstance(given[0], list | tuple) else given)]
    else:
        a, b = int(given[0]), int(given[1])
        order[a], order[b] = order[b], order[a]
    order = [d % len(shape) for d in order]
    rows, cols = (order.index(len(shape) + d) - len(shape) for d in field.dims)
    return _Field(field.rows, field.cols, (rows, cols))


def _joined(fields: list[_Field], output: Tensor) -> _Field | None:
    """The union of fields over operands that match or broadcast to the output's positions."""
    dims = fields[0].dims
    if any(field.dims != dims for field in fields) or -min(dims) > output.ndim:
        return None
    rows, cols = (
        _union([getattr(field, axis) for field in fields], output.shape[d])
        for axis, d in zip(("rows", "cols"), dims, strict=True)
    )
    return None if rows is None or cols is None else _Field(rows, cols, dims)


def _union(spans: list[Span], size: int) -> Span | None:
    if any(len(span.first) not in (1, size) for span in spans):
        return None
    first = torch.stack([span.first.expand(size) for span in spans]).amin(0)
    last = torch.stack([span.last.expand(size) for span in spans]).amax(0)
    return Span(first, last)
