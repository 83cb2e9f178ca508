"""Class activation mapping, taken apart: the terms, their sum, the classes side by side, the box."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets
import torch
import traitlets

from ...core.errors import DeepvisError
from ...core.masks import mask_view
from ...core.picture.boxes import Box, around, intersection_over_union
from ...core.picture.picture import to_bytes
from ...core.picture.reduce import to_size
from ...core.results import HeatMap
from ...methods import method
from ...methods.class_evidence import ClassEvidence, Terms
from ..kit.picture_lab import PictureLab
from ..link.frames import overlay, plane_frame, spread
from .panes import CLASSES, PACE, TERMS, MapRow, SumPane, plain, signed

LEAST, MOST = 0.01, 0.99  # of the threshold


class CamBoard(PictureLab):
    """A class activation map M_c = Σ_k w_k^c f_k, its largest terms, and how their sum becomes it (Zhou et al. 2016).

    `network` is a Network, a module, or a name for dv.load; `picture` anything a picture can be made of (None: the
    first of `pictures`, a folder or a list; None: the ready scenes). `target` is the class explained, an index or a
    label, None for the top class. Everything on the board is computed from the feature maps of one pass.

    The traits may be set, observed and linked. `close()` frees everything. Raises DeepvisError for a network that has
    no exact class activation maps, naming Grad-CAM.
    """

    threshold = traitlets.Float(0.2, help="share of the map's maximum above which the localization box lies")
    step = traitlets.Int(None, allow_none=True, help="number of terms in the sum, None: all of them")

    def __init__(
        self, network: Any = "husky-wolf", picture: Any = None, pictures: Any = None, target: int | str | None = None
    ) -> None:
        super().__init__(network, pictures)
        self.evidence: ClassEvidence | None = None
        self._terms: Terms | None = None
        self._map = torch.empty(0, 0)
        self._shown: list[int] = []
        self._page = 0
        self._make_panes()
        refusal = method("cam").refuses(self.network)
        if refusal:
            self.close()
            raise DeepvisError(refusal)
        self.begin(picture, target=target)

    # --- what may be set ---

    @traitlets.validate("threshold")
    def _check_threshold(self, proposal: Any) -> float:
        if not LEAST <= proposal["value"] <= MOST:
            raise DeepvisError(f"threshold={proposal['value']} is not accepted; accepted: {LEAST} to {MOST}.")
        return float(proposal["value"])

    @traitlets.validate("step")
    def _check_step(self, proposal: Any) -> int | None:
        count, step = self.count, proposal["value"]
        if step is not None and (step < 0 or (count is not None and step > count)):
            most = "the number of terms" if count is None else count
            raise DeepvisError(f"step={step} is not accepted; accepted: 0 to {most}, or None for all.")
        return None if step is None else int(step)

    @property
    def count(self) -> int | None:
        """How many terms there are; None while nothing is known, and where there are none."""
        return None if self._terms is None else len(self._terms)

    @property
    def channel(self) -> int | None:
        """The class that is explained; None while nothing is known."""
        if self.evidence is None:
            return None
        return self.evidence.top if self.target is None else int(self.target)

    # --- panes ---

    def _make_panes(self) -> None:
        self.stage.draw_occluder, self.stage.colormap, self.stage.opacity = False, "blue-red", 0.55
        self.sum = SumPane(self.group)
        self.classes = MapRow(CLASSES, self.group, self._pick_class, maps_too=True)
        self.terms = MapRow(TERMS, self.group, self._pick_term, maps_too=False)
        self.slider = ipywidgets.FloatSlider(
            value=self.threshold,
            min=0.05,
            max=0.95,
            step=0.05,
            readout_format=".0%",
            description="Threshold",
            tooltip="The box is drawn round the largest part of the map above this share of its maximum",
        )
        self.words = ipywidgets.HTML().add_class("dv-lab-words")
        self.terms_title, self.classes_title = (ipywidgets.HTML().add_class("dv-lab-title") for _ in range(2))
        self.classes_title.value = f"The {CLASSES} strongest classes: click one to explain it"
        picture = ipywidgets.VBox([self.stage, self.slider, self.words]).add_class("dv-lab-picture")
        top = ipywidgets.Box([picture, self.sum]).add_class("dv-lab-panes")
        self.children = [
            self.bar, top, self.classes_title, self.classes, self.terms_title, self.terms
        ]  # fmt: skip
        self.add_class("dv-cam-board")
        traitlets.link((self, "threshold"), (self.slider, "value"))
        self.observe(lambda _: self._show_box(), names="threshold")
        self.observe(lambda _: self._stepped(), names="step")
        self.sum.player.observe(lambda change: self._played(change["new"]), names="step")

    def _pick_class(self, place: int) -> None:
        self.target = self._shown[place]

    def _pick_term(self, place: int) -> None:
        self.sum.player.go(self._page * TERMS + place + 1)

    def _played(self, step: int) -> None:
        count = self.count
        if count is not None and step != self._effective(count):
            self.step = step

    def _effective(self, count: int) -> int:
        return count if self.step is None else min(self.step, count)

    def _stepped(self) -> None:
        with self.lock:
            if self._terms is not None:
                self.sum.player.go(self._effective(len(self._terms)))
                self._show_sum()

    # --- a picture, a class ---

    def opened(self) -> None:
        view = self.view
        assert view is not None
        self.ask("cam", lambda _: ClassEvidence.of(self.network, view), self._arrived, "recording this picture")

    def retargeted(self) -> None:
        self._show_class()

    def _arrived(self, evidence: ClassEvidence) -> None:
        with self.lock:
            self.evidence = evidence
            view = self.view
            if view is not None:
                self.stage.push("picture", arrays={"picture": to_bytes(view)})
            self._show_class()

    def _show_class(self) -> None:
        """Everything for the class that is explained; from the recorded feature maps alone."""
        with self.lock:
            if self.evidence is None or self.closed:
                return
            channel = self.channel
            assert channel is not None
            self._map = self.evidence.maps([channel])[0]
            self._terms = self.evidence.terms(channel)
            self._show_classes(channel)
            self._start_sum()
            self._show_sum()
            self._show_box()

    def _show_classes(self, channel: int) -> None:
        assert self.evidence is not None
        shown = self.evidence.strongest(CLASSES)
        self._shown = shown if channel in shown else [*shown[:-1], channel]
        labels, shares = self.network.labels, self.evidence.probabilities()
        logits = self.evidence.logits
        lines = [f"{float(shares[index]):.1%}\nlogit {signed(float(logits[index]))}" for index in self._shown]
        names = [labels[index] for index in self._shown]
        tips = [f"Explain {labels[index]}, {float(shares[index]):.1%}" for index in self._shown]
        self.classes.show(self.evidence.maps(self._shown), self.network.size, names, lines, tips)
        self.classes.mark([self._shown.index(channel)])

    def _start_sum(self) -> None:
        terms = self._terms
        self.sum.growing(terms is not None)
        self.terms.layout.display = None if terms is not None else "none"
        self._page = -1
        if terms is None:
            self.terms_title.value = self._no_terms()
            return
        player = self.sum.player
        step = self._effective(len(terms))
        player.pace(max(60, min(700, PACE // len(terms))))
        player.count = len(terms) + 1
        player.go(step)
        self.sum.curve.show(terms.running())

    def _no_terms(self) -> str:
        label = html.escape(self.network.labels[self.channel or 0])
        return (
            "There is no weighted sum to take apart: this network's last layer makes a map for every class itself, and "
            f"the map of {label} is channel {self.channel} of its output. Its mean is the logit."
        )

    # --- the sum ---

    def _show_sum(self) -> None:
        assert self.evidence is not None
        terms, whole = self._terms, self._map
        count = None if terms is None else self._effective(len(terms))
        values = whole if terms is None or count is None else terms.partial(count)
        between = spread(whole, values)
        title = self._sum_title(count)
        self.sum.map.title = title
        self.sum.map.push("map", *plane_frame(values, self.network.size, between))
        self.stage.push("overlay", *overlay(values, between, title))
        self._tell_sum(values, count)
        if terms is not None and count is not None:
            self.sum.curve.point(count, float(values.mean()))
            self._show_terms(terms, count)

    def _sum_title(self, count: int | None) -> str:
        label = self.network.labels[self.channel or 0]
        if self._terms is None or count == len(self._terms):
            return f"CAM of {label}"
        return f"{count} of {len(self._terms)} terms of {label}"

    def _tell_sum(self, values: torch.Tensor, count: int | None) -> None:
        assert self.evidence is not None and self.channel is not None
        terms, label = self._terms, self.network.labels[self.channel]
        share = f"{float(self.evidence.probabilities()[self.channel]):.1%}"
        rows = [("Mean of this map", plain(float(values.mean())))]
        if terms is not None:
            rows += [
                ("Mean of the whole sum: the logit without its bias", plain(float(self._map.mean()))),
                ("Bias, which has no place in the picture", signed(terms.bias)),
            ]
        rows += [(f"Logit of {label}", f"{plain(float(self.evidence.logits[self.channel]))} · {share}")]
        self.sum.tell(rows)

    def _show_terms(self, terms: Terms, count: int) -> None:
        """The page of terms that the sum has reached; the first one when it is complete."""
        page = 0 if count in (0, len(terms)) else (count - 1) // TERMS
        here = range(page * TERMS, min((page + 1) * TERMS, len(terms)))
        if page != self._page:
            self._page = page
            self._show_page(terms, here)
        self.terms.mark([place for place, rank in enumerate(here) if rank < count], "dv-summed")
        self.terms.mark([place for place, rank in enumerate(here) if rank == count - 1])

    def _show_page(self, terms: Terms, here: range) -> None:
        units, weights, adds = (
            part[here.start : here.stop].tolist() for part in (terms.units, terms.weights, terms.adds)
        )
        self.terms_title.value = (
            f"Terms {here.start + 1} to {here.stop} of {len(terms)}, the largest first: weight × feature map, and what "
            f"it adds to the logit of {html.escape(self.network.labels[self.channel or 0])}"
        )
        lines = [f"weight {signed(weight)}" for weight in weights]
        names = [f"{unit}: {signed(part)}{_share(part, terms.logit)}" for unit, part in zip(units, adds, strict=True)]
        tips = [f"Sum up to unit {unit}, which adds {signed(part)}" for unit, part in zip(units, adds, strict=True)]
        maps = terms.maps[here.start : here.stop]
        self.terms.show(maps, self.network.size, names, lines, tips, spread(terms.maps))

    # --- the box ---

    def _show_box(self) -> None:
        with self.lock:
            if self.evidence is None or self.view is None or self.closed:
                return
            heatmap = to_size(self._map, self.network.size)
            found = HeatMap("cam", "", heatmap, self.view, True).box(self.threshold)
            truth = self._truth()
            marks = [(truth, "selected", "object"), (found, "localization", f"CAM above {self.threshold:.0%}")]
            self.stage.boxes = [{"box": list(box), "kind": kind, "label": name} for box, kind, name in marks if box]
            self.words.value = f'<div role="status" aria-live="polite">{html.escape(_told(found, truth))}</div>'

    def _truth(self) -> Box | None:
        """The box round the object, where the picture brings a mask that the network sees something of."""
        try:
            mask = mask_view(self.network, self.image)
        except DeepvisError:
            return None
        return None if mask is None else around(mask)

    def close(self) -> None:
        """Give the engine back, free the feature maps, and take the board off the page."""
        built = not self.closed
        super().close()
        if built:
            with self.lock:
                self.evidence = self._terms = None
                self._map = torch.empty(0, 0)


def _told(found: Box | None, truth: Box | None) -> str:
    if found is None:
        return "The map is nowhere positive, so there is no box."
    place = f"Box: {found[2]}×{found[3]} pixels at row {found[0]}, col {found[1]}"
    if truth is None:
        return f"{place}."
    return f"{place}. Intersection over union with the box of the object: {intersection_over_union(found, truth):.2f}."


def _share(part: float, logit: float) -> str:
    return f" · {part / logit:.0%}".replace("-", "−") if abs(logit) > 1e-6 else ""
