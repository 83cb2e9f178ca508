"""A pass through the operations of a traced one, and the way back over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ..replay import AGAIN_OTHERWISE, again, last_uses, needed
from ..trace import Op, Ref
from .derivatives import Derivative, Rectify, derivative

IN_PLACE: dict[str, Callable[..., Any]] = {
    "relu": torch.relu_,
    "hardtanh": torch.nn.functional.hardtanh_,
    "add": Tensor.add_,
}
# the same operations, called in half the time: their arguments are read by code made for them
QUICKER: dict[str, Callable[..., Any]] = {
    "convolution": torch.convolution,
    "native_batch_norm": torch.native_batch_norm,
    "relu": torch.relu,
    "addmm": torch.addmm,
    "cat": torch.cat,
    "mean": torch.mean,
    "max_pool2d_with_indices": torch._C._nn.max_pool2d_with_indices,
}
FRESH = frozenset(("convolution", "native_batch_norm", "_native_batch_norm_legit_no_training", "addmm", "add"))
Tape = list[tuple["Step", Any]]


class Way:
    """The way from the value `since` of traced operations, 0 being the input, to the value `head`, and back.

    `shapes` are those of the values as they were traced, and `rectify` says what rectifiers send back; or `find` says
    what every operation does, and the values `held` for that are not overwritten. Made for inputs (B, ...) of any
    number: `forth` keeps on a tape what `back` needs, which runs as often as one likes.

    >>> from deepvis_widgets.core.network.backward_rules import PLAIN
    >>> from deepvis_widgets.passes.backward.derivatives import RECTIFY
    >>> from deepvis_widgets.passes.trace import Trace
    >>> x, trace = torch.tensor([[-1.0, 2.0]]), Trace()
    >>> trace.start(x)
    >>> with trace:
    ...     y = (3 * x).relu()
    >>> shapes = [value.shape for value in trace.program.values]
    >>> way = Way(trace.program.ops, shapes, trace.program.number(y), RECTIFY[PLAIN])
    >>> values, tape = way.forth(x)
    >>> way.back(tape, torch.ones(1, 2)).tolist()
    [[0.0, 3.0]]
    """

    def __init__(
        self,
        ops: list[Op],
        shapes: Sequence[torch.Size],
        head: int,
        rectify: Rectify,
        since: int = 0,
        find: Callable[[Op], Derivative | None] | None = None,
        held: Collection[int] = (),
    ) -> None:
        wanted = {head, since} - {0}
        known = find or partial(derivative, shapes=lambda number: shapes[number], rectify=rectify)
        ops = needed(ops, wanted)
        self.head, self.since = head, since
        self.ends = last_uses(ops, wanted)
        taken = Counter([number for op in ops for number in op.ins] + [*wanted])
        makers = {number: op for op in ops for number in op.outs}
        live = {since}
        self.steps = []
        for op in ops:
            back = bool(live & set(op.ins)) and since not in op.outs
            live |= set(op.outs) if back else set()
            found = known(op) if back else None
            overwrite = None if set(op.ins) & set(held) else _overwrites(op, taken, makers, shapes)
            self.steps.append(Step(op, back, live, found, overwrite))

    def forth(self, x: Tensor) -> tuple[dict[int, Tensor], Tape]:
        """Returns the values `head` and `since` for an input (B, ...), and the tape."""
        values: dict[int, Any] = {0: x}
        tape: Tape = []
        with torch.inference_mode(False), torch.no_grad():
            count = len(x)
            for step, ended in zip(self.steps, self.ends, strict=True):
                kept = step.run(values, count)
                if step.back:
                    tape.append((step, kept))
                for number in ended:
                    values.pop(number, None)
        return values, tape

    def back(self, tape: Tape, seed: Tensor, gradients: Gradients | None = None) -> Tensor | None:
        """Returns what arrives at `since` when `seed`, shaped like it, starts at `head`; None where nothing does. It is
        added up in `gradients`.
        """
        gradients = Gradients() if gradients is None else gradients
        gradients.add(self.head, seed, False)
        with torch.inference_mode(False), torch.no_grad():
            for step, kept in reversed(tape):
                step.send(kept, gradients)
        return gradients.found.get(self.since)


class Gradients:
    """What has arrived at each value so far, and which of it may be overwritten."""

    def __init__(self) -> None:
        self.found: dict[int, Tensor] = {}
        self._spare: set[int] = set()

    def add(self, number: int, gradient: Tensor, spare: bool) -> None:
        """Adds what arrives at a value; `spare` says that nobody else holds it."""
        if number not in self.found:
            self.found[number] = gradient
            self._spare |= {number} if spare else set()
        elif number in self._spare:
            self.found[number].add_(gradient)
        else:
            self.found[number] = self.found[number] + gradient
            self._spare.add(number)

    def take(self, number: int) -> tuple[Tensor | None, bool]:
        """Returns all that arrived at a value, and whether it is spare; it is forgotten here."""
        spare = number in self._spare
        self._spare.discard(number)
        return self.found.pop(number, None), spare


class Step:
    """One operation of a way: run again, and where it lies on the way `back`, back by its derivative, or by autograd
    where there is `found` none.
    """

    def __init__(
        self, op: Op, back: bool, live: Collection[int], found: Derivative | None, overwrite: Callable[..., Any] | None
    ) -> None:
        self.op, self.back, self.derivative = op, back, found
        self.taught = [number for number in dict.fromkeys(op.ins) if number in live] if back else []
        quicker = QUICKER.get(op.name, op.func)
        self.func = quicker if overwrite is None or (back and found is None) else overwrite
        self.places = [(place, given.index) for place, given in enumerate(op.args) if isinstance(given, Ref)]
        whole = [number for _, number in self.places] == op.ins
        self.plain = whole and not op.kwargs and op.name not in AGAIN_OTHERWISE

    def run(self, values: dict[int, Any], count: int) -> Any:
        """Puts the outputs into `values`, and returns what the way back needs."""
        if self.back and self.derivative is None:
            return self._run_by_autograd(values, count)
        args, output = self._again(values) if self.plain else again(self.op, values, count, self.func)
        self._put(values, output)
        return None if self.derivative is None or not self.back else self.derivative.keep(args, output)

    def _again(self, values: dict[int, Any]) -> tuple[list[Any], Any]:
        """As `again`, where only whole arguments are values."""
        args = [*self.op.args]
        for place, number in self.places:
            args[place] = values[number]
        return args, self.func(*args)

    def _put(self, values: dict[int, Any], output: Any) -> None:
        outputs = output if isinstance(output, tuple | list) else (output,)
        values.update(zip(self.op.outs, outputs, strict=False))

    def _run_by_autograd(self, values: dict[int, Any], count: int) -> Any:
        with torch.enable_grad():
            leaves = {number: values[number].detach().requires_grad_() for number in self.taught}
            output = again(self.op, {**values, **leaves}, count)[1]
        outputs = output if isinstance(output, tuple | list) else (output,)
        self._put(values, [out.detach() if isinstance(out, Tensor) else out for out in outputs])
        return leaves, outputs

    def send(self, kept: Any, gradients: Gradients) -> None:
        """Takes what arrived at the outputs and adds what goes to each input."""
        if self.derivative is None:
            self._send_by_autograd(kept, gradients)
            return
        arrived, spare = gradients.take(self.op.outs[0])
        if arrived is not None:
            for number, gradient, own in self.derivative.send(kept, arrived, spare):
                gradients.add(number, gradient, own)

    def _send_by_autograd(self, kept: Any, gradients: Gradients) -> None:
        leaves, outputs = kept
        arrived = [gradients.take(number)[0] for number in self.op.outs]
        pairs = [(o, g) for o, g in zip(outputs, arrived, strict=False) if g is not None and o.requires_grad]
        if not pairs:
            return
        made, given = zip(*pairs, strict=True)
        found = torch.autograd.grad(made, [*leaves.values()], given, retain_graph=True, allow_unused=True)
        for number, gradient in zip(leaves, found, strict=True):
            if gradient is not None:
                gradients.add(number, gradient, False)


def _overwrites(
    op: Op, taken: Counter[int], makers: dict[int, Op], shapes: Sequence[torch.Size]
) -> Callable[..., Any] | None:
    """Returns the operation that overwrites its first input, where nobody else asks for that."""
    first = op.args[0] if op.args else None
    if op.name not in IN_PLACE or not isinstance(first, Ref) or taken[first.index] != 1:
        return None
    maker = makers.get(first.index)
    fits = maker is not None and maker.name in FRESH and shapes[first.index] == shapes[op.outs[0]]
    return IN_PLACE[op.name] if fits and op.func._overloadname in ("default", "Tensor") else None
