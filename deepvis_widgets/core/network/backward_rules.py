"""The rules of the backward pass: tables of operation → replacement, applied by a torch function mode.

A function mode sees every call a network makes (module, functional, in-place, reused), where module hooks do not. No
module is touched, so nothing is left behind, and the mode holds for its own thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode, resolve_name

from ..attention.parts import ATTENDING, COMPOUND, See, taken_apart
from ..one_draw import Draw
from ..overloads import plain_name, written
from .rectifiers import rectified

Replacement = Callable[[Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]
Follow = Callable[[str, tuple[Any, ...], dict[str, Any], Any], None]
Attend = Callable[[str, tuple[Any, ...], dict[str, Any]], See | None]


class Replacements(Protocol):
    """Knows which operations of a pass are replaced."""

    def find(self, name: str) -> Replacement | None:
        """Returns the replacement of the operation `name`, None where it stays as it is."""
        ...


@dataclass(frozen=True)
class NamedReplacements:
    """The replacements of a fixed table of operation → replacement."""

    table: Mapping[str, Replacement] = field(default_factory=dict)

    def find(self, name: str) -> Replacement | None:
        """Returns the replacement of the operation `name`, None where the table has none."""
        return self.table.get(name)


@dataclass(frozen=True)
class Rules:
    """A named table of operation → replacement; a replacement takes (function, args, kwargs) and has the same value.

    Rules that must remember what they saw `begin` each pass with replacements of its own.
    """

    name: str
    table: Mapping[str, Replacement] = field(default_factory=dict, hash=False, compare=False)
    begin: Callable[[], Replacements] | None = field(default=None, hash=False, compare=False)

    def replacements(self) -> Replacements:
        """Returns the replacements for one pass."""
        return NamedReplacements(self.table) if self.begin is None else self.begin()


STEPS = frozenset(
    ("round", "floor", "ceil", "trunc", "fix", "sign", "sgn", "heaviside", "floor_divide", "floordiv", "rfloordiv")
)
RECTIFIER = "rectifier"  # stands in a table for every call that is one, however it is written


class RuleMode(TorchFunctionMode):
    """Applies `rules` to every torch call of this thread, and keeps parameters out of the graph.

    Weights are detached on the way in, so that no gradient of theirs is ever computed or stored on the user's model.
    `rectifiers` counts the rectifier calls so far and `rectified` is the output of the last one; the call numbered
    `skip` passes its input on unchanged. `follow`, where given, is told of every call: its plain name, arguments and
    output (a mode of its own would double what a call costs). Generators that calls are handed join the `draw`, where
    there is one. `attend`, where given, is asked at every attention and softmax who is shown the weights; an attention
    is then computed by its parts.

    >>> x = torch.tensor([-1.0, 2.0], requires_grad=True)
    >>> with RuleMode(DECONVNET):
    ...     y = x.relu()
    >>> torch.autograd.grad(y, x, torch.tensor([3.0, -3.0]))[0]
    tensor([3., 0.])
    """

    def __init__(self, rules: Rules, skip: int | None = None) -> None:
        super().__init__()
        self.follow: Follow | None = None
        self.attend: Attend | None = None
        self.table, self.skip = rules.replacements(), skip
        self.rectifiers = 0
        self.rectified: Any = None
        self.draw: Draw | None = None

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        args, kwargs = _detached(args), {key: _detach(value) for key, value in (kwargs or {}).items()}
        func, args = written(func, args)
        name = operation(func)
        if self.draw is not None and "generator" in kwargs:
            self.draw.begin(kwargs["generator"])
        call = rectified(name, func, args, kwargs)
        if call is not None:
            self.rectifiers += 1
            if self.rectifiers == self.skip:
                return call.x.view_as(call.x)  # a tensor of its own, or it would be taken for the layer that made x
        replacement = self.table.find(name)
        if replacement is None and call is not None:
            replacement = self.table.find(RECTIFIER)
        see = None if self.attend is None or name not in ATTENDING else self.attend(name, args, kwargs)
        if see is not None and name in COMPOUND:
            return self._by_parts(name, args, kwargs, see)
        output = func(*args, **kwargs) if replacement is None else replacement(func, args, kwargs)
        if name in STEPS and replacement is None and output is not args[0]:
            output = output.detach()  # its gradient is zero everywhere: a way back that is none
        output = output if see is None else see(output)
        if call is not None:
            self.rectified = output
        if self.follow is not None:
            self.follow(name, args, kwargs, output)
        return output

    def _by_parts(self, name: str, args: Any, kwargs: Any, see: See) -> Any:
        attend, self.attend = self.attend, None  # the softmax among the parts is this one's
        try:
            with self:
                return taken_apart(name, args, kwargs, see)
        finally:
            self.attend = attend


@cache
def operation(func: Any) -> str:
    """Returns the plain name of a torch function: "relu" for F.relu, torch.relu, Tensor.relu_ and their like.

    >>> operation(torch.Tensor.relu_)
    'relu'
    """
    if isinstance(func, torch._ops.OpOverload):
        return plain_name(func).strip("_")
    name: str = resolve_name(func) or getattr(func, "__name__", "")
    return name.rsplit(".", 1)[-1].strip("_")


def pair(value: Any) -> tuple[int, int]:
    """Returns (rows, cols) of an argument that may be one number for both.

    >>> pair(3), pair((1, 2))
    ((3, 3), (1, 2))
    """
    if isinstance(value, Sequence):
        return (int(value[0]), int(value[-1]))
    return (int(value), int(value))


def _detach(value: Any) -> Any:
    known = type(value) is Tensor or not isinstance(value, Tensor)  # asking whether it is a Parameter is slow
    return value if known or not isinstance(value, torch.nn.Parameter) else value.detach()


def _detached(args: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(map(_detach, args))


class _SignalReLU(torch.autograd.Function):
    """ReLU whose backward keeps the positive part of the signal, with or without the forward mask."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, masked: bool, in_place: bool, upper: float | None) -> Tensor:
        if in_place:
            ctx.mark_dirty(x)
        y = x.clamp_(0, upper) if in_place else x.clamp(0, upper)
        ctx.upper = upper
        if masked:
            ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        if not ctx.saved_tensors:
            return grads[0].clamp(min=0), None, None, None
        (y,) = ctx.saved_tensors
        if ctx.upper is None:
            return torch.ops.aten.threshold_backward(grads[0], y, 0).clamp_(min=0), None, None, None
        return torch.ops.aten.hardtanh_backward(grads[0], y, 0, ctx.upper).clamp_(min=0), None, None, None


def _signal_rectifiers(masked: bool) -> dict[str, Replacement]:
    def rectify(func: Any, args: Any, kwargs: Any) -> Any:
        call = rectified(operation(func), func, args, kwargs)
        assert call is not None
        return _SignalReLU.apply(call.x, masked, call.in_place, call.upper)

    return {RECTIFIER: rectify}


PLAIN = Rules("plain")
# Zeiler & Fergus 2014, sec. 2.1: the signal is rectified on its way down, whatever the forward pass did
DECONVNET = Rules("deconvnet", _signal_rectifiers(masked=False))
# Springenberg et al. 2015, sec. 3.4: both the signal and the forward mask rectify
GUIDED = Rules("guided", _signal_rectifiers(masked=True))
