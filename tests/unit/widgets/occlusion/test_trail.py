"""The trail of a window: means over the windows that hid a pixel."""

from __future__ import annotations

import numpy as np

from deepvis_widgets.widgets.occlusion.probe import Seen
from deepvis_widgets.widgets.occlusion.trail import Trail


def test_the_trail_averages_where_windows_overlap() -> None:
    trail, chance = Trail((20, 30), 8, 4), np.random.default_rng(0)
    drops = []
    sums, counts = np.zeros((20, 30)), np.zeros((20, 30))
    for value in range(40):
        top, left = (int(chance.integers(0, side - 8 + 1)) for side in (20, 30))
        known = len(trail.seen)
        trail.visit(Seen((top, left, 8, 8), value, 0.5, 0, 0.0))
        if len(trail.seen) > known:
            drops.append(float(value))
            sums[top : top + 8, left : left + 8] += value
            counts[top : top + 8, left : left + 8] += 1
    expected = np.where(counts > 0, sums / np.maximum(counts, 1), 0)
    np.testing.assert_allclose(trail.average(drops).numpy(), expected, atol=1e-9)
