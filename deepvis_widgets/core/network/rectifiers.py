"""Which calls of a pass are rectifiers, by what they do: max(x, 0), with or without an upper bound, however written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import _disable_current_modes


@dataclass(frozen=True, eq=False)
class Rectified:
    """A call that gives min(max(x, 0), upper), in place or not; `upper` None: no bound."""

    x: Tensor
    upper: float | None = None
    in_place: bool = False


def rectified(name: str, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Rectified | None:
    """Returns what a torch call with this plain name rectifies; None where it is no rectifier.

    >>> x = torch.tensor([-1.0, 2.0])
    >>> rectified("clamp", torch.clamp, (x, 0), {}).upper is None
    True
    >>> rectified("hardtanh", torch.nn.functional.hardtanh, (x,), {}) is None  # it lets through what is above -1
    True
    """
    read = _READERS.get(name)
    return None if read is None else read(func, args, kwargs)


def is_in_place(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Returns whether this call of an activation overwrites its input."""
    name = getattr(func, "__name__", "")
    return (
        bool(kwargs.get("inplace", False))
        or (name.endswith("_") and not name.endswith("__"))
        or (len(args) > 1 and args[-1] is True)
    )


Reader = Callable[[Any, tuple[Any, ...], dict[str, Any]], Rectified | None]


def _given(
    args: tuple[Any, ...], kwargs: dict[str, Any], names: tuple[str, ...], defaults: tuple[Any, ...]
) -> list[Any]:
    """Returns the arguments after the input, by position or by name."""
    return [
        args[place] if len(args) > place else kwargs.get(name, default)
        for place, (name, default) in enumerate(zip(names, defaults, strict=True), start=1)
    ]


def _input(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor:
    x: Tensor = args[0] if args else kwargs["input"]
    return x


def _is(value: Any, number: float) -> bool:
    """Whether an argument is this number, or a tensor of it alone."""
    if isinstance(value, Tensor):
        return not value.requires_grad and value.numel() > 0 and _all(value, number)
    return isinstance(value, int | float) and value == number


def _all(value: Tensor, expected: Tensor | float) -> bool:
    """Whether two tensors are the same; who traces the pass does not see that it was asked."""
    with _disable_current_modes():
        return bool((value == expected).all())


def _plain(upper: float | None) -> Reader:
    return lambda func, args, kwargs: Rectified(_input(args, kwargs), upper, is_in_place(func, args, kwargs))


def _clamped(names: tuple[str, str], defaults: tuple[Any, Any]) -> Reader:
    """A call with a lower and an upper bound."""

    def read(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Rectified | None:
        low, high = _given(args, kwargs, names, defaults)
        bounded = high is None or (isinstance(high, int | float) and high > 0)
        if low is None or not _is(low, 0) or not bounded:
            return None
        return Rectified(_input(args, kwargs), None if high is None else float(high), is_in_place(func, args, kwargs))

    return read


def _numbers(expected: tuple[float, ...], names: tuple[str, ...], defaults: tuple[Any, ...]) -> Reader:
    """A call that is a rectifier where its arguments are these numbers."""

    def read(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Rectified | None:
        given = _given(args, kwargs, names, defaults)
        fits = all(_is(value, number) for value, number in zip(given, expected, strict=True))
        return Rectified(_input(args, kwargs), None, is_in_place(func, args, kwargs)) if fits else None

    return read


def _larger(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Rectified | None:
    """The larger of a tensor and zeros, in either order."""
    pair = [*args, *(kwargs[name] for name in ("input", "other") if name in kwargs)]
    if len(pair) != 2 or not all(isinstance(part, Tensor) for part in pair):
        return None
    for x, other in (pair, pair[::-1]):
        if _is(other, 0) and torch.broadcast_shapes(x.shape, other.shape) == x.shape:  # type: ignore[no-untyped-call]
            return Rectified(x)
    return None


def _chosen(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Rectified | None:
    """torch.where(x > 0, x, 0), or torch.where(x < 0, 0, x)."""
    if len(args) != 3 or kwargs or not isinstance(args[0], Tensor):
        return None
    condition, *pair = args
    for x, other, kept in ((pair[0], pair[1], True), (pair[1], pair[0], False)):
        if isinstance(x, Tensor) and condition.shape == x.shape and _is(other, 0) and _keeps(condition, x, kept):
            return Rectified(x)
    return None


def _filled(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Rectified | None:
    """x.masked_fill(x < 0, 0)."""
    if len(args) != 3 or kwargs or not _is(args[2], 0) or args[1].shape != args[0].shape:
        return None
    return Rectified(args[0], None, is_in_place(func, args, kwargs)) if _keeps(args[1], args[0], False) else None


def _keeps(condition: Tensor, x: Tensor, kept: bool) -> bool:
    """Whether a condition is `kept` where x is above zero, or from zero on, and nowhere else."""
    if not x.is_floating_point():
        return False
    with _disable_current_modes():
        above, from_zero = (x > 0, x >= 0) if kept else (x <= 0, x < 0)
    return _all(condition, above) or _all(condition, from_zero)


_READERS: dict[str, Reader] = {
    "relu": _plain(None),
    "relu6": _plain(6.0),
    "hardtanh": _clamped(("min_val", "max_val"), (-1.0, 1.0)),
    "clamp": _clamped(("min", "max"), (None, None)),
    "clip": _clamped(("min", "max"), (None, None)),
    "clamp_min": _numbers((0,), ("min",), (None,)),
    "threshold": _numbers((0, 0), ("threshold", "value"), (None, None)),
    "leaky_relu": _numbers((0,), ("negative_slope",), (0.01,)),
    "maximum": _larger,
    "max": _larger,
    "where": _chosen,
    "masked_fill": _filled,
    "fmax": _larger,
    "prelu": _numbers((0,), ("weight",), (None,)),
    "elu": _numbers((0,), ("alpha",), (1.0,)),
    "rrelu": _numbers((0, 0), ("lower", "upper"), (1 / 8, 1 / 3)),
}
WRITTEN_AS = frozenset(_READERS)  # the plain names of calls that may be rectifiers
