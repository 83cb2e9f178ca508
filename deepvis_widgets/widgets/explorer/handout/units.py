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
from ...link.protocol import Frame
from .. import answers
from ..atlas_pane import captions, facts_of
from ..state import ExplorerState

MOST = 1_200_000  # bytes of what is stored where nobody said for which units
WORDS = {"backward/rgb": "way back", "atlas/top": "strongest pictures", "patterns/pictures": "patterns"}
NOTHING = "nothing"  # under this lies what is shown of a unit that nothing is stored of


def store_units(store: Store, state: ExplorerState, atlas: Atlas | None, units: Sequence[int], limit: bool) -> None:
    """Stores what is known of units of the layer shown, in this order; with `limit` as many as MOST bytes hold."""
    for unit in units:
        if limit and len(store) > MOST:
            break
        store.add(f"{state.layer}:{unit}", *_unit_frames(state, atlas, unit))


def store_nothing(store: Store, state: ExplorerState) -> None:
    """Stores empty panes, under NOTHING."""
    height, width = state.network.size
    grey = np.full((height, width, 3), 128, np.uint8)
    lines = ["" if state.backward == "off" else "the way back needs a kernel: not stored for this unit"]
    store.add(NOTHING, ("backward/rgb", {"lines": lines}, {"picture": grey}), _pictures("patterns/pictures", "caption"))
    store.add(NOTHING, *(_pictures(f"atlas/{kind}", "of") for kind in ("top", "deconv")))
    store.add(NOTHING, ("atlas/set", {"captions": [], "top_notice": "", "facts": None}, {}))


def store_drawn(store: Store, state: ExplorerState, drawn: Frame | None) -> None:
    """Stores the pictures that were drawn of the unit selected, where anything is stored of it."""
    name = f"{state.layer}:{state.unit}"
    if drawn is not None and name in store:
        store.add(name, ("patterns/pictures", drawn.meta, drawn.arrays))


def stored_words(store: Store, layer: str) -> str:
    """Returns what is stored of units of a layer, as a clause; nothing where that is nothing. To be asked before
    `store_nothing`.
    """
    counts: dict[int, list[str]] = {}
    for kind, words in WORDS.items():
        if store.count(kind):
            counts.setdefault(store.count(kind), []).append(words)
    parts = [f"{' and '.join(words)} of {_units(count)}" for count, words in counts.items()]
    return f"stored of {layer}: {', '.join(parts)}" if parts else ""


def _units(count: int) -> str:
    return "1 unit" if count == 1 else f"{count} units"


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
