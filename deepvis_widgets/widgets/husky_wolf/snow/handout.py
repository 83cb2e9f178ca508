"""What stays of the SnowLab on a page: its chart, and what every network has learned and says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ....core.results import HeatMap
from ....methods import method
from ....zoo.scenes import Scene
from ...kit.made import heading, map_of, note, pixels, told
from ...page.parts import Chart, Choice, Column, Line, Part, Picture, Row, Table
from ..words import wrong_ones
from . import words
from .answers import TrainedNetwork
from .chart import SERIES
from .state import Point, SnowState

SIZE = 128  # css px of a picture
NO_NETWORK = "No network had been trained yet."

Maps = Mapping[tuple[int, str], Mapping[int, HeatMap]]  # number of the network and method → number of the picture → map


def page_of(state: SnowState, made: Sequence[TrainedNetwork], maps: Maps, samples: Sequence[Scene]) -> Part:
    """Returns what stays of a lab in which the networks `made` were trained; before there is one, `samples` are what it
    would learn from.
    """
    if not made:
        pictures = [Picture(np.asarray(scene.image), words.sample_caption(scene), SIZE) for scene in samples]
        return Column([told(words.WHAT), note(NO_NETWORK), *([told(words.SAMPLES), Row(pictures)] if pictures else [])])
    points = [network.point for network in made]
    names = [words.name(point, points) for point in points]
    parts = [_network(state, made, number, maps) for number in range(len(made))]
    here = state.shown if 0 <= state.shown < len(made) else len(made) - 1
    networks = parts[0] if len(parts) == 1 else Choice(names, parts, "Network", here)
    return Column([told(words.WHAT), Row([_chart(points)]), networks])


def _chart(points: Sequence[Point]) -> Chart:
    """A point of each series for every network, over its share of snow."""
    order = sorted(points, key=lambda point: point["share"])
    across = [point["share"] for point in order]
    lines = []
    for key, colour, _, name in SERIES:
        heights = [point[key] for point in order]
        lines += [Line(name, across, heights, colour), Line("", across, heights, colour, dots=True)]
    return Chart(lines, "What networks have learned", "snow behind wolves", "", 240, ends=(0, 1))


def _network(state: SnowState, made: Sequence[TrainedNetwork], number: int, maps: Maps) -> Part:
    """What one network has learned, its answers, and their explanations by each method that was tried."""
    network = made[number]
    right = Table(words.HEADS, words.table_rows(network.examination), words.table_words(network.examination))
    tried = [name for of, name in maps if of == number]
    grids = [_pictures(made, number, maps[number, name]) for name in tried] or [_pictures(made, number, {})]
    here = tried.index(state.method) if state.method in tried else 0
    titles = [method(name).title for name in tried]
    shown = grids[0] if len(grids) == 1 else Choice(titles, grids, "Method", here)
    said = told(words.summary(network.point, network.examination))
    return Column([said, right, heading("What it says to the pictures, and why"), shown])


def _pictures(made: Sequence[TrainedNetwork], number: int, maps: Mapping[int, HeatMap]) -> Part:
    """The pictures, each with the answer, and its map where there is one."""
    network = made[number]
    before = (None,) * len(network.answers) if not number else made[number - 1].answers
    pairs = list(zip(network.scenes, network.answers, strict=True))
    captions = [words.caption_of(*pair, old) for pair, old in zip(pairs, before, strict=True)]
    marked = wrong_ones(pairs)
    return Row(
        [_picture(network, place, said, place in marked, maps.get(place)) for place, said in enumerate(captions)]
    )


def _picture(network: TrainedNetwork, place: int, said: str, wrong: bool, found: HeatMap | None) -> Part:
    if found is None:
        return Picture(pixels(network.views[place]), said, SIZE, marked=wrong)
    title = f"{method(found.method).title}: {found.target}"
    return map_of(found, title, small=True, lines=said.split("\n"), size=SIZE)
