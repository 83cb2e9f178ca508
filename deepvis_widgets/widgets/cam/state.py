"""What decides what the CAM board shows."""

from __future__ import annotations

from typing import Any

import traitlets

from ...core.errors import DeepvisError
from ..kit.picture_state import PictureState
from ..link.traits import Number

LEAST, MOST = 0.01, 0.99  # of the threshold


class CamState(PictureState):
    """The picture, the class, the number of terms in the sum, and the threshold of the box."""

    threshold = Number(0.2, help="share of the map's maximum above which the localization box lies")
    step = traitlets.Int(None, allow_none=True, help="number of terms in the sum, None: all of them")

    @property
    def count(self) -> int | None:
        """How many terms there are; None while nothing is known, and where there are none."""
        return None

    @traitlets.validate("threshold")
    def _check_threshold(self, proposal: Any) -> float:
        if not LEAST <= proposal["value"] <= MOST:
            raise DeepvisError(f"threshold={proposal['value']} is not accepted; accepted: {LEAST} to {MOST}.")
        return float(proposal["value"])

    @traitlets.validate("step")
    def _check_step(self, proposal: Any) -> int | None:
        count, step = self.count, proposal["value"]
        if step is not None and (step < 0 or (count is not None and step > count)):
            most = "the number of terms" if count is None else count
            raise DeepvisError(f"step={step} is not accepted; accepted: 0 to {most}, or None for all.")
        return None if step is None else int(step)
