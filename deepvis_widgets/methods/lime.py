"""LIME: a linear model of how the network's answer changes while superpixels of the picture are hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..core.network.network import Network
from ..core.network.target import Target
from ..core.params import choice, number
from ..core.picture.fills import fill_picture
from ..core.report import Report
from ..passes.fused_passes import FusedPasses
from .backward import SCORE_HELP, SCORES, SOFTMAX, describe
from .base import Method, silent
from .perturbation.score import Score, per_pass, precision
from .perturbation.segmentation import SEGMENTATIONS, superpixels
from .perturbation.superpixels import Superpixels
from .perturbation.surrogate import agreement, ridge

FILLS = ("mean", "grey", "blur")
CHECK = 50  # samples from one look at the model to the next
PATIENCE = 3  # checks in a row that must find the ranking stable
OTHERS = 5


@dataclass(frozen=True)
class LimeParams:
    samples: int = number(1000, "Samples", 2, 10000, 10, "pictures with superpixels hidden at random")
    seed: int = number(0, "Seed", 0, 2**31 - 1, 1, "of everything random")
    segmentation: str = choice("quickshift", "Superpixels by", tuple(SEGMENTATIONS))
    fill: str = choice("mean", "Fill", FILLS, "what hidden superpixels show; mean: each its own mean colour")
    keep: float = number(0.5, "Kept", 0.05, 0.95, 0.05, "probability that a superpixel is kept")
    paired: bool = choice(False, "In pairs", (False, True), "each sample followed by its opposite (antithetic)")
    score: str = choice("probability", "Score", tuple(reversed(SCORES)), SCORE_HELP, also=SOFTMAX)
    stop: bool = choice(False, "Stop when stable", (False, True), "as soon as the ranking is stable")
    stable: float = number(
        0.9, "Stable from", 0.5, 1.0, 0.05, "agreement of two halves of the samples on the strongest"
    )
    kernel: float = number(4.0, "Quickshift kernel", 1.0, 20.0, 0.5, "σ in pixels; larger: fewer superpixels")
    max_dist: float = number(200.0, "Quickshift distance", 1.0, 1000.0, 1.0, "larger: fewer superpixels")
    ratio: float = number(0.2, "Quickshift ratio", 0.0, 1.0, 0.05, "colour against nearness")
    pieces: int = number(50, "SLIC superpixels", 2, 1000, 1, "about how many")
    scale: float = number(100.0, "Felzenszwalb scale", 1.0, 5000.0, 1.0, "larger: fewer superpixels")


class Lime(Method):
    """Superpixels kept or hidden at random; a ridge regression of the network's answers on what was kept, in which
    nearer samples count more (Ribeiro, Singh & Guestrin 2016, sec. 3.3 and 3.4, with the defaults of the authors' code,
    which explains the probability). The weights lie over the picture as a signed heat map.

    A hidden unit is read where it is strongest in the whole picture. Streams the model after every 50 samples; one seed
    decides everything. Raises DeepvisError where scikit-image is not installed.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> found = dv.explain(net, scene, "lime", target="wolf", samples=20, segmentation="slic", seed=0)
    >>> found.samples, found.heatmap.shape
    (20, torch.Size([128, 128]))
    """

    name = "lime"
    title = "LIME"
    Params = LimeParams
    long = True

    def suited(self, network: Network) -> dict[str, Any]:
        """The authors' kernel leaves two or three superpixels of a picture of 32 × 32."""
        return {"kernel": max(1.0, min(LimeParams.kernel, round(min(network.size) / 16) / 2))}

    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> Superpixels:
        assert image is not None
        question = Question(Score.of(network, image, target, params.score), image)
        report(0.0)
        segments = superpixels(image, params)
        report(0.0)
        view = image.to(precision(network))
        samples = Samples(network, view, hidden_picture(view, segments, params.fill), segments)
        masks = drawn_masks(int(segments.max()) + 1, params)
        answers: list[Tensor] = []
        checks: list[tuple[float, float]] = []
        for part, checked in parts(params.samples, per_pass(network)):
            answers.append(question.answers(samples.of(masks[part])))
            share = part.stop / params.samples
            if not checked:
                report(share)
                continue
            seen, so_far = masks[: part.stop], torch.cat(answers)
            checks.append((part.stop, agreement(seen, so_far[:, 0], 2 if params.paired else 1)))
            result = self._result(question, params, segments, seen, so_far, torch.tensor(checks))
            report(share, result)
            if params.stop and is_stable(checks, params.stable):
                break
        return result

    def _result(
        self, question: Question, params: Any, segments: Tensor, masks: Tensor, answers: Tensor, checks: Tensor
    ) -> Superpixels:
        fit = ridge(masks, answers)
        network = question.score.network
        others = {network.labels[label]: fit.weights[:, 1 + index] for index, label in enumerate(question.others)}
        return Superpixels(
            self.name,
            describe(network, question.score.target),
            fit.weights[segments, 0],
            question.image,
            True,
            params=params,
            segments=segments,
            weights=fit.weights[:, 0],
            intercept=float(fit.intercepts[0]),
            score=float(fit.scores[0]),
            stability=checks,
            masks=masks,
            answers=answers[:, 0],
            others=others,
        )


class Question:
    """The score explained, and for a class the strongest classes of the whole picture, which cost no further pass."""

    def __init__(self, score: Score, image: Tensor) -> None:
        self.score, self.image = score, image
        self.others: list[int] = []
        if score.target.layer is None:
            logits = score.network.look(image).logits[0]
            self.others = logits.topk(min(OTHERS, len(logits))).indices.tolist()
        self._passes = FusedPasses(score.network, score.network.feed(image[None]), score.target.layer)

    def answers(self, x: Tensor) -> Tensor:
        """Returns (B, 1 + others): the target's score and those of the other classes, for inputs (B, C, H, W)."""
        recording = self._passes.run(x)
        values = self.score.value(recording)[:, None]
        if self.others:
            values = torch.cat([values, self.score.scores(recording)[:, self.others]], 1)
        return values.to("cpu", precision(self.score.network))


class Samples:
    """The picture with superpixels hidden, as the network is fed it."""

    def __init__(self, network: Network, view: Tensor, hidden: Tensor, segments: Tensor) -> None:
        self._kept, self._hidden = (network.feed(part[None]).permute(0, 2, 3, 1) for part in (view, hidden))
        channels = self._kept.shape[3]
        self._segments = segments.flatten().repeat_interleave(channels).to(self._kept.device)

    def of(self, masks: Tensor) -> Tensor:
        """Returns inputs (B, C, H, W), channels last, for masks (B, superpixels); weights 0 and 1 keep values exact."""
        weights = masks.to(self._kept).index_select(1, self._segments)
        return torch.lerp(self._hidden, self._kept, weights.view(-1, *self._kept.shape[1:])).permute(0, 3, 1, 2)


def drawn_masks(count: int, params: LimeParams) -> Tensor:
    """Returns which of `count` superpixels each sample keeps: bool (samples, count); the first sample keeps all.

    In pairs every second sample is drawn from the numbers 1 - u that mirror those of the one before it (antithetic
    variates): at a probability of 0.5 it keeps what that one hides, so that what superpixels do two by two cancels.
    """
    generator, samples = np.random.default_rng(params.seed), params.samples
    numbers = generator.random(((samples + 1) // 2 if params.paired else samples, count))
    numbers[0] = 0
    if params.paired:
        numbers = np.stack([numbers, 1 - numbers], 1).reshape(-1, count)[:samples]
    return torch.from_numpy(numbers < params.keep)


def hidden_picture(image: Tensor, segments: Tensor, fill: str) -> Tensor:
    """Returns the view (3, H, W) with every superpixel hidden."""
    if fill != "mean":
        return fill_picture(image, fill)
    flat, count = segments.flatten(), int(segments.max()) + 1
    sums = torch.zeros(len(image), count, dtype=torch.float64).index_add_(1, flat, image.double().flatten(1))
    means = (sums / flat.bincount(minlength=count)).to(image)
    return means[:, segments]


def parts(samples: int, size: int) -> Iterator[tuple[slice, bool]]:
    """Yields 0 .. samples in slices of at most `size`, and whether it is time for a check, whatever the size of
    slices.
    """
    first = 0
    while first < samples:
        check = min(samples, (first // CHECK + 1) * CHECK)
        last = min(first + size, check)
        yield slice(first, last), last == check
        first = last


def is_stable(checks: list[tuple[float, float]], threshold: float) -> bool:
    """Returns whether the last few checks all found an agreement of at least `threshold`."""
    return len(checks) >= PATIENCE and all(agreed >= threshold for _, agreed in checks[-PATIENCE:])
