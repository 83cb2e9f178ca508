"""A widget that is closed leaves no model with ipywidgets, whenever that is, and neither does one that is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import ipycanvas.canvas  # noqa: F401 (keeps one manager for all canvases, from its import on)
import pytest
from ipywidgets import Widget
from torch import nn
from traitlets import TraitError

import deepvis_widgets as dv
from deepvis_widgets.engine import Engine

NAN = float("nan")


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    """Holds the models and threads there are after a test against those before it."""
    models, threads = set(Widget.widgets), set(threading.enumerate())
    yield
    assert [type(Widget.widgets[model]).__name__ for model in set(Widget.widgets) - models] == []
    for thread in set(threading.enumerate()) - threads:
        thread.join(60)
        assert not thread.is_alive()


def compare(**options: Any) -> dv.Compare:
    return dv.Compare("husky-wolf", methods=["cam", "gradient_x_input"], **options)


def settle(widget: Any) -> None:
    network = widget.networks[0] if isinstance(widget, dv.Compare) else widget.network
    assert Engine.of(network).idle(60)


# --- closed in the middle of something ---


def with_curves_to_come(widget: dv.Compare) -> None:
    settle(widget)
    widget.curves = widget.scores = True


def with_curves(widget: dv.Compare) -> None:
    with_curves_to_come(widget)
    settle(widget)


def with_curves_of_before(widget: dv.Compare) -> None:
    with_curves(widget)
    widget.curves = False
    widget.remove("cam")
    widget.add("lrp")


MOMENTS: dict[str, Callable[[dv.Compare], object]] = {
    "at once": lambda widget: None,
    "with maps": settle,
    "with curves to come": with_curves_to_come,
    "with curves": with_curves,
    "with curves of before": with_curves_of_before,
    "with parameters shown": lambda widget: setattr(widget, "selected", "cam"),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_comparison_that_closes(moment: str) -> None:
    widget = compare()
    MOMENTS[moment](widget)
    widget.close()


@pytest.mark.parametrize(
    "act",
    [
        lambda widget: setattr(widget, "curves", True),
        lambda widget: setattr(widget, "scores", True),
        lambda widget: setattr(widget, "selected", "cam"),
        lambda widget: widget.add("lrp"),
        lambda widget: widget.remove("cam"),
        lambda widget: setattr(widget, "params", {"occlusion": {"window": 9}}),
        lambda widget: widget.show(dv.scene("husky")),
    ],
    ids=["curves", "scores", "selected", "add", "remove", "params", "show"],
)
def test_a_comparison_that_is_closed_makes_nothing_more(act: Callable[[dv.Compare], object]) -> None:
    widget = compare()
    settle(widget)
    widget.close()
    act(widget)


def resized(board: dv.ConvolutionBoard) -> None:
    board.load("3×3 over 5×5, padding 1, stride 2")
    board.arrange(dims=2, input_size=6)


def one_chosen(board: dv.RelevanceBoard) -> None:
    board.rule, board.step, board.chosen = "gamma", 3, "w14"


def trays_changed(board: dv.TeachBoard) -> None:
    board.add_tray()
    board.add("first", board.image)
    board.add("class 3", board.choices[1][1])
    settle(board)
    board.remove_tray("second")


def a_unit_shown(view: dv.AtlasView) -> None:
    view.go("features.relu5", 12)
    settle(view)


OPEN: dict[str, tuple[Callable[[], Any], Callable[[Any], object]]] = {
    "ConvolutionBoard": (dv.ConvolutionBoard, resized),
    "DeconvnetBoard": (dv.DeconvnetBoard, lambda board: board.arrange(input_size=7, window=3)),
    "InteractionBoard": (dv.InteractionBoard, lambda board: board.arrange(input_size=7, depth=2)),
    "PoolingBoard": (dv.PoolingBoard, lambda board: board.arrange(input_size=7, window=3)),
    "RelevanceBoard": (dv.RelevanceBoard, one_chosen),
    "RelevanceLedger": (dv.RelevanceLedger, settle),
    "CamBoard": (dv.CamBoard, settle),
    "CircuitBoard": (dv.CircuitBoard, settle),
    "QuestionBoard": (dv.QuestionBoard, settle),
    "CamVideo": (lambda: dv.CamVideo(video=[dv.scene("wolf", seed=seed) for seed in (3, 4)]), settle),
    "TeachBoard": (dv.TeachBoard, trays_changed),
    "HuskyWolf": (dv.HuskyWolf, lambda lesson: setattr(lesson, "making", True)),
    "AtlasView": (lambda: dv.AtlasView(None, "husky-wolf"), a_unit_shown),
}


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("used", [False, True], ids=["at once", "in use"])
def test_a_widget_that_closes(name: str, used: bool) -> None:
    make, use = OPEN[name]
    widget = make()
    if used:
        use(widget)
    widget.close()


# --- refused ---

REFUSED: dict[str, list[dict[str, Any]]] = {
    "Compare": [
        {"network": []},
        {"network": "nonsense"},
        {"picture": "nowhere.png"},
        {"pictures": []},
        {"methods": []},
        {"methods": ["nonsense"]},
        {"methods": [["cam"]]},
        {"params": [1]},
        {"params": {"cam": {"nonsense": 1}}},
        {"target": 999},
        {"target": NAN},
        {"mask": 3},
    ],
    "ConvolutionBoard": [
        {"input": []},
        {"input": "nonsense"},
        {"kernel": [NAN]},
        {"input": [1, 2], "kernel": [[1]]},
        {"stride": 0},
        {"stride": "2"},
        {"stride": None},
        {"padding": 99},
        {"dilation": 1.5},
    ],
    "DeconvnetBoard": [
        {"input": None},
        {"window": 9},
        {"kernel": [[1, 2]]},
        {"rule": "nonsense"},
        {"position": (5, 0)},
    ],
    "InteractionBoard": [{"depth": 9}, {"stride": 1.5}, {"stride": 3, "padding": 0}, {"unit": (9, 9)}, {"size": 3}],
    "PoolingBoard": [
        {"input": [[1]]},
        {"input": None},
        {"signal": [[1, 2, 3]]},
        {"signal": [[1]]},
        {"window": 0},
        {"window": "2"},
        {"window": None},
        {"stride": 0},
        {"stride": NAN},
        {"step": 999},
    ],
    "RelevanceBoard": [
        {"inputs": [1]},
        {"inputs": None},
        {"weights": 3},
        {"biases": {4: None}},
        {"rule": "nonsense"},
        {"step": 99},
        {"epsilon": -1},
        {"gamma": NAN},
        {"alpha": None},
        {"nonsense": 1},
    ],
    "RelevanceLedger": [
        {"network": "nonsense"},
        {"picture": "nowhere.png"},
        {"pictures": []},
        {"composite": "nonsense"},
        {"layer": "nonsense"},
        {"target": 999},
        {"epsilon": -1},
        {"nonsense": 1},
    ],
    "CamBoard": [
        {"network": "nonsense"},
        {"picture": "nowhere.png"},
        {"pictures": []},
        {"target": 999},
        {"target": []},
    ],
    "CircuitBoard": [
        {"layer": "nonsense"},
        {"layer": "features.conv2", "unit": 9999},
        {"layer": "features.conv2", "unit": 0, "position": (99, 0)},
        {"target": "unicorn"},
        {"picture": "nowhere.png"},
    ],
    "QuestionBoard": [
        {"network": "nonsense"},
        {"network": "husky-wolf"},
        {"picture": "nowhere.png"},
        {"pictures": []},
        {"question": "where is the unicorn?"},
        {"question": 3},
    ],
    "CamVideo": [{"network": "nonsense"}, {"video": "nowhere.mp4"}, {"video": []}, {"target": 999}],
    "TeachBoard": [
        {"network": "nonsense"},
        {"network": nn.Sequential(nn.Conv2d(3, 2, 32, 32), nn.Flatten())},
        {"examples": {"one": []}},
        {"examples": [3]},
        {"picture": "nowhere.png"},
        {"pictures": []},
        {"target": "nonsense"},
    ],
    "Explorer": [{"layer": "nonsense"}, {"unit": 9999}, {"target": 999}, {"picture": "nowhere.png"}],
    "OcclusionLab": [{"layer": "nonsense"}, {"unit": 9999}, {"target": 999}, {"picture": "nowhere.png"}],
    "MaximizationLab": [{"layer": "nonsense"}, {"unit": 9999}, {"target": 999}, {"seeds": 0}, {"nonsense": 1}],
    "MaximizationPlate": [{"layers": ["nonsense"]}, {"units": 0}, {"runs": 99}, {"nonsense": 1}],
    "HuskyWolf": [{"method": "nonsense"}, {"voters": "nonsense"}, {"first": "nonsense"}, {"seed": "nonsense"}],
    "ShiftLab": [{"label": "nonsense"}, {"share": 3}, {"networks": "husky-wolf"}, {"nonsense": 1}],
    "SnowLab": [{"share": 3}, {"seed": -1}, {"fresh": 0}, {"nonsense": 1}],
    "AtlasView": [
        {},
        {"network": "husky-wolf", "address": "nonsense"},
        {"network": "husky-wolf", "address": "features.relu5:999"},
        {"network": "husky-wolf", "atlas": "nowhere"},
    ],
}
CASES = [
    pytest.param(name, arguments, id=f"{name}-{'-'.join(f'{key}={value}' for key, value in arguments.items())}")
    for name, refused in REFUSED.items()
    for arguments in refused
]


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_a_widget_that_is_refused(name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(dv.DeepvisError):
        getattr(dv, name)(**arguments)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("PoolingBoard", {"step": "nonsense"}),
        ("ConvolutionBoard", {"transposed": "nonsense"}),
        ("RelevanceBoard", {"rule": 3}),
        ("RelevanceLedger", {"epsilon": "nonsense"}),
        ("AtlasView", {"network": "husky-wolf", "address": 3}),
    ],
)
def test_a_widget_that_is_given_another_kind_of_thing(name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(TraitError, match=f"The '{list(arguments)[-1]}' trait of"):
        getattr(dv, name)(**arguments)


def test_an_interrupt_while_a_lab_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    network = dv.load("husky-wolf")
    monkeypatch.setattr(type(network), "view", interrupted)
    with pytest.raises(KeyboardInterrupt):
        dv.CamBoard(network)
