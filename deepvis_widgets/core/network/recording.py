"""One forward pass with every layer's output kept. The only file that registers hooks; none outlives the pass."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from ..answers.base import Answers
from ..answers.find import Unsaid
from ..attention.calls import AttentionCalls
from ..changes.own_state import put_back
from ..errors import DeepvisError
from ..one_draw import one_draw
from ..seeded import seeded
from .backward_rules import NamedReplacements, Replacements, RuleMode
from .cam_head import Head, HeadTrace
from .checkpoints import without_checkpoints
from .compiled import eagerly
from .eval_mode import eval_mode, module_lock
from .layer import shown_by
from .pass_options import ALL_LAYERS, PassOptions


class _Reached(BaseException):
    """Ends a pass at the deepest layer asked for; no Exception, so that a network's own `except` lets it through."""


@dataclass(eq=False)
class Recording:
    """What one pass showed: the input (B, C, H, W), each layer's output in order of execution, and the network's
    answer.

    With a graph (grad=True) any number of backward passes can start from any layer. `scores` (B, n) are what can be
    explained, class scores before any softmax for one, None for a pass that ended early; `answers` says what they mean,
    and `picked` is what they were made from: maps of logits, say. `head` is the form of head that class activation maps
    are exact for, if it has that form. `table` are the replacements the pass ran under.
    """

    input: Tensor
    outputs: dict[str, Tensor]
    scores: Tensor | None = None
    head: Head | None = None
    table: Replacements = field(default_factory=NamedReplacements)
    answers: Answers | None = None
    picked: Any = None

    @property
    def logits(self) -> Tensor:
        """The scores of a pass that went to the end."""
        assert self.scores is not None, "this pass ended before the scores"
        return self.scores

    def gradient(self, output: Tensor, seed: Tensor | None = None, wrt: Tensor | None = None) -> Tensor:
        """d⟨seed, output⟩/d wrt, shaped like `wrt` (default: the input); zeros where there is no path."""
        wrt = self.input if wrt is None else wrt
        gradient = self.path(output, seed, wrt)
        return torch.zeros_like(wrt) if gradient is None else gradient

    def path(self, output: Tensor, seed: Tensor | None = None, wrt: Tensor | None = None) -> Tensor | None:
        """The same gradient; None where there is no path, because of no_grad or detach, or from what comes of another
        input than the picture.
        """
        wrt = self.input if wrt is None else wrt
        if not output.requires_grad or not wrt.requires_grad:
            return None
        try:
            (gradient,) = torch.autograd.grad(seeded(output, seed), wrt, retain_graph=True, allow_unused=True)
        except RuntimeError as error:
            if "is not implemented" not in str(error):
                raise
            raise DeepvisError(
                f"No gradient comes back to the picture: {' '.join(str(error).split())}; occlusion and lime need none."
            ) from error
        return gradient


class LayerRecorder:
    """Records the outputs of the modules of one pass, under their dotted names."""

    def __init__(self, options: PassOptions, batch: int) -> None:
        self.options, self.batch = options, batch
        self.mode = RuleMode(options.rules, options.skip_rectifier)
        self.outputs: dict[str, Tensor] = {}
        self.modules: dict[str, nn.Module] = {}
        self.rectifiers: dict[str, int] = {}  # layer → which rectifier call of the pass made its output
        record = weakref.WeakMethod(self.record)  # or a circle would keep all outputs until it is collected
        self.calls = AttentionCalls(options, lambda *layer: record()(*layer))  # type: ignore[misc]
        self.mode.attend = self.calls if options.attends() else None
        self.thread = threading.get_ident()
        self._versions: dict[str, int] = {}
        self._calls: dict[str, int] = {}
        self._seen: dict[int, tuple[weakref.ref[Tensor], int]] = {}  # weak: a pass may free what nobody keeps

    def record(self, name: str, module: nn.Module, output: Any) -> Any:
        """The forward hook: keeps the output; hands on a copy where the network would overwrite it."""
        if threading.get_ident() != self.thread:  # someone else is running the user's module beside us
            return None
        options, name = self.options, self._numbered(name)
        given = tensor = output[0] if isinstance(output, tuple) and output else output
        with torch._C.DisableTorchFunction():  # modes need not see every question
            if not isinstance(tensor, Tensor) or not self._is_layer(tensor) or self._is_known(tensor):
                return None
        tensor = self._shown(name, module, options.off.applied(name, tensor))  # a call of the pass, which modes see
        with torch._C.DisableTorchFunction():
            wanted = options.keep is None or name in options.keep or options.leads_on(name)
            expendable = not wanted and _expendable(tensor)
        if tensor is given and (name not in options.cloned or expendable):
            return None
        handed: Tensor = tensor.clone() if name in options.cloned else tensor
        self._mark(handed)
        return (handed, *output[1:]) if isinstance(output, tuple) else handed

    def _shown(self, name: str, module: nn.Module, tensor: Tensor) -> Tensor:
        """Keeps the output of a layer where that is wanted, and those of the layers that are read from it; returns it
        as the pass goes on with it. Ends the pass where it is to end here.
        """
        options = self.options
        with torch._C.DisableTorchFunction():
            if name == options.since:
                torch.set_grad_enabled(True)
                tensor = tensor.detach().requires_grad_()
            self._mark(tensor)
        if options.keep is None or name in options.keep:
            self._keep(name, module, tensor)
        if name == options.until:
            raise _Reached
        for added in options.added.to(name):
            if options.listens(added.layer.name):
                self._shown(added.layer.name, module, added.applied(tensor))
        return tensor

    def overwritten(self) -> set[str]:
        """The layers whose output was changed in place after it was kept."""
        return {name for name, kept in self.outputs.items() if _version(kept) != self._versions[name]}

    def _keep(self, name: str, module: nn.Module, tensor: Tensor) -> None:
        if self.options.look is not None:
            with torch._C.DisableTorchFunction():  # what it computes is no part of the pass
                self.options.look(name, tensor)
            return
        self.outputs[name], self.modules[name], self._versions[name] = tensor, module, _version(tensor)
        if self.mode.rectified is tensor:
            self.rectifiers[name] = self.mode.rectifiers

    def _is_layer(self, tensor: Tensor) -> bool:
        return (
            tensor.is_floating_point()
            and 2 <= tensor.ndim <= 4
            and tensor.shape[0] == self.batch
            and tensor.numel() > 0
        )

    def _is_known(self, tensor: Tensor) -> bool:
        """Whether this is the unchanged output of a module recorded before: a container's, or an inactive dropout's."""
        seen, version = self._seen.get(id(tensor), (None, 0))
        return seen is not None and seen() is tensor and version == _version(tensor)

    def _mark(self, tensor: Tensor) -> None:
        self._seen[id(tensor)] = (weakref.ref(tensor), _version(tensor))

    def _numbered(self, name: str) -> str:
        """The second call of a reused module is name#2, and so on; every call counts, whichever layers are kept."""
        count = self._calls[name] = self._calls.get(name, 0) + 1
        return name if count == 1 else f"{name}#{count}"


def _version(tensor: Tensor) -> int:
    """How often a tensor was written; those made in inference mode do not count it."""
    return 0 if tensor.is_inference() else tensor._version


# what these made, autograd does not ask for again
EXPENDABLE = frozenset(
    f"{name}Backward0" for name in ("Convolution", "NativeBatchNorm", "CudnnBatchNorm", "Addmm", "Add", "Cat")
)


def _expendable(output: Tensor) -> bool:
    """Whether the way back does without this output, so that a network may overwrite it."""
    return type(output.grad_fn).__name__ in EXPENDABLE if output.requires_grad else True


def record(module: nn.Module, x: Tensor, options: PassOptions = ALL_LAYERS) -> Recording:
    """Runs `module` on x (B, C, H, W) in eval mode and keeps the outputs of its layers.

    The module is left exactly as it was, also after an error. With a graph, x joins it as it is if it already requires
    gradients, else as a fresh leaf.

    >>> found = record(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten()), torch.zeros(1, 3, 8, 8))
    >>> {name: tuple(output.shape) for name, output in found.outputs.items()}
    {'0': (1, 4, 6, 6), '1': (1, 144)}
    """
    return observe(module, x, LayerRecorder(options, x.shape[0]))


def observe(module: nn.Module, x: Tensor, recorder: LayerRecorder) -> Recording:
    """One pass of `module` that `recorder` records."""
    options = recorder.options
    beside = options.given.arguments(len(x), x)
    trace = HeadTrace(beside.values())
    recorder.mode.follow = trace.follow
    grad = options.grad and options.since is None
    with torch.inference_mode(False), torch.set_grad_enabled(grad), _prepared(module, recorder):
        if grad and not x.requires_grad:
            x = x.detach().clone().requires_grad_()
        try:
            drawn = nullcontext() if options.twice.seed is None else one_draw(x.device, module, options.twice.seed)
            with options.beside or nullcontext(), drawn as recorder.mode.draw, recorder.mode:
                # a copy: some networks normalise their input in place
                returned = module(x.clone(), **beside)
                answers, picked, scores = _read(returned, options.answers, trace)
        except _Reached:
            return Recording(x, recorder.outputs, table=recorder.mode.table)
    _check_batch(scores, len(x))
    return Recording(x, recorder.outputs, scores, trace.head(scores), recorder.mode.table, answers, picked)


@contextmanager
def _prepared(module: nn.Module, recorder: LayerRecorder) -> Iterator[None]:
    """The module as a pass needs it: in eval mode, run as it is written and in one go, listened to."""
    written = put_back(module, recorder.options.twice.written)
    with eval_mode(module), eagerly(module), without_checkpoints(), written, _hooked(module, recorder):
        yield


def _read(returned: Any, said: Answers | Unsaid, trace: HeadTrace) -> tuple[Answers, Any, Tensor]:
    """What a network returned means, what is meant of it, before a normaliser it ends in, and the scores (B, n)."""
    answers = said.found(returned, trace.ends_in) if isinstance(said, Unsaid) else said
    picked = answers.pick(returned)
    if isinstance(picked, Tensor) and (before := trace.before(picked, answers.normalisers)) is not None:
        picked = answers.pick(before)
    return answers, picked, answers.scores(picked)


def _check_batch(scores: Tensor, count: int) -> None:
    if len(scores) != count:
        raise DeepvisError(
            f"The network returned answers to {len(scores)} pictures for {count}; it must give one row for each."
        )


def check_finite(recording: Recording, module: nn.Module, name: str) -> None:
    """Raises DeepvisError, naming the weights to blame, where class scores are NaN or infinite."""
    if recording.scores is None or torch.isfinite(recording.scores).all():
        return
    weights = ((key, value) for key, value in module.state_dict().items() if value.is_floating_point())
    broken = next((key for key, value in weights if not torch.isfinite(value).all()), None)
    why = f"its weights {broken} are not all finite numbers" if broken else "a value grew beyond all bounds on the way"
    raise DeepvisError(f"{name} answers with NaN or infinity: {why}.")


@contextmanager
def _hooked(module: nn.Module, recorder: LayerRecorder) -> Iterator[None]:
    wanted = recorder.options.hooked()
    handles: list[RemovableHandle] = []
    try:
        with module_lock:  # torch numbers hooks without a lock: two of one number would be one
            parts = dict(module.named_modules())
            for name, part in parts.items():
                layer = shown_by(name, parts)
                if wanted is None or layer[0] in wanted:
                    hook = _Hook(*layer, recorder)
                    handles.append(nn.Module.register_forward_hook(part, hook))  # TorchScript's own refuses
                    if recorder.calls.finding:
                        enter = _Enter(name, None, recorder)
                        handles.append(nn.Module.register_forward_pre_hook(part, enter))
        yield
    finally:
        with module_lock:
            for handle in handles:
                handle.remove()


class _Hook:
    """Has a recorder see the output of a module, as that of the layer `name`, which the module `shown` makes.

    A copy of the module that somebody makes during the pass, also a pickled one, gets a hook that sees nothing.
    """

    def __init__(self, name: str, shown: nn.Module | None, recorder: LayerRecorder | None) -> None:
        self.name, self.shown, self.recorder = name, shown, recorder

    def __call__(self, module: nn.Module, _: Any, output: Any) -> Any:
        if self.recorder is None:
            return None
        if self.recorder.calls.finding:
            self.recorder.calls.leave()
        return None if self.shown is None else self.recorder.record(self.name, self.shown, output)

    def __reduce__(self) -> tuple[Any, ...]:
        return _Hook, (self.name, None, None)


class _Enter(_Hook):
    """Tells a recorder which module begins to run."""

    def __call__(self, module: nn.Module, *_: Any) -> Any:
        if self.recorder is not None:
            self.recorder.calls.running.append(self.name)

    def __reduce__(self) -> tuple[Any, ...]:
        return _Enter, (self.name, None, None)
