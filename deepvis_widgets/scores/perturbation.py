"""Deletion and insertion: how the answer changes while the most important pixels are removed, or brought in."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..core.picture.fills import fill_picture
from ..core.report import Report
from ..methods.base import silent
from ..methods.perturbation.score import batches, per_pass, precision

STEPS = 32
FILL = "blur"


@dataclass(frozen=True, eq=False)
class Curves:
    """The probability, or value, of the target while pixels change, the most important ones first.

    `fractions` (steps + 1,) is the share of the pixels changed, 0 to 1; `deletion` (steps + 1,) the probability with
    these pixels taken from the fill, `insertion` (steps + 1,) with only these taken from the picture.
    """

    fractions: Tensor
    deletion: Tensor
    insertion: Tensor

    @property
    def deletion_area(self) -> float:
        """Area under the deletion curve, 0 to 1: small where the map names the pixels that matter."""
        return float(torch.trapezoid(self.deletion, self.fractions))

    @property
    def insertion_area(self) -> float:
        """Area under the insertion curve, 0 to 1: large where the map names the pixels that matter."""
        return float(torch.trapezoid(self.insertion, self.fractions))


def curves(
    network: Network,
    view: Tensor,
    heatmap: Tensor,
    target: int,
    steps: int = STEPS,
    fill: str = FILL,
    report: Report = silent,
) -> Curves:
    """Measures deletion and insertion (Petsiuk, Das & Saenko 2018; Samek et al. 2017) of the class index `target` on
    the view (3, H, W) in [0, 1], by the order of the heat map (H, W).

    `fill` is one of core.picture.fills.FILLS and serves both: what a removed pixel shows, and what the insertion starts
    from. The paper removes to a constant ("grey") and inserts into a blur. Pixels of equal heat go in reading order.
    Two passes per step, in batches; `report` may cancel between them. Raises DeepvisError where the map has another
    size, for fewer than one step, and for a class or a fill that does not exist.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> found = dv.explain(net, dv.scene("wolf", "snow", 3), "cam", target="wolf")
    >>> drawn = curves(net, found.picture, found.heatmap, net.class_index("wolf"), steps=4)
    >>> drawn.fractions.tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
    >>> 0 <= drawn.deletion_area <= 1
    True
    """
    if heatmap.shape != view.shape[1:]:
        raise DeepvisError(
            f"The heat map is {_by(heatmap)} and the picture {_by(view[0])} pixels; give a map of the picture's size."
        )
    if steps < 1:
        raise DeepvisError(f"steps={steps} is not accepted; accepted: 1 or more.")
    channel = network.class_index(target)
    filled, ranks = fill_picture(view, fill), ranking(heatmap)
    counts = (torch.arange(steps + 1) * ranks.numel() + steps // 2) // steps
    changed = torch.cat([counts, counts])
    base = [view] * (steps + 1) + [filled] * (steps + 1)
    other = [filled] * (steps + 1) + [view] * (steps + 1)
    answers = []
    for part in batches(len(changed), per_pass(network)):
        chosen = (ranks < changed[part, None, None])[:, None]
        views = torch.where(chosen, torch.stack(other[part]), torch.stack(base[part]))
        answers.append(_shown(network, views)[:, channel])
        report(part.stop / len(changed))
    deletion, insertion = torch.cat(answers).view(2, steps + 1)
    return Curves(counts.to(deletion.dtype) / ranks.numel(), deletion, insertion)


def ranking(heatmap: Tensor) -> Tensor:
    """Returns the place of each pixel of (H, W) in the order of heat, hottest 0: int64 (H, W)."""
    order = heatmap.flatten().argsort(descending=True, stable=True)
    ranks = torch.empty_like(order)
    ranks[order] = torch.arange(len(order))
    return ranks.view(heatmap.shape)


def _shown(network: Network, views: Tensor) -> Tensor:
    return network.answers.shown(network.logits(views).to("cpu", precision(network)))


def _by(plane: Tensor) -> str:
    return "×".join(map(str, plane.shape))
