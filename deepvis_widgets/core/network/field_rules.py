"""What becomes of receptive fields in one operation, by what it does with positions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from .backward_rules import operation, pair
from .operations import Operation, Positions
from .receptive_field import Span


@dataclass(frozen=True)
class Field:
    """The spans of one tensor and the (negative) dimensions they run along."""

    rows: Span
    cols: Span
    dims: tuple[int, int] = (-2, -1)

    @property
    def spans(self) -> tuple[Span, Span]:
        return self.rows, self.cols


@dataclass(frozen=True)
class Call:
    """One call: its function and arguments, what came out, and of the tensors in the arguments that come from the
    picture (`operands`, by their id) the shapes before the call and the fields.
    """

    func: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    operation: Operation
    operands: Sequence[int]
    shapes: Sequence[torch.Size]
    fields: list[Field]
    outputs: list[Tensor]

    @property
    def name(self) -> str:
        return operation(self.func)

    def on(self, value: Tensor) -> list[Tensor]:
        """What the call makes of another tensor in the place of its first operand; nothing where it cannot."""
        args, kwargs = (_put(given, self.operands[0], value) for given in (self.args, self.kwargs))
        try:
            return tensors_in(self.func(*args, **kwargs))
        except (RuntimeError, TypeError, ValueError, IndexError):
            return []

    @cached_property
    def moved(self) -> list[Tensor]:
        """What the call makes of the numbers of its first operand's positions: row · width + column."""
        return self.on(_numbered(self.shapes[0], self.fields[0].dims))

    def given(self, *names: str) -> dict[str, Any]:
        """The arguments by name."""
        return dict(zip(names, self.args, strict=False)) | self.kwargs


def tensors_in(value: Any) -> list[Tensor]:
    """The tensors of an argument or an answer, also those in lists, tuples and dicts.

    >>> tensors_in([torch.ones(1), {"a": (torch.zeros(1), 3)}])
    [tensor([1.]), tensor([0.])]
    """
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [tensor for item in value for tensor in tensors_in(item)] if isinstance(value, list | tuple) else []


def _put(value: Any, known: int, other: Tensor) -> Any:
    """An argument with `other` in the place of the tensor of that id."""
    if isinstance(value, Tensor):
        return other if id(value) == known else value
    if isinstance(value, dict):
        return {key: _put(item, known, other) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_put(item, known, other) for item in value)
    return value


def ranges(length: int) -> Span:
    """Every index sees itself."""
    index = torch.arange(length)
    return Span(index, index)


# --- position by position ---


def _matched(call: Call, output: Tensor) -> Field | None:
    return joined(call.fields, output)


def joined(fields: Sequence[Field], output: Tensor) -> Field | None:
    """The union of fields over operands that match or broadcast to the output's positions."""
    dims = fields[0].dims
    if any(field.dims != dims for field in fields) or -min(dims) > output.ndim:
        return None
    rows, cols = (_union([field.spans[axis] for field in fields], output.shape[dims[axis]]) for axis in (0, 1))
    if rows is None or cols is None:
        return None
    return fields[0] if rows is fields[0].rows and cols is fields[0].cols else Field(rows, cols, dims)


def _union(spans: list[Span], size: int) -> Span | None:
    if all(span is spans[0] for span in spans) and len(spans[0].first) == size:
        return spans[0]
    if any(len(span.first) not in (1, size) for span in spans):
        return None
    first = torch.stack([span.first.expand(size) for span in spans]).amin(0)
    last = torch.stack([span.last.expand(size) for span in spans]).amax(0)
    return Span(first, last)


def _normalised(call: Call, output: Tensor) -> Field | None:
    """Position by position, unless mean and deviation are taken from the maps themselves."""
    key = "use_input_stats" if call.name == "instance_norm" else "training"
    given = call.given("input", "running_mean", "running_var", "weight", "bias", key)
    return None if given.get(key, call.name == "instance_norm") else joined(call.fields, output)


# --- along dimensions ---


def _along(call: Call, output: Tensor) -> Field | None:
    if len(call.args) > 1 and isinstance(call.args[1], Tensor):  # torch.max(x, y)
        return joined(call.fields, output)
    ndim = len(call.shapes[0])
    dims = call.operation.dims(call.args, call.kwargs, ndim)
    return _mixed(call.fields[0], dims or tuple(range(-ndim, 0)), ndim, output)


def _trailing(call: Call, output: Tensor) -> Field | None:
    count = 1
    if call.name != "linear":
        shape = call.given("input", "normalized_shape")["normalized_shape"]
        count = 1 if isinstance(shape, int) else len(shape)
    return _mixed(call.fields[0], tuple(range(-count, 0)), len(call.shapes[0]), output)


def _mixed(field: Field, dims: tuple[int, ...], ndim: int, output: Tensor) -> Field | None:
    """All places along `dims` are mixed; the output has all of these dimensions, perhaps of another length, or none."""
    if output.ndim == ndim:
        rows, cols = (
            _everywhere(span, output.shape[dim]) if dim in dims else span
            for span, dim in zip(field.spans, field.dims, strict=True)
        )
        return Field(rows, cols, field.dims)
    if output.ndim != ndim - len(dims) or not set(dims).isdisjoint(field.dims):
        return None
    row, col = (dim + sum(gone > dim for gone in dims) for dim in field.dims)
    return replace(field, dims=(row, col))


def _everywhere(span: Span, size: int) -> Span:
    """Every index sees what all of them saw."""
    return Span(span.first.amin().expand(size), span.last.amax().expand(size))


# --- windows ---


def _windowed(call: Call, output: Tensor) -> Field | None:
    field = call.fields[0]
    if field.dims != (-2, -1):
        return None
    rows, cols = zip(*_window(call), strict=True)  # (kernel, stride, padding, dilation) along each axis
    return Field(_slid(field.rows, output.shape[-2], *rows), _slid(field.cols, output.shape[-1], *cols))


def _slid(span: Span, size: int, kernel: int, stride: int, padding: int, dilation: int) -> Span:
    taps = torch.arange(size)[:, None] * stride - padding + torch.arange(kernel)[None] * dilation
    inside = (taps >= 0) & (taps < len(span.first))
    taps = taps.clamp(0, len(span.first) - 1)
    far = int(span.last.max()) + 1
    first = torch.where(inside, span.first[taps], far).amin(1)
    last = torch.where(inside, span.last[taps], -1).amax(1).clamp(min=0)
    return Span(first.minimum(last), last)  # a window wholly in the padding sees one pixel at most


def _window(call: Call) -> tuple[tuple[int, int], ...]:
    """(kernel, stride, padding, dilation), each (rows, cols), of a convolution or pooling call."""
    if call.name == "conv2d":
        given = call.given("input", "weight", "bias", "stride", "padding", "dilation")
        kernel = pair(given["weight"].shape[-2:])
        stride, dilation = pair(given.get("stride", 1)), pair(given.get("dilation", 1))
        return kernel, stride, _padding(given.get("padding", 0), kernel, dilation), dilation
    names = {
        "avg_pool2d": ("input", "kernel_size", "stride", "padding"),
        "lp_pool2d": ("input", "norm_type", "kernel_size", "stride"),
    }.get(call.name, ("input", "kernel_size", "stride", "padding", "dilation"))
    given = call.given(*names)
    kernel = pair(given["kernel_size"])
    stride = pair(given["stride"]) if given.get("stride") else kernel
    return kernel, stride, pair(given.get("padding", 0)), pair(given.get("dilation", 1))


def _padding(value: Any, kernel: tuple[int, ...], dilation: tuple[int, int]) -> tuple[int, int]:
    if value == "same":
        rows, cols = (d * (k - 1) // 2 for k, d in zip(kernel, dilation, strict=True))
        return rows, cols
    return (0, 0) if value == "valid" else pair(value)


def _adaptive(call: Call, output: Tensor) -> Field | None:
    rows, cols = call.fields[0].spans
    if call.fields[0].dims != (-2, -1):
        return None
    return Field(_divided(rows, output.shape[-2]), _divided(cols, output.shape[-1]))


def _divided(span: Span, size: int) -> Span:
    length = len(span.first)
    index = torch.arange(size)
    starts, ends = index * length // size, -(-(index + 1) * length // size) - 1
    return Span(span.first[starts], span.last[ends])


def _resized(call: Call, output: Tensor) -> Field | None:
    """Each row and column of the input set to 1 by itself shows which of the output it reaches."""
    field, (height, width) = call.fields[0], call.shapes[0][-2:]
    if field.dims != (-2, -1) or len(call.shapes[0]) != 4:
        return None
    rows = call.on(torch.eye(height)[None, :, :, None].expand(1, height, height, width))
    cols = call.on(torch.eye(width)[None, :, None, :].expand(1, width, height, width))
    if not rows or not cols:
        return None
    return Field(_reached(field.rows, rows[0][0, :, :, 0] != 0), _reached(field.cols, cols[0][0, :, 0, :] != 0))


def _reached(span: Span, reached: Tensor) -> Span:
    """`reached` (inputs, outputs) says which input index each output index depends on."""
    far = int(span.last.max()) + 1
    first = torch.where(reached, span.first[:, None], far).amin(0)
    return Span(first, torch.where(reached, span.last[:, None], -1).amax(0))


# --- one place each ---


def _permuted(call: Call, output: Tensor) -> Field | None:
    """Dimensions of different lengths show where each of them goes."""
    ndim = len(call.shapes[0])
    found = list(call.on(torch.empty(list(range(ndim))))[0].shape)
    rows, cols = (found.index(ndim + dim) - ndim for dim in call.fields[0].dims)
    return replace(call.fields[0], dims=(rows, cols))


def _rearranged(call: Call, output: Tensor) -> Field | None:
    """The numbers of the positions, moved in the same way, show which one comes where; their order has to stay."""
    if len(call.fields) > 1 or len(call.moved) != len(call.outputs):  # also an index comes from the picture
        return None
    moved = call.moved[[id(made) for made in call.outputs].index(id(output))]
    if moved.shape != output.shape or moved.dtype != torch.float32 or not output.numel():
        return None
    width = call.shapes[0][call.fields[0].dims[1]]
    moved = moved[tuple(slice(0, 1) if step == 0 else slice(None) for step in moved.stride())]  # channels in one place
    rows, cols = _line(moved // width), _line(moved % width)
    if rows is None or cols is None or (rows[0] is not None and rows[0] == cols[0]):
        return None
    if any(bool((index.diff() < 0).any()) for _, index in (rows, cols)):  # turned round
        return None
    return _placed(call.fields[0], (rows, cols), output)


def _numbered(shape: torch.Size, dims: tuple[int, int]) -> Tensor:
    """row · width + column at every place of a tensor."""
    rows, cols = (torch.arange(shape[dim]).view(-1, *[1] * (-dim - 1)) for dim in dims)
    return (rows * shape[dims[1]] + cols).float().expand(shape)


def _line(index: Tensor) -> tuple[int | None, Tensor] | None:
    """The only dimension along which an index changes (None: it is the same everywhere), and the index along it."""
    changing = [dim for dim in range(-index.ndim, 0) if not index.narrow(dim, 0, 1).expand_as(index).equal(index)]
    if len(changing) > 1:
        return None
    if not changing:
        return None, index.flatten()[:1].long()
    return changing[0], index.movedim(changing[0], -1).reshape(-1, index.shape[changing[0]])[0].long()


def _placed(field: Field, places: tuple[tuple[int | None, Tensor], ...], output: Tensor) -> Field | None:
    """An index that is the same everywhere may stand along any dimension: along its own if that is free."""
    taken = [dim for dim, _ in places]
    dims: list[int] = []
    spans: list[Span] = []
    for (dim, index), own, span in zip(places, field.dims, field.spans, strict=True):
        free = (place for place in (own, *range(-1, -output.ndim - 1, -1)) if place not in taken + dims)
        found = next((place for place in free if place >= -output.ndim), None) if dim is None else dim
        if found is None:
            return None
        index = index.expand(output.shape[found])
        dims.append(found)
        spans.append(Span(span.first[index], span.last[index]))
    return Field(spans[0], spans[1], (dims[0], dims[1]))


def _joined(call: Call, output: Tensor) -> Field | None:
    """Along a dimension that holds no positions; a stack has one dimension more than what it is made of."""
    (dim,) = call.operation.dims(call.args, call.kwargs, output.ndim) or (None,)
    if dim is None:
        return None
    if output.ndim > len(call.shapes[0]):
        fields = [replace(field, dims=_behind(field.dims, dim)) for field in call.fields]
        return joined(fields, output)
    return joined(call.fields, output) if dim not in call.fields[0].dims else None


def _behind(dims: tuple[int, int], new: int) -> tuple[int, int]:
    """Dimensions after one more has come at `new`."""
    rows, cols = (dim if dim > new else dim - 1 for dim in dims)
    return rows, cols


def _padded(call: Call, output: Tensor) -> Field | None:
    """F.pad: a position in the padding sees what it repeats, in a constant border its nearest neighbour."""
    given = call.given("input", "pad", "mode")
    amounts, mode, field = [int(amount) for amount in given["pad"]], given.get("mode", "constant"), call.fields[0]
    if len(amounts) > 4 or field.dims != (-2, -1):
        return None
    left, right, top, bottom = amounts + [0] * (4 - len(amounts))
    return Field(_bordered(field.rows, top, bottom, mode), _bordered(field.cols, left, right, mode))


def _bordered(span: Span, before: int, after: int, mode: str) -> Span:
    length = len(span.first)
    index = torch.arange(-before, length + after)
    if mode == "reflect":
        index = length - 1 - (length - 1 - index.abs()).abs()
    index = index % length if mode == "circular" else index.clamp(0, length - 1)
    return Span(span.first[index], span.last[index])


def _written(call: Call, output: Tensor) -> Field | None:
    """x[key] = value: by constants, anywhere; by what comes from the picture, at the same positions."""
    _, key, *_ = call.args
    if call.operands == [id(output)]:
        return call.fields[0]
    keys = key if isinstance(key, tuple) else (key,)
    masked = isinstance(key, Tensor) and key.dtype == torch.bool and key.shape == output.shape
    plain = all(isinstance(part, int | slice) for part in keys) and len(keys) <= output.ndim + min(call.fields[0].dims)
    return joined(call.fields, output) if masked or plain else None


FOLLOW: dict[Positions, Callable[[Call, Tensor], Field | None]] = {
    Positions.UNARY: _matched,
    Positions.BINARY: _matched,
    Positions.NARY: _matched,
    Positions.STATISTICS: _normalised,
    Positions.ALONG: _along,
    Positions.TRAILING: _trailing,
    Positions.WINDOW: _windowed,
    Positions.ADAPTIVE: _adaptive,
    Positions.RESIZED: _resized,
    Positions.PERMUTED: _permuted,
    Positions.REARRANGED: _rearranged,
    Positions.JOINED: _joined,
    Positions.PADDED: _padded,
    Positions.WRITTEN: _written,
}
