"""What the Explorer's panes are told for one picture: activations, one unit, class scores, maps, backward views.

What computes runs on the engine's thread. Passes come from `network.record`, so that all panes share one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...core.answers.boxes import surest
from ...core.answers.pixels import class_map
from ...core.network.backward_rules import DECONVNET, GUIDED, PLAIN, Rules
from ...core.network.layer import Layer
from ...core.network.layout import Position
from ...core.network.network import Network
from ...core.network.recording import Recording
from ...core.network.target import Target, layout_of
from ...core.picture.boxes import Box
from ...core.picture.picture import to_bytes
from ...core.picture.reduce import backward_view
from ...core.results import HeatMap, Pictures
from ...engine.cache import Cache
from ...engine.client import explanation_key
from ...methods import explain
from ...methods.backward import start, strongest
from ...methods.base import Method
from ...methods.perturbation.contributions import contributions
from ..link.protocol import Array
from .blocks import Block
from .question import Question

BACKWARD: dict[str, Rules] = {"gradient": PLAIN, "deconvnet": DECONVNET, "guided_backprop": GUIDED}
RIBBON, SIDE = 3, 24  # units of a block in the ribbon, and px of their maps
A = TypeVar("A")


class Subscribe(Protocol):
    """Has a function called with every answer of a kind, on whatever thread it comes."""

    def __call__(self, kind: type[A], show: Callable[[A], object]) -> None: ...


@dataclass(frozen=True, eq=False)
class Maps:
    """Maps (n, h, w) of some units of a layer, small enough for tiles, and the statistics of all its units at full
    size.
    """

    layer: Layer
    units: Tensor
    values: Tensor
    low: Tensor
    high: Tensor
    mean: Tensor


@dataclass(frozen=True, eq=False)
class Tiles:
    """What the unit grid shows: activations or, with `gradient`, derivatives; `everything` says that no unit lacks."""

    maps: Maps
    everything: bool
    gradient: bool
    seq: int


@dataclass(frozen=True, eq=False)
class UnitMap:
    """One unit's map (h, w), the position shown, which is the one asked for or the strongest, and the values (n,) of
    the layer's tokens that are no part of the picture.
    """

    layer: Layer
    unit: Target
    values: Tensor
    position: Position
    others: Tensor


@dataclass(frozen=True, eq=False)
class Shares:
    """Class probabilities (classes,), the top class and the one explained. The classes shown are chosen anew by the
    first of these that is drawn with a higher `ranking`.
    """

    values: Tensor
    top: int
    chosen: int
    ranking: int
    seq: int = 0


@dataclass(frozen=True, eq=False)
class Contributed:
    """What the network is given beside the picture, and what each word and number adds to the score explained."""

    network: Network
    parts: Mapping[str, list[tuple[str, float]]]


@dataclass(frozen=True, eq=False)
class LabelMap:
    """Which class each pixel is: indices (h, w), and the names of those that are there."""

    classes: Array
    names: dict[int, str]
    seq: int = 0


@dataclass(frozen=True, eq=False)
class FoundBoxes:
    """What a detector found, the surest first: boxes, their class indices, and in words what and how sure."""

    boxes: tuple[Box, ...]
    labels: tuple[int, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Overlay:
    """What lies over the picture: the heat map of a method with this title; None: nothing."""

    title: str
    result: HeatMap | None
    seq: int = 0


@dataclass(frozen=True, eq=False)
class BackwardView:
    """The picture (H, W, 3) of the backward pane in bytes, and the line below it."""

    picture: Array
    line: str


@dataclass(frozen=True, eq=False)
class Answered:
    """What was answered, after all of its answers, and how long it took."""

    question: Question
    milliseconds: float
    scrolled: bool = False  # whether only other units came on screen


@dataclass(frozen=True)
class Progress:
    """How far a method that takes seconds is; None: it has ended."""

    fraction: float | None


@dataclass(frozen=True)
class Served:
    """Which methods can serve the network. It comes on the main thread: a menu follows it."""

    methods: dict[str, bool]


@dataclass(frozen=True)
class Notice:
    """One sentence about what went wrong; an empty one takes the last one away."""

    sentence: str
    number: int = 0  # of the newest question then: the answer to a later one takes the sentence away


@dataclass(frozen=True)
class GridNotice:
    """One sentence about what went wrong with the pictures of the grid."""

    sentence: str


@dataclass(frozen=True)
class Drawing:
    """Whether pictures of the selected unit are being drawn, how far, and what went wrong."""

    running: bool
    fraction: float | None = None  # None: as far as it was
    sentence: str = ""


@dataclass(frozen=True, eq=False)
class UnitPictures:
    """Synthesized pictures of the selected unit; None: there are none."""

    result: Pictures | None


@dataclass(frozen=True, eq=False)
class StoredPictures:
    """The synthesized pictures (n, h, w, 3) that an atlas has of a unit."""

    unit: Target
    pictures: Array


@dataclass(frozen=True, eq=False)
class UnitTiles:
    """Pictures (3, h, w) of some units for the grid; `mode` is "pictures", or "patches" for their strongest patches."""

    layer: str
    pictures: Mapping[int, Tensor]
    mode: str = "pictures"


@dataclass(frozen=True)
class AtlasInUse:
    """Another atlas is in use, or none any more. It comes on the main thread."""

    pictures: bool  # whether it has seen pictures


@dataclass(frozen=True, eq=False)
class Strongest:
    """The strongest units of each block of the network: their numbers, and their maps (3, SIDE, SIDE)."""

    units: tuple[Tensor, ...]
    maps: tuple[Tensor, ...]
    seq: int = 0


@dataclass(frozen=True, eq=False)
class Inputs:
    """What the strongest units of the block before give to the selected unit: shares of all it gets, each in [0, 1]."""

    layer: str
    shares: tuple[float, ...]


def strongest_units(network: Network, recording: Recording, blocks: Sequence[Block], seq: int = 0) -> Strongest:
    """The strongest units of each block, by the maximum of their maps."""
    found = [_strongest_of(network, recording, block) for block in blocks]
    return Strongest(tuple(units for units, _ in found), tuple(maps for _, maps in found), seq)


def _strongest_of(network: Network, recording: Recording, block: Block) -> tuple[Tensor, Tensor]:
    output = recording.outputs[block.shown].detach()
    maps = network.layers[block.shown].layout.maps(output)[0].float()
    units = maps.amax((1, 2)).topk(min(RIBBON, len(maps))).indices
    return units.cpu(), F.adaptive_avg_pool2d(maps[units], SIDE).cpu()


def inputs(network: Network, question: Question, recording: Recording, before: Block) -> Inputs:
    """What the block before gives to the selected unit: activation × gradient of a plain pass, summed over a map."""
    objective, _ = start(network, recording, question.unit)
    output, layout = recording.outputs[before.shown], network.layers[before.shown].layout
    given = layout.maps((recording.gradient(objective, wrt=output) * output).detach())[0].sum((1, 2)).abs().cpu()
    units, _ = _strongest_of(network, recording, before)
    total = float(given.sum()) or 1.0
    return Inputs(before.shown, tuple(float(given[unit]) / total for unit in units))


def served(network: Network, surveyed: bool) -> dict[str, bool]:
    """Method name → whether it can serve this network, in order; without a survey, those that need a pass for it are
    thought to.
    """
    offered = [found for _, found in sorted(Method.registry.items()) if found.picture]
    return {found.name: (found.surveys and not surveyed) or found.refuses(network) is None for found in offered}


def forward(network: Network, question: Question, recording: Recording, seq: int) -> tuple[Tiles, UnitMap, Shares]:
    """What a pass is enough for: the activations of the layer, those of one unit, and the class probabilities."""
    maps = _maps(question, recording)
    return (
        _tiles(maps, question, seq, gradient=False),
        _unit_map(maps, question, recording),
        shares(network, question, recording, seq),
    )


def tiles(question: Question, recording: Recording, seq: int) -> Tiles:
    """The activations of the question's layer."""
    return _tiles(_maps(question, recording), question, seq, gradient=False)


def unit_map(question: Question, recording: Recording) -> UnitMap:
    """The map of the question's unit and the position that is shown of it."""
    return _unit_map(_maps(question, recording), question, recording)


def gradient_tiles(network: Network, question: Question, recording: Recording, seq: int) -> Tiles:
    """The derivatives of the backward unit by the activations of the question's layer: zeros where it does not depend
    on them. The toolbox's diff view.
    """
    objective, _ = start(network, recording, question.held)
    signal = recording.gradient(objective, wrt=recording.outputs[question.layer.name])
    return _tiles(layout_of(question.layer, question.unit).maps(signal)[0].float(), question, seq, gradient=True)


def _maps(question: Question, recording: Recording) -> Tensor:
    """Every unit's map (C, h, w) of the question's layer."""
    layout = layout_of(question.layer, question.unit)
    maps: Tensor = layout.maps(recording.outputs[question.layer.name].detach())[0]
    return maps.float()


def _tiles(maps: Tensor, question: Question, seq: int, gradient: bool) -> Tiles:
    shown = reduced(question.layer, maps, question.units, question.tile)
    return Tiles(shown, question.units is None, gradient, seq)


def _unit_map(maps: Tensor, question: Question, recording: Recording) -> UnitMap:
    layer, unit, values = question.layer, question.unit, maps[question.unit.channel].cpu()
    others = layout_of(layer, unit).others(recording.outputs[layer.name].detach())[0, unit.channel].float().cpu()
    return UnitMap(layer, unit, values, unit.position or strongest(values), others)


def contributed(question: Question) -> Contributed:
    """What each word and number beside the picture adds: a pass for each."""
    return Contributed(question.network, contributions(question.asked, question.view, question.target))


def places(network: Network, recording: Recording, seq: int = 0) -> LabelMap | FoundBoxes | None:
    """What the answers of a pass say about places of the picture, None where they have none."""
    if not network.answers.placed or recording.picked is None:
        return None
    return _label_map(network, recording, seq) if network.answers.kind == "pixels" else _found(network, recording)


def _label_map(network: Network, recording: Recording, seq: int) -> LabelMap:
    """Of one class that is there or not, 0 is where it is not."""
    classes = class_map(recording.picked[0])
    labels = ["", *network.labels] if network.classes == 1 else network.labels
    return LabelMap(classes, {int(index): labels[index] for index in np.unique(classes)}, seq)


def _found(network: Network, recording: Recording) -> FoundBoxes:
    boxes, labels, scores = surest(recording.picked[0])
    known, said = network.labels, network.answers.words
    names = (known[label] if label < len(known) else str(label) for label in labels)
    return FoundBoxes(
        boxes, labels, tuple(f"{name} {said(0, score, 0)}" for name, score in zip(names, scores, strict=True))
    )


def shares(network: Network, question: Question, recording: Recording, seq: int = 0) -> Shares:
    """What the bars show, class probabilities for one, with the class explained, if none is asked for the top one."""
    logits = recording.logits.detach().float().cpu()
    values, top = network.answers.bars(logits, recording.picked), network.answers.top(logits[0])
    return Shares(values, top, top if question.target is None else question.target, question.ranking, seq)


def reduced(layer: Layer, maps: Tensor, units: Tensor | None, longest: int) -> Maps:
    """The maps (C, h, w) of `units` (None: all), reduced by averaging until no side is longer than `longest`."""
    chosen = torch.arange(len(maps)) if units is None else units
    values = maps if units is None else maps[chosen]
    factor = -(-max(maps.shape[1:]) // longest)
    if factor > 1:
        values = F.avg_pool2d(values[None], factor, ceil_mode=True)[0]
    flat = maps.flatten(1)
    return Maps(layer, chosen, values.cpu(), *(s.cpu() for s in (flat.amin(1), flat.amax(1), flat.mean(1))))


def backward_picture(network: Network, recording: Recording, kind: str, unit: Target, seed: str) -> Tensor:
    """The backward pane: the signal of a unit at the input of a pass, in one of the toolbox's views; a picture (3, H,
    W) in [0, 1].
    """
    objective, _ = start(network, recording, unit, seed)
    signal = network.preprocessing.arranged(recording.gradient(objective)[0].cpu())
    return backward_view(signal, kind)


def backward(network: Network, recording: Recording, kind: str, unit: Target, seed: str, line: str) -> BackwardView:
    """The picture of the backward pane as it is sent; the line says where no signal comes back at all."""
    picture = backward_picture(network, recording, kind, unit, seed)
    if float(picture.std()) == 0 and recording.path(start(network, recording, unit)[0]) is None:
        line = f"{line} · no gradient comes back"
    return BackwardView(to_bytes(picture), line)


def overlay(question: Question, seq: int, cache: Cache) -> Overlay | None:
    """The map of a quick method, an empty one where no method is chosen; None where the method takes seconds. What may
    be asked again is cached, for every widget of the network.
    """
    asked = question.method
    if asked is None:
        return Overlay("", None, seq)
    if asked.long:
        return None
    explained = partial(explain, question.asked, question.view, asked.name, target=question.target, **question.params)
    found = cache.get_or_make(key(question, asked), explained) if question.settled else explained()
    return Overlay(asked.title, found if isinstance(found, HeatMap) else None, seq)


def key(question: Question, asked: Method) -> str:
    """Under what the explanation that a question asks for is cached."""
    return explanation_key(question.asked, question.view, asked.name, question.target, question.params)
