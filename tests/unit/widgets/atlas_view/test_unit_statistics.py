"""The numbers of a unit over all pictures of an atlas."""

from __future__ import annotations

import numpy as np

from deepvis_widgets.widgets.atlas_view.unit_statistics import bin_names, strongest, thinned


def test_the_bin_of_silence_is_named_zero() -> None:
    assert bin_names(np.array([-0.5, 0.0, 0.25, 0.5])) == ["0", "> 0", "0.25"]
    names = thinned([str(number) for number in range(-20, 21)])
    assert (
        "0" in names
        and len(set(names)) == 41
        and sum(name.isprintable() and name.strip("-").isdigit() for name in names) <= 6
    )


def test_the_strongest_classes_come_first_and_only_negative_ones_speak_against() -> None:
    correlation = np.array([0.1, -0.3, 0.9, 0.2, -0.1, 0.5, 0.3, 0.05])
    assert strongest(correlation) == [2, 5, 6, 3, 0, 4, 1]
