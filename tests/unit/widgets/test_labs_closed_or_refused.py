"""A lab that is closed, or refused, leaves no model with ipywidgets and no thread, and a closed one makes nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from ipywidgets.widgets.widget import _instances
from traitlets import TraitError

import deepvis_widgets as dv
from deepvis_widgets.widgets.husky_wolf.scenes import drawn
from tests.small_nets import Plain

NAN = float("nan")
FEW = [("husky", "snow", 22), ("wolf", "meadow", 24)]
PATIENCE = 120


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    """Holds the models and threads there are after a test against those before it."""
    models, threads = set(_instances), set(threading.enumerate())
    yield
    assert [type(_instances[model]).__name__ for model in set(_instances) - models] == []
    for thread in set(threading.enumerate()) - threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def network() -> dv.Network:
    torch.manual_seed(0)
    return dv.Network(Plain(), dv.Preprocess((32, 32), None), name="small")


def occlusion() -> dv.OcclusionLab:
    return dv.OcclusionLab(network(), pictures=[torch.rand(3, 32, 32)])


def maximization() -> dv.MaximizationLab:
    return dv.MaximizationLab(network(), seeds=2, steps=4)


def lesson() -> dv.HuskyWolf:
    return dv.HuskyWolf(scenes=[drawn(order) for order in FEW], fresh=1, seed=1)


def snow() -> dv.SnowLab:
    return dv.SnowLab(scenes=[drawn(order) for order in FEW], fresh=1, steps=2, animals=2, grounds=1)


# --- closed ---


def swept(lab: dv.OcclusionLab) -> None:
    lab.occluder = (3, 3, 8, 8)
    lab.sweep()
    assert lab.engine.idle(PATIENCE)


def drawn_and_kept(lab: dv.MaximizationLab) -> None:
    lab.start()
    assert lab.engine.idle(PATIENCE)
    lab.keep()
    lab.preset = "fourier"
    lab.seeds = 1
    lab.start()
    lab.draw_sizes()
    assert lab.engine.idle(PATIENCE)
    lab.seeds = 3
    lab.start()


def voted_to_the_end(run: dv.HuskyWolf) -> None:
    run.cast(1, 0)
    run.stage = 4
    run.making = True
    assert run.session.idle(PATIENCE)
    run.picture = 1
    run.stage = 3
    run.cast(0, 1)
    run.stage = 4


def trained(lab: dv.SnowLab) -> None:
    for _ in range(2):
        lab.train()
        assert lab.session.idle(PATIENCE)
    lab.method = "occlusion"


OPEN: dict[str, tuple[Callable[[], Any], Callable[[Any], object]]] = {
    "OcclusionLab": (occlusion, swept),
    "MaximizationLab": (maximization, drawn_and_kept),
    "HuskyWolf": (lesson, voted_to_the_end),
    "SnowLab": (snow, trained),
}


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("used", [False, True], ids=["at once", "in use"])
def test_a_lab_that_closes(name: str, used: bool) -> None:
    make, use = OPEN[name]
    lab = make()
    if used:
        use(lab)
    lab.close()


AFTER: list[tuple[str, Callable[[Any], object]]] = [
    ("OcclusionLab", lambda lab: lab.sweep()),
    ("OcclusionLab", lambda lab: lab.clear()),
    ("OcclusionLab", lambda lab: lab.stop()),
    ("OcclusionLab", lambda lab: setattr(lab, "occluder", (3, 3, 8, 8))),
    ("OcclusionLab", lambda lab: setattr(lab, "fill", "black")),
    ("MaximizationLab", lambda lab: lab.pause()),
    ("MaximizationLab", lambda lab: lab.keep()),
    ("MaximizationLab", lambda lab: lab.forget_kept()),
    ("MaximizationLab", lambda lab: setattr(lab, "unit", 2)),
    ("MaximizationLab", lambda lab: setattr(lab, "rate", 2.0)),
    ("MaximizationLab", lambda lab: setattr(lab, "seeds", 3)),
    ("HuskyWolf", lambda run: setattr(run, "making", True)),
    ("HuskyWolf", lambda run: (run.cast(1, 0), setattr(run, "stage", 4))),
    ("HuskyWolf", lambda run: setattr(run, "network", "B")),
    ("HuskyWolf", lambda run: setattr(run, "method", "lrp")),
    ("HuskyWolf", lambda run: run.restart()),
    ("SnowLab", lambda lab: lab.stop()),
    ("SnowLab", lambda lab: setattr(lab, "share", 0.5)),
    ("SnowLab", lambda lab: setattr(lab, "method", "occlusion")),
]


@pytest.mark.parametrize(("name", "act"), AFTER)
def test_a_lab_that_is_closed_makes_nothing_more(name: str, act: Callable[[Any], object]) -> None:
    lab = OPEN[name][0]()
    lab.close()
    act(lab)


SAY_SO: list[tuple[str, Callable[[Any], object]]] = [
    ("MaximizationLab", lambda lab: lab.start()),
    ("MaximizationLab", lambda lab: lab.restart()),
    ("MaximizationLab", lambda lab: lab.go_on()),
    ("MaximizationLab", lambda lab: lab.draw_sizes()),
    ("SnowLab", lambda lab: lab.train()),
]


@pytest.mark.parametrize(("name", "act"), SAY_SO)
@pytest.mark.parametrize("shared", [False, True], ids=["alone", "another of its network is open"])
def test_what_a_closed_lab_cannot_do_is_a_sentence(name: str, act: Callable[[Any], object], shared: bool) -> None:
    lab = OPEN[name][0]()
    other = dv.MaximizationLab(lab.network) if shared and name == "MaximizationLab" else None
    lab.close()
    with pytest.raises(dv.DeepvisError, match="This lab is closed; open another one to"):
        act(lab)
    assert not getattr(lab, "running", False) and not getattr(lab, "training", False)
    if other is not None:
        other.close()


# --- refused ---

REFUSED: dict[str, list[dict[str, Any]]] = {
    "OcclusionLab": [
        {"network": "nonsense"},
        {"picture": "nowhere.png"},
        {"picture": NAN},
        {"pictures": []},
        {"pictures": 3},
        {"target": 999},
        {"target": "unicorn"},
        {"target": NAN},
        {"target": []},
        {"layer": "nonsense"},
        {"unit": 9999},
        {"unit": "first"},
        {"unit": NAN},
        {"unit": []},
    ],
    "MaximizationLab": [
        {"network": "nonsense"},
        {"layer": "nonsense"},
        {"unit": 9999},
        {"target": 999},
        {"target": NAN},
        {"target": []},
        {"preset": "nonsense"},
        {"seeds": 0},
        {"seeds": None},
        {"seeds": []},
        {"seed": None},
        {"steps": NAN},
        {"rate": None},
        {"rate": "fast"},
        {"decay": NAN},
        {"fitted": None},
        {"view": "nonsense"},
        {"nonsense": 1},
    ],
    "HuskyWolf": [
        {"seed": "nonsense"},
        {"seed": NAN},
        {"first": "nonsense"},
        {"first": []},
        {"method": "nonsense"},
        {"method": "activation_maximization"},
        {"method": None},
        {"method": []},
        {"voters": "nonsense"},
        {"voters": None},
        {"voters": []},
        {"scenes": []},
        {"scenes": 3},
        {"fresh": 0},
        {"fresh": None},
        {"fresh": NAN},
    ],
    "SnowLab": [
        {"share": 3},
        {"share": None},
        {"share": NAN},
        {"share": []},
        {"seed": -1},
        {"seed": None},
        {"scenes": []},
        {"scenes": 3},
        {"fresh": 0},
        {"fresh": None},
        {"steps": 0},
        {"animals": None},
        {"grounds": NAN},
        {"nonsense": 1},
    ],
}
CASES = [
    pytest.param(name, arguments, id=f"{name}-{'-'.join(f'{key}={value}' for key, value in arguments.items())}")
    for name, refused in REFUSED.items()
    for arguments in refused
]


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_a_lab_that_is_refused(name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(dv.DeepvisError):
        getattr(dv, name)(**arguments)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("OcclusionLab", {"layer": 3}),
        ("MaximizationLab", {"layer": 3}),
        ("MaximizationLab", {"unit": "first"}),
        ("MaximizationLab", {"unit": None}),
        ("MaximizationLab", {"preset": None}),
        ("MaximizationLab", {"view": None}),
    ],
)
def test_a_lab_that_is_given_another_kind_of_thing(name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(TraitError, match=f"The '{list(arguments)[-1]}' trait of"):
        getattr(dv, name)(**arguments)
