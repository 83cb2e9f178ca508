"""Everything that one answer of the Explorer depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import Tensor

from ...passes.moving_window import Covered
from .answers import Unit

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, eq=False)
class Question:
    """Everything the panes depend on, as it was when the question was asked."""

    covered: Covered
    view: Tensor  # the picture with the occluder on it
    unit: Unit
    held: Unit  # the unit of the backward pane: another one while it is frozen
    target: int | None  # None: the top class; an occluder is told by what it does to the class that was on top before
    method: str | None
    params: dict[str, Any]
    backward: str
    backward_view: str
    tiles: str
    tile: int
    visible: Tensor | None  # the units on screen, None: all
