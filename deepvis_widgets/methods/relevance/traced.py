"""Relevance over the operations of a traced pass: what the replacements do, without a mode, hooks or a graph."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...passes.backward.derivatives import Derivative, Sent, derivative
from ...passes.backward.recorded import Traced
from ...passes.backward.way import Gradients, Way
from ...passes.fusion import fixed_norm
from ...passes.operation_calls import BatchNormCall, ConvolutionCall
from ...passes.trace import Op, Ref, Untraceable
from .autograd_functions import shares
from .biases import LEFT_OUT
from .composites import Composite
from .ledger import Account
from .linear_call import Contribution, LinearCall, batch_norm, norm_key
from .made_weights import MadeWeights
from .redistribute import redistribute
from .rules import AlphaBeta, flat_rule
from .sliding import Sliding

ROUTED = frozenset(("max_pool2d_with_indices", "cat", "view", "_unsafe_view"))
SUMS = frozenset(("mean", "avg_pool2d", "_adaptive_avg_pool2d"))
PASSED = frozenset(("relu", "hardtanh", "clone"))
LINEAR = frozenset(("convolution", "addmm"))
Bounds = tuple[Tensor, Tensor]


class Found(NamedTuple):
    """The class scores (1, n), the relevance of the input and of each layer (None where none arrives), the time of each
    layer's output, and the accounts.
    """

    scores: Tensor
    relevance: dict[str, Tensor | None]
    times: dict[str, int]
    accounts: list[Account]


class TracedRelevance:
    """The way of relevance from the class scores of a network to its input, by the rules of a composite.

    Raises Untraceable for an operation that is not known here; the replacements know more.
    """

    def __init__(self, traced: Traced, composite: Composite, bounds: Bounds, picture: str) -> None:
        self.composite, self.bounds = composite, bounds
        self.shapes, self.head = traced.shapes, traced.scores
        self.layers = {picture: 0} | traced.layers
        self.biases = composite.biases
        self._readers = Counter(number for op in traced.ops for number in op.ins)
        self._makers = {number: op for op in traced.ops for number in op.outs}
        self._times = {number: time for time, op in enumerate(traced.ops, start=1) for number in op.outs} | {0: 0}
        self._norms = {op.ins[0]: op for op in traced.ops if self._is_merged(op)}
        held = {number for op in traced.ops for number in self._held(op)}
        self._way = Way(traced.ops, self.shapes, self.head, _unasked, find=self._find, held=held)
        self._one_at_a_time = threading.Lock()
        self._kept: MadeWeights | None = None
        self._accounts: list[Account] = []
        self._calls: dict[int, LinearCall] = {}

    def __call__(self, x: Tensor, choose: Callable[[Tensor], Tensor], kept: MadeWeights | None) -> Found:
        """Returns what arrives where for an input x (1, C, H, W); `choose` gives the relevance of the scores."""
        with self._one_at_a_time, torch.no_grad():
            self._kept, self._accounts, self._calls = kept, [], {}
            try:
                values, tape = self._way.forth(x)
                scores, gathered = values[self.head], Gathered()
                at_input = self._way.back(tape, choose(scores), gathered)
                arrived = gathered.all | {0: at_input}
                relevance = {name: arrived.get(number) for name, number in self.layers.items()}
                times = {name: self._times[number] for name, number in self.layers.items()}
                return Found(scores, relevance, times, self._accounts)
            finally:
                self._accounts, self._calls = [], {}

    def enter(self, account: Account) -> None:
        """Adds the account of one operation."""
        self._accounts.append(account)

    # --- what operations do ---

    def _find(self, op: Op) -> Derivative:
        if op.name in LINEAR:
            return self._linear(op)
        if 0 in op.ins:
            raise Untraceable(f"{op.name} prepares the picture")
        if fixed_norm(op) is not None:
            return self._norm(op)
        if (op.name in PASSED and len(op.ins) == 1) or self._only_lies_otherwise(op):
            return Derivative(lambda args, outputs: None, lambda _, arrived, spare: [(op.ins[0], arrived, False)])
        if op.name in SUMS and len(op.ins) == 1:
            return self._shared(op, lambda args: lambda x: op.func(x, *args[1:], **op.kwargs))
        if op.name == "add" and not op.kwargs and len(op.ins) == len(op.args) == 2:
            return self._shared(op, lambda args: torch.add)
        found = derivative(op, lambda number: self.shapes[number], _unasked) if op.name in ROUTED else None
        if found is None:
            raise Untraceable(f"{op.name} has no rule here")
        return found

    def _linear(self, op: Op) -> Derivative:
        convolution = ConvolutionCall.of(op)
        if op.kwargs or (convolution is not None and not (convolution.is_of_maps and len(op.ins) == 1)):
            raise Untraceable(f"{op.name} of another kind")
        if convolution is None and not (isinstance(op.args[1], Ref) and len(op.ins) == 1):
            raise Untraceable("a product of matrices")
        [number], out = op.ins, op.outs[0]

        def keep(args: Sequence[Any], output: Tensor) -> LinearCall:
            call = self._calls[out] = _call_of(convolution, args)
            call.made = _made(call, output), output._version
            call.biases, call.kept, call.uses = self.biases, self._kept, self._readers[out]
            if number == 0:
                low, high = (bound.to(call.x).expand(call.x.shape) for bound in self.bounds)
                call.bounds = low, high
            return call

        def send(call: LinearCall, arrived: Tensor, spare: bool) -> Sent:
            rule, epsilon = self.composite.rule(call, number == 0)
            parts = redistribute(call, rule, epsilon, arrived)
            self.enter(parts.account(self._times[out], arrived))
            return [(number, parts.relevance, False)]

        return Derivative(keep, send)

    def _norm(self, op: Op) -> Derivative:
        """Merged into the convolution before it; else an affine map."""
        number, merged = op.ins[0], op.ins[0] in self._norms

        def keep(args: Sequence[Any], outputs: Any) -> tuple[Tensor, Tensor, Tensor] | None:
            norm = BatchNormCall.of(Op(op.func, tuple(args), {}, op.outs))
            assert norm is not None
            given = norm.input, norm.mean, norm.variance, norm.gain, norm.shift, False, 0.1, norm.epsilon
            numbers = batch_norm(given, {})
            if merged:
                self._calls[number].norm, self._calls[number].norm_key = numbers, norm_key(given, {})
                return None
            scale, shift = (values.view(1, -1, *[1] * (norm.input.ndim - 2)) for values in numbers)
            return norm.input, scale, shift

        def send(kept: tuple[Tensor, Tensor, Tensor] | None, arrived: Tensor, spare: bool) -> Sent:
            if kept is None or self.biases == LEFT_OUT:
                return [(number, arrived, False)]
            x, scale, shift = kept
            parts = shares(lambda x: x * scale + shift, 1, self, self._times[op.outs[0]], [x], arrived, False)
            return [(number, parts[0], False)]

        return Derivative(keep, send)

    def _shared(self, op: Op, of: Callable[[Sequence[Any]], Callable[..., Tensor]]) -> Derivative:
        """A sum, of which every part takes as it contributes."""
        time = self._times[op.outs[0]]

        def send(args: Sequence[Any], arrived: Tensor, spare: bool) -> Sent:
            inputs = [args[place] for place, given in enumerate(op.args) if isinstance(given, Ref)]
            parts = shares(of(args), 1, self, time, inputs, arrived, True)
            return [(number, part, False) for number, part in zip(op.ins, parts, strict=True)]

        return Derivative(lambda args, outputs: args, send)

    # --- about operations ---

    def _only_lies_otherwise(self, op: Op) -> bool:
        """Whether this only says in which order values lie in memory."""
        return op.name == "as_strided" and self.shapes[op.ins[0]] == self.shapes[op.outs[0]]

    def _is_merged(self, op: Op) -> bool:
        """Whether this is the batch-norm of a convolution that nobody else reads."""
        maker = self._makers.get(op.ins[0]) if fixed_norm(op) is not None else None
        return maker is not None and maker.name == "convolution" and self._readers[op.ins[0]] == 1

    def _held(self, op: Op) -> list[int]:
        """The values that the way back through an operation needs."""
        if op.name not in LINEAR:
            return [] if op.name in PASSED or self._is_merged(op) else op.ins
        rule = self.composite.convolution if op.name == "convolution" else self.composite.dense
        rule = self.composite.picture or rule if 0 in op.ins else rule
        return [*op.ins, *([] if rule is flat_rule or isinstance(rule, AlphaBeta) else op.outs)]


class Gathered(Gradients):
    """What arrived at each value, also those that it was handed on from."""

    def __init__(self) -> None:
        super().__init__()
        self.all: dict[int, Tensor | None] = {}

    def take(self, number: int) -> tuple[Tensor | None, bool]:
        found, spare = super().take(number)
        self.all[number] = found
        return found, spare


def _unasked(gradient: Tensor, output: Tensor, upper: float | None, spare: bool) -> Tensor:
    raise Untraceable("rectifiers hand relevance on")


def _call_of(convolution: ConvolutionCall | None, args: Sequence[Any]) -> LinearCall:
    """Returns a convolution, or a dense layer, of these arguments."""
    if convolution is None:
        bias, x, weight = args
        by: Callable[..., Tensor] = torch.nn.functional.linear
        return LinearCall("linear", by, x, weight.detach().t(), bias.detach(), version=x._version)
    x, weight, bias, *rest = args
    by = lambda x, weight, bias: torch.convolution(x, weight, bias, *rest)  # noqa: E731
    slides = Sliding(convolution.stride, convolution.padding, convolution.dilation, convolution.groups)
    bias = None if bias is None else bias.detach()
    return LinearCall("conv2d", by, x, weight.detach(), bias, version=x._version, sliding=slides)


def _made(call: LinearCall, output: Tensor) -> Contribution:
    return Contribution(output, partial(call.back, call.x, call.own_weight))
