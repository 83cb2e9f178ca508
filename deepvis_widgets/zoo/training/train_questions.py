"""Train the network that answers questions: `python -m deepvis_widgets.zoo.training.train_questions`, under
ten minutes on two cores.

The trunk stays as it is, so its maps are computed once. Then the local maps learn, with the exact masks, to tell what
each cell shows: which sky, which ground, a thing of which colour. At last gate and classifier learn right answers, and
for answers that have a reason in the picture, a class activation map that peaks where it lies.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn
from tqdm import tqdm

from ..embedded import EMBEDDED, EmbeddedNet, load_module
from ..questions.asking import questions
from ..questions.language import question_words
from ..questions.network import LATE_MAPS, LOCAL_MAPS, MAPS, QUESTIONS, QuestionNet, own_weights
from ..questions.phrases import ANSWERS, COLORED, FILLERS, tokens
from ..scenes import BACKGROUNDS, CLASSES, Scene
from .batchnorm_folding import store_tensors
from .dataset import TRAIN_SEED, Order, draw_scenes, fresh_orders
from .question_maps import SHOWN, Maps, joined, maps_of, regions, shown

SEED = TRAIN_SEED + 1_000_000  # of the first scene; the trunk was trained on others
BATCH = 32  # scenes, each asked a dozen questions
RATE = 1e-2
POINTING = 0.1  # weight of the pointing term
SMOOTHING = 0.02
SILENCE = 0.25  # how often a question loses its fillers


def question_orders(count: int) -> list[Order]:
    """Returns `count` scenes: three quarters of them of all classes alike, the others of things with a colour."""
    even = fresh_orders(count - count // 4, SEED)
    places = [(CLASSES.index(label), place) for label in COLORED for place in range(len(BACKGROUNDS))]
    more = range(count - len(even))
    return even + [Order(*places[i % len(places)], SEED + len(even) + i) for i in more]


class Asked:
    """A batch of questions: which scene of the batch each is about, its words, its answer, where its reason lies."""

    def __init__(self, scenes: list[Scene], allowed: dict[str, Tensor], rng: np.random.Generator) -> None:
        asked = [(place, q) for place, scene in enumerate(scenes) for q in questions(scene, rng)]
        self.scene = torch.tensor([place for place, _ in asked])
        self.words = torch.stack([_counted(_thinned(q.text, rng)) for _, q in asked])
        self.answers = torch.tensor([ANSWERS.index(q.answer) for _, q in asked])
        nowhere = torch.zeros(next(iter(allowed.values())).shape[1], dtype=torch.bool)
        self.allowed = torch.stack([allowed[q.about][place] if q.about else nowhere for place, q in asked])


_counted = lru_cache(None)(question_words)  # the same few hundred questions are asked again and again


def _thinned(text: str, rng: np.random.Generator) -> str:
    """Returns the question, now and then without its fillers, so that "wolf?" is understood, too."""
    words = tokens(text)
    kept = [word for word in words if word not in FILLERS]
    return " ".join(kept if kept and rng.random() < SILENCE else words)


def _loss(network: QuestionNet, maps: Tensor, asked: Asked) -> Tensor:
    gates = network.gate.words(asked.words)
    pooled = gates * maps.mean(2)[asked.scene]
    scores = network.classifier(torch.cat([pooled, asked.words], 1))
    known = F.cross_entropy(scores, asked.answers, label_smoothing=SMOOTHING)
    evidence = gates * network.classifier.weight[asked.answers, :MAPS]
    cams = _by_scene(evidence, maps, asked.scene)
    seen = asked.allowed.any(1)
    within = F.log_softmax(cams[seen], dim=1).masked_fill(~asked.allowed[seen], -torch.inf).logsumexp(1)
    return known - POINTING * within.mean()


def _by_scene(evidence: Tensor, maps: Tensor, scene: Tensor) -> Tensor:
    """Returns the map of each question (n, cells): its evidence (n, K) times the maps (B, K, cells) of its scene.

    Questions of one scene share one product: gathering the maps for each question costs a hundred times their size.
    """
    turn = torch.arange(len(scene)) - torch.searchsorted(scene, scene)
    rows = evidence.new_zeros(len(maps), int(turn.max()) + 1, evidence.shape[1]).index_put((scene, turn), evidence)
    return torch.bmm(rows, maps)[scene, turn]


def _batches(scenes: int, epochs: int, order: Generator, title: str, quiet: bool) -> Iterator[Tensor]:
    """Yields the scenes of each step, every one once an epoch."""
    steps = epochs * (scenes // BATCH)
    with tqdm(total=steps, desc=title, disable=quiet) as progress:
        for _ in range(epochs):
            for chosen in torch.split(torch.randperm(scenes, generator=order)[: steps // epochs * BATCH], BATCH):
                yield chosen
                progress.update()


def _stepper(learnt: list[nn.Parameter], rate: float, steps: int) -> Callable[[Tensor], None]:
    """Returns what takes one step down a loss, with a one-cycle schedule."""
    optimizer = torch.optim.AdamW(learnt, lr=rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=max(2, steps), pct_start=0.2)

    def step(loss: Tensor) -> None:
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()

    return step


def fit_local(network: QuestionNet, data: Maps, epochs: int, seed: int = 0, quiet: bool = False) -> None:
    """Trains the local maps, in place, to tell what every cell of a scene shows."""
    torch.manual_seed(seed)
    naming = nn.Conv1d(LOCAL_MAPS, SHOWN, 1)
    cells = shown(data, regions(data.masks))
    learnt = [p for part in (network.color, network.local, naming) for p in part.parameters()]
    step = _stepper(learnt, RATE, epochs * (len(data.scenes) // BATCH))
    for chosen in _batches(len(data.scenes), epochs, Generator().manual_seed(seed), "local maps", quiet):
        named = naming(joined(network, data, chosen)[:, LATE_MAPS:])
        step(F.cross_entropy(named, cells[chosen]))


@torch.no_grad()
def all_joined(network: QuestionNet, data: Maps) -> Tensor:
    """Returns the maps of all scenes that words are joined to: float16 (n, K, 256)."""
    return torch.cat(
        [joined(network, data, chosen).half() for chosen in torch.split(torch.arange(len(data.scenes)), 100)]
    )


def fit_words(network: QuestionNet, data: Maps, epochs: int, seed: int = 0, quiet: bool = False) -> None:
    """Trains gate and classifier, in place, on the maps there are."""
    rng, allowed = np.random.default_rng(seed), regions(data.masks)
    maps = all_joined(network, data)
    strength = maps[::10].float().mean((0, 2)).clamp_min(1e-3)
    torch.manual_seed(seed)
    nn.init.normal_(network.gate.words.weight, std=0.3)
    nn.init.normal_(network.classifier.weight, std=0.05)
    learnt = [*network.gate.parameters(), *network.classifier.parameters()]
    step = _stepper(learnt, RATE, epochs * (len(data.scenes) // BATCH))
    for chosen in _batches(len(data.scenes), epochs, Generator().manual_seed(seed), "words", quiet):
        scenes = [data.scenes[i] for i in chosen.tolist()]
        asked = Asked(scenes, {about: cells[chosen] for about, cells in allowed.items()}, rng)
        step(_loss(network, maps[chosen].float() / strength[:, None], asked))
    with torch.no_grad():  # the gate takes the maps as they are
        network.gate.words.weight /= strength[:, None]


def fit(network: QuestionNet, data: Maps, epochs: tuple[int, int], seed: int = 0, quiet: bool = False) -> QuestionNet:
    """Trains everything but the trunk, in place: first the local maps, then what the words do with all maps."""
    network.features.requires_grad_(False)
    fit_local(network, data, epochs[0], seed, quiet)
    fit_words(network, data, epochs[1], seed, quiet)
    return network.eval()


def train(
    out: Path, scenes: int, epochs: tuple[int, int], workers: int = 1, seed: int = 0, quiet: bool = False
) -> Path:
    """Draws `scenes` scenes, trains on them and stores `out`/husky-wolf-questions.safetensors, the trunk left out."""
    torch.manual_seed(seed)
    network = QuestionNet(cast(EmbeddedNet, load_module(EMBEDDED[0])))
    data = maps_of(network, draw_scenes(question_orders(scenes), workers, quiet))
    path = out / f"{QUESTIONS}.safetensors"
    store_tensors(own_weights(fit(network, data, epochs, seed, quiet)), path)
    return path


def main() -> None:
    """Trains from the command line."""
    parser = argparse.ArgumentParser(prog="python -m deepvis_widgets.zoo.training.train_questions", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "weights", help="folder for the weights"
    )
    parser.add_argument("--scenes", type=int, default=4000, help="scenes to draw")
    parser.add_argument(
        "--epochs", type=int, nargs=2, default=(8, 12), help="passes over the scenes: cells, then words"
    )
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="cores to use")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    path = train(chosen.out, chosen.scenes, tuple(chosen.epochs), chosen.threads)
    print(f"{path}  {path.stat().st_size / 1e3:.0f} KB")


if __name__ == "__main__":
    main()
