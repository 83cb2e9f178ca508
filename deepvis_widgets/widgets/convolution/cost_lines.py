"""The lines of the chart of costs: three ways back as measured, and the slopes that are expected."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .costs import Times

# told apart by colour-blind people, and readable on light and dark
SERIES = {
    "inverse": ("W⁺ y", "#d1661c"),
    "product": ("Wᵀ y, matrix", "#5b7fd4"),
    "sliding": ("sliding kernel", "#3a9a6c"),
}
# (exponent, the way through whose last point the line goes, how it is dashed, its name)
SLOPES = (
    (3.0, "inverse", "dashed", "n³: inverse by the schoolbook"),
    (2.373, "inverse", "dotted", "n^2.373: best bounds known"),
    (2.0, "product", "dashed", "m·n·p with p = 1: n²"),
)


def measured(found: Sequence[Times]) -> list[tuple[str, str, np.ndarray]]:
    """(name, colour, milliseconds) of each way, as measured for every size.

    >>> [(name, times.tolist()) for name, _, times in measured([Times(32, 0.004, 0.002, 0.001)])]
    [('W⁺ y', [4.0]), ('Wᵀ y, matrix', [2.0]), ('sliding kernel', [1.0])]
    """
    return [
        (name, colour, 1000 * np.array([getattr(each, way) for each in found]))
        for way, (name, colour) in SERIES.items()
    ]


def expected(found: Sequence[Times]) -> list[tuple[str, str, str, np.ndarray]]:
    """(name, colour, dashes, milliseconds) of each slope, through the last point of the way that it is about."""
    sizes = np.array([each.size for each in found], float)
    return [
        (name, SERIES[way][1], dashes, 1000 * getattr(found[-1], way) * (sizes / sizes[-1]) ** exponent)
        for exponent, way, dashes, name in SLOPES
    ]
