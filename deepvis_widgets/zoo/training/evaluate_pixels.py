"""How well the pixels of scenes it never saw are named: `python -m deepvis_widgets.zoo.training.evaluate_pixels`.

Intersection over union (IoU) of a label: of the pixels that show it or are called it, in all scenes together, the share
that both holds for.
"""

import argparse
import os

import torch
from torch import Tensor

from ..embedded import normalise
from ..pixels import PIXEL_LABELS, PixelNet, load_pixel_module
from .dataset import Pictures, draw, fresh_orders
from .train_pixels import pixel_labels


@torch.inference_mode()
def named(network: PixelNet, data: Pictures, batch: int = 25) -> Tensor:
    """Returns the label each pixel is given, as an index of PIXEL_LABELS: int64 (n, h, w)."""
    parts = torch.split(data.images, batch)
    return torch.cat([network(normalise(part.float() / 255)).argmax(1) for part in parts])


def intersection_over_union(given: Tensor, right: Tensor, labels: int) -> Tensor:
    """Returns the IoU of each label over all pixels: (labels,); not a number where it occurs in neither.

    >>> intersection_over_union(torch.tensor([0, 0, 1]), torch.tensor([0, 1, 1]), 2)
    tensor([0.5000, 0.5000])
    """
    pairs = torch.bincount(right.flatten() * labels + given.flatten(), minlength=labels**2).view(labels, labels)
    both = pairs.diagonal()
    return both / (pairs.sum(0) + pairs.sum(1) - both)


def pixel_ious(network: PixelNet, data: Pictures) -> dict[str, float]:
    """Returns the IoU of each label on the scenes."""
    found = intersection_over_union(named(network, data), pixel_labels(data), len(PIXEL_LABELS))
    return dict(zip(PIXEL_LABELS, found.tolist(), strict=True))


def main() -> None:
    """Draws fresh scenes and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m deepvis_widgets.zoo.training.evaluate_pixels", description=__doc__)
    parser.add_argument("--scenes", type=int, default=600, help="fresh scenes to draw")
    parser.add_argument("--seed", type=int, default=3_000_000, help="seed of the first scene")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="cores to use")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    ious = pixel_ious(load_pixel_module(), draw(fresh_orders(chosen.scenes, chosen.seed), chosen.threads))
    for label, iou in ious.items():
        print(f"{label:12}{iou:6.3f}")
    print(f"{'mean':12}{sum(ious.values()) / len(ious):6.3f}")


if __name__ == "__main__":
    main()
