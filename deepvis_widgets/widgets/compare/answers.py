"""What the session of a comparison tells its panes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from ...core.results import HeatMap
from ...methods import method
from ...scores import Curves
from .networks import Row

Key = tuple[str, int]  # of a cell: the name of its method, the place of its network
MAP, CURVES = "Map", "Curves"  # what a cell computes, as its progress bar names it


@dataclass(frozen=True, eq=False)
class CellAnswer:
    """All that is known of one method on one network at one moment.

    `turn` is the number of its last computation: what an earlier one still says is dropped.
    """

    row: Row
    name: str
    turn: int = 0
    target: int | None = None  # the class index that is explained, None: the network's own top class
    view: Tensor | None = None  # (3, H, W), None before the first picture
    mask: Tensor | None = None  # bool (H, W)
    running: str = ""  # what the turn computes, empty while it computes nothing
    fraction: float = 0.0  # how far that is
    stopped: bool = False
    notice: str = ""  # why there is no answer
    result: HeatMap | None = None  # what is shown so far
    finished: bool = False  # whether that is all
    share: str | None = None  # in words, the probability of the class that a finished map explains, where it is known
    limits: tuple[float, float] | None = None  # the values between which the map is coloured
    colormap: str = "gray"
    curves: Curves | None = None

    @property
    def key(self) -> Key:
        """Which cell it is."""
        return self.name, self.row.place

    @property
    def title(self) -> str:
        """The title of the method."""
        return method(self.name).title


@dataclass(frozen=True, eq=False)
class ScoresAnswer:
    """All cells in their order, and whether their curves and the table of their scores are wanted."""

    cells: tuple[CellAnswer, ...]
    curves: bool
    scores: bool


class Listener(Protocol):
    """What is told the answers, one at a time; on any thread, but `show_cells` on that of the state."""

    def show_cells(self, answers: tuple[CellAnswer, ...]) -> None:
        """These cells there are from now on, in this order."""

    def show_cell(self, answer: CellAnswer) -> None:
        """More is known of one cell."""

    def show_scores(self, answer: ScoresAnswer) -> None:
        """Other scores are known, or wanted."""

    def show_classes(self, shares: Tensor) -> None:
        """What the bars show (classes,) by the first network."""

    def refuse(self, sentence: str) -> None:
        """The classes cannot be read."""
