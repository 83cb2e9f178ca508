"""What decides what the SnowLab shows: the next share of snow, the networks there are, and the one that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets

from ....core.checks import whole
from ....core.errors import DeepvisError
from ....methods import method
from ....zoo.snow_net import checked_share

METHODS = ("cam", "occlusion")

Point = Mapping[str, float]  # share, seed, accuracy, called_wolf, mass, seconds


class SnowState(traitlets.HasTraits):
    """The traits of one SnowLab and their validation. What does not exist raises DeepvisError and changes nothing.

    >>> state = SnowState(share=0.9)
    >>> state.begin_training()
    >>> state.add({"share": 0.9, "seed": 0, "accuracy": 0.8, "called_wolf": 0.9, "mass": 0.4, "seconds": 12.0})
    >>> state.shown, state.training
    (0, False)
    """

    share = traitlets.Any(1.0, help="snow behind wolves for the next network: 0 as behind huskies, 1 behind every one")
    shown = traitlets.Any(-1, help="number of the network shown, -1 before there is one")
    method = traitlets.Any("cam", help="name of the method that explains: cam or occlusion")
    points = traitlets.Tuple(
        read_only=True,
        help="for each network: share, seed, accuracy, called_wolf and mass (of huskies on snow), seconds",
    )
    training = traitlets.Bool(False, read_only=True, help="whether a network is being trained")

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
        name = method(proposal["value"]).name
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
        self.set_trait("training", False)

    def add(self, point: Point) -> None:
        """Shows a network that was trained just now."""
        self.set_trait("points", (*self.points, dict(point)))
        self.end_training()
        self.shown = len(self.points) - 1
