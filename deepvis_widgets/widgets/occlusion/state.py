"""What decides what the occlusion lab shows."""

from __future__ import annotations

from typing import Any

import traitlets

from ...core.checks import whole
from ...core.errors import DeepvisError
from ...core.network.network import Network
from ...core.picture.boxes import Box
from ...core.picture.fills import FILLS
from ...methods.backward import SCORES, SOFTMAX
from ..kit.arguments import as_box
from ..kit.picture_state import PictureState

LEAST = 4  # px of a window


class ScoreKind(traitlets.Enum):
    """What a drop is measured in: the score itself, or its probability, also called "softmax".

    >>> class Trail(traitlets.HasTraits):
    ...     score = ScoreKind("logit", "what it shows")
    >>> Trail(score="softmax").score
    'probability'
    """

    def __init__(self, default_value: str, help: str) -> None:
        super().__init__(SCORES, default_value, help=help)

    def validate(self, obj: Any, value: Any) -> Any:
        """Returns the usual name."""
        return super().validate(obj, SOFTMAX.get(value, value) if isinstance(value, str) else value)


class OcclusionState(PictureState):
    """The picture, the class, the window and its stride, what it shows, and the unit that is watched.

    Another layer lets the unit go; another window pulls the stride and the occluder after it; an occluder of another
    size makes a window of its longer side, and one that is taken away comes back in its corner.
    """

    window = traitlets.Int(32, help="side of the hidden square, in pixels")
    stride = traitlets.Int(8, help="pixels from one position of a sweep to the next")
    approximate = traitlets.Bool(False, help="whether a sweep measures few windows and estimates those between")
    fill = traitlets.Enum(FILLS, "grey", help="what the window shows")
    score = ScoreKind("logit", help="the drop that the trail shows")
    layer = traitlets.Unicode(help="layer of the unit that is watched")
    unit = traitlets.Any(None, allow_none=True, help="channel that is watched, None: the strongest on the picture")
    occluder = traitlets.Any(None, allow_none=True, help="(top, left, height, width) in picture pixels")

    def fitted(self, top: int, left: int) -> Box:
        """Returns the window at a place; at the border it is pushed back into the picture."""
        height, width = self.network.size
        return min(top, height - self.window), min(left, width - self.window), self.window, self.window

    @traitlets.validate("window")
    def _check_window(self, proposal: Any) -> int:
        most = min(self.network.size)
        if not LEAST <= proposal["value"] <= most:
            raise DeepvisError(f"window={proposal['value']} is not accepted; accepted: {LEAST} to {most}.")
        return int(proposal["value"])

    @traitlets.validate("stride")
    def _check_stride(self, proposal: Any) -> int:
        if not 1 <= proposal["value"] <= self.window:
            raise DeepvisError(f"stride={proposal['value']} is not accepted; accepted: 1 to the window, {self.window}.")
        return int(proposal["value"])

    @traitlets.validate("layer")
    def _check_layer(self, proposal: Any) -> str:
        return str(self.network.layers[proposal["value"]].name)

    @traitlets.validate("unit")
    def _check_unit(self, proposal: Any) -> int | None:
        if proposal["value"] is None:
            return None
        self.network.target(None, self.layer, proposal["value"])
        return whole(proposal["value"])

    @traitlets.validate("occluder")
    def _check_occluder(self, proposal: Any) -> Box | None:
        return as_box(proposal["value"], self.network.size)

    @traitlets.observe("window")
    def _resize(self, _: Any) -> None:
        self.stride = min(self.stride, self.window)
        if self.occluder is not None:
            self.occluder = self.fitted(*self.occluder[:2])

    @traitlets.observe("layer")
    def _leave_unit(self, _: Any) -> None:
        self.unit = None

    @traitlets.observe("occluder")
    def _fit_occluder(self, _: Any) -> None:
        top, left, height, width = self.occluder or (0, 0, self.window, self.window)
        if (height, width) != (self.window, self.window):
            self.window = min(max(height, width, LEAST), *self.network.size)
        self.occluder = self.fitted(top, left)


def last_maps(network: Network) -> str:
    """Returns the last layer that has maps: the deepest one that still knows where things are."""
    layers = network.layers.own
    return str(next((layer for layer in reversed(layers) if layer.height * layer.width > 1), layers[-1]).name)
