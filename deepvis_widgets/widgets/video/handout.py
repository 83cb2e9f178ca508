"""What stays of a video on a page: its pictures under their maps, as far as they were looked at."""

from __future__ import annotations

from collections.abc import Mapping

from ..kit.made import bars_of, note, signed_map
from ..page.parts import Choice, Column, Part, Row
from .panes import LARGE
from .session import Kept, Watched
from .state import VideoState

NOTHING = "No picture had been looked at yet."


def page_of(state: VideoState, watched: Watched | None, kept: Mapping[int, Kept]) -> Part:
    """Returns what stays of a video of which the pictures `kept` were looked at; without them the last one `watched`,
    the camera's for one.
    """
    if not kept:
        return note(NOTHING) if watched is None else _shown(state, Kept.of(watched))
    numbers, count = sorted(kept), len(state.film)
    labels = [f"picture {number + 1}" for number in numbers]
    parts = [_shown(state, kept[number]) for number in numbers]
    here = numbers.index(state.step) if state.step in numbers else 0
    steps = Choice(labels, parts, "Picture", here, steps=True)
    missing = f"{len(numbers)} of {count} pictures were looked at when this page was made; the others are not on it."
    return Column([steps, *([note(missing)] if len(numbers) < count else [])])


def _shown(state: VideoState, kept: Kept) -> Part:
    """A picture under its map, beside the answers."""
    title = f"CAM of {state.network.labels[kept.channel]}"
    shown = signed_map(kept.map, kept.pixels, title, size=LARGE)
    return Row([shown, bars_of(state.network.answers, kept.shares, kept.channel)])
