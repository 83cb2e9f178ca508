"""One forward pass with every layer's output kept. The only file that registers hooks; none outlives the pass."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import DeepvisError
from .backward_rules import PLAIN, Bend, NamedReplacements, Replacements, Rules
from .cam_head import Head, HeadTrace

Look = Callable[[str, Tensor], None]  # the name of a layer, and its output


class _Reached(BaseException):
    """Ends a pass at the deepest layer asked for; no Exception, so that a network's own `except` lets it through."""


@dataclass(eq=False)
class Recording:
    """What one pass showed: the input (B, C, H, W), each layer's output in order of execution, and the network's
    answer.

    With a graph (grad=True) any number of backward passes can start from any layer. `scores` (B, classes) are the class
    scores before any softmax, None for a pass that ended early; `head` is the form of head that class activation maps
    are exact for, if it has that form. `table` are the replacements the pass ran under.
    """

    input: Tensor
    outputs: dict[str, Tensor]
    scores: Tensor | None = None
    head: Head | None = None
    table: Replacements = field(default_factory=NamedReplacements)

    @property
    def logits(self) -> Tensor:
        """The class scores of a pass that went to the end."""
        assert self.scores is not None, "this pass ended before the class scores"
        return self.scores

    def gradient(self, output: Tensor, seed: Tensor | None = None, wrt: Tensor | None = None) -> Tensor:
        """d⟨seed, output⟩/d wrt, shaped like `wrt` (default: the input); zeros where there is no path."""
        wrt = self.input if wrt is None else wrt
        if not output.requires_grad:
            return torch.zeros_like(wrt)
        (gradient,) = torch.autograd.grad(output, wrt, seed, retain_graph=True, allow_unused=True)
        return torch.zeros_like(wrt) if gradient is None else gradient


class Listener:
    """Keeps the outputs of the modules of one pass, under their dotted names."""

    def __init__(
        self,
        bend: Bend,
        keep: Collection[str] | None,
        until: str | None,
        cloned: Collection[str],
        batch: int,
        look: Look | None = None,
        since: str | None = None,
    ) -> None:
        self.bend, self.keep, self.until, self.cloned, self.batch, self.look = bend, keep, until, cloned, batch, look
        self.since = since
        self.outputs: dict[str, Tensor] = {}
        self.modules: dict[str, nn.Module] = {}
        self.rectifiers: dict[str, int] = {}  # layer → which rectifier call of the pass made its output
        self.thread = threading.get_ident()
        self._versions: dict[str, int] = {}
        self._calls: dict[str, int] = {}
        self._seen: dict[int, tuple[weakref.ref[Tensor], int]] = {}  # weak: a pass may free what nobody keeps

    def hear(self, name: str, module: nn.Module, output: Any) -> Any:
        """The forward hook: keep the output; hand on a copy where the network would overwrite it."""
        if threading.get_ident() != self.thread:  # someone else is running the user's module beside us
            return None
        name = self._numbered(name)
        tensor = output[0] if isinstance(output, tuple) and output else output
        with torch._C.DisableTorchFunction():  # modes need not see every question
            if not isinstance(tensor, Tensor) or not self._is_layer(tensor) or self._is_known(tensor):
                return None
            if name == self.since:
                torch.set_grad_enabled(True)
                tensor = tensor.detach().requires_grad_()
            self._mark(tensor)
            expendable = self.keep is not None and name not in self.keep and _expendable(tensor)
        if self.keep is None or name in self.keep:
            if self.look is None:
                self._keep(name, module, tensor)
            else:
                with torch._C.DisableTorchFunction():  # what it computes is no part of the pass
                    self.look(name, tensor)
        if name == self.until:
            raise _Reached
        if name != self.since and (name not in self.cloned or expendable):
            return None
        handed: Tensor = tensor.clone() if name in self.cloned else tensor
        self._mark(handed)
        return (handed, *output[1:]) if isinstance(output, tuple) else handed

    def overwritten(self) -> set[str]:
        """The layers whose output was changed in place after it was kept."""
        return {name for name, kept in self.outputs.items() if kept._version != self._versions[name]}

    def _keep(self, name: str, module: nn.Module, tensor: Tensor) -> None:
        self.outputs[name], self.modules[name], self._versions[name] = tensor, module, tensor._version
        if self.bend.rectified is tensor:
            self.rectifiers[name] = self.bend.rectifiers

    def _is_layer(self, tensor: Tensor) -> bool:
        return (
            tensor.is_floating_point()
            and 2 <= tensor.ndim <= 4
            and tensor.shape[0] == self.batch
            and tensor.numel() > 0
        )

    def _is_known(self, tensor: Tensor) -> bool:
        """Whether this is the unchanged output of a module heard before: a container's, or an inactive dropout's."""
        seen, version = self._seen.get(id(tensor), (None, 0))
        return seen is not None and seen() is tensor and version == tensor._version

    def _mark(self, tensor: Tensor) -> None:
        self._seen[id(tensor)] = (weakref.ref(tensor), tensor._version)

    def _numbered(self, name: str) -> str:
        """The second call of a reused module is name#2, and so on; every call counts, whichever layers are kept."""
        count = self._calls[name] = self._calls.get(name, 0) + 1
        return name if count == 1 else f"{name}#{count}"


# what these made, autograd does not ask for again
EXPENDABLE = frozenset(
    f"{name}Backward0" for name in ("Convolution", "NativeBatchNorm", "CudnnBatchNorm", "Addmm", "Add", "Cat")
)


def _expendable(output: Tensor) -> bool:
    """Whether the way back does without this output, so that a network may overwrite it."""
    return type(output.grad_fn).__name__ in EXPENDABLE if output.requires_grad else True


def record(
    module: nn.Module,
    x: Tensor,
    *,
    rules: Rules = PLAIN,
    keep: Collection[str] | None = None,
    until: str | None = None,
    grad: bool = False,
    cloned: Collection[str] = (),
    skip_rectifier: int | None = None,
    beside: AbstractContextManager[Any] | None = None,
    look: Look | None = None,
    since: str | None = None,
) -> Recording:
    """Run `module` on x (B, C, H, W) in eval mode and keep the outputs of the layers named in `keep` (None: all).

    The pass ends at the layer `until`. `cloned` names layers whose output the network overwrites in place. With
    `skip_rectifier` the n-th rectifier call passes its input on unchanged. The module is left exactly as it was, also
    after an error. With `grad`, x joins the graph as it is if it already requires gradients, else as a fresh leaf. A
    mode `beside` the bend sees every call, too. Where `look` is given it sees these outputs as they come, and none is
    kept. With `since` the graph begins at that layer's output, not at x.
    """
    bend = Bend(rules, skip_rectifier)
    listener = Listener(bend, keep, until, cloned, x.shape[0], look, since)
    return observe(module, x, listener, grad, beside)


def observe(
    module: nn.Module,
    x: Tensor,
    listener: Listener,
    grad: bool = False,
    beside: AbstractContextManager[Any] | None = None,
) -> Recording:
    """One pass of `module` heard by `listener`, under its bend and, if given, a second mode `beside` it."""
    trace = HeadTrace()
    listener.bend.follow = trace.follow
    scores: Tensor | None = None
    grad = grad and listener.since is None
    with torch.inference_mode(False), torch.set_grad_enabled(grad), _eval_mode(module), _listening(module, listener):
        if grad and not x.requires_grad:
            x = x.detach().clone().requires_grad_()
        try:
            with beside or nullcontext(), listener.bend:
                scores = answer(module(x.clone()))  # a copy: some networks normalise their input in place
        except _Reached:
            return Recording(x, listener.outputs, table=listener.bend.table)
    return Recording(x, listener.outputs, trace.unnormalised(scores), trace.head(scores), listener.bend.table)


def answer(output: Any) -> Tensor:
    """The class scores (B, classes) in what a network returns: a tensor, or the first one of a tuple, list or dict."""
    if isinstance(output, dict):
        output = next((output[key] for key in ("logits", "out") if key in output), next(iter(output.values()), None))
    elif hasattr(output, "logits"):
        output = output.logits
    elif isinstance(output, tuple | list) and output:
        output = output[0]
    if not isinstance(output, Tensor):
        raise DeepvisError(
            f"The network returned a {type(output).__name__}; accepted is a tensor of class scores (batch, classes)."
        )
    scores: Tensor = output.flatten(1) if output.ndim == 4 and output.shape[2:] == (1, 1) else output
    if scores.ndim != 2:
        raise DeepvisError(
            f"The network returned a tensor of shape {tuple(scores.shape)}; accepted are class scores (batch, classes)."
        )
    return scores


@contextmanager
def _eval_mode(module: nn.Module) -> Iterator[None]:
    training = [part for part in module.modules() if part.training]
    try:
        for part in training:
            part.training = False
        yield
    finally:
        for part in training:
            part.training = True


@contextmanager
def _listening(module: nn.Module, listener: Listener) -> Iterator[None]:
    names = (
        None
        if listener.keep is None
        else {*listener.keep, *listener.cloned, listener.until or "", listener.since or ""}
    )
    wanted = None if names is None else {name.split("#")[0] for name in names}
    handles = [
        part.register_forward_hook(_hook(name, listener))
        for name, part in module.named_modules()
        if wanted is None or (name or "output") in wanted
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _hook(name: str, listener: Listener) -> Callable[[nn.Module, Any, Any], Any]:
    return lambda module, _, output: listener.hear(name or "output", module, output)
