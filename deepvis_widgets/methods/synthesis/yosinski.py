"""Gradient ascent on pixels with four regularizers (Yosinski et al. 2015, sec. 3)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from ...core.network.network import Network
from ...core.picture.reduce import blur
from .frame import Frame
from .params import SynthesisParams
from .recipe import Climb, Recipe

FIRST_STEP = 1.0  # fitted: root mean square of the first step, of 255
START = 10.0  # standard deviation of the first pixels around the mean colour, of 255


@dataclass(frozen=True)
class Preset:
    """One setting of the regularizers. `progress` is the gain in the objective that a step is to bring, with `rate` as
    the highest learning rate; None: the rate is constant.
    """

    decay: float
    blur: float
    blur_every: int
    small_norm: float
    small_contribution: float
    progress: float | None
    rate: float
    steps: int


# Yosinski et al. 2015, table 1, in the numbers of the Deep Visualization Toolbox
PRESETS = {
    "yosinski-1": Preset(0.0, 0.5, 4, 50, 0, 2.0, 100, 500),
    "yosinski-2": Preset(0.3, 0.0, 1, 20, 0, None, 100, 750),
    "yosinski-3": Preset(0.0001, 1.0, 4, 0, 0, None, 100, 1000),
    "yosinski-4": Preset(0.0, 0.5, 4, 0, 90, 2.0, 1e8, 1000),
}
TURNED = ("decay", "blur", "blur_every", "small_norm", "small_contribution")


def preset_of(params: SynthesisParams) -> Preset:
    """Returns the preset with whatever the user turned."""
    given: dict[str, Any] = {name: getattr(params, name) for name in TURNED if getattr(params, name) is not None}
    return replace(PRESETS[params.preset], **given)


class Yosinski(Recipe):
    """x ← r(x + rate · gradient), pixels counted in 0–255 around the mean colour.

    Percentiles and the learning rate are taken for each picture by itself, over the pixels the unit sees. The rates
    were made for one network and mean nothing to a unit on another scale; fitted, they begin with a step that shows.
    """

    def __init__(self, network: Network, frame: Frame, generators: Sequence[torch.Generator]) -> None:
        super().__init__(network, frame, generators)
        self.x = START * self.normal()
        self.gains: dict[str, Tensor] = {}  # of fitted rates, by preset

    @staticmethod
    def steps(params: SynthesisParams) -> int:
        return PRESETS[params.preset].steps

    def boxes(self) -> Tensor:
        return self._clipped() / 255 + self.mean

    def continue_from(self, boxes: Tensor) -> None:
        self.x = 255 * (boxes - self.mean)

    def step(self, climb: Climb, params: SynthesisParams, index: int, last: bool) -> Tensor:
        self.x = self._clipped()
        values, gradient = climb(self.in_crop(self.boxes()))
        if not last:
            preset = preset_of(params)
            gradient = self.of_crop(gradient) / 255
            step = self._fitted(gradient, preset, params.preset) if params.fitted else scaled_by_rate(gradient, preset)
            self.x = regularized(self.x + params.rate * step, gradient, preset, index)
        return values

    def _fitted(self, gradient: Tensor, preset: Preset, name: str) -> Tensor:
        """Returns the preset's step, times what made the first one as long as it should be; progress then has no
        limit.
        """
        step = scaled_by_rate(gradient, preset if preset.progress is None else replace(preset, rate=1e30))
        if name not in self.gains:
            size = step.square().mean((1, 2, 3), keepdim=True).sqrt()
            self.gains[name] = torch.where(size > 0, FIRST_STEP / size, 1)
        return self.gains[name] * step

    def _clipped(self) -> Tensor:
        low = -255 * self.mean
        return self.x.clamp(low, low + 255)


def scaled_by_rate(gradient: Tensor, preset: Preset) -> Tensor:
    """Returns the gradient (n, C, h, w) times the preset's rate, or times the one that brings the same progress each
    time.
    """
    if preset.progress is None:
        return preset.rate * gradient
    return (preset.progress / gradient.square().sum((1, 2, 3), keepdim=True)).clamp(max=preset.rate) * gradient


def regularized(x: Tensor, gradient: Tensor, preset: Preset, index: int) -> Tensor:
    """Returns r(x) after step number `index` (sec. 3): decay, blur, then pixels of small norm and of small contribution
    become the mean colour.
    """
    x = x * (1 - preset.decay)
    if preset.blur > 0 and index % max(1, round(preset.blur_every)) == 0:
        x = blur(x, preset.blur)
    x = without_smallest(x, x.norm(dim=1, keepdim=True), preset.small_norm)
    contribution = (gradient * x).sum(1, keepdim=True).abs()
    return without_smallest(x, contribution, preset.small_contribution)


def without_smallest(x: Tensor, measure: Tensor, percent: float) -> Tensor:
    """x (n, C, h, w), zero where the measure (n, 1, h, w) lies under this percentile of its picture."""
    return x if percent <= 0 else x * (measure >= percentile(measure, percent))


def percentile(measure: Tensor, percent: float) -> Tensor:
    """Returns the percentile (n, 1, 1, 1) of each picture's measure (n, 1, h, w), linear between ranks as numpy's."""
    flat = measure.flatten(1)
    rank = (flat.shape[1] - 1) * percent / 100
    low = flat.kthvalue(math.floor(rank) + 1).values
    high = flat.kthvalue(math.ceil(rank) + 1).values
    return torch.lerp(low, high, rank - math.floor(rank)).view(-1, 1, 1, 1)
