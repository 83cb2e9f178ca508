"""Pictures of many units at once: each of one batch climbs for a unit of its own, from coarse to fine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from ...core.errors import DeepvisError
from ...core.network.network import Network
from .fourier import Fourier
from .frame import Frame
from .objective import Objective
from .params import SynthesisParams
from .recipe import Climb, as_views, mean_colour
from .slopes import Slopes

CALM, LATE = 0.4, 0.7  # the rate falls to this share of itself, from this share of the steps on
SHOWN = 0.99  # share of a picture's values that full contrast leaves inside black and white


@dataclass(frozen=True)
class Stage:
    """So many steps on pictures of side × side pixels, at `rate` times the recipe's learning rate."""

    side: int
    steps: int
    rate: float = 1.5

    def rates(self) -> Iterator[float]:
        """Returns the rate of each step."""
        for step in range(self.steps):
            yield self.rate * (1 if step < LATE * self.steps else CALM)


def grow(
    network: Network,
    layer: str | None,
    channels: Sequence[int],
    stages: Sequence[Stage],
    params: SynthesisParams | None = None,
) -> Tensor:
    """Returns one picture (n, bands, side, side) in [0, 1] for each of these channels of a layer, or class scores
    (layer None), by the Fourier recipe (Olah et al. 2017), with full contrast.

    Each maximises the mean of its channel over the map, their "channel" objective: what the unit likes fills the
    picture, where a single position would leave grey around the middle of its receptive field. A first stage on small
    pictures finds the composition in a fraction of the time, the next ones go on from it. Picture of channel c starts
    from seed + c: it does not depend on the others.

    Raises DeepvisError where the objective is no finite number.

    >>> import deepvis_widgets as dv
    >>> grow(dv.load("husky-wolf"), "features.relu3", [0, 12], [Stage(16, 2), Stage(24, 1)]).shape
    torch.Size([2, 3, 24, 24])
    """
    params = SynthesisParams() if params is None else params
    climb = _climbing(Slopes(Objective(network, tuple(channels), layer)))
    with torch.inference_mode(False), torch.no_grad():
        generators = [torch.Generator().manual_seed(params.seed + channel) for channel in channels]
        boxes: Tensor | None = None
        for stage in stages:
            recipe = _begun(network, stage.side, generators, boxes)
            for index, rate in enumerate(stage.rates()):
                recipe.step(climb, replace(params, rate=rate * params.rate), index, last=False)
            boxes = recipe.boxes()
        assert boxes is not None
        boxes = boxes.cpu()
        return as_views(saturated(boxes, mean_colour(network).to(boxes))).float()


def saturated(boxes: Tensor, mean: Tensor) -> Tensor:
    """Returns boxes (n, C, h, w) with their contrast around the mean colour (C, 1, 1) turned up until all but a
    percent of their values reach black or white.

    >>> shown = saturated(torch.tensor([[[[0.4, 0.5, 0.6]]]]), torch.full((1, 1, 1), 0.5))
    >>> shown.flatten().round(decimals=2)
    tensor([0.0000, 0.5000, 1.0000])
    """
    away = boxes - mean
    room = away.abs() / torch.where(away > 0, 1 - mean, mean)
    strong = room.flatten(1).quantile(SHOWN, dim=1).view(-1, 1, 1, 1)
    return (mean + away / strong.clamp(min=1e-6)).clamp(0, 1)


def _begun(network: Network, side: int, generators: Sequence[torch.Generator], boxes: Tensor | None) -> Fourier:
    """Returns the recipe at this size, going on from smaller pictures, if there are any."""
    everything = (0, 0, side, side)
    recipe = Fourier(network, Frame((side, side), everything, everything), generators)
    if boxes is not None:
        larger = F.interpolate(boxes, (side, side), mode="bicubic", align_corners=False)
        recipe.continue_from(larger.clamp(0, 1))
    return recipe


def _climbing(slopes: Slopes) -> Climb:
    """Returns the way up of pictures that each climb the mean of a channel of their own."""

    def climb(views: Tensor) -> tuple[Tensor, Tensor]:
        values, gradient, _ = slopes(views)
        if not torch.isfinite(values).all() or not torch.isfinite(gradient).all():
            raise DeepvisError("The objective became NaN or infinite; try a lower learning rate.")
        return values, gradient

    return climb
