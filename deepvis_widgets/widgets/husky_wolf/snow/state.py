"""What decides what the SnowLab shows: the next share of snow, the networks there are, and the one that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets

from ....core.checks import whole
from ....core.errors import DeepvisError
from ....zoo.snow_net import checked_share
from ...kit.noted_state import NotedState, ReadOnly
from ...link.traits import Checked
from ..state import named_method

METHODS = ("cam", "occlusion")

Point = Mapping[str, float]  # share, seed, accuracy, called_wolf, mass, seconds


class SnowState(NotedState):
    """The traits of one SnowLab and their validation. What does not exist raises DeepvisError and changes nothing.

    `add` and `end_training` note what came out, on any thread; their observers hear of it by `announce`.

    >>> state = SnowState(share=0.9)
    >>> state.begin_training()
    >>> state.add({"share": 0.9, "seed": 0, "accuracy": 0.8, "called_wolf": 0.9, "mass": 0.4, "seconds": 12.0})
    >>> state.shown, state.training
    (0, False)
    """

    share = Checked(1.0, help="snow behind wolves for the next network: 0 as behind huskies, 1 behind every one")
    shown = Checked(-1, help="number of the network shown, -1 before there is one")
    method = Checked("cam", help="name of the method that explains: cam or occlusion")
    points = ReadOnly(
        (), help="for each network: share, seed, accuracy, called_wolf and mass (of huskies on snow), seconds"
    )
    training = ReadOnly(False, help="whether a network is being trained")

    @traitlets.validate("share")
    def _check_share(self, proposal: Any) -> float:
        return round(checked_share(proposal["value"]), 4)  # steps of a slider are not exact

    @traitlets.validate("shown")
    def _check_shown(self, proposal: Any) -> int:
        index, last = whole(proposal["value"]), len(self.points) - 1
        if index is None or not (0 <= index <= last or index == last == -1):
            there = f"accepted are 0 to {last}" if self.points else "there is none yet, call train()"
            raise DeepvisError(f"There is no network {proposal['value']!r}; {there}.")
        return index

    @traitlets.validate("method")
    def _check_method(self, proposal: Any) -> str:
        name = named_method(proposal["value"])
        if name not in METHODS:
            raise DeepvisError(f'method="{name}" is not accepted; accepted: {", ".join(METHODS)}.')
        return name

    def begin_training(self) -> None:
        """Notes that a network is being trained; DeepvisError while another one is."""
        if self.training:
            raise DeepvisError("A network is being trained already; wait for it, or call stop().")
        self.set_trait("training", True)

    def end_training(self) -> None:
        """Notes that no network is being trained any more."""
        self.note(training=False)

    def add(self, point: Point) -> None:
        """Notes a network that was trained just now, and is shown from now on."""
        self.note(points=(*self.points, dict(point)), shown=len(self.points), training=False)
