"""What decides which picture of a video is shown, and which class is explained."""

from __future__ import annotations

from typing import Any

import traitlets

from ...core.errors import DeepvisError
from ...core.network.network import Network
from ..link.traits import Checked
from .film import Film, as_film


class VideoState(traitlets.HasTraits):
    """The video, the number of the picture shown, and the class explained; `film` are the pictures.

    >>> import deepvis_widgets as dv
    >>> state = VideoState(dv.load("husky-wolf"))
    >>> state.video = [dv.scene("wolf", seed=seed) for seed in (3, 4)]
    >>> state.step = 1
    >>> len(state.film)
    2
    """

    video = Checked(None, help="the path of a video file, or a list of pictures; None: there is none")
    step = traitlets.Int(0, help="number of the picture shown")
    target = traitlets.Any(None, allow_none=True, help="class index explained, None: the top class; a label may be set")

    def __init__(self, network: Network, **traits: Any) -> None:
        self.network = network
        self.film: Film = as_film(None, network)
        super().__init__(**traits)

    @traitlets.validate("video")
    def _check_video(self, proposal: Any) -> Any:
        found = as_film(proposal["value"], self.network)
        self.film.close()
        self.film = found
        return proposal["value"]

    @traitlets.observe("video")
    def _rewind(self, _: Any) -> None:
        self.step = 0

    @traitlets.validate("step")
    def _check_step(self, proposal: Any) -> int:
        step, last = proposal["value"], max(len(self.film) - 1, 0)
        if not 0 <= step <= last:
            raise DeepvisError(f"step={step} is not accepted; accepted: 0 to {last}.")
        return int(step)

    @traitlets.validate("target")
    def _check_target(self, proposal: Any) -> int | None:
        return None if proposal["value"] is None else self.network.class_index(proposal["value"])
