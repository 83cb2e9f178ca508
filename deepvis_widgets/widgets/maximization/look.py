"""What a run tells: the pictures in the making at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ...core.network.target import Target
from ...core.picture.boxes import Box
from ...methods.synthesis import SynthesisParams


@dataclass(frozen=True, eq=False)
class Look:
    """Pictures in the making at one moment: `pictures` (n, 3, H, W) in [0, 1], full frame, `box` what the unit sees of
    them, the objective's `trace` (steps, n), and the steps at which knobs were turned.
    """

    target: Target
    params: SynthesisParams
    pictures: Tensor
    box: Box
    trace: Tensor
    turns: tuple[int, ...]
    fraction: float
    done: bool

    @property
    def crops(self) -> Tensor:
        """The pictures (n, 3, h, w), cropped to what the unit sees."""
        top, left, height, width = self.box
        return self.pictures[..., top : top + height, left : left + width]

    @property
    def best(self) -> int:
        """The picture with the highest objective, the lowest when it is minimised."""
        last = self.trace[-1]
        return int(last.argmin() if self.params.minimize else last.argmax())
