"""Everything that one answer of the Explorer depends on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from torch import Tensor

from ...core.network.layer import Layer
from ...core.network.network import Network
from ...core.network.target import Target
from ...methods import method
from ...methods.base import Method
from ...passes.moving_window import Covered
from .state import TILE, ExplorerState

ALL_TILES = 500_000  # bytes; a layer with more is sent as far as it is on screen
_numbers = count(1)


@dataclass(frozen=True, eq=False)
class Question:
    """Everything the panes depend on, as it was when the question was asked."""

    number: int  # of two questions the newer one has the higher
    ranking: int  # the number of that one of the questions up to this which was the last to choose the class bars anew
    covered: Covered
    layer: Layer
    view: Tensor  # the picture with the occluder on it
    unit: Target
    held: Target  # the unit of the backward pane: another one while it is frozen
    frozen: bool
    network: Network  # with the inputs that it is given beside the picture
    asked: Network  # the same, asked about a place of the picture where one was chosen
    target: int | None  # None: the top class; under an occluder see `asks_top`
    method: Method | None
    params: dict[str, Any]
    backward: str
    backward_view: str
    backward_seed: str
    tiles: str
    tile: int
    units: Tensor | None  # whose maps are sent, None: all
    filming: bool
    settled: bool  # whether it may be asked again: what is dragged or filmed looks different each time

    @property
    def asks_top(self) -> bool:
        """Whether it explains the top class of the uncovered picture, and that one is not known yet: an occluder is
        told by what it does to the class that was on top before. A camera's pictures do not wait for it.
        """
        return self.target is None and self.covered.box is not None and not self.filming


def freeze(
    state: ExplorerState,
    box: Any = None,
    everything: bool = True,
    dragged: bool = False,
    top: int | None = None,
    ranking: int | None = None,
) -> Question | None:
    """The question as things stand, with the occluder at `box`; None while there is no picture.

    With `everything` all units of a layer are sent where that is little, else those on screen. `top` is the top class
    of the uncovered picture, None: not known yet. `ranking` is that of the question before, None: the class bars are
    chosen anew.

    >>> import deepvis_widgets as dv
    >>> state = ExplorerState()
    >>> state.begin(dv.load("husky-wolf"), dv.scene("wolf", seed=3))
    >>> question = freeze(state, (0, 0, 16, 16))
    >>> question.unit.layer == state.layer, question.view.shape == state.view.shape
    (True, True)
    """
    if state.view is None or state.cover is None:
        return None
    layer, unit = state.network.layers[state.layer], state.selected
    covered, number = Covered(state.view, state.cover, box, state.layer), next(_numbers)
    return Question(
        number=number,
        ranking=number if ranking is None else ranking,
        covered=covered,
        layer=layer,
        view=covered.shown,
        unit=unit,
        held=state.held if state.frozen and state.held is not None else unit,
        frozen=state.frozen,
        network=state.answering,
        asked=state.asked,
        target=state.target if state.target is not None or box is None else top,
        method=None if state.method is None else method(state.method),
        params=state.chosen_params,
        backward=state.backward,
        backward_view=state.backward_view,
        backward_seed=state.backward_seed,
        tiles=state.tiles,
        tile=state.tile or TILE,
        units=None if everything and _little(layer, state.tile or TILE) else state.on_screen,
        filming=state.filming,
        settled=not dragged and not state.filming,
    )


def _little(layer: Layer, tile: int) -> bool:
    side = min(1.0, tile / max(layer.height, layer.width))
    return layer.channels * layer.height * layer.width * side * side <= ALL_TILES
