"""What a page stores of units, because it needs a kernel: the way back, what a unit wants to see, and its strongest
pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ....atlas import Atlas
from ....core.network.backward_rules import PLAIN
from ....core.network.target import Target
from ...atlas_view.frames import stack
from ...in_page.stored import Kept, Store
from ...link.frames import no_pictures
from .. import answers
from ..atlas_pane import captions, facts_of
from ..state import ExplorerState

MOST = 1_200_000  # bytes of what is stored where nobody said for which units
NOTHING = "nothing"  # under this lies what is shown of a unit that nothing is stored of


def store_units(store: Store, state: ExplorerState, atlas: Atlas | None, units: Sequence[int], limit: bool) -> int:
    """Stores what is known of units of the layer shown, in this order, and returns of how many; with `limit` as many as
    MOST bytes hold. Under NOTHING it stores empty panes.
    """
    height, width = state.network.size
    grey = np.full((height, width, 3), 128, np.uint8)
    lines = ["" if state.backward == "off" else "the way back needs a kernel: not stored for this unit"]
    store.add(NOTHING, ("backward/rgb", {"lines": lines}, {"picture": grey}), _pictures("patterns/pictures", "caption"))
    store.add(NOTHING, *(_pictures(f"atlas/{kind}", "of") for kind in ("top", "deconv")))
    store.add(NOTHING, ("atlas/set", {"captions": [], "top_notice": "", "facts": None}, {}))
    kept = 0
    for unit in units:
        if limit and len(store) > MOST:
            break
        store.add(f"{state.layer}:{unit}", *_unit_frames(state, atlas, unit))
        kept += 1
    return kept


def _unit_frames(state: ExplorerState, atlas: Atlas | None, unit: int) -> list[Kept]:
    frames = [] if state.backward == "off" else [_backward(state, unit)]
    if atlas is not None:
        frames += _known(atlas, state, unit)
    return frames


def _backward(state: ExplorerState, unit: int) -> Kept:
    """The way back from a unit, through the uncovered picture."""
    network = state.answering
    recording = network.record(state.view, rules=answers.BACKWARD.get(state.backward, PLAIN))
    line = f"{state.layer}:{unit} · of the uncovered picture"
    target = Target(unit, state.layer)
    found = answers.backward(network, recording, state.backward_view, target, state.backward_seed, line)
    return "backward/rgb", {"lines": [found.line]}, {"picture": found.picture}


def _known(atlas: Atlas, state: ExplorerState, unit: int) -> list[Kept]:
    """What an atlas has of a unit."""
    frames: list[Kept] = []
    patterns = atlas.patterns(state.layer, unit)
    if patterns:
        frames.append(_pictures("patterns/pictures", "caption", f"{state.layer}:{unit}", stack(patterns)))
    if atlas.has_pictures and atlas.stand_in(state.layer, unit) is not None:
        found, name = atlas.unit(state.layer, unit), f"{state.layer}:{unit}"
        if found.top:
            frames.append(_pictures("atlas/top", "of", name, stack([top.patch for top in found.top])))
        known = {"captions": captions(found), "top_notice": "", "facts": facts_of(found, name, state.network.labels)}
        frames.append(("atlas/set", known, {}))
    return frames


def _pictures(kind: str, said: str, words: str = "", pictures: Any = None) -> Kept:
    return kind, {said: words}, {"pictures": no_pictures() if pictures is None else pictures}
