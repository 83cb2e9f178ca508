"""The Explorer's model as it stands on a page: the same traits and frames, without what needs a kernel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...in_page.facts import PLAIN_FILLS
from ...link.protocol import Array, pack
from ..keys import KEYS
from ..panes import Panes
from ..state import ExplorerState

NEEDS_KERNEL = {  # commands
    *("switch", "switch-on", "why", "picture-previous", "picture-next", "camera", "camera-freeze", "difference"),
    *("unit-pictures", "freeze", "backward", "backward-view"),
}
TRAITS = {
    "filming": False,
    "camera_frozen": False,
    "why": False,
    "circuit_board": None,
    "help": False,
    "localize": False,
    "frozen": False,
}
UNSEEN = ("grid/gradient", "camera/set", "why/set", "why/planes", "why/patterns")  # kinds of frames
Packed = tuple[dict[str, Any], list[bytes]]


class Standing:
    """What a page is written from (see page.encoded): an Explorer of which something is `stored`, as words."""

    def __init__(self, explorer: Any, panes: Panes, stored: str) -> None:
        self._esm = explorer._esm
        self._explorer, self._panes, self._stored = explorer, panes, stored

    def get_state(self) -> dict[str, Any]:
        """Returns the traits."""
        found: dict[str, Any] = self._explorer.get_state() | TRAITS
        if found["tiles"] not in ("activation", "pictures"):
            found["tiles"] = "activation"
        if found["about"] in ("deconv", "find"):
            found["about"] = "synthesized"
        return found

    def kept(self) -> list[Packed]:
        """Returns message and buffers of each frame that the module is sent first."""
        changed = self._changed()
        frames = [frame for frame in self._explorer.kept() if frame[0]["kind"] not in (*UNSEEN, *changed)]
        return [*frames, *(pack(kind, 0, *parts) for kind, parts in changed.items())]

    def _changed(self) -> dict[str, tuple[Mapping[str, Any], Mapping[str, Array]]]:
        panes, state = self._panes, self._explorer
        methods = [method for method in panes.method.port.values["methods"] if method["name"] in here(state)]
        page = {"keys": keys(state, panes), "kernel": False, "fills": fills(state), "note": said(state, self._stored)}
        values = {
            "page": panes.page.values | page,
            "method": {"methods": [{**method, "params": []} for method in methods], "progress": None},
            "patterns": {"running": False, "progress": 0.0, "notice": ""},
            "stage": panes.stage.port.values | {"notice": ""},
            "grid": panes.grid.port.values | {"notice": "", "cards": False},
        }
        return {f"{pane}/set": (found, {}) for pane, found in values.items()}


def keys(state: ExplorerState, panes: Panes) -> list[dict[str, str]]:
    """Returns the keys that a page without a kernel knows."""
    missing = NEEDS_KERNEL if patterned(state, panes) else NEEDS_KERNEL | {"pattern"}
    return [key for key in KEYS if key["command"] not in missing]


def fills(state: ExplorerState) -> list[str]:
    """Returns what an occluder on a page can show: what is of one colour, and what was chosen."""
    return [*PLAIN_FILLS, *([] if state.fill in PLAIN_FILLS else [state.fill])]


def here(state: ExplorerState) -> set[str]:
    """Returns the methods whose maps a page can show: exact class maps, and that which was shown."""
    return {name for name in ("cam" if state.network.has_head else None, state.method) if name is not None}


def patterned(state: ExplorerState, panes: Panes) -> list[str]:
    """Returns the layers of which the grid's pictures are on the page: the one shown, if they were."""
    frame = panes.grid.port.last("pictures")
    return [state.layer] if frame is not None and frame.meta.get("layer") == state.layer else []


def said(state: ExplorerState, stored: str) -> str:
    """Returns what a page says of itself: what it computes, and what it was given, as a clause."""
    off = state.answering.off
    here = f"runs in this page without {off.words}" if off else "runs in this page"
    return f"{here}; {stored}" if stored else here
