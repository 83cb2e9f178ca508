"""The panes of the CAM board: the picture, the sum, the strongest classes, the terms."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

import ipywidgets
import traitlets

from ...core.picture.boxes import Box, intersection_over_union
from ...core.picture.picture import to_bytes
from ...methods.class_evidence import Terms
from ..kit import layout
from ..kit.layout import classed, display
from ..kit.notice import status
from ..kit.player import Player
from ..kit.unit_pictures import UnitPicture, UnitPictures
from ..link.frames import plane_frame, rgb_frame, signed_overlay_frame, symmetric_range
from ..link.push import push
from ..views.map_view import MapView
from ..views.stage import Stage
from .answers import CLASSES, Explained, Located, Recorded, Summed, reached
from .curve import Curve
from .map_row import LARGER, MapRow
from .state import CamState

TERMS = 8  # maps side by side
LARGE = 352  # css px of a map
PACE = 20_000  # ms for all terms, as far as that is neither too slow nor too fast to look at


class CamPanes:
    """Everything under the bar, in `rows`. Draws the answers of a session; see CamAnswers."""

    def __init__(self, state: CamState, group: str, stage: Stage) -> None:
        self.picture = PicturePane(state, stage)
        self.sum = SumPane(state, group)
        self.classes = ClassRow(state, group)
        self.terms = TermRow(state, group, lambda rank: self.sum.player.go(rank + 1))
        top = layout.box("dv-lab-panes", self.picture, self.sum)
        self.rows = [top, self.classes.title, self.classes, self.terms.title, self.terms]
        self.recorded, self.located, self.adjust = self.picture.show_picture, self.picture.locate, self.sum.adjust

    def explained(self, answer: Explained) -> None:
        """Another class."""
        self.classes.explain(answer)
        self.terms.explain(answer)
        self.sum.explain(answer)

    def summed(self, answer: Summed) -> None:
        """Another number of terms."""
        self.sum.draw(answer)
        self.picture.lay_over(answer, self.sum.heading(answer))
        self.terms.reach(answer)


class PicturePane(ipywidgets.VBox):
    """The picture under the sum, the threshold of the box, and the box in words."""

    def __init__(self, state: CamState, stage: Stage) -> None:
        self.stage = stage
        stage.draw_occluder, stage.colormap, stage.opacity = False, "blue-red", 0.55
        tip = "The box is drawn round the largest part of the map above this share of its maximum"
        self.slider = ipywidgets.FloatSlider(
            state.threshold, min=0.05, max=0.95, step=0.05, readout_format=".0%", description="Threshold", tooltip=tip
        )
        self.words = layout.html("dv-lab-words")
        super().__init__([stage, self.slider, self.words])
        self.add_class("dv-lab-picture")
        traitlets.link((state, "threshold"), (self.slider, "value"))

    def show_picture(self, answer: Recorded) -> None:
        """Shows another picture."""
        self.stage.push("picture", arrays={"picture": to_bytes(answer.view)})

    def lay_over(self, answer: Summed, title: str) -> None:
        """Lays the sum over the picture."""
        between = symmetric_range(answer.explained.map, answer.values)
        self.stage.push("overlay", *signed_overlay_frame(answer.values, between, title))

    def locate(self, answer: Located) -> None:
        """Draws the boxes, and tells how well they agree."""
        above = f"CAM above {answer.threshold:.0%}"
        marks = [(answer.truth, "selected", "object"), (answer.found, "localization", above)]
        push(self.stage, boxes=[{"box": list(box), "kind": kind, "label": name} for box, kind, name in marks if box])
        push(self.words, value=status(box_words(answer.found, answer.truth)))


class ClassRow(MapRow):
    """The strongest classes side by side, under `title`; a click on one explains it."""

    def __init__(self, state: CamState, group: str) -> None:
        self.classes: list[int] = []
        self._state = state
        self.title = layout.title("", "dv-lab-title")
        super().__init__(CLASSES + 1, group, self._pick, maps_too=True, size=LARGER)

    def explain(self, answer: Explained) -> None:
        """Shows the classes, and marks the one that is explained, and the right one."""
        evidence, labels, classes = answer.recorded.evidence, self._state.network.labels, answer.classes
        self.classes = classes
        said, lines, names = class_words(answer, labels)
        tips = [f"Explain {labels[index]}, {value}" for index, value in zip(classes, said, strict=True)]
        self.show(evidence.maps(classes), self._state.network.size, names, lines, tips)
        self.mark([classes.index(answer.channel)])
        right = answer.recorded.right
        self.mark([] if right is None else [classes.index(right)], "dv-right")
        what = "" if right is None else f"; ✓ is what the picture shows: {html.escape(labels[right])}"
        push(self.title, value=f"The {min(CLASSES, len(labels))} strongest classes: click one to explain it{what}")

    def _pick(self, place: int) -> None:
        self._state.target = self.classes[place]


class TermRow(MapRow):
    """A page of the terms, under `title`, and which of them are in the sum; a click calls `on_pick(rank)`."""

    def __init__(self, state: CamState, group: str, on_pick: Callable[[int], None]) -> None:
        self._state, self._page = state, -1
        self.pictures: UnitPictures | None = None  # where those of the units come from, once there is an engine to ask
        self._units: list[int] = []
        self._on_pick = on_pick
        self.title = layout.html("dv-lab-title")
        super().__init__(TERMS, group, self._pick, maps_too=False, pictured=True)

    def explain(self, answer: Explained) -> None:
        """Makes room for the terms of another class, or says that there are none."""
        self._page = -1
        display(self, answer.terms is not None)
        if answer.terms is None:
            label = html.escape(self._state.network.labels[answer.channel])
            words = (
                "There is no weighted sum to take apart: this network's last layer makes a map for every class itself, "
                f"and the map of {label} is channel {answer.channel} of its output. Its mean is the logit."
            )
            push(self.title, value=words)

    def reach(self, answer: Summed) -> None:
        """Shows the page that the sum has reached, the first one when it is complete, and marks the terms in it."""
        terms, count = answer.explained.terms, answer.count
        if terms is None or count is None:
            return
        page = 0 if count in (0, len(terms)) else (count - 1) // TERMS
        here = range(page * TERMS, min((page + 1) * TERMS, len(terms)))
        if page != self._page:
            self._page = page
            self._show_page(terms, here, answer.explained.channel)
            self._ask_for_pictures(answer.explained.recorded)
        self.mark([place for place, rank in enumerate(here) if rank < count], "dv-summed")
        self.mark([place for place, rank in enumerate(here) if rank == count - 1])

    def _show_page(self, terms: Terms, here: range, channel: int) -> None:
        units, weights, adds = (
            part[here.start : here.stop].tolist() for part in (terms.units, terms.weights, terms.adds)
        )
        label, span = html.escape(self._state.network.labels[channel]), f"{here.start + 1} to {here.stop}"
        words = (
            f"Terms {span} of {len(terms)}, the largest first: weight × feature map; what the unit wants to see, and "
        )
        push(self.title, value=f"{words}where it is strongest; what the term adds to the logit of {label}")
        self._units = units
        lines = [f"weight {signed(weight)}" for weight in weights]
        names = [f"{unit}: {signed(part)}{share(part, terms.logit)}" for unit, part in zip(units, adds, strict=True)]
        tips = [f"Sum up to unit {unit}, which adds {signed(part)}" for unit, part in zip(units, adds, strict=True)]
        maps = terms.maps[here.start : here.stop]
        self.show(maps, self._state.network.size, names, lines, tips, symmetric_range(terms.maps))

    def _pick(self, place: int) -> None:
        self._on_pick(self._page * TERMS + place)

    def _ask_for_pictures(self, recorded: Recorded) -> None:
        for place, pair in enumerate(self.pairs):
            pair.push("rgb", *rgb_frame(UnitPicture(-1, place).pair, []))
        if self.pictures is not None:
            self.pictures.show(self._units, [(recorded.view, recorded.evidence.head.features[0])])

    def put(self, found: UnitPicture) -> None:
        """Shows the pictures of one unit, if its term is on the page; on any thread."""
        if self._units[found.place : found.place + 1] != [found.unit]:
            return
        pair = self.pairs[found.place]
        display(pair, found.known)
        push(pair, label=f"Unit {found.unit}: what it wants to see, and where it is strongest")
        pair.push("rgb", *rgb_frame(found.pair, []))


class SumPane(ipywidgets.Box):
    """The sum as it grows: its map, the player, the numbers, the curve."""

    def __init__(self, state: CamState, group: str) -> None:
        self._state = state
        self._count: int | None = None
        self.map = MapView(group=group, size=LARGE, colormap="blue-red", signed=True, label="Sum of the terms")
        self.player = Player(1, label="Terms")
        self.numbers = layout.html("dv-lab-numbers")
        self.curve = Curve()
        left = classed(ipywidgets.VBox([self.map, self.player]), "dv-lab-side")
        right = classed(ipywidgets.VBox([self.numbers, self.curve.figure]), "dv-lab-side")
        super().__init__([left, right])
        self.add_class("dv-lab-panes")
        self.player.observe(lambda change: self._played(change["new"]), names="step")

    def explain(self, answer: Explained) -> None:
        """Draws the curve of another class, where there are terms to step through."""
        for part in (self.player, self.curve.figure):
            display(part, answer.terms is not None)
        if answer.terms is not None:
            self.curve.show(answer.terms.running())

    def draw(self, answer: Summed) -> None:
        """Draws the sum, and tells its numbers."""
        values, between = answer.values, symmetric_range(answer.explained.map, answer.values)
        labels = self._state.network.labels
        push(self.map, title=self.heading(answer))
        self.map.push("map", *plane_frame(values, self._state.network.size, between))
        told = numbers(answer, labels)
        rows = "".join(f"<tr><th>{html.escape(name)}</th><td>{text}</td></tr>" for name, text in told)
        push(self.numbers, value=f"<table>{rows}</table>")
        if answer.count is not None:
            self.curve.point(answer.count, float(values.mean()))

    def adjust(self, answer: Explained, step: int) -> None:
        """The player has as many steps as there are terms, and stands at this one."""
        assert answer.count is not None
        self._count = answer.count
        self.player.pace(max(60, min(700, PACE // answer.count)))
        self.player.count = answer.count + 1
        self.player.go(step)

    def heading(self, answer: Summed) -> str:
        """What the sum shows, in words."""
        label, count = self._state.network.labels[answer.explained.channel], answer.explained.count
        if count is None or answer.count == count:
            return f"CAM of {label}"
        return f"{answer.count} of {count} terms of {label}"

    def _played(self, step: int) -> None:
        if self._count is not None and step != reached(self._state.step, self._count):
            self._state.step = step


def class_words(answer: Explained, labels: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """What is said of each class that stands beside the others: its value, value and score, and its name."""
    evidence, right = answer.recorded.evidence, answer.recorded.right
    shares, logits, words = evidence.shown(), evidence.logits, evidence.answers.words
    said = [words(index, float(shares[index])) for index in answer.classes]
    scores = [f"{evidence.answers.score} {signed(float(logits[index]))}" for index in answer.classes]
    lines = [f"{value}\n{score}" for value, score in zip(said, scores, strict=True)]
    names = [f"✓ {labels[index]}" if index == right else labels[index] for index in answer.classes]
    return said, lines, names


def numbers(answer: Summed, labels: Sequence[str]) -> list[tuple[str, str]]:
    """What there is to say of a sum, each number with its name."""
    explained = answer.explained
    evidence, channel, terms = explained.recorded.evidence, explained.channel, explained.terms
    share_of = evidence.answers.words(channel, float(evidence.shown()[channel]))
    rows = [("Mean of this map", plain(float(answer.values.mean())))]
    if terms is not None:
        rows += [
            ("Mean of the whole sum: the logit without its bias", plain(float(explained.map.mean()))),
            ("Bias, which has no place in the picture", signed(terms.bias)),
        ]
    return [*rows, (f"Logit of {labels[channel]}", f"{plain(float(evidence.logits[channel]))} · {share_of}")]


def box_words(found: Box | None, truth: Box | None) -> str:
    """A box in words, and how well it agrees with the one round the object."""
    if found is None:
        return "The map is nowhere positive, so there is no box."
    place = f"Box: {found[2]}×{found[3]} pixels at row {found[0]}, col {found[1]}"
    if truth is None:
        return f"{place}."
    agreement = intersection_over_union(found, truth)
    return f"{place}. Intersection over union with the box of the object: {agreement:.2f}."


def share(part: float, logit: float) -> str:
    """What a term is of the logit, where that is not next to nothing."""
    return f" · {part / logit:.0%}".replace("-", "−") if abs(logit) > 1e-6 else ""


def signed(value: float) -> str:
    """A number with its sign, three significant digits."""
    return f"{value:+.3g}".replace("-", "−")


def plain(value: float) -> str:
    """A number with four significant digits."""
    return f"{value:.4g}".replace("-", "−")
