"""Progress of a part is progress of the whole."""

from __future__ import annotations

from typing import Any

from deepvis_widgets.core.report import part_of


def test_a_part_of_the_progress() -> None:
    told: list[Any] = []
    report = part_of(lambda fraction, partial=None: told.append((fraction, partial)), 0.5, 1, lambda partial: partial)
    report(0.5, "Training")
    part_of(report, 0, 0.5)(1, "not told")
    assert told == [(0.75, "Training"), (0.75, None)]
