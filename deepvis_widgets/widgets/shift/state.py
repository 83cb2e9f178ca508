"""What decides what the ShiftLab shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets

from ...core.checks import one_of, whole
from ...core.errors import DeepvisError
from ...core.network.network import Network
from ...zoo.moved import Movable, movable
from ...zoo.scenes import BACKGROUNDS, CLASSES
from ..link.traits import Checked

DOWN, ACROSS = DIRECTIONS = ("down", "across")
PROBABILITY, LOGIT = SCORES = ("probability", "logit")
SMALLEST = 0.3  # of the size an object was drawn in
OBJECT = ("label", "background", "seed", "share")


class ShiftState(traitlets.HasTraits):
    """An object of a scene, where it stands, and the way on which it is measured.

    Another object stands where its scene has it. What does not exist raises DeepvisError and changes nothing.
    """

    label = Checked("leopard", help="what is moved: a class of the embedded world")
    background = Checked("desert", help="the ground it is moved over")
    seed = Checked(3, help="seed of the scene")
    share = Checked(0.8, help="how large the object is, of the size it was drawn in")
    row = Checked(0, help="row of the object's upper edge, in pixels")
    col = Checked(0, help="column of its left edge, in pixels")
    direction = Checked(DOWN, help="the way on which it is measured")
    score = Checked(PROBABILITY, help="what the curves of the class show")

    def __init__(self, networks: Sequence[Network]) -> None:
        self.networks = tuple(networks)
        super().__init__()
        self.movable: Movable = movable(self.label, self.background, self.seed, self.share)
        self.row, self.col = self.movable.home

    @property
    def way(self) -> list[int]:
        """Every fourth pixel from one border to the other, in the direction of the way."""
        last = self.movable.reach[DIRECTIONS.index(self.direction)]
        return sorted({*range(0, last + 1, 4), last})

    def at(self, place: int) -> tuple[int, int]:
        """Returns the (row, col) of a place on the way."""
        return (place, self.col) if self.direction == DOWN else (self.row, place)

    @property
    def place(self) -> int:
        """Where on the way the object stands."""
        return int(self.row if self.direction == DOWN else self.col)

    def fitted(self, row: int, col: int) -> tuple[int, int]:
        """Returns the nearest (row, col) at which the object is whole."""
        last_row, last_col = self.movable.reach
        return min(max(0, row), last_row), min(max(0, col), last_col)

    @traitlets.validate("label")
    def _check_label(self, proposal: Any) -> str:
        one_of("label", proposal["value"], CLASSES, by="ShiftLab")
        for network in self.networks:
            network.class_index(proposal["value"])
        return str(proposal["value"])

    @traitlets.validate("background")
    def _check_background(self, proposal: Any) -> str:
        one_of("background", proposal["value"], BACKGROUNDS, by="ShiftLab")
        return str(proposal["value"])

    @traitlets.validate("direction")
    def _check_direction(self, proposal: Any) -> str:
        one_of("direction", proposal["value"], DIRECTIONS, by="ShiftLab")
        return str(proposal["value"])

    @traitlets.validate("score")
    def _check_score(self, proposal: Any) -> str:
        one_of("score", proposal["value"], SCORES, by="ShiftLab")
        return str(proposal["value"])

    @traitlets.validate("seed")
    def _check_seed(self, proposal: Any) -> int:
        return _whole("seed", proposal["value"], 2**31 - 1)

    @traitlets.validate("share")
    def _check_share(self, proposal: Any) -> float:
        value = proposal["value"]
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else -1
        if not SMALLEST <= number <= 1:
            raise DeepvisError(f"share={value!r} is not accepted; accepted: a number from {SMALLEST} to 1.")
        return float(number)

    @traitlets.validate("row", "col")
    def _check_place(self, proposal: Any) -> int:
        name = proposal["trait"].name
        return _whole(name, proposal["value"], self.movable.reach[0 if name == "row" else 1])

    @traitlets.observe(*OBJECT)
    def _take_apart(self, _: Any) -> None:
        self.movable = movable(self.label, self.background, self.seed, self.share)
        self.row, self.col = self.fitted(*self.movable.home)


def _whole(name: str, value: Any, most: int) -> int:
    number = whole(value)
    if number is None or not 0 <= number <= most:
        raise DeepvisError(f"{name}={value!r} is not accepted; accepted: a whole number from 0 to {most}.")
    return number
