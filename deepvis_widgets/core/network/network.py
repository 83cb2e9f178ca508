"""A network as data: a module, its preprocessing and labels, and the layers one pass through it shows."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from ..checks import whole
from ..errors import DeepvisError
from ..picture.preprocess import Preprocess, understand
from ..weights_key import stamps
from .backward_rules import PLAIN, Rules
from .compiled import uncompiled
from .discovery import Discovery, checked_labels, discover
from .layer import listed
from .pass_options import Look, PassOptions
from .recording import Recording, check_finite, record
from .remembered import Recordings, view_key
from .target import Target, unit_target


class Network:
    """Any image classifier: `module` with what belongs to it.

    `has_head` says whether exact class activation maps exist. `preprocess` is None (ImageNet's 224 × 224), a
    Preprocess, a torchvision preset, or a callable from a PIL image to a normalised float tensor (C, H, W). `labels`
    names the classes. One pass over a grey picture finds the layers, so functional, reused and in-place operations are
    no obstacle. The module itself is never changed: same weights, same mode, no hook, no attribute.

    Raises DeepvisError where the module cannot be run on its own preprocessing, returns no class scores, or the labels
    do not fit.

    >>> module = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2))
    >>> net = Network(module, Preprocess(size=(16, 16)), labels=["husky", "wolf"], name="mine")
    >>> net
    Network(mine: 5 layers, 2 classes, pictures of 16×16)
    >>> net.layers.names
    ['0', '1', '2', '3', '4']
    >>> net.probabilities(torch.rand(4, 3, 16, 16)).shape
    torch.Size([4, 2])
    """

    def __init__(
        self, module: nn.Module, preprocess: Any = None, labels: Sequence[str] | None = None, name: str | None = None
    ) -> None:
        if not isinstance(module, nn.Module):
            raise DeepvisError(
                f"A {type(module).__name__} is not a network; accepted is a torch.nn.Module or the name of one."
            )
        self.module = module = uncompiled(module)
        self.name = name or type(module).__name__
        self.preprocessing: Preprocess = understand(preprocess)
        self.recordings = Recordings()
        self.memory_format = torch.channels_last
        found = self._discover()
        self.layers, self.overwritten = found.layers, found.overwritten
        self.heads, self.other_attentions = found.heads, found.other_attentions
        self.classes = found.recording.logits.shape[1]
        self.has_head = found.recording.head is not None
        self.varies = found.varies
        if self.varies:
            warnings.warn(
                f"{self.name} answers otherwise each time it is asked, as with dropout that is always on: "
                "what is shown of it is one answer of many.",
                stacklevel=2,
            )
        self.labels = checked_labels(labels, self.classes, self.name)

    def __repr__(self) -> str:
        height, width = self.size
        return f"Network({self.name}: {len(self.layers)} layers, {self.classes} classes, pictures of {height}×{width})"

    def _discover(self) -> Discovery:
        """Channels last is quicker, but a network that calls `view` after its convolutions needs the plain order."""
        grey = torch.full((1, 3, *self.size), 0.5)
        try:
            return discover(self.module, self.feed(grey), self.name)
        except DeepvisError:
            self.memory_format = torch.contiguous_format
            return discover(self.module, self.feed(grey), self.name)

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
        """Returns the picture as the network sees it: float tensor (3, H, W) in [0, 1]."""
        return self.preprocessing.view(picture)

    def preprocess(self, picture: Any) -> Tensor:
        """Returns what the network is fed for a picture: float tensor (C, H, W), normalised."""
        return self.preprocessing(picture)

    def feed(self, views: Tensor) -> Tensor:
        """Returns views (B, 3, H, W) in [0, 1] as input (B, C, H, W), on the network's device, in its precision and
        the order in memory that suits it; differentiable.
        """
        return self.laid(self.preprocessing.normalize(views.to(self.device, self.dtype)))

    def laid(self, x: Tensor) -> Tensor:
        """Returns an input (B, C, H, W) in the order in memory that the network is fed."""
        return x.contiguous(memory_format=self.memory_format)

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
        """Returns the pass over one view (3, H, W) with its graph, every layer kept; remembered, so that further
        questions cost no forward pass.

        A pass of other weights is not used (see `stamps`). Where nothing is remembered (`recordings.limit` is 0, or a
        change of the weights could not be noticed) the pass ends at the layer `until`, keeps only the layers
        in `keep` (None: all), and has its graph from the layer `since` on.
        """
        key = self._key(rules, view)
        if key is None:
            return self._recorded(view, PassOptions(rules, keep, until, grad=True, since=since))
        found = self.recordings.get(key)
        if found is None:
            found = self._recorded(view, PassOptions(rules, grad=True))
            self.recordings.put(key, found)
        return found

    def _recorded(self, view: Tensor, options: PassOptions) -> Recording:
        found = record(self.module, self.feed(view[None]), replace(options, cloned=self.overwritten, heads=self.heads))
        check_finite(found, self.module, self.name)
        return found

    def look(self, view: Tensor) -> Recording:
        """Returns a pass over one view (3, H, W) to the class scores: a remembered one, or a bare one without a graph.
        The rules of a remembered one do not matter, since they change the way back alone.
        """
        key = self._key(PLAIN, view)
        found = None if key is None else self.recordings.like(key)
        return self._bare(self.feed(view[None])) if found is None else found

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
        """Runs one pass over input (B, C, H, W) that keeps only the layers named, and ends at the layer `until`; a mode
        `beside` it sees every call, too. With `look(name, output)` their outputs are looked at as they come, not kept.
        """
        # what nobody keeps may be overwritten
        cloned = self.overwritten if grad else self.overwritten.intersection(keep if look is None else ())
        options = PassOptions(
            rules,
            keep,
            until,
            grad,
            cloned=cloned,
            skip_rectifier=skip_rectifier,
            beside=beside,
            look=look,
            heads=self.heads,
        )
        return record(self.module, x, options)

    def logits(self, views: Tensor) -> Tensor:
        """Returns class scores (B, classes), before the softmax, for views (B, 3, H, W) in [0, 1]; no graph."""
        return self._bare(self.feed(views)).logits

    def _bare(self, x: Tensor) -> Recording:
        recording = self.run(x)
        check_finite(recording, self.module, self.name)
        return recording

    def _key(self, rules: Rules, view: Tensor) -> tuple[Any, ...] | None:
        """What a remembered pass is found by; None where none is remembered."""
        weights = stamps(self.module) if self.recordings.limit else None
        return None if weights is None else (rules.name, weights, view_key(view))

    def probabilities(self, views: Tensor) -> Tensor:
        """Returns softmax class probabilities (B, classes) for views (B, 3, H, W) in [0, 1]."""
        return self.logits(views).float().softmax(1)

    def deepest(self, names: Collection[str]) -> str:
        """Returns the one of these layers that is computed last."""
        return max(names, key=lambda name: self.layers.names.index(self.layers[name].name))

    # --- what is asked ---

    def target(self, target: int | str | None, layer: str | None = None, unit: Any = None) -> Target | None:
        """Returns the Target meant by a class (index or label) or by a unit (channel, or (channel, (row, col))) of a
        layer; None: the top class.

        Raises DeepvisError when there is no such class, layer, channel or position.
        """
        if layer is None:
            if unit is not None:
                raise DeepvisError("A unit needs its layer; give layer= and unit= together.")
            return None if target is None else Target(self.class_index(target))
        if target is not None:
            raise DeepvisError("Give either target= (a class) or layer= and unit= (a hidden unit), not both.")
        if not isinstance(layer, str):
            raise DeepvisError(f"layer={layer!r} is no name; this network has {listed(self.layers.names)}.")
        return unit_target(self.layers[layer], unit)

    def class_index(self, target: int | str) -> int:
        """Returns the index of a class given by index or label."""
        if isinstance(target, str):
            if target not in self.labels:
                raise DeepvisError(f'There is no class "{target}"; this network knows {listed(self.labels)}.')
            return self.labels.index(target)
        index = whole(target)
        if index is None or not 0 <= index < self.classes:
            raise DeepvisError(f"There is no class {target}; the classes are 0 to {self.classes - 1}.")
        return index
