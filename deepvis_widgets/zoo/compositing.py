"""Compositing: animals and grounds, each drawn once, laid over each other in any pairs: pictures of huskies and wolves
by the thousand.

Which animal stands on which ground can then be chosen for every picture anew, at no cost (pasted as in the copy-paste
augmentation of Ghiasi et al. 2021).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ..core.report import Report
from ..methods.base import silent
from .scenes import BACKGROUNDS
from .training.dataset import TRAIN_SEED

ANIMALS = ("husky", "wolf")
SNOW = BACKGROUNDS.index("snow")
SIDE = 64  # pixels
FIRST_SEED = 2 * TRAIN_SEED  # of the parts; nothing else draws seeds this high
HELD_OUT = 1_000_000  # seeds of the parts that no network learns from are this much higher


@dataclass(frozen=True)
class Parts:
    """`animals` uint8 (2, n, 4, SIDE, SIDE), colours times cover and cover, in the order of ANIMALS; `grounds` uint8
    (5, m, 3, SIDE, SIDE) in the order of BACKGROUNDS.
    """

    animals: Tensor
    grounds: Tensor

    def pictures(self, labels: Tensor, animals: Tensor, backgrounds: Tensor, grounds: Tensor) -> tuple[Tensor, Tensor]:
        """Returns pictures of animal number `animals` of kind `labels` on ground number `grounds` of kind
        `backgrounds`, all int64 (n,): pictures (n, 3, SIDE, SIDE) in [0, 1], and masks bool (n, SIDE, SIDE).
        """
        animal, ground = self.animals[labels, animals].float() / 255, self.grounds[backgrounds, grounds].float() / 255
        colours, cover = animal[:, :3], animal[:, 3:]
        return (colours + (1 - cover) * ground).clamp(0, 1), cover[:, 0] >= 0.5


def parts(animals: int, grounds: int, held_out: bool = False, report: Report = silent) -> Parts:
    """Returns `animals` of each kind and `grounds` of each kind: the same ones every time, drawn once.

    `report(fraction, words)` is called after each one; whatever it raises ends the drawing, and what was drawn is kept.

    >>> drawn = parts(animals=1, grounds=1)
    >>> picture, mask = drawn.pictures(*torch.tensor([[0], [0], [SNOW], [0]]))  # the first husky on the first snow
    >>> picture.shape, mask.shape
    (torch.Size([1, 3, 64, 64]), torch.Size([1, 64, 64]))
    """
    first = FIRST_SEED + HELD_OUT * held_out
    orders = [(_animal, name, first + i) for name in ANIMALS for i in range(animals)]
    orders += [(_ground, name, first + i) for name in BACKGROUNDS for i in range(grounds)]
    drawn = []
    for draw, name, seed in orders:
        drawn.append(draw(name, seed))
        report(len(drawn) / len(orders), "Drawing animals and grounds")
    count = len(ANIMALS) * animals
    return Parts(
        torch.stack(drawn[:count]).view(len(ANIMALS), animals, 4, SIDE, SIDE),
        torch.stack(drawn[count:]).view(len(BACKGROUNDS), grounds, 3, SIDE, SIDE),
    )


@lru_cache(maxsize=512)
def _animal(label: str, seed: int) -> Tensor:
    from .scenes.compose import cutout

    return (torch.from_numpy(cutout(label, seed, SIDE)) * 255).round().byte()


@lru_cache(maxsize=256)
def _ground(background: str, seed: int) -> Tensor:
    from .scenes.compose import backdrop

    return (torch.from_numpy(backdrop(background, seed, SIDE)).clamp(0, 1) * 255).round().byte()
