"""What decides what the circuit board shows."""

from __future__ import annotations

from typing import Any

import traitlets

from ...core.attention.heads import Heads
from ...core.errors import DeepvisError
from ...core.network.layout import Position
from ...core.network.target import Target
from ..kit.picture_state import PictureState
from ..link.traits import Checked

MOST = 24  # units one below the other


class CircuitState(PictureState):
    """The picture, and the trail: the unit that was asked about first, then one of those it is made of, and so on.

    >>> import deepvis_widgets as dv
    >>> state = CircuitState(dv.load("husky-wolf"))
    >>> state.visit("features.conv3", 5)
    >>> state.go_down("features.relu2", 3, (4, 4))
    >>> [unit.layer for unit in state.trail]
    ['features.conv3', 'features.relu2']
    >>> state.go_back(0)
    >>> state.layer, state.unit
    ('features.conv3', 5)
    """

    trail = Checked((), help="the units from the first one down: Targets, or (layer, unit) and (layer, unit, position)")

    @property
    def here(self) -> Target | None:
        """The unit that is taken apart: the last one of the trail."""
        return self.trail[-1] if self.trail else None

    @property
    def layer(self) -> str | None:
        """Its layer."""
        return None if self.here is None else self.here.layer

    @property
    def unit(self) -> int | None:
        """Its channel."""
        return None if self.here is None else self.here.channel

    def visit(self, layer: str, unit: int, position: Position | None = None) -> None:
        """Begins a trail at a unit; without a position, where it is strongest."""
        self.trail = [(layer, unit, position)]

    def go_down(self, layer: str, unit: int, position: Position | None = None) -> None:
        """Takes a unit apart that the last one is made of."""
        self.trail = [*self.trail, (layer, unit, position)]

    def go_back(self, place: int) -> None:
        """Returns to a unit of the trail; 0 is the first."""
        if not 0 <= place < len(self.trail):
            raise DeepvisError(f"The trail has no unit {place}; it has {len(self.trail)}, from 0 on.")
        self.trail = self.trail[: place + 1]

    @traitlets.validate("trail")
    def _check_trail(self, proposal: Any) -> tuple[Target, ...]:
        given = proposal["value"]
        if isinstance(given, str) or not hasattr(given, "__iter__"):
            raise DeepvisError(f"trail={given!r} is not accepted; accepted is a list of (layer, unit, position).")
        found = tuple(self._target(step) for step in given)
        if not 1 <= len(found) <= MOST:
            raise DeepvisError(f"A trail has 1 to {MOST} units; this one has {len(found)}.")
        return found

    def _target(self, step: Any) -> Target:
        if isinstance(step, Target) and step.layer is not None:
            step = (step.layer, step.channel, step.position)
        if not isinstance(step, tuple | list) or not 2 <= len(step) <= 3:
            raise DeepvisError(f"{step!r} is no unit of a trail; accepted is (layer, unit) or (layer, unit, position).")
        layer, unit, position = (*step, None)[:3]
        found = self.network.target(None, layer, unit if position is None else (unit, position))
        assert found is not None and found.layer is not None
        if isinstance(self.network.layers[found.layer].layout, Heads):
            raise DeepvisError(f'"{found.layer}" holds weights of an attention, which no sum of units makes.')
        return found
