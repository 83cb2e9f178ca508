"""What every lesson on one picture and one network is about: the picture, and the class explained."""

from __future__ import annotations

from typing import Any

import traitlets
from torch import Tensor

from ...core.network.network import Network
from ..link.traits import Checked


class PictureState(traitlets.HasTraits):
    """The picture shown and the class explained; `network` decides what is accepted.

    `view` (3, H, W) is the picture as the network sees it, None before the first one. What cannot be read, and a class
    that does not exist, raise DeepvisError and change nothing.

    >>> import deepvis_widgets as dv
    >>> state = PictureState(dv.load("husky-wolf"))
    >>> state.image = dv.scene("wolf", background="snow", seed=3)
    >>> tuple(state.view.shape)
    (3, 128, 128)
    """

    image = Checked(help="the picture shown; setting it opens another")
    target = traitlets.Any(None, allow_none=True, help="class index explained, None: the top class; a label may be set")

    def __init__(self, network: Network, **traits: Any) -> None:
        self.network = network
        self.view: Tensor | None = None
        super().__init__(**traits)

    @traitlets.validate("image")
    def _check_image(self, proposal: Any) -> Any:
        self.view = self.network.view(proposal["value"])
        return proposal["value"]

    @traitlets.validate("target")
    def _check_target(self, proposal: Any) -> int | None:
        return None if proposal["value"] is None else self.network.class_index(proposal["value"])
