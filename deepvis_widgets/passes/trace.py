"""The operations of one pass as a list that can be run again on other values: what incremental passes are made from.

A dispatch mode sees the few elementary operations that every network boils down to, whatever modules, functions and
in-place calls it is written with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

aten = torch.ops.aten


class Untraceable(Exception):
    """The pass does something that a list of operations cannot say: its course depends on the values, for one."""


@dataclass(frozen=True)
class Ref:
    """Stands for the value of that number in the arguments of an operation."""

    index: int


@dataclass(eq=False)
class Op:
    """One operation. `args` and `kwargs` hold Refs where values of the pass go in; `outs` numbers what comes out (-1:
    nothing that is used).
    """

    func: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    outs: tuple[int, ...]

    @property
    def name(self) -> str:
        """Of the operation, without its overload: "convolution"."""
        name: str = self.func._schema.name
        return name.split("::")[1]

    @property
    def ins(self) -> list[int]:
        """The numbers of the values it takes."""
        return list(_refs((self.args, self.kwargs)))


@dataclass(eq=False)
class Program:
    """A pass: value 0 is its input, `ops` make the others. `numbers` finds the value that a tensor of the pass was,
    `values` has them all.
    """

    ops: list[Op] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)
    values: list[Tensor] = field(default_factory=list)
    held: list[Tensor] = field(default_factory=list)  # or an id might be given away

    def number(self, tensor: Tensor) -> int:
        """Returns the number of the value that this tensor of the traced pass holds; Untraceable if it holds none."""
        if id(tensor) not in self.numbers:
            raise Untraceable("a value that is no result of the input")
        return self.numbers[id(tensor)]


class Trace(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Records the operations of the pass that runs under it, beginning with the tensor given to `start`.

    >>> x, trace = torch.ones(1, 2), Trace()
    >>> trace.start(x)
    >>> with trace:
    ...     y = (x + 1).relu()
    >>> [op.name for op in trace.program.ops]
    ['add', 'relu']
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.program = Program()
        self._count = 0
        self._storages: dict[int, set[int]] = {}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Says that no compiler comes by here: to keep it away PyTorch would import it first, which takes seconds."""
        return False

    def start(self, x: Tensor) -> None:
        """Begins the program with `x`, its value 0."""
        self._name(x)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func is aten._local_scalar_dense.default and id(args[0]) in self.program.numbers:
            raise Untraceable("a number is read from a value")
        written = (self._written(args), self._written(kwargs))
        if func._schema.is_mutable and isinstance(written[0][0], Ref):
            self.program.values[written[0][0].index] = args[0].clone()
        output = func(*args, **kwargs)
        if any(True for _ in _refs(written)):
            self._append(func, written, output, args)
        return output

    def _append(self, func: Any, written: tuple[Any, Any], output: Any, args: Any) -> None:
        if func._schema.is_mutable:
            func = self._functional(func, args)
        outputs = output if isinstance(output, tuple | list) else (output,)
        outs = tuple(self._name(out) if isinstance(out, Tensor) else -1 for out in outputs)
        self.program.ops.append(Op(func, *written, outs))

    def _functional(self, func: Any, args: Any) -> Any:
        """Returns the operation that leaves its input alone, for one that overwrites its first argument only."""
        name = func._schema.name.split("::")[1]
        shared = self._storages.get(args[0].untyped_storage().data_ptr(), set())
        if not name.endswith("_") or len(shared) > 1 or not hasattr(aten, name[:-1]):
            raise Untraceable(f"{name} overwrites a value that others share")
        return getattr(getattr(aten, name[:-1]), func._overloadname)

    def _name(self, tensor: Tensor) -> int:
        number, self._count = self._count, self._count + 1
        self.program.numbers[id(tensor)] = number
        self.program.held.append(tensor)
        self.program.values.append(tensor)
        self._storages.setdefault(tensor.untyped_storage().data_ptr(), set()).add(id(tensor))
        return number

    def _written(self, value: Any) -> Any:
        """Returns an argument with Refs in the place of the values of this pass."""
        if isinstance(value, Tensor):
            return Ref(self.program.numbers[id(value)]) if id(value) in self.program.numbers else value
        if isinstance(value, tuple | list):
            return type(value)(self._written(item) for item in value)
        return {key: self._written(item) for key, item in value.items()} if isinstance(value, dict) else value


def replaced(value: Any, values: Callable[[int], Any]) -> Any:
    """Returns an argument with values in the place of its Refs."""
    if isinstance(value, Ref):
        return values(value.index)
    if isinstance(value, tuple | list):
        return type(value)(replaced(item, values) for item in value)
    return {key: replaced(item, values) for key, item in value.items()} if isinstance(value, dict) else value


def _refs(value: Any) -> Any:
    if isinstance(value, Ref):
        yield value.index
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _refs(item)
    elif isinstance(value, dict):
        yield from _refs(tuple(value.values()))
