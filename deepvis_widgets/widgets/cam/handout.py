"""What stays of a CAM board on a page: the sum with its classes, their maps and boxes, and the curve of the sum."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from torch import Tensor

from ..kit.made import facts, heading, note, pixels, signed_map, values
from ..link.frames import symmetric_range
from ..page.parts import Chart, Column, Line, Map, Part, Picture, Pixels, Row, Sum
from .answers import Explained, Summed, box_of
from .panes import box_words, class_words, numbers
from .state import CamState

CLASSES = 20  # strongest ones whose sums the page knows
PATTERNS = 8  # largest terms of every class shown whose units have their pattern on the page
POINTS = 256  # of the curve

Known = Callable[[int], Tensor | None]  # what a unit wants to see (3, h, w), where that is known


def page_of(state: CamState, known: Explained | None, pattern: Known) -> Part:
    """Returns what stays of a board that shows `state`, of which `known` was answered."""
    if known is None:
        missing = note("The feature maps of this picture had not come yet, so there is no map here.")
        return Column([*([] if state.view is None else [Picture(pixels(state.view), size=352)]), missing])
    picture, summed = pixels(known.recorded.view), Summed.of(known, state.step)
    told = facts(numbers(summed, state.network.labels), f"Numbers of {state.network.labels[known.channel]}")
    curve = [] if summed.count is None else [_curve(known, summed.count)]
    maps = _class_maps(state, known, picture)
    row = heading(f"The {len(maps)} strongest classes, with their boxes")
    return Column([Row([_sum(state, summed, picture, pattern), Column([told, *curve])]), row, Row(maps)])


def _sum(state: CamState, summed: Summed, picture: Pixels, pattern: Known) -> Part:
    """The terms of every class that the page knows; the map alone where the network makes it itself."""
    known, labels = summed.explained, state.network.labels
    head = known.recorded.evidence.head
    if head.weight is None:
        return signed_map(known.map, picture, f"CAM of {labels[known.channel]}", size=352)
    classes = list(dict.fromkeys([*known.recorded.evidence.strongest(CLASSES), *known.classes]))
    biases = np.zeros(len(classes), np.float32) if head.bias is None else values(head.bias[classes])
    return Sum(
        picture,
        values(head.features[0]),
        values(head.weight[classes]),
        biases,
        [labels[index] for index in classes],
        [f"unit {unit}" for unit in range(head.features.shape[1])],
        "The class activation map as a sum",
        classes.index(known.channel),
        None if summed.count == known.count else summed.count,
        _patterns(known, pattern),
    )


def _patterns(known: Explained, pattern: Known) -> list[Pixels | None]:
    """What the units of the largest terms want to see, as far as it is known; None for all others."""
    evidence = known.recorded.evidence
    found: list[Pixels | None] = [None] * evidence.head.features.shape[1]
    for channel in known.classes:
        terms = evidence.terms(channel)
        for unit in [] if terms is None else terms.units[:PATTERNS].tolist():
            wanted = pattern(unit) if found[unit] is None else None
            found[unit] = found[unit] if wanted is None else pixels(wanted)
    return found


def _class_maps(state: CamState, known: Explained, picture: Pixels) -> list[Map]:
    """The maps of the classes side by side, in the same colours, each with the box that it draws."""
    recorded = known.recorded
    maps, view, truth = recorded.evidence.maps(known.classes), recorded.view, recorded.truth
    _, lines, names = class_words(known, state.network.labels)
    boxes = [box_of(found, view, state.threshold) for found in maps]
    said = [[*line.split("\n"), box_words(box, truth)] for line, box in zip(lines, boxes, strict=True)]
    looks = {"group": "cam classes", "ends": symmetric_range(maps), "size": 168}
    return [
        signed_map(found, picture, name, lines=line, boxes=[each for each in (truth, box) if each], **looks)
        for found, name, line, box in zip(maps, names, said, boxes, strict=True)
    ]


def _curve(known: Explained, count: int) -> Chart:
    """How the mean of the sum grows with the number of terms, towards the logit without its bias."""
    assert known.terms is not None
    running = known.terms.running().double().tolist()
    last = len(running) - 1
    places = np.unique(np.linspace(0, last, POINTS).round().astype(int)).tolist()
    end = Line("logit without its bias", [0, last], [running[-1]] * 2, "#888888")
    means = Line("mean of the sum", places, [running[place] for place in places])
    here = Line("here", [count], [running[count]], "#e07b28", dots=True)
    return Chart([end, means, here], "Mean of the sum", "terms in the sum", "", 180)
