"""What a trait of a lab cannot be is told in one sentence, and what was there stays: for every trait of these labs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from traitlets import TraitError

import deepvis_widgets as dv
from deepvis_widgets.widgets.husky_wolf.scenes import drawn
from tests.small_nets import Plain
from tests.unit.widgets.unfit_values import UNFIT, traits_of

SCENES = [drawn(("husky", "snow", 22))]


def network() -> dv.Network:
    torch.manual_seed(0)
    return dv.Network(Plain(), dv.Preprocess((32, 32), None), name="small")


LABS: dict[str, Callable[[], Any]] = {
    "OcclusionLab": lambda: dv.OcclusionLab(network(), pictures=[torch.rand(3, 32, 32)]),
    "MaximizationLab": lambda: dv.MaximizationLab(network()),
    "HuskyWolf": lambda: dv.HuskyWolf(scenes=SCENES),
    "SnowLab": lambda: dv.SnowLab(scenes=SCENES),
}
VALUES: dict[str, Any] = UNFIT | {
    "four of nan": (math.nan, 1, 1, 1),
    "four of inf": (math.inf, 1, 1, 1),
}
KNOBS_OF_THE_PRESET = ("decay", "blur", "blur_every", "small_norm", "small_contribution")
ACCEPTED = {
    *(("OcclusionLab", trait, "None") for trait in ("target", "unit", "occluder")),
    *(("MaximizationLab", trait, "None") for trait in ("target", *KNOBS_OF_THE_PRESET)),
    ("HuskyWolf", "opened", "empty list"),
}


CASES = [
    (name, trait, value)
    for name in LABS
    for trait in traits_of(name)
    for value in VALUES
    if (name, trait, value) not in ACCEPTED
]


@pytest.fixture(scope="module")
def open_lab() -> Iterator[Callable[[str], Any]]:
    made: dict[str, Any] = {}
    yield lambda name: made.get(name) or made.setdefault(name, LABS[name]())
    for lab in made.values():
        lab.close()


@pytest.mark.parametrize(("name", "trait", "value"), CASES)
def test_what_does_not_fit_is_refused(open_lab: Callable[[str], Any], name: str, trait: str, value: str) -> None:
    lab = open_lab(name)
    before = getattr(lab, trait)
    with pytest.raises((dv.DeepvisError, TraitError)) as refused:
        setattr(lab, trait, VALUES[value])
    assert getattr(lab, trait) is before
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "trait", "words"),
    [
        ("HuskyWolf", "method", "There is no method"),
        ("SnowLab", "method", "There is no method"),
        ("SnowLab", "share", "no share of snow"),
        ("SnowLab", "shown", "There is no network None"),
        ("HuskyWolf", "stage", "There is no step None"),
        ("HuskyWolf", "votes", "and not None"),
        ("HuskyWolf", "opened", "and not None"),
        ("MaximizationLab", "seeds", "pictures=None is not accepted"),
        ("OcclusionLab", "image", "None"),
    ],
)
def test_none_is_refused_as_any_other_value(open_lab: Callable[[str], Any], name: str, trait: str, words: str) -> None:
    with pytest.raises(dv.DeepvisError, match=words):
        setattr(open_lab(name), trait, None)


def test_a_method_that_was_refused_leaves_the_last_one_at_work() -> None:
    run = dv.HuskyWolf(scenes=SCENES, fresh=1)
    run.stage = 2
    assert run.session.idle(120)
    for bad in (None, [], "nonsense"):
        with pytest.raises(dv.DeepvisError):
            run.method = bad
    run.method = "gradient_x_input"
    assert run.session.idle(120)
    assert run.session.maps[0].method == "gradient_x_input" and run.panes.pictures.method.value == "gradient_x_input"
    run.close()


READ = [("SnowLab", "training"), ("SnowLab", "points"), ("MaximizationLab", "running")]


@pytest.mark.parametrize("kind", [AttributeError, TraitError])
@pytest.mark.parametrize(("name", "trait"), READ)
def test_what_is_there_to_be_read_cannot_be_set(
    open_lab: Callable[[str], Any], name: str, trait: str, kind: type[Exception]
) -> None:
    lab = open_lab(name)
    before = getattr(lab, trait)
    with pytest.raises(kind, match=f'The "{trait}" trait is read-only.'):
        setattr(lab, trait, True)
    assert getattr(lab, trait) == before
