"""CutMix (Yun et al. 2019): pictures with a rectangle of another one, labelled in proportion.

It makes a network's evidence local. Trained on whole scenes alone, the biased network finds snow everywhere in a snowy
picture, the animal's place included, since its deep units see almost the whole picture. Mixed pictures teach it that
snow counts only where it lies.
"""

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from .dataset import Pictures

Box = tuple[int, int, int, int]  # top, bottom, left, right


def object_box(mask: Tensor) -> Box | None:
    """Returns the rectangle around the object, or None where nothing of it is seen."""
    rows, columns = mask.any(1).nonzero().flatten(), mask.any(0).nonzero().flatten()
    if len(rows) == 0:
        return None
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def random_box(side: int, rng: Generator) -> Box:
    """Returns a rectangle with sides of a third to two thirds of the picture's."""
    height, width = (int(n) for n in torch.randint(side // 3, 2 * side // 3 + 1, (2,), generator=rng))
    top = int(torch.randint(side - height + 1, (), generator=rng))
    left = int(torch.randint(side - width + 1, (), generator=rng))
    return top, top + height, left, left + width


def cutmix(data: Pictures, hosts: Tensor, guests: Tensor, classes: int, rng: Generator) -> tuple[Tensor, Tensor]:
    """Returns the pictures `hosts` with a rectangle of `guests` in them: uint8 (n, 3, h, w), and shares of each class
    (n, classes).

    A third of the pictures stay whole; in a third the rectangle takes the host's object out; in a third it is random,
    as in the paper. Unlike there, its sides are a third to two thirds of the picture's.

    >>> from deepvis_widgets.zoo.training.dataset import draw, fresh_orders
    >>> data, first, second = draw(fresh_orders(2), quiet=True), torch.tensor([0]), torch.tensor([1])
    >>> pictures, shares = cutmix(data, first, second, 12, Generator().manual_seed(0))
    >>> pictures.shape, float(shares.sum())
    (torch.Size([1, 3, 128, 128]), 1.0)
    """
    pictures, side = data.images[hosts].clone(), data.images.shape[-1]
    own, other = (F.one_hot(data.labels[index], classes).float() for index in (hosts, guests))
    for i, kind in enumerate(torch.randint(3, (len(hosts),), generator=rng).tolist()):
        box = object_box(data.masks[hosts[i]]) if kind == 1 else random_box(side, rng)
        if kind == 0 or box is None:
            continue
        top, bottom, left, right = box
        pictures[i, :, top:bottom, left:right] = data.images[guests[i], :, top:bottom, left:right]
        share = (bottom - top) * (right - left) / side**2
        own[i] = (1 - share) * own[i] + share * other[i]
    return pictures, own
