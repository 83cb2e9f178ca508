"""Which methods tell the honest network from the biased one: `python -m deepvis_widgets.scores.report`.

Both networks look at huskies and wolves on snow, and each method explains the class that a network predicts. On the
honest network a map must lie on the animal. The biased one is drawn to the snow: a map that stays on the animal there
does not show what the network goes by.
"""

import argparse
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from ..core.picture.peaks import REACH
from ..core.results import HeatMap
from ..methods import explain
from ..zoo.embedded import EMBEDDED
from ..zoo.load import load
from ..zoo.training.dataset import Pictures, canids_on_snow, draw
from ..zoo.training.evaluate import Finding
from .mass import mass, squares
from .parts import heat_map
from .pointing import pointing

PEAK, NEAR, INSIDE, SQUARES = "peak", "near", "inside", "squares"
WHAT = {
    PEAK: "peaks on the animal",
    NEAR: f"mass up to {REACH} px beside the animal",
    INSIDE: "mass strictly inside it",
    SQUARES: "mass of the squares inside it",
}
PART = 5  # scenes that one process takes at a time
APART = 0.5  # a method tells the networks apart where its shares differ by this much


@dataclass(frozen=True)
class Trial:
    """One method with its parameters, and what is asked of its figures: figure → (honest at least, biased at most)."""

    title: str
    method: str
    params: dict[str, Any] = field(default_factory=dict)
    bounds: dict[str, tuple[float, float | None]] = field(default_factory=dict)
    slow: bool = False

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.title} is {self.method}" + (f" with {said}" if said else "")


# What is hidden turns grey: snow hidden by a blur or by its own mean colour is still snow.
TRIALS = (
    Trial("CAM", "cam", bounds={PEAK: (0.95, 0.20)}),
    Trial("occlusion", "occlusion", {"window": 48, "stride": 16, "fill": "grey"}, {PEAK: (0.90, 0.20)}),
    Trial("LIME", "lime", {"segmentation": "slic", "samples": 300, "fill": "grey"}, {PEAK: (0.90, 0.40)}, slow=True),
    Trial("LRP", "lrp", {"composite": "epsilon_gamma_box", "gamma": 0.15}, {NEAR: (0.80, None), SQUARES: (0.80, None)}),
    Trial("gradient", "gradient"),
    Trial("gradient x input", "gradient_x_input"),
    Trial("guided backprop", "guided_backprop"),
)


@dataclass(frozen=True)
class Task:
    """A few scenes for one trial on one network; what a process is given."""

    network: str
    trial: Trial
    pictures: Pictures


def measure(task: Task) -> list[dict[str, float]]:
    """Returns the figures of every scene of a task."""
    network, trial, pictures = load(task.network), task.trial, task.pictures
    found = []
    for image, mask in zip(pictures.images, pictures.masks, strict=True):
        told = explain(network, image.float() / 255, trial.method, **trial.params)
        found.append(look(heat_map(told, trial.method), mask))
    return found


def look(found: HeatMap, mask: Tensor) -> dict[str, float]:
    """Returns the figures of one map."""
    heat = found.heatmap
    return {
        PEAK: float(pointing(heat, mask)),
        NEAR: mass(heat, mask, REACH),
        INSIDE: mass(heat, mask),
        SQUARES: mass(squares(found), mask),
    }


def tasks(pictures: Pictures, slow: int) -> list[Task]:
    """Returns every trial on every network, in parts; slow methods get the first `slow` scenes."""
    everything = torch.arange(len(pictures))
    return [
        Task(name, trial, pictures.subset(part))
        for trial in TRIALS
        for name in EMBEDDED
        for part in torch.split(everything[:slow] if trial.slow else everything, PART)
    ]


def _measured(asked: list[Task], workers: int) -> Iterator[list[dict[str, float]]]:
    if workers <= 1:
        yield from map(measure, asked)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        yield from pool.map(measure, asked)


Figures = dict[tuple[str, str], dict[str, float]]


def figures(pictures: Pictures, slow: int, workers: int = 1, quiet: bool = False) -> Figures:
    """Returns (trial's title, network) → the mean of each figure over the scenes, those without any positive relevance
    left out.
    """
    asked = tasks(pictures, slow)
    rows: dict[tuple[str, str], list[dict[str, float]]] = {}
    bar = tqdm(_measured(asked, workers), total=len(asked), desc="explaining", disable=quiet)
    for task, found in zip(asked, bar, strict=True):
        rows.setdefault((task.trial.title, task.network), []).extend(found)
    return {
        key: {name: float(torch.tensor([row[name] for row in found]).nanmean()) for name in WHAT}
        for key, found in rows.items()
    }


def findings(found: Figures) -> list[Finding]:
    """Returns the figures that have a bound."""
    return [
        Finding(name, f"{trial.title} {WHAT[figure]}", found[trial.title, name][figure], bound, name == EMBEDDED[1])
        for trial in TRIALS
        for figure, bounds in trial.bounds.items()
        for name, bound in zip(EMBEDDED, bounds, strict=True)
        if bound is not None
    ]


def table(found: Figures) -> str:
    """Returns all figures as text: a line for each trial, the honest network before the biased one."""
    head = f"{'honest | biased':18}" + "".join(f"{what:>34}" for what in WHAT.values())
    lines = [
        f"{trial.title:18}"
        + "".join(
            f"{found[trial.title, EMBEDDED[0]][figure]:26.3f} | {found[trial.title, EMBEDDED[1]][figure]:.3f}"
            for figure in WHAT
        )
        for trial in TRIALS
    ]
    return "\n".join([head, *lines])


def verdict(found: Figures, figure: str) -> str:
    """Returns one sentence: which methods tell the two networks apart by a figure, and which do not."""
    fall = {
        trial.title: found[trial.title, EMBEDDED[0]][figure] - found[trial.title, EMBEDDED[1]][figure]
        for trial in TRIALS
    }
    apart = [title for title, by in fall.items() if by >= APART]
    alike = [title for title, by in fall.items() if by < APART]
    return f"Apart: {', '.join(apart) or 'none'}. Not apart: {', '.join(alike) or 'none'}."


def main() -> None:
    """Draws the scenes, explains them and prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m deepvis_widgets.scores.report", description=__doc__)
    parser.add_argument("--scenes", type=int, default=200, help="huskies and wolves on snow to draw")
    parser.add_argument("--slow", type=int, default=40, help="how many of them LIME explains")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes to use")
    chosen = parser.parse_args()
    pictures = draw(canids_on_snow(chosen.scenes), chosen.workers)
    found = figures(pictures, chosen.slow, chosen.workers)
    print(*TRIALS, "", *findings(found), "", table(found), sep="\n")
    print(f"\nDo the shares of the two networks differ by {APART} or more?")
    for figure, what in WHAT.items():
        print(f"{what}: {verdict(found, figure)}")


if __name__ == "__main__":
    main()
