"""What the session of the SnowLab publishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from ....core.network.network import Network
from ....core.results import HeatMap
from ....zoo.scenes import Scene
from ....zoo.snow_net import Examination
from ..answers import Answer
from .state import Point


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """One network that was trained, what it says of fresh animals, and its answers to the pictures.

    `views` are the pictures as it sees them, (3, H, W) in [0, 1], and `masks` the animals in them, bool (H, W), None
    where a picture brings none.
    """

    share: float
    seed: int
    network: Network
    examination: Examination
    scenes: tuple[Scene, ...]
    views: tuple[Tensor, ...]
    masks: tuple[Tensor | None, ...]
    answers: tuple[Answer, ...]
    seconds: float

    @property
    def point(self) -> Point:
        """What the chart shows of it."""
        return {
            "share": self.share,
            "seed": self.seed,
            "accuracy": self.examination.accuracy,
            "called_wolf": self.examination.huskies_on_snow_called_wolf,
            "mass": self.examination.mass_on_huskies_on_snow,
            "seconds": self.seconds,
        }


@dataclass(frozen=True, eq=False)
class NetworkAnswer:
    """The network shown and the one before it, with the maps of `method` there are, by number of the picture."""

    made: TrainedNetwork
    before: TrainedNetwork | None
    method: str
    maps: Mapping[int, HeatMap]
