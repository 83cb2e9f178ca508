"""The replacements of one pass: they remember what the pass computed, and account for the relevance sent back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from ...core.attention.parts import COMPOUND, taken_apart
from ...core.errors import DeepvisError
from ...core.network.backward_rules import Replacement, operation
from .autograd_functions import ByRule, Filled, Halved, Merged, Passed, Shared, Softmax, Written
from .biases import LEFT_OUT
from .call_arguments import as_function, has_constants, overwrites, tensors_of
from .composites import Composite
from .ledger import Account
from .linear_call import LINEAR, LinearCall, batch_norm, linear_call, norm_key
from .made_weights import MadeWeights
from .norms import NORMS, centred
from .operations import ADDED, FILLED, JOINED, PASSED, PREPARING, PRODUCTS, ROUTED, SCALED, SHARED, WRITING

OVERWRITING = PASSED | ADDED | SCALED
Call = Callable[..., Any]
Bounds = tuple[Tensor, Tensor]


class RelevanceReplacements:
    """The replacements of one forward pass: operations with the same values that send relevance back, by `composite`.

    Every operation has one. `bounds` are the least and greatest values (1, C, 1, 1) of a picture, `kept` is what was
    made of weights before. Raises DeepvisError in the pass for an operation that there is no rule for.

    >>> import torch
    >>> from deepvis_widgets.core.network.backward_rules import Rules
    >>> from deepvis_widgets.methods.relevance.composites import composite
    >>> rules = Rules("ε-LRP", begin=lambda: RelevanceReplacements(composite("epsilon", 1e-6, 0.25)))
    >>> replacements = rules.replacements()
    >>> x = torch.tensor([[1.0, 2.0]], requires_grad=True)
    >>> y = replacements.find("linear")(torch.nn.functional.linear, (x, torch.tensor([[3.0, 1.0]])), {})
    >>> y.backward(y.detach())  # the relevance of the output is its value, 5 = 3 · 1 + 1 · 2
    >>> x.grad.round().tolist()
    [[3.0, 2.0]]
    """

    def __init__(self, composite: Composite, bounds: Bounds | None = None, kept: MadeWeights | None = None) -> None:
        self.composite, self.kept = composite, kept
        self.time = 0  # counts the operations of the pass
        self.accounts: list[Account] = []
        self._born: dict[int, int] = {}  # id of a tensor → the operation that made it
        self._pictures: dict[int, Bounds | None] = {}  # the picture, also prepared: ids → least and greatest values
        self._outputs: dict[int, tuple[int, LinearCall]] = {}  # id of an output → its version then, and its call
        self._bounds = bounds
        self._accounting = threading.Lock()

    def find(self, name: str) -> Replacement:
        """Returns the replacement of the operation `name`."""
        return partial(self._replace, name)

    @property
    def biases(self) -> str:
        """What becomes of biases."""
        return self.composite.biases

    # --- after the pass ---

    def time_of(self, output: Tensor) -> int:
        """Returns the number of the operation that made this tensor."""
        return self._born.get(id(output), 0)

    @contextmanager
    def accounting(self, start: Tensor) -> Iterator[list[Account]]:
        """Yields the accounts of the backward pass inside, which begins at `start`; one pass at a time.

        A batch-norm that comes after the start is not part of what is explained, so it is not merged.
        """
        with self._accounting:
            self.accounts = []
            call = self._call_of(start)
            if call is not None:
                call.merged = False
            try:
                yield self.accounts
            finally:
                if call is not None:
                    call.merged = True

    def enter(self, account: Account) -> None:
        """Adds the account of one operation."""
        self.accounts.append(account)

    # --- during the pass ---

    def _replace(self, name: str, func: Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if name == "get" and not isinstance(asked := func(*args, **kwargs), Tensor):  # a shape, a dtype, ...
            return asked
        live = tensors_of((args, kwargs))
        if not live or not torch.is_grad_enabled():
            with torch.no_grad():
                return func(*args, **kwargs)
        self.time += 1
        self._check_known(live)
        prepared = self._prepared(name, func, args, kwargs, live)
        output = self._answer(name, func, args, kwargs, live)
        if name in WRITING:
            output = args[0]
        self._note(name, live, output, prepared)
        return None if name == "setitem" else iter(output) if name == "iter" else output

    def _check_known(self, live: list[Tensor]) -> None:
        if not self._born:
            self._born[id(live[0])] = 0
            self._pictures[id(live[0])] = self._bounds_of(live[0])
        if any(id(tensor) not in self._born for tensor in live):
            raise DeepvisError(
                "lrp has no rule for an operation of this network's own that autograd was taught by hand."
            )

    def _note(self, name: str, live: list[Tensor], output: Any, prepared: list[Bounds | None]) -> None:
        made = tensors_of(output)
        known = self._call_of(live[0]) if name == "clone" else None
        if made and known is None:
            for call in filter(None, map(self._call_of, live)):
                call.uses += 1
        for tensor in made:
            self._born[id(tensor)] = self.time
            self._pictures.pop(id(tensor), None)
            if name not in LINEAR:
                self._outputs.pop(id(tensor), None)
        if known is not None:
            self._outputs[id(made[0])] = made[0]._version, known
        if prepared and isinstance(output, Tensor):
            self._pictures[id(output)] = prepared[0]

    def _answer(self, name: str, func: Call, args: Any, kwargs: Any, live: list[Tensor]) -> Any:
        if name in LINEAR:
            return self._linear(name, func, args, kwargs)
        if name == "batch_norm":
            return self._batch_norm(func, args, kwargs)
        if name == "iter":
            return args[0].unbind(0)
        if name in COMPOUND:
            with _CompoundMode(self):
                return taken_apart(name, args, kwargs)
        compute = as_function(name, func, args, kwargs, live)
        if name in OVERWRITING and overwrites(name, func, args, kwargs):
            if name in PASSED and len(live) == 1:
                return Passed.apply(live[0], lambda _: func(*args, **kwargs), True)
            return self._overwrite(name, compute, args, kwargs, live)
        if name in NORMS:
            left_out = self.biases == LEFT_OUT
            return self._shared(compute, live, centred(name, args, kwargs, not left_out), linear=left_out)
        if name == "softmax":
            dim = args[1] if len(args) > 1 else kwargs["dim"]
            return Softmax.apply(compute, dim, self, self.time, live[0])
        made = None if name in JOINED and not has_constants(args) else self._made(name, compute, live)
        if made is not None:
            return made
        output = func(*args, **kwargs)
        if name not in ROUTED | WRITING | JOINED and tensors_of(output):
            raise DeepvisError(f"lrp has no rule for the operation {name} that this network uses.")
        return output

    def _made(self, name: str, compute: Call, live: list[Tensor]) -> Tensor | None:
        """Returns the output of an operation that has a rule of its own, None for others."""
        if name in PASSED:
            return _passed(compute, live[0])
        if name in ADDED:
            return self._added(compute, live)
        if name in SCALED:
            return self._scaled(name, compute, live)
        if name in SHARED:
            return self._shared(compute, live, linear=True)
        if name in PRODUCTS:
            return self._shared(compute, live, part=1 / len(live), linear=True)
        output: Tensor | None = Filled.apply(compute, self, self.time, *live) if name in FILLED else None
        return output

    def _added(self, compute: Call, live: list[Tensor]) -> Tensor:
        """Adds: a constant added to the picture prepares it; added anywhere else it is a bias."""
        if len(live) == 2:
            return self._shared(compute, live, linear=True)
        left_out = self.biases == LEFT_OUT
        if (left_out or self._is_picture(live[0])) and _keeps_shape(compute, live[0]):
            return _passed(compute, live[0])
        repeated = (lambda x: x.expand(compute(x).shape)) if left_out else None
        return self._shared(compute, live, repeated, linear=left_out)

    def _scaled(self, name: str, compute: Call, live: list[Tensor]) -> Tensor:
        if len(live) == 1:
            return _passed(compute, live[0]) if _keeps_shape(compute, live[0]) else self._shared(compute, live)
        if "div" in name:  # what divides only sets the scale
            scale = live[1].detach()
            return self._scaled(name, lambda x: compute(x, scale), live[:1])
        product: Tensor = Halved.apply(compute, *live)
        return product

    def _shared(
        self, compute: Call, live: list[Tensor], affine: Call | None = None, part: float = 1.0, linear: bool = False
    ) -> Tensor:
        output: Tensor = Shared.apply(compute, affine or compute, part, linear, self, self.time, *live)
        return output

    def _linear(self, name: str, func: Call, args: Any, kwargs: Any) -> Tensor:
        call = linear_call(name, func, args, kwargs)
        x: Tensor = args[0] if args else kwargs["input"]
        call.bounds, call.biases, call.kept = self._pictures.get(id(x)), self.biases, self.kept
        rule, epsilon = self.composite.rule(call, self._is_picture(x))
        output: Tensor = ByRule.apply(x, call, rule, epsilon, self, self.time)
        self._outputs[id(output)] = output._version, call
        return output

    def _batch_norm(self, func: Call, args: Any, kwargs: Any) -> Tensor:
        """Merges the norm into the convolution before it; else it is an affine map, or part of preparing the
        picture.
        """
        x: Tensor = args[0] if args else kwargs["input"]
        compute = as_function("batch_norm", func, args, kwargs, [x])
        if self._is_picture(x):
            return _passed(compute, x)
        norm = batch_norm(args, kwargs)
        scale, shift = (values.view(1, -1, *[1] * (x.ndim - 2)) for values in norm)
        call = self._call_of(x)
        if call is None or call.norm is not None or not call.can_merge(x):
            if self.biases == LEFT_OUT:
                return _passed(compute, x)
            return self._shared(compute, [x], lambda x: x * scale + shift)
        call.norm, call.norm_key = norm, norm_key(args, kwargs)
        output: Tensor = Merged.apply(x, compute, lambda x: x * scale + shift, call, self, self.time)
        return output

    def _overwrite(self, name: str, compute: Call, args: Any, kwargs: Any, live: list[Tensor]) -> Tensor:
        """Computes the operation out of place, then writes its value over its first argument."""
        target: Tensor = args[0] if args else kwargs["input"]
        before = [tensor.clone() if tensor is target else tensor for tensor in live]
        if self._is_picture(target):
            self._pictures[id(before[0])] = self._pictures[id(target)]
        value = self._made(name, compute, before)
        assert value is not None
        if not target.requires_grad or target._is_view():
            return target.copy_(value)
        written: Tensor = Written.apply(target, value)
        return written

    # --- about tensors ---

    def _call_of(self, tensor: Tensor) -> LinearCall | None:
        """Returns the convolution or dense layer that this is the unchanged output of."""
        version, call = self._outputs.get(id(tensor), (-1, None))
        return call if version == tensor._version else None

    def _is_picture(self, tensor: Tensor) -> bool:
        return id(tensor) in self._pictures

    def _bounds_of(self, picture: Tensor) -> Bounds | None:
        if self._bounds is None:
            return None
        low, high = (bound.to(picture).expand(picture.shape) for bound in self._bounds)
        return low, high

    def _prepared(self, name: str, func: Call, args: Any, kwargs: Any, live: list[Tensor]) -> list[Bounds | None]:
        """Returns the bounds of what an operation makes of the picture, in a list; empty if it makes no picture."""
        product = name in SCALED and len(live) > 1
        if product or name not in PREPARING or not all(map(self._is_picture, live)):
            return []
        bounds = [self._pictures[id(tensor)] for tensor in live]
        compute = as_function(name, func, args, kwargs, live)
        with torch.no_grad():
            ends = [compute(*(pair[side] for pair in bounds if pair is not None)) for side in (0, 1) if all(bounds)]
        if not ends:
            return [None]
        return [(torch.minimum(*ends), torch.maximum(*ends))] if isinstance(ends[0], Tensor) else []


class _CompoundMode(TorchFunctionMode):
    """Replaces the parts of a compound operation, too."""

    def __init__(self, replacements: RelevanceReplacements) -> None:
        super().__init__()
        self.replacements = replacements

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return self.replacements.find(operation(func))(func, args, kwargs or {})


def _passed(compute: Call, x: Tensor) -> Tensor:
    output: Tensor = Passed.apply(x, compute)
    return output


def _keeps_shape(compute: Call, x: Tensor) -> bool:
    with torch.no_grad():
        return bool(compute(x).shape == x.shape)
