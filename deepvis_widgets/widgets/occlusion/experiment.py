"""One experiment: what was asked, how the whole picture was answered, and every answer since."""

from __future__ import annotations

from dataclasses import dataclass

from .maps import LabelColours
from .probe import Probe, Question
from .trail import Trail


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
        trail = Trail(probe.network.size, question.window, question.stride)
        return cls(question, probe, trail, LabelColours(probe.whole.label))
