"""One experiment: what was asked, how the whole picture was answered, and every answer since."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from .maps import LabelColours
from .probe import Probe, Seen
from .trail import Trail


@dataclass(frozen=True, eq=False)
class Question:
    """Everything that an experiment depends on; another setting is another experiment."""

    view: Tensor
    fill: str
    target: int | None
    layer: str
    unit: int | None
    window: int
    stride: int
    approximate: bool


@dataclass(frozen=True, eq=False)
class Experiment:
    """A question, its probe, and what was found: `trail` and `colours` grow with every answer."""

    question: Question
    probe: Probe
    trail: Trail
    colours: LabelColours

    @classmethod
    def of(cls, question: Question, probe: Probe) -> Experiment:
        """Begins one, with an empty trail."""
        size = (question.view.shape[1], question.view.shape[2])
        trail = Trail(size, question.window, question.stride)
        return cls(question, probe, trail, LabelColours(probe.whole.label))

    @property
    def window(self) -> int:
        """The side of the window, in pixels."""
        return self.question.window


@dataclass(frozen=True, eq=False)
class Visited:
    """What the network said with the window at one place; `shares` (classes,) are its class probabilities."""

    experiment: Experiment
    seen: Seen
    shares: Tensor
