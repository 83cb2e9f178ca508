"""A network as data: a module, its preprocessing and labels, and the layers one pass through it shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from ..answers.base import Answers
from ..answers.find import Unsaid, means, named, open_question
from ..batches import answered_apart, joined, two_pictures
from ..changes.added_layers import NOTHING_ADDED, AddedLayers
from ..changes.directions import Directions
from ..changes.switched_off import NOTHING_OFF, SwitchedOff
from ..content_key import content_key
from ..declared import declared
from ..doubts import warn
from ..errors import DeepvisError
from ..given import given
from ..inputs.base import Input
from ..inputs.bundle import Bundle
from ..picture.preprocess import Preprocess, understand
from ..weights_key import stamps
from .backward_rules import PLAIN, Rules
from .discovery import Discovery, discover
from .layer import listed
from .pass_options import Look, PassOptions
from .recording import Recording, check_finite, record
from .remembered import Recordings, view_key
from .target import Target, unit_target


class Network:
    """Any image network: `module` with what belongs to it.

    `has_head` says whether exact class activation maps exist. `preprocess` is a Preprocess, or any callable that makes
    a float tensor (C, H, W) of a PIL image: transforms, an image processor; None: what the module says of itself
    (`declared`), else ImageNet's 224 × 224. `answers` says what its output means: dv.Classes, Labels, Values, Pixels,
    Boxes or Similarity; None: what the output shows, and `unsaid` asks, in one sentence, what it does not. `labels`
    names the answers; None: as the module does. `inputs` are what the module takes beside the picture, by the names of
    its arguments: dv.Words, Numbers, Picture or Fixed; see `given`. One pass over a grey picture finds the layers, so
    functional, reused and in-place operations are no obstacle. The module itself is never changed: same weights, same
    mode, no hook, no attribute.

    Raises DeepvisError where the module cannot be run on its own preprocessing, returns nothing that is known, or the
    labels do not fit.

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
        self,
        module: nn.Module,
        preprocess: Any = None,
        labels: Sequence[str] | None = None,
        name: str | None = None,
        *,
        answers: Answers | None = None,
        inputs: Mapping[str, Input] | Bundle | None = None,
    ) -> None:
        self.module = module = given(module)
        self.name = name or type(module).__name__
        self.declared = declared(module)
        self.preprocessing: Preprocess = understand(self.declared.preprocess if preprocess is None else preprocess)
        self.recordings = Recordings()
        self.memory_format = torch.channels_last
        self._independent: bool | None = None
        self.inputs = Bundle.of(inputs)
        self.off, self.added = NOTHING_OFF, NOTHING_ADDED
        said = named(answers or means(self.declared.problem), labels)
        found = self._discover(said)
        self.layers, self.overwritten = found.layers, found.overwritten
        self.heads, self.other_attentions, self.rectifies = found.heads, found.other_attentions, found.rectifies
        assert found.recording.answers is not None
        meant = found.recording.answers.found_in(module).shown_by(found.picked)
        count = found.recording.logits.shape[1]
        self.answers = meant.fitted(count, self.name, self.declared.labels_for(count))
        self.unsaid = open_question(meant, isinstance(said, Answers), self.name)
        self.has_head = found.recording.head is not None and not getattr(meant, "normalised", False)
        self.twice, self.varies = found.twice, found.twice.varies
        warn(self.name, self.varies, self.declared.doubt if preprocess is None else None)

    @property
    def labels(self) -> list[str]:
        """The names of its answers."""
        return list(self.answers.labels)

    @labels.setter
    def labels(self, labels: Sequence[str]) -> None:
        self.answers = self.answers.called(labels).fitted(self.classes, self.name)

    @property
    def classes(self) -> int:
        """How many answers it gives: classes, for one."""
        return len(self.answers.labels)

    def __repr__(self) -> str:
        height, width = self.size
        count = f"1 {self.answers.noun}" if self.classes == 1 else f"{self.classes} {self.answers.nouns}"
        return f"Network({self.name}: {len(self.layers)} layers, {count}, pictures of {height}×{width})"

    def at(self, place: Any) -> Network:
        """Returns the same network asked about one place of the picture: for Pixels a region, over which the mean logit
        of a class is explained: bool (H, W), a box or an outline [(row, col), ...]; for Boxes a box (top, left, height,
        width), whose score is. None: everywhere.

        The module is shared. Raises DeepvisError where answers have no place, or this is none.
        """
        return self._with(answers=self.answers.at(place, self.size))

    def given(self, **values: Any) -> Network:
        """Returns the same network with other values of the inputs beside its picture; those not named stay. The module
        is shared. Raises DeepvisError for unknown names and for what is no value.
        """
        return self._with(inputs=self.inputs.given(**values))

    def compared_with(self, picture: Any) -> Network:
        """Returns the same network whose answer is how similar a picture is to this one, the second one of
        dv.Similarity. The module is shared. Raises DeepvisError where answers are no similarity, or the picture cannot
        be read.
        """
        self.view(picture)
        return self._with(answers=self.answers.compared_with(picture))

    def with_module(self, module: nn.Module) -> Network:
        """Returns a network of the same preprocessing, answers, inputs and name, with another module: a copy, say."""
        found = Network(module, self.preprocessing, name=self.name, answers=self.answers, inputs=self.inputs)
        return found.changed(self.off, self.added)

    def changed(self, off: SwitchedOff, added: AddedLayers) -> Network:
        """Returns the same network with these units switched off, and with layers of directions read from its own."""
        return self._with(off=off, added=added.again(self.layers))

    def without(self, layer: str, units: int | Iterable[int]) -> Network:
        """Returns the same network with units of a layer switched off: these channels of its output are zero in every
        pass, and so for all methods; those that were off stay off. `off.units` says which are.

        The module is shared, and left alone. Raises DeepvisError where there is no such layer or channel.

        >>> import deepvis_widgets as dv
        >>> net = dv.load("husky-wolf").without("features.relu5", [3, 8]).without("features.relu6", 0)
        >>> net.off.units
        {'features.relu5': (3, 8), 'features.relu6': (0,)}
        """
        return self._with(off=self.off.also(self.layers[layer], units))

    def with_units(
        self, layer: str, directions: Any, names: Sequence[str] | None = None, *, offset: Any = None, name: str = ""
    ) -> Network:
        """Returns the same network with one layer more, right after `layer`: its activations, less the `offset` (C,),
        along K directions in the space of its channels, (K, C), such as dv.nmf and dv.pca return. These are units like
        others to all methods, and may be asked for by their `names`; nothing is computed from them.

        The module is shared, and left alone. Raises DeepvisError where there is no such layer or directions do not fit.

        >>> import deepvis_widgets as dv
        >>> print(dv.load("husky-wolf").with_units("features.relu2", [[1] * 64], ["all of them"], name="sum").layers[5])
        features.relu2:sum  Directions  1×32×32  sees 25×25
        """
        source = self.layers[layer]
        return self._with(added=self.added.also(source, Directions.of(directions, offset, names), name, self.layers))

    def showing(self, layer: str | None) -> Network:
        """Returns the same network with no directions but those that a target in `layer` is, or is made of."""
        added = self.added.leading_to(layer)
        return self if added.every == self.added.every else self._with(added=added, recordings=self.recordings)

    def _with(self, **changed: Any) -> Network:
        """The same network, some of it changed, with passes of its own to remember."""
        found = copy(self)
        vars(found).update({"recordings": Recordings(self.recordings.limit)} | changed)
        found.layers = found.added.among(found.layers)
        return found

    def _discover(self, said: Answers | Unsaid) -> Discovery:
        """Channels last is quicker, but a network that calls `view` after its convolutions needs the plain order."""
        grey = torch.full((1, self.bands, *self.size), 0.5)
        try:
            return discover(self.module, self.feed(grey), self.name, said, self.inputs)
        except DeepvisError:
            self.memory_format = torch.contiguous_format
            return discover(self.module, self.feed(grey), self.name, said, self.inputs)

    # --- pictures ---

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) of the picture as the network sees it."""
        return self.preprocessing.size

    @property
    def bands(self) -> int:
        """How many bands a view has: 3, the colours on screen, and behind them those of further channels."""
        return self.preprocessing.bands

    @property
    def device(self) -> torch.device:
        parameter = next(self.module.parameters(), None)
        return torch.device("cpu") if parameter is None else parameter.device

    @property
    def dtype(self) -> torch.dtype:
        parameter = next((p for p in self.module.parameters() if p.is_floating_point()), None)
        return torch.float32 if parameter is None else parameter.dtype

    def view(self, picture: Any) -> Tensor:
        """Returns the picture as the network sees it: float tensor (bands, H, W) in [0, 1], the first three of which
        are the colours on screen; a view is returned as it is.
        """
        return self.preprocessing.view(picture)

    def preprocess(self, picture: Any) -> Tensor:
        """Returns what the network is fed for a picture: float tensor (C, H, W), normalised."""
        return self.preprocessing(picture)

    def feed(self, views: Tensor) -> Tensor:
        """Returns views (B, bands, H, W) in [0, 1] as input (B, C, H, W), on the network's device, in its precision and
        the order in memory that suits it; differentiable.
        """
        return self.laid(self.preprocessing.fed(views, self.device, self.dtype))

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

        A pass of other weights is not used (see `stamps`). Where nothing is remembered (`recordings.limit` is 0, or no
        change of weights can be noticed) it ends at the layer `until`, keeps the layers in `keep` (None: all), and has
        its graph from the layer `since` on.
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
        found = record(self.module, self.feed(view[None]), replace(options, cloned=self.overwritten, **self._own))
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
        Where pictures passed together do not get the answers that each gets alone, they are passed one at a time.
        """
        if len(x) > 1 and not self.independent:
            return self._run_apart(
                x, look, keep=keep, until=until, grad=grad, rules=rules, skip_rectifier=skip_rectifier
            )
        # what nobody keeps may be overwritten
        cloned = self.overwritten if grad else self.overwritten.intersection(keep if look is None else ())
        how = {"cloned": cloned, "skip_rectifier": skip_rectifier, "beside": beside, "look": look, **self._own}
        return record(self.module, x, PassOptions(rules, keep, until, grad, **how))

    def _run_apart(self, x: Tensor, look: Look | None, **how: Any) -> Recording:
        x = x.detach().clone().requires_grad_() if how["grad"] and not x.requires_grad else x
        found = joined([self.run(one, **how) for one in torch.split(x, 1)], x)
        if look is not None:
            for name, output in found.outputs.items():
                look(name, output)
        return found

    @property
    def independent(self) -> bool:
        """Whether pictures that are passed together get the answers that each gets alone, as they do not where a
        network normalises by its batch, or draws other numbers for each, say; found out when first asked.
        """
        if self._independent is None:
            two = self.feed(two_pictures(self.bands, *self.size))
            options = PassOptions(keep=(), **self._own)
            self._independent = answered_apart(lambda x: record(self.module, x, options).logits, two)
        return self._independent

    def logits(self, views: Tensor) -> Tensor:
        """Returns scores (B, n) for views (B, 3, H, W) in [0, 1]: of classes those before the softmax; no graph."""
        return self._bare(self.feed(views)).logits

    def _bare(self, x: Tensor) -> Recording:
        recording = self.run(x)
        check_finite(recording, self.module, self.name)
        return recording

    def _key(self, rules: Rules, view: Tensor) -> tuple[Any, ...] | None:
        """What a remembered pass is found by; None where none is remembered."""
        weights = stamps(self.module) if self.recordings.limit else None
        return None if weights is None else (rules.name, weights, view_key(view), self.added.key)

    def probabilities(self, views: Tensor) -> Tensor:
        """Returns probabilities (B, n) for views (B, 3, H, W) in [0, 1]: a softmax over classes, a sigmoid for each
        label. Raises DeepvisError where the answers have none.
        """
        return self.answers.probabilities(self.logits(views).float())

    @property
    def _own(self) -> dict[str, Any]:
        """What every pass of this network is given."""
        return {"answers": self._meant(), "added": self.added, **self._given}

    @property
    def _given(self) -> dict[str, Any]:
        return {"given": self.inputs, "heads": self.heads, "off": self.off, "twice": self.twice}

    def _meant(self) -> Answers:
        """What the output means, for the weights as they are."""
        return self.answers.current(self._stamps, self._embedded)

    def _stamps(self) -> Any:
        """What an embedding depends on beside the picture; None where a change could not be noticed."""
        weights = stamps(self.module)
        return None if weights is None else (weights, content_key(self.inputs.key, self.off.key))

    def _embedded(self, picture: Any) -> Tensor:
        """The output (1, d) of a bare pass over a picture."""
        options = PassOptions(keep=(), answers=self.answers, **self._given)
        found: Tensor = record(self.module, self.feed(self.view(picture)[None]), options).picked
        return found

    def bars(self, view: Tensor) -> Tensor:
        """Returns what bars show of the answers to a view (3, H, W): (n,), probabilities for one."""
        found = self.look(view)
        return self.answers.bars(found.logits.detach().float().cpu(), found.picked)

    def top(self, view: Tensor) -> int:
        """Returns which answer is explained for a view (3, H, W) where none is chosen: the top class, for one."""
        return self.answers.top(self.look(view).logits[0])

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
        return self.answers.index(target)
