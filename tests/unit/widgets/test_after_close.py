"""After close() nothing of the user's module is alive, and no thread is left."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import torch
from ipywidgets import Widget
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.engine import Engine

SIZE = (64, 64)
PATIENCE = 60
STEPS = 12  # of pictures that are made


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.scores = nn.Conv2d(3, 8, 3), nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.scores(torch.relu(self.convolution(x)).mean((2, 3)))


def explorer(network: dv.Network, picture: Tensor) -> Any:
    return dv.Explorer(network, picture, pictures=[picture])


def maximization(network: dv.Network, picture: Tensor) -> Any:
    lab = dv.MaximizationLab(network, steps=STEPS)
    lab.start()
    return lab


def teaching(network: dv.Network, picture: Tensor) -> Any:
    return dv.TeachBoard(network, {"this": [picture], "that": [1 - picture]}, picture, pictures=[picture])


def plate(network: dv.Network, picture: Tensor) -> Any:
    made = dv.MaximizationPlate(network, steps=STEPS)
    made.draw()
    return made


WIDGETS: dict[str, Callable[[dv.Network, Tensor], Any]] = {
    "Explorer": explorer,
    "Compare": dv.Compare,
    "OcclusionLab": dv.OcclusionLab,
    "MaximizationLab": maximization,
    "MaximizationPlate": plate,
    "CamBoard": dv.CamBoard,
    "RelevanceLedger": dv.RelevanceLedger,
    "TeachBoard": teaching,
    "CamVideo": lambda network, picture: dv.CamVideo(network, [picture, 1 - picture]),
    "CircuitBoard": dv.CircuitBoard,
    "ShiftLab": lambda network, picture: dv.ShiftLab([network], label="teapot"),
    "QuestionBoard": lambda network, picture: dv.QuestionBoard(network, picture, question="wolf"),
}


class Asked(Small):
    """The same, joined to a count of two words."""

    def __init__(self) -> None:
        super().__init__()
        self.scores = nn.Linear(10, 5)

    def forward(self, x: Tensor, words: Tensor) -> Tensor:
        scores: Tensor = self.scores(torch.cat([torch.relu(self.convolution(x)).mean((2, 3)), words], 1))
        return scores


WORDS = {"QuestionBoard": (Asked, {"words": dv.Words(["is", "wolf"])})}


def opened(name: str) -> tuple[weakref.ref[nn.Module], Any]:
    kind, inputs = WORDS.get(name, (Small, None))
    module = kind()
    labels = ["teapot", *"bcde"] if name == "ShiftLab" else None  # those of scenes
    network = dv.Network(module, dv.Preprocess(SIZE, None), labels, inputs=inputs)
    return weakref.ref(module), WIDGETS[name](network, torch.rand(3, *SIZE))


def becomes_true(condition: Callable[[], bool]) -> bool:
    """Whether it does before patience ends; a thread in its last pass may keep something for a moment."""
    until = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < until:
        gc.collect()
        time.sleep(0.01)
    return condition()


@pytest.mark.parametrize("name", WIDGETS)
@pytest.mark.parametrize("waits", [False, True], ids=["at-once", "after-its-answers"])
def test_the_module_is_free_after_close(name: str, waits: bool) -> None:
    threads = set(threading.enumerate())
    module, widget = opened(name)
    if waits:
        network = widget.networks[0] if hasattr(widget, "networks") else widget.network
        assert Engine.of(network).idle(PATIENCE)
        del network
    widget.close()
    del widget
    assert becomes_true(lambda: module() is None)
    assert becomes_true(lambda: set(threading.enumerate()) <= threads)


@pytest.mark.parametrize("name", WIDGETS)
def test_no_model_stays_open_after_close(name: str) -> None:
    before = set(Widget.widgets)
    _, widget = opened(name)
    widget.close()
    left = [type(Widget.widgets[model]).__name__ for model in set(Widget.widgets) - before]
    assert left == []
