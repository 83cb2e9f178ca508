"""What stays of the ShiftLab on a page: the object on its way, and what the networks say of it at every place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from ..kit.made import note, pixels
from ..page.parts import Chart, Choice, Column, Line, Part, Picture, Row, Text
from .answers import Curve
from .charts import COLOURS
from .panes import WAYS
from .state import PROBABILITY, ShiftState
from .words import lesson_words, way_words

NOTHING = "The networks had not answered yet, so there is no way to step along."


def page_of(state: ShiftState, curves: Sequence[Curve | None]) -> Part:
    """Returns what stays of a lab in which `curves` were measured, one for each network, None where it was not yet."""
    known = [(number, curve) for number, curve in enumerate(curves) if curve is not None]
    asked = known[-1][1].asked if known else None
    known = [(number, curve) for number, curve in known if curve.asked is asked]
    if asked is None:
        picture = Picture(pixels(state.movable.picture(state.row, state.col)), size=320)
        return Column([picture, note(NOTHING)])
    labels = [f"{place} px {WAYS[state.direction]}" for place in asked.places]
    here = int(np.abs(np.array(asked.places) - state.place).argmin())
    steps = [_step(state, known, place) for place in range(len(asked.places))]
    missing = [] if len(known) == len(curves) else [note("Not all networks had answered when this page was made.")]
    said = [Text(line) for line in _told(state, known)]
    return Column([Choice(labels, steps, "Place of the object", here, steps=True), *said, *missing])


def _told(state: ShiftState, known: Sequence[tuple[int, Curve]]) -> list[str]:
    lines = [way_words(state.networks[number], curve) for number, curve in known]
    if len(known) == len(state.networks) > 1:
        lines.append(lesson_words(state.networks, [curve for _, curve in known]))
    return lines


def _step(state: ShiftState, known: Sequence[tuple[int, Curve]], place: int) -> Part:
    """The picture with the object at one place, and the curves with a mark there."""
    asked = known[0][1].asked
    box = (*state.at(asked.places[place]), *state.movable.size)
    said = [_said(state, number, curve, place) for number, curve in known]
    picture = Picture(pixels(asked.pictures[place]), "\n".join(said), 320, [box])
    hidden = [_hidden(state, number, curve, place) for number, curve in known]
    return Column([Row([picture, _scores(state, known, place)]), Row(hidden)])


def _said(state: ShiftState, number: int, curve: Curve, place: int) -> str:
    """What a network says of the label at one place."""
    probability = float(curve.probabilities[place])
    return f"{state.networks[number].name}: {curve.asked.label} {probability:.0%}"


def _scores(state: ShiftState, known: Sequence[tuple[int, Curve]], place: int) -> Chart:
    """The score of the label along the way, by each network."""
    values = [curve.probabilities if state.score == PROBABILITY else curve.scores for _, curve in known]
    named = [(state.networks[number].name, COLOURS[number]) for number, _ in known]
    title = f"{state.score.capitalize()} of {known[0][1].asked.label}"
    return _chart(title, state, known[0][1].asked.places, named, values, place, 200)


def _hidden(state: ShiftState, number: int, curve: Curve, place: int) -> Chart:
    """The hidden units of one network along the way, each as a share of the most it reaches."""
    named = [(f"{curve.layer}:{unit}", colour) for unit, colour in zip(curve.units, COLOURS[1:], strict=False)]
    title = f"Hidden units of {state.networks[number].name}"
    return _chart(title, state, curve.asked.places, named, list(curve.relative.unbind(1)), place, 150)


def _chart(
    title: str,
    state: ShiftState,
    places: Sequence[int],
    named: Sequence[tuple[str, str]],
    values: Sequence[Tensor],
    place: int,
    height: int,
) -> Chart:
    """Lines over the places, with a dot on each at one of them."""
    pairs = list(zip(named, [found.double().tolist() for found in values], strict=True))
    lines = [Line(name, places, each, colour) for (name, colour), each in pairs]
    dots = [Line("", [places[place]], [each[place]], colour, dots=True) for (_, colour), each in pairs]
    return Chart([*lines, *dots], title, f"pixels {WAYS[state.direction]}", "", height)
