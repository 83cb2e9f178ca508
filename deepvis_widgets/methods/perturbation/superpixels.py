"""The result of methods that weigh pieces of the picture: superpixels with one weight each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import torch
from PIL import Image
from torch import Tensor

from ...core.picture.picture import to_pil
from ...core.results import HeatMap

GREY = 0.5
SHOWN = 5


@dataclass(eq=False, repr=False)
class Superpixels(HeatMap):
    """What each superpixel adds to the target's score, by a linear model fitted to `samples` answers of the network.

    `segments` (H, W) numbers the superpixels from 0, `weights` (superpixels,) is the model's, and `heatmap` lays them
    over the picture; `intercept` is its constant. `score` is its R² on the samples it was fitted to, weighed as they
    were: 1 is perfect. `stability` (checks, 2) holds the number of samples, and how well two halves of them agree on
    the strongest superpixels: 1 in all, 0 in none. `masks` (samples, superpixels) says what was kept, and `answers`
    (samples,) what the network said. `others` has the weights for the strongest classes of the whole picture, by label,
    strongest first (empty for a hidden unit).
    """

    kind: ClassVar[str] = "superpixels"
    segments: Tensor = field(default_factory=lambda: torch.zeros(0, 0, dtype=torch.long))
    weights: Tensor = field(default_factory=lambda: torch.zeros(0))
    intercept: float = 0.0
    score: float = 0.0
    stability: Tensor = field(default_factory=lambda: torch.zeros(0, 2))
    masks: Tensor = field(default_factory=lambda: torch.zeros(0, 0, dtype=torch.bool))
    answers: Tensor = field(default_factory=lambda: torch.zeros(0))
    others: dict[str, Tensor] = field(default_factory=dict)

    @property
    def samples(self) -> int:
        return len(self.answers)

    def strongest(self, count: int = SHOWN) -> list[int]:
        """Returns the superpixels that speak most for the target, strongest first; only those that speak for it."""
        order = self.weights.argsort(descending=True, stable=True)[:count]
        return [int(index) for index in order if self.weights[index] > 0]

    def image(self, colormap: str | None = None, opacity: float = 0.6, count: int = SHOWN) -> Image.Image:
        """Returns the strongest superpixels, all others grey; with a `colormap`, all weights as a heat map instead."""
        if colormap is not None:
            return super().image(colormap, opacity)
        shown = torch.isin(self.segments, torch.tensor(self.strongest(count), dtype=torch.long))
        return to_pil(torch.where(shown, self.picture, GREY))

    def __repr__(self) -> str:
        return (
            f"Superpixels({self.method} of {self.target}, {len(self.weights)} superpixels, {self.samples} samples, "
            f"R² {self.score:.2f})"
        )
