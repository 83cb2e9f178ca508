"""The knobs of activation maximization."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.params import choice, number
from ..backward import SCORE_HELP, SCORES, SOFTMAX

PRESETS = ("fourier", "yosinski-1", "yosinski-2", "yosinski-3", "yosinski-4")
OBJECTIVES = ("neuron", "channel")
FIXED = ("pictures", "seed", "objective", "score")  # what cannot change once the pictures are begun


@dataclass(frozen=True)
class SynthesisParams:
    """All but the FIXED ones may be turned while the pictures are being made. None: the preset's own."""

    preset: str = choice("fourier", "Recipe", PRESETS, "Fourier basis (Olah 2017), or Yosinski's four regularizations")
    pictures: int = number(4, "Pictures", 1, 16, 1, "how many, each from its own start")
    seed: int = number(0, "Seed", 0, 2**31 - 1, 1, "of the first picture; the next has the next one")
    steps: int = number(0, "Steps", 0, 10_000, 1, "0: the recipe's own number")
    objective: str = choice("neuron", "Objective", OBJECTIVES, "one position, or the mean over the map")
    score: str = choice("logit", "Score", SCORES, SCORE_HELP, also=SOFTMAX)
    minimize: bool = choice(False, "Minimise", (False, True), "what the unit wants least")
    stretch: bool = choice(False, "Full contrast", (False, True), "show faint pictures with all the contrast there is")
    rate: float = number(1.0, "Learning rate ×", 0.01, 100, 0.01, "times the recipe's own")
    transforms: float = number(1.0, "Robustness", 0, 3, 0.1, "Fourier: how far the picture is moved, turned and scaled")
    tv: float = number(0.1, "Smoothness", 0, 5, 0.05, "Fourier: weight of the total variation")
    pull: float = number(0.03, "Pull to grey", 0, 5, 0.01, "Fourier: weight of the distance from grey")
    fitted: bool = choice(False, "Fit the rates", (False, True), "Yosinski: to this network, instead of to CaffeNet")
    decay: float | None = number(None, "Decay", 0, 1, 0.0001, "Yosinski: what is taken off per step")
    blur: float | None = number(None, "Blur σ", 0, 10, 0.1, "Yosinski: in pixels")
    blur_every: float | None = number(None, "Blur every", 1, 100, 1, "Yosinski: in steps")
    small_norm: float | None = number(None, "Drop faint pixels", 0, 100, 1, "Yosinski: percentile of the colour norm")
    small_contribution: float | None = number(
        None, "Drop idle pixels", 0, 100, 1, "Yosinski: percentile of the contribution to the objective"
    )
