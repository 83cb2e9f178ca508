"""What a trait cannot be is told in one sentence, and what was there stays: for every trait of these widgets."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from traitlets import TraitError

import deepvis_widgets as dv
from tests.unit.widgets.unfit_values import UNFIT, traits_of

WIDGETS: dict[str, Callable[[], Any]] = {
    "AtlasView": lambda: dv.AtlasView(None, "husky-wolf"),
    "CamBoard": dv.CamBoard,
    "CamVideo": lambda: dv.CamVideo(video=[dv.scene("wolf", seed=3)]),
    "Compare": lambda: dv.Compare(methods=["cam"]),
    "ConvolutionBoard": dv.ConvolutionBoard,
    "DeconvnetBoard": dv.DeconvnetBoard,
    "CircuitBoard": dv.CircuitBoard,
    "Explorer": lambda: dv.Explorer("husky-wolf"),
    "InteractionBoard": dv.InteractionBoard,
    "PoolingBoard": dv.PoolingBoard,
    "QuestionBoard": dv.QuestionBoard,
    "RelevanceBoard": dv.RelevanceBoard,
    "RelevanceLedger": dv.RelevanceLedger,
    "TeachBoard": dv.TeachBoard,
}
VALUES: dict[str, Any] = UNFIT | {
    "two of nan": (math.nan, 1),
    "two of inf": (math.inf, 1),
}
NONE_MEANS_SOMETHING = {
    *(("Compare", trait) for trait in ("cursor", "mask", "selected", "target")),
    *(("CamBoard", trait) for trait in ("step", "target")),
    *(("Explorer", trait) for trait in ("method", "occluder", "place", "position", "reference", "target")),
    ("CircuitBoard", "target"),
    ("QuestionBoard", "target"),
    ("RelevanceLedger", "target"),
    ("InteractionBoard", "hovered"),
    ("TeachBoard", "target"),
    *(("CamVideo", trait) for trait in ("target", "video")),
    ("RelevanceBoard", "pointed"),
    *(
        (board, trait)
        for board in ("ConvolutionBoard", "DeconvnetBoard", "PoolingBoard")
        for trait in ("hovered", "selected")
    ),
}
UNBOUNDED = {("CamBoard", "step", "beyond a float")}  # how many terms there are is not known before the first answer


@pytest.fixture(scope="module")
def open_widget() -> Iterator[Callable[[str], Any]]:
    made: dict[str, Any] = {}
    yield lambda name: made.get(name) or made.setdefault(name, WIDGETS[name]())
    for widget in made.values():
        widget.close()


def fits(name: str, trait: str, value: str) -> bool:
    return (value == "None" and (name, trait) in NONE_MEANS_SOMETHING) or (name, trait, value) in UNBOUNDED


CASES = [(name, trait, value) for name in WIDGETS for trait in traits_of(name) for value in VALUES]


@pytest.mark.parametrize(("name", "trait", "value"), [case for case in CASES if not fits(*case)])
def test_what_does_not_fit_is_refused(open_widget: Callable[[str], Any], name: str, trait: str, value: str) -> None:
    widget = open_widget(name)
    before = getattr(widget, trait)
    with pytest.raises((dv.DeepvisError, TraitError)) as refused:
        setattr(widget, trait, VALUES[value])
    assert getattr(widget, trait) is before
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["methods", "params", "colormaps", "image"])
def test_a_comparison_that_refused_goes_on(name: str) -> None:
    compare = dv.Compare(methods=["cam"])
    with pytest.raises(dv.DeepvisError):
        setattr(compare, name, None)
    compare.curves = compare.scores = True
    compare.methods = ["cam", "lrp"]
    assert compare.session.idle(60) and len(compare.results) == 2
    compare.close()


@pytest.mark.parametrize(("name", "value"), [("selected", np.zeros((2, 2))), ("methods", np.zeros((2, 2)))])
def test_a_comparison_refuses_arrays_for_names(open_widget: Callable[[str], Any], name: str, value: Any) -> None:
    with pytest.raises(dv.DeepvisError):
        setattr(open_widget("Compare"), name, value)
    assert open_widget("Compare").methods == ("cam",)


@pytest.mark.parametrize("place", range(3))
def test_numbers_that_change_at_once_change_all_or_none(open_widget: Callable[[str], Any], place: int) -> None:
    board = open_widget("RelevanceBoard")
    before = (board.inputs, board.weights, board.biases)
    numbers: list[Any] = [(1, 1, 1), {(1, 4): 1.0}, {4: 1.0}]
    numbers[place] = None
    with pytest.raises(dv.DeepvisError):
        board.replace(*numbers)
    assert (board.inputs, board.weights, board.biases) == before


def test_a_closed_comparison_says_that_it_is_closed() -> None:
    compare = dv.Compare(methods=["cam"])
    before, seen = compare.image, compare.seen
    compare.close()
    with pytest.raises(dv.DeepvisError, match="This comparison is closed"):
        compare.image = dv.scene("husky")
    assert compare.image is before and compare.seen is seen
