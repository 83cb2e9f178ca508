"""One figure of the benchmarks: what was timed, against what, and what was hoped for."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

FASTER = "× as fast as"
COST = "× the time of"
RATE = "a second"
MORE_IS_BETTER = (FASTER, RATE)


@dataclass(frozen=True)
class Row:
    """`what` was measured `against` a peer, or a bare pass, in `unit`: FASTER, COST, or a plain one such as "ms".

    `goal` is the least value hoped for where MORE_IS_BETTER, and the most with everything else. `processor` says
    by its instructions on which kind it was measured, once it is kept.
    """

    part: str
    what: str
    value: float
    unit: str
    against: str = ""
    goal: float | None = None
    processor: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.unit in MORE_IS_BETTER else self.value <= self.goal

    @property
    def said(self) -> str:
        """The value with its unit."""
        number = f"{self.value:.2f}" if self.value < 10 else f"{self.value:,.0f}"
        return f"{number} {self.unit} {self.against}".strip()

    @property
    def hoped(self) -> str:
        """The goal, "" where there is none."""
        return "" if self.goal is None else f"{'≥' if self.unit in MORE_IS_BETTER else '≤'} {self.goal:g}"


def seconds(work: Callable[[], Any]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def paired(ours: Callable[[], Any], peer: Callable[[], Any], rounds: int = 5) -> float:
    """Time of the peer ÷ ours: the median over pairs that are timed one after the other, after one call of each."""
    ours(), peer()
    return statistics.median(1 / (seconds(ours) / seconds(peer)) for _ in range(rounds))
