"""What stays of an occlusion lab on a page: the window that is dragged, its trail, and the maps over its positions."""

from __future__ import annotations

from collections import Counter

import numpy as np
import torch

from ..kit.made import bars_of, heading, note, pixels, signed_map, values
from ..page.parts import Column, Map, Occluder, Part, Picture, Pixels, Row
from .experiment import Experiment
from .maps import OTHERS
from .panes import drop
from .state import OcclusionState
from .trail import Trail

SIDE = 168  # css px of a map: five stand side by side
GROUP = "positions of the window"
NOTHING = "The whole picture had not been answered yet, so there is nothing to drag here."
NO_SWEEP = "No sweep was made, so the window cannot be dragged here: press Sweep, then make the page again."


def page_of(state: OcclusionState, known: Experiment | None, projected: Part | None) -> Part:
    """Returns what stays of a lab that shows `state`, of which `known` was answered; `projected` is the deconvolution
    of the watched map. An experiment grows: it is read with the session's lock held.
    """
    if known is None:
        return Column([*([] if state.view is None else [Picture(pixels(state.view), size=352)]), note(NOTHING)])
    picture, trail = pixels(known.probe.view), known.trail
    parts = _by_hand(state, known, picture) if trail.result is None else [_occluder(state, known, picture)]
    lost, said = drop(known, state)
    shown = [signed_map(lost, picture, said, opacity=0.6, size=SIDE)] if len(trail.seen) > 1 else []
    maps = [*shown, *(_maps(state, known) if trail.seen else []), *([projected] if projected is not None else [])]
    title = heading("What was found at every position of the window")
    return Column([Row(parts), *_notes(trail), *([title, Row(maps)] if maps else [])])


def _notes(trail: Trail) -> list[Part]:
    if trail.result is None:
        return [note(NO_SWEEP)]
    reached = trail.result.reached
    if trail.result.approximate or bool(reached.all()):
        return [note(trail.note)] if trail.note else []
    words = "The sweep was under way: {} of {} positions are measured, and the others show what a neighbour said."
    return [note(words.format(int(reached.sum()), reached.numel()))]


def _by_hand(state: OcclusionState, known: Experiment, picture: Pixels) -> list[Part]:
    """The window where it is, and the answers to the whole picture."""
    probe = known.probe
    boxes = [] if state.occluder is None else [state.occluder]
    answers = bars_of(state.network.answers, probe.probabilities, probe.target)
    return [Picture(picture, "the picture, and the window on it", 320, boxes), answers]


def _occluder(state: OcclusionState, known: Experiment, picture: Pixels) -> Occluder:
    """The window, with what the sweep was told at each of its positions."""
    result, question, answers = known.trail.result, known.question, state.network.answers
    assert result is not None
    start = None if state.occluder is None else (state.occluder[0], state.occluder[1])
    return Occluder(
        picture,
        pixels(known.probe.fill),
        (question.window, question.window),
        (question.stride, question.stride),
        result.shares.double().numpy(),
        [answers.labels[index] for index in result.classes],
        answers.percent,
        start,
        "Drag the window",
    )


def _maps(state: OcclusionState, known: Experiment) -> list[Map]:
    """A cell for each position: what the class keeps, what is said, and how strong the watched unit is."""
    probe, trail, answers = known.probe, known.trail, state.network.answers
    label, seen = answers.labels[probe.target], trail.seen
    shares, strengths = [each.probability for each in seen], [each.activation for each in seen]
    title = f"Probability of {label}" if answers.probable else label
    between = answers.span(probe.target) or _ends([*shares, probe.whole.probability])
    words = [f"whole picture: {answers.words(probe.target, probe.whole.probability)}"]
    maps = [_map(_laid(trail, shares, between[0]), title, words, colormap="cividis", ends=between)]
    if answers.ranked:
        maps.append(_labels(known, answers.labels))
    ends = _ends([*strengths, probe.whole.activation, 0.0])
    words = [f"whole picture: {probe.whole.activation:.3g}"]
    unit = f"Activation of {probe.watched.layer}:{probe.watched.channel}"
    return [*maps, _map(_laid(trail, strengths, ends[0]), unit, words, ends=ends)]


def _laid(trail: Trail, each: list[float], nothing: float) -> np.ndarray:
    """One value per answer, where the trail's cells show it; `nothing` where there is none."""
    return values(torch.tensor([*each, nothing], dtype=torch.float64)[trail.cells()])


def _labels(known: Experiment, labels: tuple[str, ...]) -> Map:
    """The label predicted at each position, in the colours that it has on screen."""
    trail, cells = known.trail, known.trail.cells()
    shown = [trail.seen[number].label if number >= 0 else None for number in cells.flatten().tolist()]
    counted = Counter(shown).most_common()
    order = [label for label, _ in counted]
    palette = []
    for label, count in counted:
        name, colour = ("not measured", OTHERS) if label is None else (labels[label], known.colours.colour(label))
        palette.append((name, colour, f"{name} {count / len(shown):.0%}"))
    numbers = torch.tensor([order.index(label) for label in shown]).view(cells.shape)
    return _map(values(numbers), "Predicted label", [], palette=palette)


def _map(shown: np.ndarray, title: str, lines: list[str], **looks: object) -> Map:
    return Map(shown, title, lines, group=GROUP, size=SIDE, smooth=False, **looks)  # type: ignore[arg-type]


def _ends(every: list[float]) -> tuple[float, float]:
    return min(every), max(every)
