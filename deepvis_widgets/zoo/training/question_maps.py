"""What the question network learns from and is measured on: scenes, the trunk's maps of them, and where reasons lie."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..embedded import normalise
from ..questions.asking import GROUND, OBJECT, SKY
from ..questions.network import QuestionNet
from ..questions.phrases import COLORS, SKY_COLORS
from ..scenes import BACKGROUNDS, Scene
from .dataset import stacked

SIDE = 16  # of the maps
GROUND_ROWS = 9  # from this row of the maps down, every scene but some forests is ground
SKY_ROWS = 5  # rows above every horizon
SHOWN = len(SKY_COLORS) + 1 + len(BACKGROUNDS) + len(COLORS) + 1


@dataclass(frozen=True)
class Maps:
    """Scenes, and the frozen trunk's maps of them: early (n, 64, 16, 16) and late (n, 128, 16, 16), float16."""

    scenes: list[Scene]
    pictures: Tensor  # uint8 (n, 3, 128, 128)
    early: Tensor
    late: Tensor
    masks: Tensor  # bool (n, 128, 128)


@torch.inference_mode()
def maps_of(network: QuestionNet, scenes: list[Scene]) -> Maps:
    """Returns the trunk's maps of the scenes.

    >>> from .dataset import draw_scenes, fresh_orders
    >>> from ..questions import load_question_module
    >>> maps_of(load_question_module(), draw_scenes(fresh_orders(1), quiet=True)).late.shape
    torch.Size([1, 128, 16, 16])
    """
    pictures = stacked(scenes)
    parts = [network.trunk_maps(normalise(part.float() / 255)) for part in torch.split(pictures.images, 50)]
    early, late = (torch.cat([part[i].half() for part in parts]) for i in range(2))
    return Maps(scenes, pictures.images, early, late, pictures.masks)


def joined(network: QuestionNet, data: Maps, chosen: Tensor) -> Tensor:
    """Returns the maps of the chosen scenes that words are joined to, one row of positions each: (n, K, 256)."""
    pictures = normalise(data.pictures[chosen].float() / 255)
    return network.joined(pictures, data.early[chosen].float(), data.late[chosen].float()).flatten(2)


def shown(data: Maps, allowed: dict[str, Tensor]) -> Tensor:
    """Returns what each cell of the maps shows, as an index below SHOWN: int64 (n, 256); -100 where that is not known.

    The sky of each colour, or what hides it; the ground of each background; an object of each colour, or of none.
    """
    found = torch.full(allowed[SKY].shape, -100)
    skies, colors = (*SKY_COLORS, None), (*COLORS, None)
    for row, scene in enumerate(data.scenes):
        found[row, allowed[SKY][row]] = skies.index(scene.sky)
        found[row, allowed[GROUND][row]] = len(skies) + BACKGROUNDS.index(scene.background)
        found[row, allowed[OBJECT][row]] = len(skies) + len(BACKGROUNDS) + colors.index(scene.color)
    return found


def regions(masks: Tensor) -> dict[str, Tensor]:
    """Returns the cells of the maps where the reason for an answer may lie, for masks (n, 128, 128): bool (n, 256).

    Cells at the object's edge belong to neither the object nor what is around it.
    """
    share = F.avg_pool2d(masks[:, None].float(), masks.shape[1] // SIDE)[:, 0]
    beside = F.max_pool2d(share, 3, 1, 1) == 0
    row = torch.arange(SIDE)[:, None]
    found = {OBJECT: share > 0.5, GROUND: beside & (row >= GROUND_ROWS), SKY: beside & (row < SKY_ROWS)}
    return {about: cells.flatten(1) for about, cells in found.items()}
