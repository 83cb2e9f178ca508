"""The panes of the occlusion lab: the picture with its trail, the class shares, the three maps over positions, and the
deconvolution of the watched unit's map.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets
import torch
import traitlets
from torch import Tensor

from ...core.picture.boxes import Box
from ...core.picture.picture import to_bytes
from ...core.picture.reduce import backward_view
from ...core.results import HeatMap
from ..kit import layout
from ..kit.class_bars import Probabilities
from ..kit.layout import classed, display
from ..kit.notice import status
from ..link.frames import rgb_frame, signed_overlay_frame, symmetric_range
from ..link.protocol import Frame
from ..link.push import push
from ..views.map_view import MapView
from ..views.stage import Stage
from .controls import OcclusionControls, SweepBar
from .experiment import Experiment
from .maps import labels_frame, values_frame
from .probe import Probe, Seen
from .state import OcclusionState
from .trail import Trail

SIDE = 216  # css px of a map

OnDrag = Callable[[Box | None, Callable[[], object]], object]  # a box, and what is to be called when it is answered


class OcclusionPanes:
    """Everything under the bar, in `rows`. Draws the answers of a session; see OcclusionAnswers."""

    def __init__(
        self,
        state: OcclusionState,
        group: str,
        stage: Stage,
        sweeping: SweepBar,
        on_drag: OnDrag,
        on_cell: Callable[[tuple[int, int]], object],
    ) -> None:
        self.sweeping = sweeping
        self.controls = OcclusionControls(state)
        self.picture = PicturePane(state, stage, on_drag)
        self.bars = Probabilities(state.network.answers, lambda index: _pick_class(state, index))
        self.projection = ProjectionPane(state)
        self.maps = PositionMaps(state, group, on_cell, self.projection)
        beside = classed(ipywidgets.VBox([sweeping, self.controls]), "dv-lab-side")
        shares = classed(ipywidgets.VBox([self.bars]), "dv-lab-side")
        self.rows = [layout.box("dv-lab-panes", self.picture, shares, beside), self.maps]
        self.left, self.swept = self.maps.forget, sweeping.show

    def begun(self, answer: Experiment) -> None:
        """Another picture, or another class."""
        self.picture.show_picture(answer)
        self.bars.show(answer.probe.probabilities, answer.probe.target, True)

    def visited(self, answer: Experiment, seen: Seen, shares: Tensor) -> None:
        """One more place."""
        self.bars.show(shares, answer.probe.target, False)
        self.picture.tell(answer.probe, seen, shares)

    def grown(self, answer: Experiment) -> None:
        """More of the trail."""
        self.picture.draw_trail(answer)
        self.maps.draw(answer)

    def projected(self, answer: Experiment, found: HeatMap | None, sentence: str = "") -> None:
        """What in the whole picture the watched map responds to."""
        self.projection.show(answer, found, sentence)

    def say(self, sentence: str) -> None:
        """One sentence about what went wrong."""
        push(self.picture.stage, notice=sentence)


def _pick_class(state: OcclusionState, index: int) -> None:
    state.target = None if index == state.target else index


class PicturePane(ipywidgets.VBox):
    """The picture with the window and its trail, and what the network says, in words."""

    def __init__(self, state: OcclusionState, stage: Stage, on_drag: OnDrag) -> None:
        self._state, self.stage, self._on_drag = state, stage, on_drag
        self.words = layout.html("dv-lab-words")
        stage.draw_occluder, stage.colormap = False, "blue-red"
        super().__init__([stage, self.words])
        self.add_class("dv-lab-picture")
        traitlets.link((state, "fill"), (stage, "fill"))
        stage.on_frame("occluder", self._dragged)
        stage.observe(lambda change: setattr(state, "occluder", change["new"]), names="occluder")
        state.observe(lambda _: self._to_occluder(), names="occluder")

    def show_picture(self, answer: Experiment) -> None:
        """Shows another picture, and what hides it."""
        probe = answer.probe
        self.stage.push("picture", arrays={"picture": to_bytes(probe.view), "fill": to_bytes(probe.fill)})

    def draw_trail(self, answer: Experiment) -> None:
        """Lays over the picture what the class lost where the window has been; where it has not been moved yet, its
        only place is under it, and would tint it.
        """
        push(self.stage, overlay=len(answer.trail.seen) > 1)
        values, title = drop(answer, self._state)
        self.stage.push("overlay", *signed_overlay_frame(values, symmetric_range(values), title))

    def tell(self, probe: Probe, seen: Seen, shares: Tensor) -> None:
        """Says what the network says with the window at one place."""
        answers = self._state.network.answers
        assert seen.box is not None
        place = f"With the window at row {seen.box[0]}, col {seen.box[1]}"
        top = f"{answers.labels[seen.label]} ({answers.words(seen.label, float(shares[seen.label]))})"
        said = f"{place} the network says {top}. " if answers.ranked else f"{place}: "
        before, after = (answers.words(probe.target, value) for value in (probe.whole.probability, seen.probability))
        push(self.words, value=status(f"{said}{answers.labels[probe.target]}: {before} → {after}."))

    def _to_occluder(self) -> None:
        if self._state.occluder is not None:
            self.stage.occluder = list(self._state.occluder)

    def _dragged(self, frame: Frame) -> None:
        """The browser waits until one step of a drag is answered before it sends the next."""
        box, seq = frame.meta["box"], frame.seq
        self._on_drag(None if box is None else tuple(box), lambda: self.stage.ack(seq) if seq else None)


def drop(answer: Experiment, state: OcclusionState) -> tuple[Tensor, str]:
    """What the class lost where the window has been, in the mean over every pixel (H, W), and what that is called."""
    whole, trail = answer.probe.whole, answer.trail
    of, name = (state.network.answers.score, "score") if state.score == "logit" else ("probability", "probability")
    values = trail.average([getattr(whole, name) - getattr(seen, name) for seen in trail.seen])
    return values, f"drop in {of}{', approximate' if trail.note else ''}"


class ProjectionPane(MapView):
    """The watched unit's map projected down to the whole picture, as in figure 6c of Zeiler & Fergus 2014."""

    def __init__(self, state: OcclusionState) -> None:
        self._arranged = state.network.preprocessing.arranged
        super().__init__(title="Deconvolution", label="Deconvolution of the watched map", size=SIDE, smooth=True)
        self.interactive = False

    def show(self, answer: Experiment, found: HeatMap | None, sentence: str = "") -> None:
        """Shows a deconvolution; without one the picture's place is grey, and a sentence says why. On any thread."""
        unit, size = answer.probe.watched, answer.probe.view.shape[-2:]
        signal = None if found is None else found.attribution
        shown = torch.zeros(3, *size) if signal is None else self._arranged(signal)
        push(self, title=f"Deconvolution of {unit.layer}:{unit.channel}", notice=sentence)
        self.push("rgb", *rgb_frame(backward_view(shown, "raw"), ["of its whole map, nothing hidden"]))


class PositionMaps(ipywidgets.Box):
    """The three maps: a cell for each position of the window, and what stands `beside` them. A click on a cell calls
    `on_cell((row, col))`.
    """

    def __init__(
        self, state: OcclusionState, group: str, on_cell: Callable[[tuple[int, int]], object], beside: ipywidgets.Widget
    ) -> None:
        self._state = state
        common: dict[str, Any] = {"group": group, "size": SIDE, "linked": True}

        def made(title: str, **traits: Any) -> MapView:
            return MapView(title=title, label=f"{title} by position", **traits, **common)

        limits = {"limits": (0, 1)} if state.network.answers.percent else {}
        self.probability = made("Class probability", colormap="cividis", **limits)
        self.label, self.activation = made("Predicted label"), made("Activation", colormap="inferno")
        self.legend = layout.html("dv-lab-legend")
        labels = ipywidgets.VBox([self.label, self.legend])
        display(labels, state.network.answers.ranked)
        super().__init__([self.probability, labels, self.activation, beside])
        self.add_class("dv-lab-row")
        for shown in (self.probability, self.label, self.activation):
            shown.observe(lambda change: change["new"] is None or on_cell(tuple(change["new"])), names="position")

    def forget(self) -> None:
        """No cell is chosen any more."""
        self.probability.position = self.label.position = self.activation.position = None

    def draw(self, answer: Experiment) -> None:
        """Draws all three maps; on any thread."""
        probe, trail, labels = answer.probe, answer.trail, self._state.network.labels
        said = [("estimated: " if seen.guessed else "") + f"says {labels[seen.label]}" for seen in trail.seen]
        noted = [trail.note] if trail.note else []
        self._draw_probability(probe, trail, said, noted)
        self._draw_labels(answer, said, noted)
        self._draw_activation(probe, trail, said, noted)

    def _draw_probability(self, probe: Probe, trail: Trail, said: list[str], noted: list[str]) -> None:
        answers, whole = self._state.network.answers, probe.whole.probability
        label = answers.labels[probe.target]
        push(self.probability, title=f"Probability of {label}" if answers.probable else label)
        values = [seen.probability for seen in trail.seen]
        every = [*values, whole]
        between = answers.span(probe.target) or (min(every), max(every))
        lines = [f"whole picture: {answers.words(probe.target, whole)}", *noted]
        self.probability.push("map", *values_frame(values, trail, between, said, lines))

    def _draw_labels(self, answer: Experiment, said: list[str], noted: list[str]) -> None:
        trail, labels, target = answer.trail, self._state.network.labels, answer.probe.target
        told, pairs = self._state.network.answers.words, zip(said, trail.seen, strict=True)
        notes = [f"{words} · {labels[target]} {told(target, seen.probability)}" for words, seen in pairs]
        self.label.push("rgb", *labels_frame(trail, answer.colours, notes, noted))
        numbers = sorted(trail.cells().flatten().tolist())
        shown = [trail.seen[number].label for number in numbers if number >= 0]
        push(self.legend, value=answer.colours.legend(shown, labels))

    def _draw_activation(self, probe: Probe, trail: Trail, said: list[str], noted: list[str]) -> None:
        lines = [f"whole picture: {probe.whole.activation:.3g}", *noted]
        push(self.activation, title=f"Activation of {probe.watched.layer}:{probe.watched.channel}")
        values = [seen.activation for seen in trail.seen]
        every = [*values, probe.whole.activation, 0.0]
        self.activation.push("map", *values_frame(values, trail, (min(every), max(every)), said, lines))
