"""What the Explorer's keys do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from ...core.errors import DeepvisError
from ...core.picture.reduce import VIEWS
from .state import BACKWARD_MODES, ZOOMS, ExplorerState

GAMMAS, BOOSTS = (0.5, 0.3, 1.0, 0.7), (0.0, 0.3, 0.5, 0.8, 1.0)


class Commands:
    """The commands of keys.KEYS, in `table`; all but two of them only set the state.

    `step_picture(by)` opens the picture `by` places further, `draw()` draws the unit's pictures or stops that.

    >>> state = ExplorerState()
    >>> Commands(state, print, print).press("backward")
    >>> state.backward
    'guided_backprop'
    """

    def __init__(self, state: ExplorerState, step_picture: Callable[[int], object], draw: Callable[[], object]) -> None:
        self._state, self._draw = state, draw
        self.table: dict[str, Callable[[], object]] = {
            "layer-previous": partial(self._step_layer, -1),
            "layer-next": partial(self._step_layer, 1),
            "picture-previous": partial(step_picture, -1),
            "picture-next": partial(step_picture, 1),
            "camera": partial(self._flip, "filming"),
            "camera-freeze": partial(self._flip, "camera_frozen"),
            "zoom": partial(self._cycle, "zoom", ZOOMS),
            "pattern": partial(self._toggle_tiles, "pictures"),
            "difference": partial(self._toggle_tiles, "gradient"),
            "probabilities": partial(self._flip, "shares"),
            "unit-pictures": self._toggle_pictures,
            "freeze": partial(self._flip, "frozen"),
            "backward": partial(self._cycle, "backward", BACKWARD_MODES),
            "backward-view": partial(self._cycle, "backward_view", VIEWS),
            "gamma": partial(self._cycle, "gamma", GAMMAS),
            "boost": partial(self._cycle, "boost", BOOSTS),
            "switch": lambda: state.switch(state.layer, state.unit),
            "switch-on": lambda: setattr(state, "off", {}),
            "why": partial(self._flip, "why"),
            "help": partial(self._flip, "help"),
            "reset": self._reset,
        }

    def press(self, command: str) -> None:
        """Does what a key does."""
        self.table[command]()

    def _flip(self, trait: str) -> None:
        setattr(self._state, trait, not getattr(self._state, trait))

    def _cycle(self, trait: str, values: Sequence[object]) -> None:
        """Goes to the next value that is accepted: not every network has every way back."""
        now = getattr(self._state, trait)
        first = values.index(now) + 1 if now in values else 0
        for value in [*values[first:], *values[:first]]:
            with suppress(DeepvisError):
                setattr(self._state, trait, value)
                return

    def _step_layer(self, by: int) -> None:
        names = self._state.network.layers.names
        place = names.index(self._state.layer) + by
        self._state.layer = names[max(0, min(place, len(names) - 1))]

    def _toggle_tiles(self, mode: str) -> None:
        self._state.tiles = "activation" if self._state.tiles == mode else mode

    def _toggle_pictures(self) -> None:
        self._state.about = "synthesized"
        self._draw()

    def _reset(self) -> None:
        state = self._state
        state.help, state.why = False, False
        state.gamma, state.boost = GAMMAS[0], BOOSTS[0]
        state.zoom, state.tiles, state.frozen = "", "activation", False
