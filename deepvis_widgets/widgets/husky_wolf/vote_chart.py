"""How a vote changed: hands before and after, side by side."""

from __future__ import annotations

import bqplot
import ipywidgets

from .ballot import Vote

BEFORE, AFTER = "#7a93b4", "#e07b28"
ASKED = ("trust it", "do not", "named the snow")


class VoteChart(ipywidgets.VBox):
    """Two bars for each of ASKED; the numbers also in words."""

    def __init__(self, title: str, before: Vote, after: Vote) -> None:
        numbers = [[vote.yes, vote.no, vote.snow] for vote in (before, after)]
        most = max(*map(max, numbers), 1)
        answers, hands = bqplot.OrdinalScale(), bqplot.LinearScale(min=0, max=most)
        self.bars = bqplot.Bars(
            x=list(ASKED),
            y=numbers,
            scales={"x": answers, "y": hands},
            type="grouped",
            colors=[BEFORE, AFTER],
            padding=0.3,
        )
        axes = [
            bqplot.Axis(scale=answers, grid_lines="none"),
            bqplot.Axis(
                scale=hands, orientation="vertical", tick_values=ticks(most), tick_format="d", grid_lines="dashed"
            ),
        ]
        figure = bqplot.Figure(
            display_toolbar=False,
            marks=[self.bars],
            axes=axes,
            animation_duration=0,
            fig_margin={"top": 8, "bottom": 28, "left": 40, "right": 8},
            layout=ipywidgets.Layout(width="100%", height="190px", min_width="0"),
        )
        key = "".join(
            f'<span><i style="background:{colour}"></i>{words}</span>'
            for colour, words in ((BEFORE, "before the explanations"), (AFTER, "after"))
        )
        heading = ipywidgets.HTML(f"<b>{title}</b><span class='dv-key'>{key}</span>").add_class("dv-vote-title")
        super().__init__([heading, figure, ipywidgets.HTML(told(before, after)).add_class("dv-vote-words")])
        self.add_class("dv-vote-chart")


def ticks(most: int) -> list[int]:
    """Whole numbers from 0 to `most`, at most six of them."""
    step = max(1, -(-most // 5))
    return list(range(0, most + 1, step))


def told(before: Vote, after: Vote) -> str:
    """The change in one or two sentences."""
    first, then = f"{before.yes} of {before.voters}", f"{after.yes} of {after.voters}"
    trust = f"Trusted by {first} before the explanations, and by {then} after."
    return f"{trust} The snow was named by {before.snow} before, and by {after.snow} after."
