"""Pictures in the making, step by step: what a method runs to the end, and what a laboratory pauses and retunes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from ...core.errors import DeepvisError
from ...core.network.layout import Position
from ...core.network.network import Network
from ...core.network.target import Target
from .fourier import Fourier
from .frame import Frame, find_frame
from .objective import Objective
from .params import FIXED, SynthesisParams
from .recipe import Recipe, as_views
from .slopes import Slopes
from .source import sources
from .yosinski import Yosinski


class Ascent:
    """Gradient ascent of a batch of pictures on one unit or class score, or on several.

    Between two steps anything may happen: another method may run, the ascent may wait for ever, `retune` may turn its
    knobs, also from one recipe to another. It goes on as long as `step` is called; `done` says that the recipe's steps
    are over. Neither torch's own random numbers nor the network are touched.

    Given several targets it makes `params.pictures` of the first, then as many of the next, each the one it would be
    alone; they must be units of one layer that were made in one place (see `sources`), at one position, or classes.

    `trace` has the objective (n,) of every step, measured before the step; the last step changes nothing, so its row
    belongs to the final pictures. Of a class, `first_scores` and `scores` (n, classes) are what all classes got at the
    first step and at the latest, None before.

    >>> import deepvis_widgets as dv
    >>> from deepvis_widgets.methods.synthesis import SynthesisParams
    >>> net = dv.load("husky-wolf")
    >>> ascent = Ascent(net, net.target(None, "features.relu3", 12), SynthesisParams(steps=2, pictures=1))
    >>> while not ascent.done:
    ...     _ = ascent.step()
    >>> ascent.pictures().shape
    torch.Size([1, 3, 128, 128])
    """

    def __init__(
        self,
        network: Network,
        target: Target | Sequence[Target],
        params: SynthesisParams,
        frame: Frame | None = None,
    ) -> None:
        self.network, self.params = network, params
        targets = [target] if isinstance(target, Target) else list(target)
        with torch.inference_mode(False), torch.no_grad():
            made = sources(network, targets)
            self.frame = frame or find_frame(network, targets[0], params.objective, made)
            self.target = Target(targets[0].channel, targets[0].layer, self._place(targets[0]))
            seeds = [params.seed + i for _ in targets for i in range(params.pictures)]
            self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
            self.slopes = Slopes(self._objective(made))
            self.recipe = self._recipe()
        self._trace: list[Tensor] = []
        self.first_scores: Tensor | None = None
        self.scores: Tensor | None = None

    @property
    def steps(self) -> int:
        """How many steps the recipe takes."""
        return self.params.steps or self.recipe.steps(self.params)

    @property
    def done(self) -> bool:
        return len(self._trace) >= self.steps

    @property
    def fraction(self) -> float:
        return min(1.0, len(self._trace) / self.steps)

    @property
    def trace(self) -> Tensor:
        """The objective so far, (steps, n)."""
        return torch.stack(self._trace) if self._trace else torch.empty(0, len(self.generators))

    def step(self) -> Tensor:
        """Does one step of all pictures; returns the objective (n,) of each before it.

        Raises DeepvisError where the objective is no finite number.
        """
        index = len(self._trace)
        with torch.inference_mode(False), torch.no_grad():
            values = self.recipe.step(self._climb, self.params, index, index + 1 == self.steps)
        values = values.cpu()
        self._trace.append(values)
        return values

    def pictures(self) -> Tensor:
        """Returns the pictures as they are: (n, bands, H, W) in [0, 1], full frame, the mean colour around what
        the unit sees.
        """
        with torch.inference_mode(False), torch.no_grad():
            boxes = self.recipe.boxes()
            shown = stretched(boxes, self.recipe.mean) if self.params.stretch else boxes
            full = self.frame.in_picture(shown, self.recipe.mean)
            return as_views(full).float().cpu().clamp(0, 1)

    def crops(self) -> Tensor:
        """Returns the pictures as they are, (n, 3, h, w), cropped to what the unit sees."""
        top, left, height, width = self.frame.box
        return self.pictures()[:, :3, top : top + height, left : left + width]

    def retune(self, **changes: Any) -> None:
        """Turns knobs while the pictures are being made; a change of recipe goes on from the pictures there are.

        Raises DeepvisError for those that only a new ascent can change.
        """
        fixed = [name for name in FIXED if name in changes and changes[name] != getattr(self.params, name)]
        if fixed:
            raise DeepvisError(f"{' and '.join(fixed)} cannot change while pictures are being made; start anew.")
        self.params = replace(self.params, **changes)
        if type(self.recipe) is not self._kind():
            with torch.inference_mode(False), torch.no_grad():
                boxes = self.recipe.boxes()
                self.recipe = self._recipe()
                self.recipe.continue_from(boxes)

    def _kind(self) -> type[Recipe]:
        return Fourier if self.params.preset == "fourier" else Yosinski

    def _recipe(self) -> Recipe:
        kind: Any = self._kind()
        made: Recipe = kind(self.network, self.frame, self.generators)
        return made

    def _place(self, target: Target) -> Position | None:
        """Returns where the unit sits in the full map; None for a class and for the mean of the map."""
        if target.layer is None or self.frame.position is None:
            return None
        return target.position or self.network.layers[target.layer].field.middle()

    def _objective(self, made: Sequence[Target]) -> Objective:
        channels = tuple(unit.channel for unit in made for _ in range(self.params.pictures))
        place = made[0].layer, self.frame.position, made[0].looking
        return Objective(self.network, channels, *place, self.params.score)

    def _climb(self, views: Tensor) -> tuple[Tensor, Tensor]:
        values, gradient, answer = self.slopes(views)
        if not torch.isfinite(values).all() or not torch.isfinite(gradient).all():
            raise DeepvisError(
                f"The objective became NaN or infinite at step {len(self._trace) + 1}; try a lower learning rate."
            )
        if self.target.layer is None:
            self.scores = answer.float().cpu()
            self.first_scores = self.scores if self.first_scores is None else self.first_scores
        return values, -gradient if self.params.minimize else gradient


def stretched(boxes: Tensor, mean: Tensor) -> Tensor:
    """Returns boxes (n, C, h, w) with their contrast around the mean colour (C, 1, 1) turned up until the first value
    reaches black or white.
    """
    away = boxes - mean
    room = torch.where(away > 0, 1 - mean, mean) / away.abs().clamp(min=1e-6)
    return mean + away * room.amin((1, 2, 3), keepdim=True).clamp(min=1)
