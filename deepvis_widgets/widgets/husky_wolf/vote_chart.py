"""How a vote changed: hands before and after, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets

from ..kit.figure import figure
from ..kit.layout import html
from .vote import Vote

if TYPE_CHECKING:
    import bqplot

BEFORE, AFTER = "#7a93b4", "#e07b28"
ASKED = ("trust it", "do not", "named the snow")


class VoteChart(ipywidgets.VBox):
    """Two bars for each of ASKED; the numbers also in words."""

    def __init__(self, title: str, before: Vote, after: Vote) -> None:
        self.bars = _bars(before, after)
        named = (BEFORE, "before the explanations"), (AFTER, "after")
        key = "".join(f'<span><i style="background:{colour}"></i>{words}</span>' for colour, words in named)
        heading = html("dv-vote-title", f"<b>{title}</b><span class='dv-key'>{key}</span>")
        super().__init__([heading, _figure(self.bars), html("dv-vote-words", told(before, after))])
        self.add_class("dv-vote-chart")


def _bars(before: Vote, after: Vote) -> bqplot.Bars:
    import bqplot

    numbers = [[vote.yes, vote.no, vote.snow] for vote in (before, after)]
    return bqplot.Bars(
        x=list(ASKED),
        y=numbers,
        scales={"x": bqplot.OrdinalScale(), "y": bqplot.LinearScale(min=0, max=max(*map(max, numbers), 1))},
        type="grouped",
        colors=[BEFORE, AFTER],
        padding=0.3,
    )


def _figure(bars: bqplot.Bars) -> bqplot.Figure:
    import bqplot

    answers, hands = bars.scales["x"], bars.scales["y"]
    whole = ticks(int(hands.max))
    axes = [
        bqplot.Axis(scale=answers, grid_lines="none"),
        bqplot.Axis(scale=hands, orientation="vertical", tick_values=whole, tick_format="d", grid_lines="dashed"),
    ]
    return figure([bars], axes, "190px", (8, 28, 40, 8), min_width="0")


def ticks(most: int) -> list[int]:
    """Returns whole numbers from 0 to `most`, at most six of them."""
    step = max(1, -(-most // 5))
    return list(range(0, most + 1, step))


def told(before: Vote, after: Vote) -> str:
    """Returns the change in one or two sentences."""
    first, then = f"{before.yes} of {before.voters}", f"{after.yes} of {after.voters}"
    trust = f"Trusted by {first} before the explanations, and by {then} after."
    return f"{trust} The snow was named by {before.snow} before, and by {after.snow} after."
