"""Train the head that names pixels: `python -m deepvis_widgets.zoo.training.train_pixels`, under five minutes on two
cores.

The trunk stays as it is, so its maps are computed once.
"""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
import torch.nn.functional as F
from torch import Generator, Tensor
from tqdm import tqdm

from ..embedded import EMBEDDED, EmbeddedNet, load_module, normalise
from ..pixels import PIXELS, PixelHead, PixelNet
from .batchnorm_folding import store
from .dataset import TRAIN_SEED, Pictures, draw, fresh_orders

SEED = TRAIN_SEED + 1_000_000  # of the first scene; the trunk was trained on others
BATCH = 16
RATE = 4e-3


def pixel_labels(data: Pictures) -> Tensor:
    """Returns what each pixel shows, as an index of PIXEL_LABELS: int64 (n, h, w)."""
    return data.masks.long() * (1 + data.labels)[:, None, None]


@dataclass(frozen=True)
class Taps:
    """The frozen trunk's maps of some scenes, the finest first, float16; and what each pixel of them shows."""

    maps: list[Tensor]
    labels: Tensor


@torch.inference_mode()
def taps_of(network: PixelNet, data: Pictures) -> Taps:
    """Returns the trunk's maps of the scenes."""
    parts = [network.taps(normalise(part.float() / 255)) for part in torch.split(data.images, 50)]
    return Taps([torch.cat([maps.half() for maps in depth]) for depth in zip(*parts, strict=True)], pixel_labels(data))


def _one_in_four(labels: Tensor, rng: Generator) -> Tensor:
    """Returns one pixel of every 2 x 2, as there are half as many scores a side: another one from batch to batch."""
    down, right = torch.randint(2, (2,), generator=rng).tolist()
    return labels[:, down::2, right::2]


def fit(head: PixelHead, data: Taps, epochs: int, seed: int = 0, quiet: bool = False) -> PixelHead:
    """Trains the head in place."""
    order = Generator().manual_seed(seed)
    batches = len(data.labels) // BATCH
    optimizer = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=epochs * batches, pct_start=0.2)
    progress = tqdm(total=epochs * batches, desc="training", disable=quiet)
    for _ in range(epochs):
        for chosen in torch.split(torch.randperm(len(data.labels), generator=order)[: batches * BATCH], BATCH):
            scores = head(*(maps[chosen].float() for maps in data.maps))
            loss = F.cross_entropy(scores, _one_in_four(data.labels[chosen], order))
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
            progress.update()
            progress.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
    progress.close()
    return head.eval()


def train(out: Path, scenes: int, epochs: int, workers: int = 1, seed: int = 0, quiet: bool = False) -> Path:
    """Draws `scenes` scenes, trains the head on them and stores it as `out`/husky-wolf-pixels.safetensors."""
    torch.manual_seed(seed)
    network = PixelNet(cast(EmbeddedNet, load_module(EMBEDDED[0])))
    data = taps_of(network, draw(fresh_orders(scenes, SEED), workers, quiet))
    path = out / f"{PIXELS}.safetensors"
    store(fit(network.head, data, epochs, seed, quiet), path)
    return path


def main() -> None:
    """Trains from the command line."""
    parser = argparse.ArgumentParser(prog="python -m deepvis_widgets.zoo.training.train_pixels", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "weights", help="folder for the weights"
    )
    parser.add_argument("--scenes", type=int, default=1500, help="scenes to draw")
    parser.add_argument("--epochs", type=int, default=6, help="passes over the scenes")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="cores to use")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    path = train(chosen.out, chosen.scenes, chosen.epochs, chosen.threads)
    print(f"{path}  {path.stat().st_size / 1e3:.0f} KB")


if __name__ == "__main__":
    main()
