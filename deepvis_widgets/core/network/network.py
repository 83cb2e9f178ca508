"""A network as data: a module, its preprocessing and labels, and the layers one pass through it shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor, nn

from ..checks import whole
from ..errors import DeepvisError
from ..picture.preprocess import Preprocess, understand
from .backward_rules import PLAIN, Bend, Rules
from .field_trace import FieldTrace
from .layer import OUTPUT, Layer, Layers, _some
from .layout import Layout, find_layout
from .recording import Listener, Look, Recording, observe, record
from .remembered import Recordings, _identity
from .target import Target, _position


class Network:
    """Any image classifier: `module` with what belongs to it.

    `has_head` says whether exact class activation maps exist. `preprocess` is None (ImageNet's 224 × 224), a
    Preprocess, a torchvision preset, or a callable from a PIL image to a normalised float tensor (C, H, W). `labels`
    names the classes. One pass over a grey picture finds the layers, so functional, reused and in-place operations are
    no obstacle. The module itself is never changed: same weights, same mode, no hook, no attribute.

    Raises DeepvisError where the module cannot be run on its own preprocessing, returns no class scores, or the labels
    do not fit.
    """

    def __init__(
        self, module: nn.Module, preprocess: Any = None, labels: Sequence[str] | None = None, name: str | None = None
    ) -> None:
        if not isinstance(module, nn.Module):
            raise DeepvisError(
                f"A {type(module).__name__} is not a network; accepted is a torch.nn.Module or the name of one."
            )
        self.module = module
        self.name = name or type(module).__name__
        self.preprocessing: Preprocess = understand(preprocess)
        self.recordings = Recordings()
        self._cloned: set[str] = set()
        self.layers, recording = self._discover()
        self.classes = recording.logits.shape[1]
        self.has_head = recording.head is not None
        self.labels = self._checked_labels(labels)

    def __repr__(self) -> str:
        height, width = self.size
        return f"Network({self.name}: {len(self.layers)} layers, {self.classes} classes, pictures of {height}×{width})"

    # --- pictures ---

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) of the picture as the network sees it."""
        return self.preprocessing.size

    @property
    def device(self) -> torch.device:
        parameter = next(self.module.parameters(), None)
        return torch.device("cpu") if parameter is None else parameter.device

    @property
    def dtype(self) -> torch.dtype:
        parameter = next((p for p in self.module.parameters() if p.is_floating_point()), None)
        return torch.float32 if parameter is None else parameter.dtype

    def view(self, picture: Any) -> Tensor:
        """The picture as the network sees it: float tensor (3, H, W) in [0, 1]."""
        return self.preprocessing.view(picture)

    def preprocess(self, picture: Any) -> Tensor:
        """What the network is fed for a picture: float tensor (C, H, W), normalised."""
        return self.preprocessing(picture)

    def feed(self, views: Tensor) -> Tensor:
        """Views (B, 3, H, W) in [0, 1] as input (B, C, H, W), on the network's device, in its precision, channels last;
        differentiable.
        """
        views = views.to(self.device, self.dtype)
        return self.preprocessing.normalize(views).contiguous(memory_format=torch.channels_last)

    # --- passes ---

    def record(
        self,
        view: Tensor,
        *,
        rules: Rules = PLAIN,
        until: str | None = None,
        keep: Collection[str] | None = None,
        since: str | None = None,
    ) -> Recording:
        """The pass over one view (3, H, W) with its graph, every layer kept; remembered, so that further questions cost
        no forward pass.

        Where nothing is remembered (`recordings.limit` is 0) the pass ends at the layer `until`, keeps only the layers
        in `keep` (None: all), and has its graph from the layer `since` on.
        """
        if self.recordings.limit == 0:
            return self._recorded(view, rules, until, keep, since)
        key = self._key(rules, view)
        found = self.recordings.get(key)
        if found is None:
            found = self._recorded(view, rules)
            self.recordings.put(key, found)
        return found

    def _recorded(
        self,
        view: Tensor,
        rules: Rules,
        until: str | None = None,
        keep: Collection[str] | None = None,
        since: str | None = None,
    ) -> Recording:
        x = self.feed(view[None])
        found = record(self.module, x, rules=rules, grad=True, until=until, keep=keep, since=since, cloned=self._cloned)
        self._check_finite(found)
        return found

    def look(self, view: Tensor) -> Recording:
        """A pass over one view (3, H, W) to the class scores: the remembered one, or a bare one without a graph."""
        return self.recordings.get(self._key(PLAIN, view)) or self._bare(self.feed(view[None]))

    def run(
        self,
        x: Tensor,
        *,
        keep: Collection[str] = (),
        until: str | None = None,
        grad: bool = False,
        rules: Rules = PLAIN,
        skip_rectifier: int | None = None,
        beside: AbstractContextManager[Any] | None = None,
        look: Look | None = None,
    ) -> Recording:
        """One pass over input (B, C, H, W) that keeps only the layers named, and ends at the layer `until`; a mode
        `beside` it sees every call, too. With `look(name, output)` their outputs are looked at as they come, not kept.
        """
        return record(
            self.module,
            x,
            rules=rules,
            keep=keep,
            until=until,
            grad=grad,
            # what nobody keeps may be overwritten
            cloned=self._cloned if grad else self._cloned.intersection(keep if look is None else ()),
            skip_rectifier=skip_rectifier,
            beside=beside,
            look=look,
        )

    def logits(self, views: Tensor) -> Tensor:
        """Class scores (B, classes), before the softmax, for views (B, 3, H, W) in [0, 1]; no graph."""
        return self._bare(self.feed(views)).logits

    def _bare(self, x: Tensor) -> Recording:
        recording = self.run(x)
        self._check_finite(recording)
        return recording

    def _key(self, rules: Rules, view: Tensor) -> tuple[Any, ...]:
        return rules.name, self.dtype, _identity(view)

    def probabilities(self, views: Tensor) -> Tensor:
        """Softmax class probabilities (B, classes) for views (B, 3, H, W) in [0, 1]."""
        return self.logits(views).float().softmax(1)

    def deepest(self, names: Collection[str]) -> str:
        """The one of these layers that is computed last."""
        return max(names, key=lambda name: self.layers.names.index(self.layers[name].name))

    # --- what is asked ---

    def target(self, target: int | str | None, layer: str | None = None, unit: Any = None) -> Target | None:
        """The Target meant by a class (index or label) or by a unit (channel, or (channel, (row, col))) of a layer;
        None: the top class.

        Raises DeepvisError when there is no such class, layer, channel or position.
        """
        if layer is None:
            if unit is not None:
                raise DeepvisError("A unit needs its layer; give layer= and unit= together.")
            return None if target is None else Target(self.class_index(target))
        if target is not None:
            raise DeepvisError("Give either target= (a class) or layer= and unit= (a hidden unit), not both.")
        if not isinstance(layer, str):
            raise DeepvisError(f"layer={layer!r} is no name; this network has {_some(self.layers.names)}.")
        found = self.layers[layer]
        given, position = unit if isinstance(unit, tuple | list) and len(unit) == 2 else (unit, None)
        channel = whole(given)
        if channel is None or not 0 <= channel < found.channels:
            raise DeepvisError(f'Layer "{layer}" has no unit {given}; its units are 0 to {found.channels - 1}.')
        return Target(channel, layer, None if position is None else _position(found, position))

    def class_index(self, target: int | str) -> int:
        """The index of a class given by index or label."""
        if isinstance(target, str):
            if target not in self.labels:
                raise DeepvisError(f'There is no class "{target}"; this network knows {_some(self.labels)}.')
            return self.labels.index(target)
        index = whole(target)
        if index is None or not 0 <= index < self.classes:
            raise DeepvisError(f"There is no class {target}; the classes are 0 to {self.classes - 1}.")
        return index

    # --- finding the layers ---

    def _discover(self) -> tuple[Layers, Recording]:
        x = self.feed(torch.full((1, 3, *self.size), 0.5))
        while True:  # a first pass shows which outputs are overwritten in place, a second one keeps copies of those
            listener = Listener(Bend(PLAIN), None, None, self._cloned, 1)
            trace = FieldTrace(x)
            recording = self._try(x, listener, trace)
            overwritten = listener.overwritten()
            if overwritten <= self._cloned:
                break
            self._cloned |= overwritten
        if not listener.outputs:
            raise DeepvisError(
                f"{self.name} shows no layers: none of its modules returns a tensor (batch, channels, ...)."
            )
        self._check_finite(recording)
        layers: list[Layer] = []
        layouts: dict[torch.Size, Layout] = {}
        for name, output in listener.outputs.items():
            layout = find_layout(listener.modules[name], output, layouts, trace.dims_of(output))
            layouts[output.shape] = layout
            channels, height, width = layout.grid(output.shape)
            kind = "Scores" if name == OUTPUT else type(listener.modules[name]).__name__
            field = trace.field_of(output, (height, width))
            layers.append(
                Layer(
                    name,
                    kind,
                    tuple(output.shape[1:]),
                    layout,
                    channels,
                    height,
                    width,
                    field,
                    listener.rectifiers.get(name),
                )
            )
        return Layers(layers), recording

    def _try(self, x: Tensor, listener: Listener, trace: FieldTrace) -> Recording:
        try:
            return observe(self.module, x, listener, beside=trace)
        except DeepvisError:
            raise
        except Exception as error:
            shape = "×".join(map(str, x.shape[1:]))
            reason = " ".join(str(error).split())
            raise DeepvisError(
                f"{self.name} could not be run on a picture of {shape}: {type(error).__name__}: {reason}"
            ) from error

    def _check_finite(self, recording: Recording) -> None:
        if recording.scores is None or torch.isfinite(recording.scores).all():
            return
        broken = next(
            (
                name
                for name, p in self.module.state_dict().items()
                if p.is_floating_point() and not torch.isfinite(p).all()
            ),
            None,
        )
        why = (
            f"its weights {broken} are not all finite numbers"
            if broken
            else "a value grew beyond all bounds on the way"
        )
        raise DeepvisError(f"{self.name} answers with NaN or infinity: {why}.")

    def _checked_labels(self, labels: Sequence[str] | None) -> list[str]:
        if labels is None:
            return [f"class {index}" for index in range(self.classes)]
        labels = [labels] if isinstance(labels, str) else list(labels)
        if len(labels) != self.classes:
            raise DeepvisError(
                f"{len(labels)} labels were given and {self.name} has {self.classes} classes; give one label per class."
            )
        return [str(label) for label in labels]
