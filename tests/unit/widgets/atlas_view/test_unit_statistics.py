"""The numbers of a unit over all pictures of an atlas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ipywidgets import Widget

from deepvis_widgets.atlas import Atlas, Unit
from deepvis_widgets.widgets.atlas_view.unit_statistics import UnitFacts, bin_names, strongest, thinned
from deepvis_widgets.widgets.kit.layout import models_of
from tests.unit.atlas.small import small_network


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


@pytest.fixture
def unit(built: tuple[Path, Path]) -> Unit:
    return Atlas.open(built[1], small_network()).unit("features.1", 2)


def test_no_model_is_left_once_it_is_closed_whenever_the_unit_came(unit: Unit) -> None:
    before, labels = set(Widget.widgets), [f"class {index}" for index in range(len(unit.correlation))]
    early, between, late = (UnitFacts(labels) for _ in range(3))
    early.show(unit, "features.1:2")
    listed = models_of([early, between, late])
    between.show(unit, "features.1:2")
    for model in listed:
        model.close()
    late.show(unit, "features.1:2")
    assert set(Widget.widgets) == before and not late._charts.children
