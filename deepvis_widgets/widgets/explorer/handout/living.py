"""The Explorer on a page that runs the network: its module, with what answers it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from ....atlas import Atlas
from ....core.network.network import Network
from ...in_page.export import ExportError, exported
from ...in_page.facts import PLAIN_FILLS, facts
from ...in_page.runtime import runtime
from ...in_page.stored import Store
from ...page.parts import Live, Part
from ..panes import Panes
from ..state import ExplorerState
from .recording import recorded
from .shown import shown
from .standing import Standing, patterned
from .units import store_drawn, store_nothing, store_units, stored_words

OVERLAY = "overlay"  # under this lies the map of a method that needs a kernel


def living(explorer: Any, panes: Panes, atlas: Atlas | None, units: Sequence[int] | None, network: bool) -> Part:
    """Returns what lives on a page of an Explorer: its module and the network, or, where that is not wanted or cannot
    be exported, what it shows and a recording of an occluder. `units` as in `page_data`.
    """
    drawn = shown(explorer, panes, explorer.last("atlas/top"))
    if not network:
        return recorded(explorer, drawn, "")
    try:
        data, stored = page_data(explorer, panes, atlas, units)
    except ExportError as error:
        return recorded(explorer, drawn, str(error))
    return Live(Standing(explorer, panes, stored), drawn, data)


def page_data(
    state: ExplorerState, panes: Panes, atlas: Atlas | None, units: Sequence[int] | None = None
) -> tuple[dict[str, bytes], str]:
    """Returns what the Explorer's module needs besides its frames to live on a page: the network, and what is stored of
    `units` of the layer shown, and that in words; None: those on screen, the strongest first, as many as fit.

    Raises ExportError where the network cannot be exported, and DeepvisError where there is no such unit.
    """
    network = state.answering
    chosen = on_screen(state, panes) if units is None else _checked(network, state.layer, units)
    model, store = exported(network), Store()
    store_units(store, state, atlas, chosen, limit=units is None)
    store_drawn(store, state, panes.patterns.port.last("pictures"))
    stored = stored_words(store, state.layer)
    store_nothing(store, state)
    map_of = _store_overlay(store, state, panes)
    known = facts(network, state.view, [block.shown for block in state.blocks], panes.ribbon.titles)
    more = {"overlay": map_of, "patterned": patterned(state, panes), "ranking": _ranking(panes)}
    cover = state.cover if state.fill not in PLAIN_FILLS else state.cover[:, :0]
    pictures = {"view": _floats(state.view), "cover": _floats(cover)}
    network_data = {"network": model, "facts": json.dumps(known | more).encode()}
    return runtime() | pictures | store.files() | network_data, stored


def on_screen(state: ExplorerState, panes: Panes) -> list[int]:
    """Returns the units that are on screen: the one selected, then the others, the strongest first."""
    units, stats = state.on_screen.tolist(), panes.grid.port.last("stats")
    if stats is not None and stats.meta.get("layer") == state.layer:
        highest = stats.arrays["hi"]
        units.sort(key=lambda unit: -float(highest[unit]))
    return [state.unit, *(unit for unit in units if unit != state.unit)]


def _checked(network: Network, layer: str, units: Sequence[int]) -> list[int]:
    for unit in units:
        network.target(None, layer, unit)
    return [int(unit) for unit in units]


def _store_overlay(store: Store, state: ExplorerState, panes: Panes) -> dict[str, Any] | None:
    """Stores the map over the picture where a page cannot make it; returns of what it is."""
    frame = panes.stage.port.last("overlay")
    if state.method is None or frame is None or (state.method == "cam" and state.network.has_head):
        return None
    store.add(OVERLAY, ("stage/overlay", frame.meta, frame.arrays))
    return {"method": state.method, "target": state.target}


def _ranking(panes: Panes) -> int:
    frame = panes.bars.port.last("values")
    return 0 if frame is None else int(frame.meta["ranking"])


def _floats(picture: Any) -> bytes:
    return np.ascontiguousarray(picture.float().numpy(), "<f4").tobytes()
