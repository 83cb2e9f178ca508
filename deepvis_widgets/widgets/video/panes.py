"""The panes of a video: the picture under its map, the player, the camera, the answers as bars."""

from __future__ import annotations

import ipywidgets
import traitlets

from ...core.picture.picture import to_bytes
from ..kit import layout
from ..kit.class_bars import Probabilities
from ..kit.layout import classed, display
from ..kit.player import Player
from ..link.frames import signed_overlay_frame, symmetric_range
from ..link.push import push
from ..views.camera import Camera
from ..views.stage import Stage
from .session import Watched
from .state import VideoState

LARGE = 480  # css px of the picture
QUICKEST = 60  # ms for a picture


class VideoPanes:
    """Everything that is shown, in `rows`. `watched` may be called on any thread."""

    def __init__(self, state: VideoState, group: str) -> None:
        self._state = state
        self.stage = Stage(group=group, zoom=LARGE, label="The picture as the network sees it")
        self.stage.draw_occluder, self.stage.colormap, self.stage.opacity = False, "blue-red", 0.55
        self.player = Player(1, label="Picture")
        self.camera = Camera(size=list(state.network.size))
        self.bars = Probabilities(state.network.answers, self._pick)
        display(self.camera, state.network.bands == 3)
        left = classed(ipywidgets.VBox([self.stage, self.player, self.camera]), "dv-lab-picture")
        beside = classed(ipywidgets.VBox([self.bars]), "dv-lab-side")
        self.rows = [layout.box("dv-lab-panes", left, beside)]
        traitlets.link((state, "step"), (self.player, "step"))
        state.observe(lambda _: self._opened(), names="video")
        self._opened()

    def watched(self, answer: Watched) -> None:
        """Another picture, or class."""
        title = f"CAM of {self._state.network.labels[answer.channel]}"
        with self.stage.together():
            self.stage.push("picture", arrays={"picture": to_bytes(answer.view)})
            self.stage.push("overlay", *signed_overlay_frame(answer.map, symmetric_range(answer.map), title))
        self.bars.show(answer.shares, answer.channel, True)
        push(self.stage, notice="")

    def _opened(self) -> None:
        """The player has as many steps as there are pictures."""
        film = self._state.film
        display(self.player, len(film) > 0)
        self.player.pace(max(QUICKEST, round(1000 / film.rate)))
        self.player.count = max(len(film), 1)

    def _pick(self, index: int) -> None:
        self._state.target = None if index == self._state.target else index
