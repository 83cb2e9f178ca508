"""SmoothGrad: the gradient averaged over noisy copies of the picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..core.network.network import Network
from ..core.network.target import Target
from ..core.params import choice, number
from ..core.report import Report
from ..core.results import HeatMap
from .backward import SCORE_HELP, SCORES, SOFTMAX, heatmap
from .base import Method, silent
from .perturbation.score import Score, batches, per_pass, precision

AVERAGES = ("gradient", "squared")


@dataclass(frozen=True)
class SmoothGradParams:
    samples: int = number(50, "Samples", 1, 500, 1, "noisy copies of the picture")
    noise: float = number(0.15, "Noise", 0.0, 1.0, 0.01, "σ of the noise, as a share of the input's range")
    seed: int = number(0, "Seed", 0, 2**31 - 1, 1)
    average: str = choice("gradient", "Average of", AVERAGES, "the gradients, or their squares")
    score: str = choice("logit", "Score", SCORES, SCORE_HELP, also=SOFTMAX)


class SmoothGrad(Method):
    """The mean of dS_c/dx over x + N(0, σ²), σ a share of max(x) − min(x) of the normalised input (Smilkov et al. 2017,
    sec. 3), or of its square (Hooker et al. 2019, sec. 4.2).

    The heat map is the largest magnitude over the colour channels, never negative. A hidden unit keeps the position
    where it is strongest without noise. Streams the mean so far.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> dv.explain(net, scene, "smoothgrad", target="wolf", samples=2, noise=0.1).heatmap.shape
    torch.Size([128, 128])
    """

    name = "smoothgrad"
    title = "SmoothGrad"
    Params = SmoothGradParams
    long = True

    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> HeatMap:
        assert image is not None
        score = Score.of(network, image, target, params.score)
        x = network.feed(image[None])
        noise = drawn_noise(x, params)
        total = torch.zeros(x.shape[1:], dtype=precision(network))
        for batch in batches(params.samples, per_pass(network, grad=True)):
            noisy = torch.stack([x[0] + next(noise) for _ in range(batch.start, batch.stop)])
            gradients = score.gradient(network.laid(noisy))
            total += (gradients.square() if params.average == "squared" else gradients).sum(0)
            signal = total / batch.stop
            result = heatmap(network, image, self.name, score.target, signal, signal.abs().amax(0), False, params)
            report(batch.stop / params.samples, result)
        return result


def drawn_noise(x: Tensor, params: SmoothGradParams) -> Iterator[Tensor]:
    """Yields noise (C, H, W) for one sample after the other, the same however they are divided into batches."""
    generator = torch.Generator().manual_seed(params.seed)
    spread = params.noise * (x.max() - x.min())
    while True:
        yield spread * torch.randn(x.shape[1:], generator=generator, dtype=torch.float32).to(x)
