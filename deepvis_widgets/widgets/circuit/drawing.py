"""The circuit drawn: the trail on the left, and the terms of its last unit as signed bars with their pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...core.picture.colormap import colour
from ...methods.circuits.answers import Answered, Node, Row, kernel_ends
from ..board.pen import Pen
from .words import called, ended, plain, signed, sum_of

DENSITY = 2  # device pixels per css pixel, as of boards
WIDTH, LEFT = 880, 232  # px of the drawing, and where the terms begin
TOP, ROW, SMALL, THUMB = 104, 56, 26, 48
NODE, STEP, NODE_WIDTH = 60, 86, 204
ZERO, REACH = LEFT + 276, 100  # where bars begin, and how far they reach
NUMBER, PATTERN, MAP, KERNEL = LEFT + 442, LEFT + 464, LEFT + 528, LEFT + 592
Pictures = Mapping[tuple[str, int], Tensor]


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything that is drawn; `pictures` are what units want to see, by layer and channel."""

    answer: Answered | None = None
    pictures: Pictures = field(default_factory=dict)
    pointed: tuple[str, int] | None = None
    empty: str = "Choose a unit: what the units below add to it is drawn here."

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in css pixels."""
        if self.answer is None:
            return 120, WIDTH
        terms = TOP + len(self.answer.rows) * ROW + len(_ends(self.answer)) * SMALL + 12
        return max(terms, 24 + len(self.answer.nodes) * STEP), WIDTH


def element_at(scene: Scene, top: float, left: float) -> tuple[str, int] | None:
    """Returns what is at a place: ("trail", its number), ("term", its number), or None."""
    answer = scene.answer
    if answer is None:
        return None
    if left < LEFT - 12:
        place, beyond = divmod(top - 28, STEP)
        return ("trail", int(place)) if 0 <= place < len(answer.nodes) and beyond <= NODE else None
    row = (top - TOP) // ROW
    if 0 <= row < len(answer.rows) and answer.rows[int(row)].below is not None:
        return ("term", int(row))
    return None


def draw(pen: Pen, scene: Scene) -> None:
    """Draws everything on an empty canvas."""
    answer = scene.answer
    if answer is None:
        pen.text(60, WIDTH / 2, scene.empty, 14, pen.palette.dim, "center")
        return
    _trail(pen, scene, answer)
    _heading(pen, answer)
    most = max([abs(row.term.adds) for row in answer.rows] + [abs(answer.circuit.bias), 1e-12])
    bottom = TOP + len(answer.rows) * ROW
    pen.line((TOP - 4, ZERO), (bottom + len(_ends(answer)) * SMALL, ZERO), pen.palette.line)
    for number, row in enumerate(answer.rows):
        _term(pen, scene, number, row, most)
    for number, (name, value) in enumerate(_ends(answer)):
        middle = bottom + (number + 0.5) * SMALL
        pen.text(middle, LEFT, name, 13, pen.palette.dim)
        _bar(pen, middle, 12, value, max(most, abs(value)))


# --- the trail ---


def _trail(pen: Pen, scene: Scene, answer: Answered) -> None:
    pen.text(12, 8, "Trail", 13, pen.palette.dim)
    for number, node in enumerate(answer.nodes):
        top = 28 + number * STEP
        if number:
            pen.arrow((top - STEP + NODE, 34), (top - 2, 34), pen.palette.dim)
            adds = "is not among its terms" if node.adds is None else f"adds {signed(node.adds)}"
            pen.text(top - (STEP - NODE) / 2, 46, adds, 12, _sign(pen, node.adds or 0.0))
        _node(pen, scene, number, node, top)


def _node(pen: Pen, scene: Scene, number: int, node: Node, top: float) -> None:
    assert scene.answer is not None
    last, pointed = number == len(scene.answer.nodes) - 1, scene.pointed == ("trail", number)
    pen.rect(top, 4, NODE, NODE_WIDTH, pen.palette.cell, pen.palette.dim if pointed else pen.palette.line)
    if last:
        pen.outline(top, 4, NODE, NODE_WIDTH, 2)
    if not node.single:
        pen.image(top + 6, 10, _map_pixels(node.map))
    pen.text(top + 13, 66, ended(node.unit.layer or "", 19), 12, pen.palette.dim)
    pen.text(top + 30, 66, called(node.unit, node.single, node.name), 12)
    pen.text(top + 47, 66, plain(node.value), 13, None, bold=True)


# --- the terms ---


def _heading(pen: Pen, answer: Answered) -> None:
    circuit, unit = answer.circuit, answer.circuit.unit
    node = answer.nodes[-1]
    pen.text(14, LEFT, f"{ended(unit.layer or '', 44)}, {called(unit, node.single, node.name)}", 16, bold=True)
    pen.text(38, LEFT, sum_of(circuit), 14)
    pen.text(60, LEFT, circuit.how, 12, pen.palette.dim if circuit.exact else pen.palette.accent)
    titles = [("unit below", LEFT, "left"), ("what it adds", ZERO, "center"), ("looks for", PATTERN + 24, "center")]
    titles += [("sees", MAP + 24, "center"), ("weights" if circuit.exact else "relevance", KERNEL + 24, "center")]
    for text, left, align in titles:
        pen.text(TOP - 16, left, text, 12, pen.palette.dim, align)


def _term(pen: Pen, scene: Scene, number: int, row: Row, most: float) -> None:
    top = TOP + number * ROW
    if scene.pointed == ("term", number):
        pen.rect(top, LEFT - 6, ROW, WIDTH - LEFT + 4, pen.palette.cell)
    through = f" → {row.part.through}" if row.part.through else ""
    kind = "channel" if row.below is None else "unit"
    pen.text(top + 19, LEFT, f"{kind} {row.term.unit}", 14, bold=True)
    pen.text(top + 38, LEFT, ended(row.term.layer) + through, 12, pen.palette.dim)
    _bar(pen, top + ROW / 2, 22, row.term.adds, most)
    picture = scene.pictures.get((row.term.layer, row.term.unit))
    if picture is not None:
        pen.image(top + 4, PATTERN, _pixels(picture[:3]))
    elif row.below is not None:
        pen.rect(top + 4, PATTERN, THUMB, THUMB, pen.palette.cell)
        pen.text(top + 28, PATTERN + THUMB / 2, "…", 13, pen.palette.dim, "center")
    pen.image(top + 4, MAP, _map_pixels(row.map))
    if row.kernel.numel() and scene.answer is not None:
        ends = kernel_ends(row, scene.answer.rows)
        pen.image(top + 4, KERNEL, _pixels(colour(row.kernel, "blue-red", signed=True, ends=ends)))
    pen.rect(top + 4, KERNEL, THUMB, THUMB, None, pen.palette.line)


def _ends(answer: Answered) -> list[tuple[str, float]]:
    """What stands below the terms: those that are left out together, the bias or what biases took."""
    circuit, left_out = answer.circuit, len(answer.circuit.terms) - len(answer.rows)
    others = [(f"{left_out} others", answer.others)] if left_out else []
    return [*others, ("bias", circuit.bias) if circuit.exact else ("rest: biases on the way", circuit.rest)]


def _bar(pen: Pen, middle: float, thick: float, value: float, most: float) -> None:
    length = REACH * abs(value) / most
    left = ZERO if value >= 0 else ZERO - length
    pen.rect(middle - thick / 2, left, thick, length, _sign(pen, value))
    pen.text(middle, NUMBER, signed(value), 14, _sign(pen, value), "right", True)


def _sign(pen: Pen, value: float) -> str:
    return pen.palette.dim if value == 0 else pen.palette.positive if value > 0 else pen.palette.negative


# --- pictures ---


def _map_pixels(values: Tensor) -> np.ndarray:
    signed_map = bool((values < 0).any())
    return _pixels(colour(values, "blue-red" if signed_map else "viridis", signed_map))


def _pixels(picture: Tensor) -> np.ndarray:
    """A picture (3, h, w) in a square of a thumbnail, its cells kept apart."""
    side = THUMB * DENSITY
    large = F.interpolate(picture[None].float().cpu(), (side, side), mode="nearest")[0]
    found: np.ndarray = (large.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return found
