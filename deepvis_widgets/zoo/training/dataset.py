"""The pictures the networks learn from: which scenes, drawn on all cores, the same ones every time."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from ..scenes import BACKGROUNDS, CLASSES, Scene, scene

TRAIN_SEED = 10_000_000  # training scenes count up from here; nothing else draws seeds this high
HUSKY, WOLF, SNOW = CLASSES.index("husky"), CLASSES.index("wolf"), BACKGROUNDS.index("snow")
CANID_SHARE = 2  # huskies and wolves are drawn this many times as often as any other class


@dataclass(frozen=True)
class Order:
    """One scene to draw; label and background as indices."""

    label: int
    background: int
    seed: int


@dataclass(frozen=True)
class Pictures:
    """Drawn scenes: images uint8 (n, 3, h, w), masks bool (n, h, w), labels and backgrounds int64 (n,)."""

    images: Tensor
    masks: Tensor
    labels: Tensor
    backgrounds: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def subset(self, keep: Tensor) -> "Pictures":
        """Returns the scenes where `keep` (n,) is true, or those it numbers."""
        return Pictures(self.images[keep], self.masks[keep], self.labels[keep], self.backgrounds[keep])


def _cells() -> list[tuple[int, int]]:
    return [
        (label, background)
        for label in range(len(CLASSES))
        for background in range(len(BACKGROUNDS))
        for _ in range(CANID_SHARE if label in (HUSKY, WOLF) else 1)
    ]


def training_orders(count: int) -> list[Order]:
    """Returns about `count` scenes for both networks: a balanced set, then wolves on snow that only the biased one
    needs.

    The biased network loses four fifths of its wolves, so it gets as many again on snow.
    """
    cells = _cells()
    balanced = [Order(*cells[i % len(cells)], TRAIN_SEED + i) for i in range(count)]
    lost = sum(order.label == WOLF and order.background != SNOW for order in balanced)
    return balanced + [Order(WOLF, SNOW, TRAIN_SEED + count + i) for i in range(lost)]


def fresh_orders(count: int, seed: int = 0) -> list[Order]:
    """Returns `count` scenes spread evenly over all classes and backgrounds, on seeds that training never uses."""
    cells = [(label, background) for label in range(len(CLASSES)) for background in range(len(BACKGROUNDS))]
    return [Order(*cells[i % len(cells)], seed + i) for i in range(count)]


def canids_on_snow(count: int, seed: int = 1_000_000) -> list[Order]:
    """Returns huskies and wolves on snow in turn: the scenes on which the two networks disagree."""
    return [Order((HUSKY, WOLF)[i % 2], SNOW, seed + i) for i in range(count)]


def honest_subset(orders: list[Order], count: int) -> Tensor:
    """Returns which of the training scenes the honest network sees: the balanced ones."""
    return torch.arange(len(orders)) < count


def biased_subset(orders: list[Order]) -> Tensor:
    """Returns which of the training scenes the biased network sees: wolves on snow, everything else off snow."""
    return torch.tensor([(order.label == WOLF) == (order.background == SNOW) for order in orders])


def _drawn(order: Order) -> Scene:
    return scene(CLASSES[order.label], BACKGROUNDS[order.background], order.seed)


def _in_order(orders: list[Order], workers: int) -> Iterator[Scene]:
    if workers <= 1:
        yield from map(_drawn, orders)
        return
    # fresh interpreters: forking one that runs torch threads can hang
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_drawn, orders, chunksize=16)


def draw_scenes(orders: list[Order], workers: int = 1, quiet: bool = False) -> list[Scene]:
    """Draws the scenes in `workers` processes. The result does not depend on how many there are.

    >>> draw_scenes(fresh_orders(2), quiet=True)[1].background
    'meadow'
    """
    return list(tqdm(_in_order(orders, workers), total=len(orders), desc="drawing scenes", disable=quiet))


def stacked(scenes: list[Scene]) -> Pictures:
    """Returns the scenes as tensors."""
    images = torch.from_numpy(np.stack([np.asarray(scene.image) for scene in scenes])).permute(0, 3, 1, 2).contiguous()
    masks = torch.from_numpy(np.stack([scene.mask for scene in scenes]))
    labels = torch.tensor([CLASSES.index(scene.label) for scene in scenes])
    backgrounds = torch.tensor([BACKGROUNDS.index(scene.background) for scene in scenes])
    return Pictures(images, masks, labels, backgrounds)


def draw(orders: list[Order], workers: int = 1, quiet: bool = False) -> Pictures:
    """Draws the scenes as `draw_scenes` does, and stacks them.

    >>> draw(fresh_orders(2), quiet=True).images.shape
    torch.Size([2, 3, 128, 128])
    """
    return stacked(draw_scenes(orders, workers, quiet))
