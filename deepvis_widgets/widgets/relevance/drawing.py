"""The small network drawn: neurons with activation and relevance, edges with weights, messages on their way back."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..board.pen import Pen, short
from .toy_network import EDGES, HIDDEN, INPUTS, LAYERS, OUTPUT, Division, Edge, Flow
from .words import low

SIZE = (350, 600)  # css pixels
RADIUS = 27
COLUMNS, ROWS = (72, 300, 528), (82, 178, 274)
NAMES = ("inputs", "hidden, rectified", "output")
WIDEST, THINNEST = 11.0, 1.0
NEAR = 9  # px from an edge that still count as on it
WEIGHT_AT, MESSAGE_AT = 0.73, 0.29  # where on an edge its labels are

Point = tuple[float, float]
Element = int | Edge | None  # a neuron, an edge, or nothing


def centre(neuron: int) -> Point:
    """Returns the middle of a neuron, (top, left)."""
    column = next(index for index, layer in enumerate(LAYERS) if neuron in layer)
    row = 1 if neuron == OUTPUT else LAYERS[column].index(neuron)
    return ROWS[row], COLUMNS[column]


def element_at(top: float, left: float, weights: Collection[Edge]) -> Element:
    """Returns the neuron or edge under the pointer."""
    for neuron in (*INPUTS, *HIDDEN, OUTPUT):
        if math.dist((top, left), centre(neuron)) <= RADIUS:
            return neuron
    distances = {edge: _distance((top, left), centre(edge[0]), centre(edge[1])) for edge in weights}
    nearest = min(distances, key=lambda edge: distances[edge], default=None)
    return nearest if nearest is not None and distances[nearest] <= NEAR else None


def _distance(point: Point, start: Point, end: Point) -> float:
    along = (end[0] - start[0], end[1] - start[1])
    length = along[0] ** 2 + along[1] ** 2
    part = ((point[0] - start[0]) * along[0] + (point[1] - start[1]) * along[1]) / length
    return math.dist(point, _between(start, end, min(max(part, 0.0), 1.0)))


def _between(start: Point, end: Point, part: float) -> Point:
    return start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])


@dataclass(frozen=True)
class Scene:
    """Holds what is drawn and said: the network and its flow by a rule, the step of the way back, and what is pointed
    at and chosen.
    """

    weights: Mapping[Edge, float]
    biases: Mapping[int, float]
    division: Division
    flow: Flow
    step: int
    pointed: Element = None
    chosen: Element = None

    def has_passed_back(self, k: int) -> bool:
        """Returns whether neuron k has passed its relevance back by now."""
        return self.step >= (2 if k == OUTPUT else k)

    def is_known(self, neuron: int) -> bool:
        """Returns whether all relevance of a neuron has arrived by now."""
        return self.step >= (7 if neuron in INPUTS else 3 if neuron in HIDDEN else 1)

    def is_moving(self, edge: Edge) -> bool:
        """Returns whether the edge's message is passed back in this very step."""
        return self.step == (2 if edge[1] == OUTPUT else edge[1])

    @property
    def largest(self) -> float:
        """Returns the largest message, which is drawn the widest."""
        return max([abs(self.flow.message(edge)) for edge in self.weights], default=0.0)


def draw(pen: Pen, scene: Scene) -> None:
    """Draws everything: edges below, labels and neurons above."""
    for name, left in zip(NAMES, COLUMNS, strict=True):
        pen.text(20, left, name, 13, pen.palette.dim, "center")
    shown = [edge for edge in EDGES if edge in scene.weights]
    for edge in shown:
        _edge(pen, scene, edge)
    if isinstance(scene.chosen, tuple) and scene.chosen not in scene.weights:
        pen.line(centre(scene.chosen[0]), centre(scene.chosen[1]), pen.palette.accent, 1, (2, 5))
    for edge in shown:
        _labels(pen, scene, edge)
    for neuron in (*INPUTS, *HIDDEN, OUTPUT):
        _neuron(pen, scene, neuron)
    _legend(pen)


def _edge(pen: Pen, scene: Scene, edge: Edge) -> None:
    start, end = map(centre, edge)
    if edge in (scene.pointed, scene.chosen):
        pen.line(start, end, pen.palette.lit if edge == scene.pointed else pen.palette.accent, WIDEST + 5)
        pen.line(start, end, pen.palette.paper, WIDEST + 2)
    if not scene.has_passed_back(edge[1]):
        pen.line(start, end, pen.palette.line, 1.5)
        return
    message = scene.flow.message(edge)
    share = abs(message) / scene.largest if scene.largest else 0.0
    colour = _colour(pen, message)
    width = THINNEST + (WIDEST - THINNEST) * share
    pen.line(start, end, colour, width, (9, 5) if message < 0 else ())
    if scene.is_moving(edge):
        _head(pen, start, end, colour, width)


def _head(pen: Pen, start: Point, end: Point, colour: str, width: float) -> None:
    """Draws an arrow head at the receiving neuron's rim."""
    length = math.dist(start, end)
    tip, neck = _between(start, end, (RADIUS + 2) / length), _between(start, end, (RADIUS + 14 + width / 2) / length)
    across = ((start[1] - end[1]) / length, (end[0] - start[0]) / length)
    half = 6 + width / 2
    corners = [tip, *((neck[0] + side * half * across[0], neck[1] + side * half * across[1]) for side in (1, -1))]
    pen.canvas.fill_style = colour
    pen.canvas.fill_polygon([(left, top) for top, left in corners])


def _labels(pen: Pen, scene: Scene, edge: Edge) -> None:
    start, end = map(centre, edge)
    _label(pen, _between(start, end, WEIGHT_AT), f"w {short(scene.weights[edge])}", pen.palette.ink)
    if scene.has_passed_back(edge[1]):
        message = scene.flow.message(edge)
        _label(pen, _between(start, end, MESSAGE_AT), short(message), _colour(pen, message), bold=True)


def _label(pen: Pen, middle: Point, text: str, colour: str, bold: bool = False) -> None:
    width = 7.2 * len(text) + 4
    pen.rect(middle[0] - 8, middle[1] - width / 2, 16, width, pen.palette.paper)
    pen.text(*middle, text, 12, colour, "center", bold)


def _neuron(pen: Pen, scene: Scene, neuron: int) -> None:
    top, left = centre(neuron)
    ring = pen.palette.accent if neuron == scene.chosen else pen.palette.dim
    if neuron in (scene.pointed, scene.chosen):
        pen.circle(top, left, RADIUS + 4, pen.palette.lit if neuron == scene.pointed else ring)
    pen.circle(top, left, RADIUS, pen.palette.cell, ring)
    pen.text(top - 13, left, str(neuron), 11, pen.palette.dim, "center")
    pen.text(top + 3, left, short(scene.flow.activations[neuron]), 14, None, "center", True)
    if neuron in scene.biases:
        pen.text(top - RADIUS - 9, left, f"b{low(neuron)} {short(scene.biases[neuron])}", 11, pen.palette.dim, "center")
    if scene.is_known(neuron):
        relevance = scene.flow.relevances[neuron]
        text = f"R{low(neuron)} {short(relevance)}"
        pen.text(top + RADIUS + 11, left, text, 13, _colour(pen, relevance), "center", True)


def _colour(pen: Pen, value: float) -> str:
    return pen.palette.dim if value == 0 else pen.palette.positive if value > 0 else pen.palette.negative


def _legend(pen: Pen) -> None:
    top = SIZE[0] - 12
    pen.line((top, 72), (top, 102), pen.palette.positive, 5)
    pen.text(top, 108, "relevance for the answer", 12, pen.palette.dim)
    pen.line((top, 282), (top, 312), pen.palette.negative, 5, (9, 5))
    pen.text(top, 318, "against it", 12, pen.palette.dim)
    pen.text(top, 410, "width: how much", 12, pen.palette.dim)
