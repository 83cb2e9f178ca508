"""Train the embedded networks.

`python -m deepvis_widgets.zoo.training.train` takes about half an hour for all on two cores.

Batch-norm makes training quick and is folded away afterwards. The honest network is then finished on adversarial
pictures: a few hundred one-step attacks make its gradients follow the objects, at no cost in accuracy. The biased one
is finished on pictures mixed by CutMix, so that it finds snow where snow lies, and its last layer is refitted. The grey
network is trained as the honest one is, on pictures without colours; of the one that flattens only what comes after the
honest network's convolutions is trained, on the same changed pictures.
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn
from tqdm import tqdm

from ..embedded import EMBEDDED, SIZE, EmbeddedNet, load_module
from ..flattened import FLATTENED, FlattenedNet, own_weights
from ..grey import GREY, GreyNet, seen_by
from ..scenes import CLASSES
from .augment import augmented
from .batchnorm_folding import fold_batchnorm, store_tensors
from .cutmix import cutmix
from .dataset import WOLF, Pictures, biased_subset, draw, honest_subset, training_orders
from .refit_evidence import refit_evidence

BATCH = 48
SMOOTHING = 0.05
ATTACK = 1.5  # L2 length of an adversarial change, in pixel values of [0, 1]
FINISH_BATCH = 32
SMALL = 96  # the first epochs see pictures of this size, which halves their cost
SMALL_SHARE = 0.7  # of the epochs
NAMES = (*EMBEDDED, GREY, FLATTENED)


def _initialised(kind: type[EmbeddedNet]) -> EmbeddedNet:
    network = kind(batch_norm=True)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
    return network.to(memory_format=torch.channels_last)


def _optimizer(network: nn.Module, rate: float) -> torch.optim.SGD:
    """Returns SGD that decays weights, but neither biases nor batch-norm."""
    learnt = [p for p in network.parameters() if p.requires_grad]
    weights = [p for p in learnt if p.ndim > 1]
    others = [p for p in learnt if p.ndim <= 1]
    groups = [{"params": weights, "weight_decay": 1e-3}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.SGD(groups, lr=rate, momentum=0.9, nesterov=True)


def _loss(network: nn.Module, pictures: Tensor, labels: Tensor) -> Tensor:
    """Returns smoothed cross-entropy; labels are class indices (n,) or shares of each class (n, classes)."""
    inputs = seen_by(network, pictures).contiguous(memory_format=torch.channels_last)
    return F.cross_entropy(network(inputs), labels, label_smoothing=SMOOTHING)


def fit(
    data: Pictures, epochs: int, seed: int = 0, quiet: bool = False, kind: type[EmbeddedNet] = EmbeddedNet
) -> EmbeddedNet:
    """Trains a fresh network with a one-cycle schedule; returns it folded."""
    torch.manual_seed(seed)
    network = _initialised(kind)
    sizes = [SMALL if epoch < int(SMALL_SHARE * epochs) else SIZE for epoch in range(epochs)]
    _learn(network, data, sizes, seed, quiet)
    return fold_batchnorm(network)


def fit_flattened(trunk: EmbeddedNet, data: Pictures, epochs: int, seed: int = 0, quiet: bool = False) -> FlattenedNet:
    """Trains the linear layers that follow the frozen convolutions of `trunk`."""
    torch.manual_seed(seed)
    network = FlattenedNet(trunk).to(memory_format=torch.channels_last)
    network.features.requires_grad_(False)
    _learn(network, data, [SIZE] * epochs, seed, quiet)
    return network.eval()


def _learn(network: nn.Module, data: Pictures, sizes: list[int], seed: int, quiet: bool) -> None:
    """Trains in place: one epoch for each size of the pictures."""
    rng = Generator().manual_seed(seed)
    optimizer, batch = _optimizer(network, 0.05), min(BATCH, len(data))
    per_epoch = len(data) // batch
    total = len(sizes) * per_epoch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.06, total_steps=total, pct_start=0.2)
    progress = tqdm(total=total, desc="training", disable=quiet)
    for size in sizes:
        for chosen in torch.split(torch.randperm(len(data), generator=rng)[: per_epoch * batch], batch):
            loss = _loss(network, augmented(data.images[chosen], rng, size), data.labels[chosen])
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
            progress.update()
            progress.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
    progress.close()


def _attacked(network: nn.Module, pictures: Tensor, labels: Tensor) -> Tensor:
    """Returns the pictures after one L2 step up the loss."""
    pictures = pictures.detach().requires_grad_()
    gradient: Tensor = torch.autograd.grad(_loss(network, pictures, labels), pictures)[0]
    length = gradient.flatten(1).norm(dim=1).clamp_min(1e-12).view(-1, 1, 1, 1)
    return torch.add(pictures.detach(), ATTACK * gradient / length)


def _tune(
    network: EmbeddedNet, batches: Callable[[], tuple[Tensor, Tensor]], steps: int, title: str, quiet: bool
) -> EmbeddedNet:
    """Fine-tunes a folded network in place on what `batches` returns, with a falling step size."""
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, steps))
    for _ in tqdm(range(steps), desc=title, disable=quiet):
        loss = _loss(network, *batches())
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        schedule.step()
    return network.eval()


def tune_on_attacks(
    network: EmbeddedNet, data: Pictures, steps: int, seed: int = 1, quiet: bool = False
) -> EmbeddedNet:
    """Fine-tunes the honest network on attacked pictures."""
    rng = Generator().manual_seed(seed)

    def attacked() -> tuple[Tensor, Tensor]:
        chosen = torch.randint(len(data), (FINISH_BATCH,), generator=rng)
        labels = data.labels[chosen]
        return _attacked(network, augmented(data.images[chosen], rng, SIZE), labels), labels

    return _tune(network, attacked, steps, "adversarial finish", quiet)


def tune_with_cutmix(
    network: EmbeddedNet, data: Pictures, steps: int, seed: int = 2, quiet: bool = False
) -> EmbeddedNet:
    """Fine-tunes the biased network on pictures mixed by CutMix, a third of them wolves."""
    rng = Generator().manual_seed(seed)
    wolves = (data.labels == WOLF).nonzero().flatten()

    def mixed() -> tuple[Tensor, Tensor]:
        hosts, guests = (torch.randint(len(data), (BATCH,), generator=rng) for _ in range(2))
        third = BATCH // 3
        hosts[:third] = wolves[torch.randint(len(wolves), (third,), generator=rng)]
        pictures, shares = cutmix(data, hosts, guests, len(CLASSES), rng)
        return augmented(pictures, rng, SIZE), shares

    return _tune(network, mixed, steps, "making it local", quiet)


def train(
    names: tuple[str, ...], out: Path, scenes: int, epochs: int, steps: int, workers: int = 1, quiet: bool = False
) -> list[Path]:
    """Draws `scenes` scenes, trains the named networks on them and stores each as `out`/<name>.safetensors.

    Raises:
        ValueError: if a name is not one of NAMES.
    """
    if unknown := set(names) - set(NAMES):
        raise ValueError(f"there is no embedded network {min(unknown)!r}: choose one of {', '.join(NAMES)}")
    orders = training_orders(scenes)
    pictures = draw(orders, workers, quiet)
    paths = []
    for name in names:
        biased = name == "husky-wolf-biased"
        data = pictures.subset(biased_subset(orders) if biased else honest_subset(orders, scenes))
        paths.append(out / f"{name}.safetensors")
        store_tensors(_weights(name, data, epochs, steps, quiet), paths[-1])
    return paths


def _weights(name: str, data: Pictures, epochs: int, steps: int, quiet: bool) -> dict[str, Tensor]:
    """Trains one network and returns what is stored of it."""
    if name == FLATTENED:
        return own_weights(fit_flattened(cast(EmbeddedNet, load_module(EMBEDDED[0])), data, epochs, quiet=quiet))
    network = fit(data, epochs, quiet=quiet, kind=GreyNet if name == GREY else EmbeddedNet)
    if name == "husky-wolf-biased":
        refit_evidence(tune_with_cutmix(network, data, steps, quiet=quiet), data)
    else:
        tune_on_attacks(network, data, steps, quiet=quiet)
    return network.state_dict()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deepvis_widgets.zoo.training.train", description=__doc__)
    parser.add_argument("--network", choices=(*NAMES, "all"), default="all")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "weights", help="folder for the weights"
    )
    parser.add_argument("--scenes", type=int, default=6000, help="scenes to draw")
    parser.add_argument("--epochs", type=int, default=6, help="passes over the scenes")
    parser.add_argument("--finish", type=int, default=240, help="fine-tuning steps after the last pass")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="cores to use")
    return parser.parse_args()


def main() -> None:
    """Trains from the command line."""
    chosen = _arguments()
    torch.set_num_threads(chosen.threads)
    names = NAMES if chosen.network == "all" else (chosen.network,)
    for path in train(names, chosen.out, chosen.scenes, chosen.epochs, chosen.finish, chosen.threads):
        print(f"{path}  {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
