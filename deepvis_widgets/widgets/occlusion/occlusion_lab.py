"""Occlusion by hand and by sweep: where hiding a part of the picture changes the answer."""

from __future__ import annotations

import html
import time
from collections import Counter
from typing import Any

import ipywidgets
import numpy as np
import traitlets
from torch import Tensor

from ...core.checks import whole
from ...core.content_key import content_key
from ...core.errors import DeepvisError
from ...core.picture.boxes import Box
from ...core.picture.fills import FILLS
from ...core.picture.picture import to_bytes
from ...core.weights_key import weights_key
from ...methods import explain
from ...methods.occlusion import APPROXIMATE, OcclusionMap
from ..kit.arguments import as_box
from ..kit.class_bars import Probabilities
from ..kit.picture_lab import PictureLab
from ..link.frames import overlay, spread
from ..link.protocol import Frame
from .maps import LabelColours, labels_frame, values_frame
from .panes import LEAST, STRONGEST, OcclusionControls, PositionMaps, SweepBar
from .probe import Probe, Seen
from .trail import Trail

OFTEN = 0.2  # s between two drawings of a sweep


class OcclusionLab(PictureLab):
    """A window that hides a part of the picture, moved by hand or swept over it (Zeiler & Fergus 2014, sec. 4.2).

    Every place the window has been leaves its trail on the picture: what the class `target` (an index or a label, None:
    the top class) lost there, averaged where windows overlap. Three maps have a cell for every position of the window:
    the probability of the class, the label predicted, and the strongest activation of a unit, as in figure 6 of the
    paper (where the activations of the unit's map are summed). `unit` None is the strongest one of `layer` on the whole
    picture, `layer` None the last one that has maps.

    `window` is the side of the square in pixels, `stride` what lies between two positions of a sweep, at most the
    window; an occluder of another size makes a window of its longer side. An `approximate` sweep measures few of its
    windows, and says so over its maps. The traits may be set, observed and linked.
    `close()` frees everything.
    """

    window = traitlets.Int(32, help="side of the hidden square, in pixels")
    stride = traitlets.Int(8, help="pixels from one position of a sweep to the next")
    approximate = traitlets.Bool(False, help="whether a sweep measures few windows and estimates those between")
    fill = traitlets.Enum(FILLS, "grey", help="what the window shows")
    score = traitlets.Enum(("logit", "softmax"), "logit", help="the drop that the trail shows")
    layer = traitlets.Unicode(help="layer of the unit that is watched")
    unit = traitlets.Any(None, allow_none=True, help="channel that is watched, None: the strongest on the picture")
    occluder = traitlets.Any(None, allow_none=True, help="(top, left, height, width) in picture pixels")

    def __init__(
        self,
        network: Any = "husky-wolf",
        picture: Any = None,
        pictures: Any = None,
        target: int | str | None = None,
        layer: str | None = None,
        unit: int | None = None,
    ) -> None:
        super().__init__(network, pictures)
        self.probe: Probe | None = None
        self._drawn = 0.0
        self._sweep_next = False
        height, width = self.network.size
        self.window, self.stride = min(32, max(LEAST, min(height, width) // 4)), 8
        self.trail = Trail(self.network.size, self.window, self.stride)
        self._colours = LabelColours(0)
        self._make_panes()
        self.begin(picture, target=target, layer=layer or self._last_maps(), unit=unit)

    # --- what may be set ---

    @traitlets.validate("window")
    def _check_window(self, proposal: Any) -> int:
        most = min(self.network.size)
        if not LEAST <= proposal["value"] <= most:
            raise DeepvisError(f"window={proposal['value']} is not accepted; accepted: {LEAST} to {most}.")
        return int(proposal["value"])

    @traitlets.validate("stride")
    def _check_stride(self, proposal: Any) -> int:
        if not 1 <= proposal["value"] <= self.window:
            raise DeepvisError(f"stride={proposal['value']} is not accepted; accepted: 1 to the window, {self.window}.")
        return int(proposal["value"])

    @traitlets.validate("layer")
    def _check_layer(self, proposal: Any) -> str:
        return str(self.network.layers[proposal["value"]].name)

    @traitlets.validate("unit")
    def _check_unit(self, proposal: Any) -> int | None:
        if proposal["value"] is None:
            return None
        self.network.target(None, self.layer, proposal["value"])
        return whole(proposal["value"])

    @traitlets.validate("occluder")
    def _check_occluder(self, proposal: Any) -> Box | None:
        return as_box(proposal["value"], self.network.size)

    def _last_maps(self) -> str:
        """The last layer that has maps: the deepest one that still knows where things are."""
        layers = self.network.layers
        return str(next((layer for layer in reversed(layers) if layer.height * layer.width > 1), layers[-1]).name)

    # --- panes ---

    def _make_panes(self) -> None:
        self.stage.draw_occluder, self.stage.colormap = False, "blue-red"
        self.controls = OcclusionControls(self.network)
        self.bars = Probabilities(self.network.labels, self._pick_class)
        self.maps = PositionMaps(self.group, self._pick_cell)
        self.sweeping = SweepBar(self.sweep, self.stop, self.clear)
        self.words = ipywidgets.HTML().add_class("dv-lab-words")
        picture = ipywidgets.VBox([self.stage, self.words]).add_class("dv-lab-picture")
        beside = ipywidgets.VBox([self.sweeping, self.controls]).add_class("dv-lab-side")
        shares = ipywidgets.VBox([self.bars]).add_class("dv-lab-side")
        panes = ipywidgets.Box([picture, shares, beside]).add_class("dv-lab-panes")
        self.children = [self.bar, panes, self.maps]
        self.add_class("dv-occlusion-lab")
        self._wire()

    def _wire(self) -> None:
        controls = self.controls
        controls.stride.max = self.window
        for name in ("window", "stride", "approximate", "fill", "score"):
            traitlets.link((self, name), (getattr(controls, name), "value"))
        traitlets.link((self, "fill"), (self.stage, "fill"))
        controls.layer.observe(lambda change: setattr(self, "layer", change["new"]), names="value")
        controls.unit.observe(lambda change: self._pick_unit(change["new"]), names="value")
        self.stage.on_frame("occluder", self._dragged)
        self.stage.observe(lambda change: setattr(self, "occluder", change["new"]), names="occluder")
        self.observe(lambda _: self._moved(), names="occluder")
        self.observe(lambda _: self._resized(), names="window")
        self.observe(lambda _: self._to_layer(), names="layer")
        self.observe(lambda _: self._to_unit(), names="unit")
        self.observe(lambda _: self.restart(), names=["stride", "fill", "approximate"])
        self.observe(lambda _: self._draw(), names="score")

    def _pick_unit(self, unit: int) -> None:
        self.unit = None if unit == STRONGEST else unit

    def _pick_class(self, index: int) -> None:
        self.target = None if index == self.target else index

    def _pick_cell(self, place: tuple[int, int]) -> None:
        """Put the window where it was for a cell; at the border it is pushed back into the picture."""
        rows, cols = self.trail.boxes.shape[:2]
        if place[0] < rows and place[1] < cols:
            top, left = self.trail.boxes[place][:2].tolist()
            self.occluder = self._fitted(top, left)

    def _fitted(self, top: int, left: int) -> Box:
        height, width = self.network.size
        side = self.window
        return min(top, height - side), min(left, width - side), side, side

    # --- changes ---

    def opened(self) -> None:
        self.restart()

    def retargeted(self) -> None:
        self.restart()

    def _resized(self) -> None:
        self.stride = min(self.stride, self.window)
        self.controls.stride.max = self.window
        if self.occluder is not None:
            self.occluder = self._fitted(*self.occluder[:2])
        self.restart()

    def _to_layer(self) -> None:
        self.controls.layer.value = self.layer
        self.unit = None
        self.controls.offer_units(self.network.layers[self.layer].channels)
        self.restart()

    def _to_unit(self) -> None:
        if self.controls.unit.options:
            self.controls.unit.value = STRONGEST if self.unit is None else self.unit
        self.restart()

    def _moved(self) -> None:
        """The window is somewhere else; one that was taken away comes back in its corner."""
        top, left, height, width = self.occluder or (0, 0, self.window, self.window)
        if (height, width) != (self.window, self.window):
            self.window = min(max(height, width, LEAST), *self.network.size)
        if self.occluder != self._fitted(top, left):
            self.occluder = self._fitted(top, left)
            return
        self.stage.occluder = list(self.occluder)
        self._look(self.occluder)

    def clear(self) -> None:
        """Forget every position, and begin anew."""
        self.restart()

    def restart(self) -> None:
        """Another experiment: forget the trail, and ask for the whole picture."""
        view, layer = self.view, self.layer
        if view is None or self.closed:
            return
        self.stop()
        with self.lock:
            self.probe = None
            self.maps.forget()
        fill, target, unit = self.fill, self.target, self.unit
        self.ask(
            "whole",
            lambda _: Probe.of(self.network, view, fill, target, layer, unit),
            self._begun,
            "looking at the whole picture",
        )

    def _begun(self, probe: Probe) -> None:
        with self.lock:
            self.probe = probe
            self.trail = Trail(self.network.size, self.window, self.stride)
            self._colours = LabelColours(probe.whole.label)
            arrays = {"picture": to_bytes(probe.view), "fill": to_bytes(probe.fill)}
            self.stage.push("picture", arrays=arrays)
            self.bars.show(probe.probabilities, probe.target, True)
            self._draw()
            sweep = self._sweep_next
        if self.occluder is None:
            self.occluder = self._fitted(0, 0)
        else:
            self._look(self.occluder)
        if sweep:
            self.sweep()

    # --- by hand ---

    def _dragged(self, frame: Frame) -> None:
        box = frame.meta["box"]
        self._look(None if box is None else tuple(box), frame.seq)

    def _look(self, box: Any, seq: int = 0) -> None:
        """Ask what the network says with the box hidden; the browser waits for `seq` before it sends the next one."""
        probe = self.probe

        def done() -> None:
            if seq:
                self.stage.ack(seq)

        if probe is None or box is None:
            done()
            return
        self.ask("window", lambda _: probe.look(box), lambda found: self._visited(probe, *found), "hiding a part", done)

    def _visited(self, probe: Probe, seen: Seen, shares: Tensor) -> None:
        with self.lock:
            if probe is not self.probe or seen.box is None:
                return  # an answer to an experiment that is over
            self.stage.notice = ""
            self.bars.show(shares, probe.target, False)
            self._tell(seen, shares)
            if seen.box[2:] == (self.window, self.window):  # while it is resized it leaves no trail
                self.trail.visit(seen)
                self._draw()

    def _tell(self, seen: Seen, shares: Tensor) -> None:
        assert self.probe is not None and seen.box is not None
        labels, probe = self.network.labels, self.probe
        words = (
            f"With the window at row {seen.box[0]}, col {seen.box[1]} the network says {labels[seen.label]} "
            f"({float(shares[seen.label]):.1%}). {labels[probe.target]}: {probe.whole.probability:.1%} → "
            f"{seen.probability:.1%}."
        )
        self.words.value = f'<div role="status" aria-live="polite">{html.escape(words)}</div>'

    # --- by sweep ---

    def sweep(self) -> None:
        """Put the window everywhere, from coarse to fine; what was found by hand stays.

        While the whole picture is still being looked at, the sweep follows that.
        """
        with self.lock:
            probe = self.probe
            self._sweep_next = probe is None
        if probe is None:
            return
        params: dict[str, Any] = {
            "window": self.window,
            "stride": self.stride,
            "fill": self.fill,
            "windows": APPROXIMATE if self.approximate else "all",
            "watch": f"{probe.watched.layer}:{probe.watched.channel}",
        }

        def work(report: Any) -> Any:
            return explain(self.network, probe.view, "occlusion", target=probe.target, report=report, **params)

        self.stage.notice = ""
        self.sweeping.show(0.0)
        self.ask(
            "sweep",
            work,
            lambda result: self._swept(probe, result, None),
            "sweeping the window over the picture",
            done=lambda: self.sweeping.show(None),
            key=content_key("occlusion", weights_key(self.network.module), probe.view, probe.target, params),
            long=True,
            on_partial=lambda fraction, result: self._swept(probe, result, fraction),
        )

    def stop(self) -> None:
        """Stop the sweep; what it has found stays."""
        self._sweep_next = False
        self.cancel("sweep")

    def _swept(self, probe: Probe, result: Any, fraction: float | None) -> None:
        with self.lock:
            if probe is not self.probe or not isinstance(result, OcclusionMap) or self.closed:
                return
            now = time.monotonic()
            if fraction is not None and now - self._drawn < OFTEN:
                return
            self._drawn = now
            self.sweeping.show(1.0 if fraction is None else fraction)
            self.trail.sweep(result)
            self._draw()

    # --- what is drawn ---

    def _draw(self) -> None:
        with self.lock:
            probe, trail = self.probe, self.trail
            if probe is None or self.closed:
                return
            self._colours.see([seen.label for seen in trail.seen])
            self._draw_trail(probe, trail)
            self._draw_maps(probe, trail)

    def _draw_trail(self, probe: Probe, trail: Trail) -> None:
        if self.score == "logit":
            drops, of = [probe.whole.score - seen.score for seen in trail.seen], "logit"
        else:
            drops, of = [probe.whole.probability - seen.probability for seen in trail.seen], "probability"
        values = trail.average(drops)
        note = ", approximate" if trail.note else ""
        self.stage.push("overlay", *overlay(values, spread(values), f"drop in {of}{note}"))

    def _draw_maps(self, probe: Probe, trail: Trail) -> None:
        maps, labels, seen = self.maps, self.network.labels, trail.seen
        name = labels[probe.target]
        said = [("estimated: " if each.guessed else "") + f"says {labels[each.label]}" for each in seen]
        notes = [f"{words} · {name} {each.probability:.1%}" for words, each in zip(said, seen, strict=True)]
        maps.probability.title = f"Probability of {name}"
        noted = [trail.note] if trail.note else []
        lines = [f"whole picture: {probe.whole.probability:.1%}", *noted]
        probabilities = [each.probability for each in seen]
        maps.probability.push("map", *values_frame(probabilities, trail, (0.0, 1.0), said, lines))
        maps.label.push("rgb", *labels_frame(trail, self._colours, notes, noted))
        maps.legend.value = self._colours.legend(self._counts(trail), labels)
        activations = [each.activation for each in seen]
        maps.activation.title = f"Activation of {probe.watched.layer}:{probe.watched.channel}"
        lines = [f"whole picture: {probe.whole.activation:.3g}", *noted]
        every = [*activations, probe.whole.activation, 0.0]
        between = (min(every), max(every))
        maps.activation.push("map", *values_frame(activations, trail, between, said, lines))

    def _counts(self, trail: Trail) -> dict[int, int]:
        """How many cells show each label."""
        cells = trail.cells().flatten().numpy()
        numbers, counts = np.unique(cells[cells >= 0], return_counts=True)
        total: Counter[int] = Counter()
        for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
            total[trail.seen[number].label] += count
        return dict(total)

    def close(self) -> None:
        """Stop the sweep, give the engine back, free what was found, and take the lab off the page."""
        if self.closed:
            super().close()
            return
        self.stop()
        super().close()
        with self.lock:
            self.probe = None
            self.trail = Trail(self.network.size, self.window, self.window)
