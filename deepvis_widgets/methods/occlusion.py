"""Occlusion sensitivity: what the network answers while a window of the picture is hidden, at every place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..core.network.recording import Recording
from ..core.network.target import Target
from ..core.params import choice, number, text
from ..core.picture.fills import FILLS, fill_picture
from ..core.report import Report
from ..core.results import HeatMap
from ..passes.window_passes import WindowPasses
from .backward import SCORE_HELP, SCORES, SOFTMAX, describe
from .base import Method, silent
from .perturbation import kriging as coarse
from .perturbation.score import Score, per_pass
from .perturbation.sweep import LEVELS, Sweep, averaged, layers_of, windows

APPROXIMATE = "approximate"
ANSWERS = 6  # that are recorded at every position


@dataclass(frozen=True)
class OcclusionParams:
    window: int = number(32, "Window", 1, 1024, 1, "side of the hidden square, in pixels")
    stride: int = number(8, "Stride", 1, 1024, 1, "pixels from one position to the next; at most the window")
    fill: str = choice("grey", "Fill", FILLS, "what the window shows")
    score: str = choice("logit", "Score", SCORES, SCORE_HELP, also=SOFTMAX)
    windows: str = choice(
        "all", "Windows", ("all", APPROXIMATE), "approximate: measure few windows and estimate those between"
    )
    watch: str = text("", "Watch unit", "layer:unit, or a layer for its strongest unit: its activation is recorded too")


@dataclass(eq=False, repr=False)
class OcclusionMap(HeatMap):
    """The drop in score where the picture is hidden, and what was recorded at every position of the window.

    `boxes` (rows, cols, 4) says where the window was: top, left, height, width. All records are (rows, cols): `scores`
    of the target, and `drops` from `score`, that of the whole picture; `probabilities` of the explained class and
    `labels`, the predicted class, whose names are in `names` (None for a hidden unit: the pass ends there);
    `activations`, the strongest of the unit `watched` (None where none was asked for); `shares` (rows, cols, n), what
    bars show of the answers `classes` (n,), the strongest ones of the whole picture. In a partial result, places not
    yet reached, False in `reached`, show a neighbour's. An `approximate` result estimates them: `reached` says which
    windows were measured.
    """

    boxes: Tensor = field(default_factory=lambda: torch.empty(0, 0, 4, dtype=torch.long))
    scores: Tensor = field(default_factory=lambda: torch.empty(0, 0))
    score: float = 0.0
    probabilities: Tensor | None = None
    labels: Tensor | None = None
    names: dict[int, str] = field(default_factory=dict)
    activations: Tensor | None = None
    watched: str | None = None
    classes: tuple[int, ...] = ()
    shares: Tensor = field(default_factory=lambda: torch.empty(0, 0, 0))
    reached: Tensor = field(default_factory=lambda: torch.empty(0, 0, dtype=torch.bool))
    approximate: bool = False

    @property
    def note(self) -> str:
        if not self.approximate:
            return super().note
        return f"approximate: {int(self.reached.sum())} of {self.reached.numel()} windows measured"

    @property
    def drops(self) -> Tensor:
        return self.score - self.scores


def fitting_window(size: tuple[int, int]) -> int:
    """Returns the side of the window where none is asked for: a quarter of a picture of `size` (H, W), 4 to 32 pixels.

    >>> fitting_window((224, 224)), fitting_window((28, 28))
    (32, 7)
    """
    return min(32, max(4, min(size) // 4), *size)


class Occlusion(Method):
    """A window slid over the picture; recorded are the class's probability, the predicted label and a unit's strongest
    activation (Zeiler & Fergus 2014, sec. 4.2). The heat map is the drop in score, averaged over the windows that hide
    a pixel: positive where hiding hurts.

    The windows start at multiples of the stride and are clipped at the lower right border, so that every pixel is
    hidden at least once. A hidden unit is read where it is strongest in the whole picture, and only as deep as it lies.
    Streams from coarse to fine. With windows="approximate" it stops early: see perturbation/kriging.py. Raises
    DeepvisError for a stride longer than the window.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> found = dv.explain(net, scene, "occlusion", target="wolf", window=64, stride=64)
    >>> found.boxes[1, 0].tolist(), found.drops.shape
    ([64, 0, 64, 64], torch.Size([2, 2]))
    """

    name = "occlusion"
    title = "Occlusion"
    Params = OcclusionParams
    long = True

    def suited(self, network: Network) -> dict[str, Any]:
        window = fitting_window(network.size)
        return {"window": window, "stride": min(window, OcclusionParams.stride)}

    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> OcclusionMap:
        assert image is not None
        if params.stride > params.window:
            raise DeepvisError(
                f"stride={params.stride} skips pixels with window={params.window}; accepted: a stride up to the window."
            )
        score = Score.of(network, image, target, params.score)
        watched = watched_unit(network, image, score.target, params.watch)
        boxes = windows(network.size, params.window, params.stride)
        recording = score.forward(image[None], layers_of(watched))
        sweep = Sweep(score, watched, boxes, strongest(score, recording))
        whole = sweep.read(recording)[0]
        layers = {*sweep.layers, *([] if score.target.layer is None else [score.target.layer])}
        fill, scores = fill_picture(image, params.fill), score.target.layer is None
        passes = WindowPasses(network, image, fill, layers, scores, most=per_pass(network))
        few = params.windows == APPROXIMATE
        for share, places in coarse.visits(sweep, passes.parts) if few else visits(boxes, passes.parts):
            sweep.put(places, sweep.read(passes.run(boxes[places[:, 0], places[:, 1]])))
            result = self._result(sweep, image, whole, params)
            report(share, result)
        return result

    def _result(self, sweep: Sweep, image: Tensor, whole: Tensor, params: Any) -> OcclusionMap:
        few = params.windows == APPROXIMATE and not bool(sweep.done.all())
        scores, *others = (coarse.estimated(sweep) if few else sweep.filled()).unbind(-1)
        network, target = sweep.score.network, sweep.score.target
        result = OcclusionMap(
            self.name,
            describe(network, target),
            averaged(whole[0] - scores, sweep.boxes, network.size),
            image,
            True,
            params=params,
            boxes=sweep.boxes,
            scores=scores,
            score=float(whole[0]),
            reached=sweep.done.clone(),
            approximate=few,
        )
        if target.layer is None:
            result.probabilities, result.labels = others[0], others[1].long()
            result.classes, result.shares = tuple(sweep.others), torch.stack(others[2 : 2 + len(sweep.others)], -1)
            result.names = {label: network.labels[label] for label in sorted(set(result.labels.flatten().tolist()))}
        if sweep.watched is not None:
            result.activations, result.watched = others[-1], describe(network, sweep.watched)
        return result


def strongest(score: Score, recording: Recording) -> list[int]:
    """Returns the explained class and the highest others of a pass, in order; none where a hidden unit is explained."""
    if score.target.layer is not None:
        return []
    first = recording.logits[0].argsort(descending=True, stable=True)[:ANSWERS].tolist()
    return first if score.target.channel in first else [*first[:-1], score.target.channel]


def watched_unit(network: Network, image: Tensor, target: Target, watch: str) -> Target | None:
    """Returns the unit named by `watch`, "layer:unit" or "layer" for the one that is strongest on the whole view; a
    hidden target is watched itself where nothing else is asked for.
    """
    if not watch:
        return None if target.layer is None else Target(target.channel, target.layer)
    layer, _, unit = watch.rpartition(":")
    if layer:
        return network.target(None, layer, int(unit) if unit.isdecimal() else unit)
    name = network.layers[watch].name
    output = network.run(network.feed(image[None]), keep=(name,), until=name).outputs[name]
    return Target(int(network.layers[name].layout.maps(output)[0].amax((1, 2)).argmax()), name)


def visits(boxes: Tensor, parts: coarse.Parts) -> Iterator[tuple[float, Tensor]]:
    """Yields (share done after it, positions (n, 2) as row and column) of one batch after the other, level by level;
    `parts` says which of some boxes (n, 4) make a batch.
    """
    rows, cols = boxes.shape[:2]
    level = torch.full((rows, cols), len(LEVELS))
    for index, step in reversed(list(enumerate(LEVELS))):
        level[::step, ::step] = index
    done = 0
    for index in sorted(set(level.flatten().tolist())):
        places = (level == index).nonzero()
        for batch in parts(boxes[places[:, 0], places[:, 1]]):
            done += len(batch)
            yield done / (rows * cols), places[batch]
