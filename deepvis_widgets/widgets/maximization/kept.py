"""A picture that was kept, and the settings it was made with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ...core.network.network import Network
from ...core.network.target import Target
from ...core.results import sheet
from ...methods.backward import describe
from ...methods.synthesis import SynthesisParams
from ...methods.synthesis.yosinski import TURNED
from .ascent_run import Look
from .knobs import FOURIER


@dataclass(frozen=True, eq=False, repr=False)
class Kept:
    """A picture that was kept: what it maximises, with which settings, the picture (3, h, w) in [0, 1] as the unit sees
    it, the objective, after how many steps, and the seed it grew from.
    """

    target: str
    settings: SynthesisParams
    picture: Tensor
    value: float
    step: int
    seed: int

    @classmethod
    def of(cls, network: Network, look: Look, place: int) -> Kept:
        """Keeps the picture at a place of a look."""
        return cls(
            describe(network, Target(look.target.channel, look.target.layer)),
            look.params,
            look.crops[place],
            float(look.trace[-1, place]),
            len(look.trace),
            look.params.seed + place,
        )

    def image(self) -> Any:
        """The picture as an 8-bit PIL image."""
        return sheet([self.picture])

    def __repr__(self) -> str:
        height, width = self.picture.shape[1:]
        return (
            f"Kept({self.target}, {height}×{width}, {self.value:.3g} after {self.step} steps, {settings_words(self)})"
        )


def settings_words(kept: Kept) -> str:
    """Returns the settings under which a picture was made, as far as they are not the preset's own."""
    params, defaults = kept.settings, SynthesisParams()
    own = FOURIER if params.preset == "fourier" else TURNED
    turned = [
        f"{name.replace('_', ' ')} {getattr(params, name):.4g}"
        for name in ("rate", *own)
        if getattr(params, name) != getattr(defaults, name)
    ]
    offered = ("stretch", "minimize") if params.preset == "fourier" else ("fitted", "stretch", "minimize")
    climbed = [] if params.score == defaults.score else [params.score]
    flags = [name for name in offered if getattr(params, name)]
    return ", ".join([params.preset, *climbed, *flags, *turned])
