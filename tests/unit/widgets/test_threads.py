"""No widget is changed from another thread than the kernel's, but by `push`: this is watched while each one is used."""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from inspect import isclass
from types import FrameType
from typing import Any
from weakref import WeakSet

import ipywidgets
import numpy as np
import pytest

import deepvis_widgets as dv
from deepvis_widgets.engine import engine
from deepvis_widgets.widgets.explorer import unit_pictures
from deepvis_widgets.widgets.link.protocol import pack
from deepvis_widgets.widgets.link.push import push, pushing

LOOKS = 5
Act = Callable[[Any], object]


def frame(pane: Any, kind: str, meta: dict[str, Any], arrays: dict[str, Any] | None = None) -> None:
    """A frame as the browser sends it."""
    message, buffers = pack(kind, 1, meta, arrays or {})
    pane._receive(None, message, [memoryview(buffer) for buffer in buffers])


def sets(**traits: Any) -> Act:
    def act(widget: Any) -> None:
        for name, value in traits.items():
            setattr(widget, name, value)

    return act


def drag(explorer: Any) -> None:
    frame(explorer, "stage/occluder", {"box": [4, 4, 8, 8], "final": False})


def asks(board: Any) -> None:
    board.panes.question.offers[2].click()
    board.panes.question.field.value = "what is the wulf?"


def films(widget: Any, pane: Any = None) -> None:
    levels = np.zeros((*widget.network.size, 3), np.uint8)
    frame((pane or widget.panes).camera, "frame", {}, {"picture": levels})


def learns(board: Any) -> None:
    films(board, board.panes.picture)
    for tray in board.panes.trays.trays:
        tray.add.click()
        board.bar.step(1)


USES: dict[str, tuple[Callable[[], Any], list[Act]]] = {
    "AtlasView": (
        lambda: dv.AtlasView(network=dv.load("husky-wolf")),
        [sets(address="features.relu3:2"), sets(address="features.relu3")],
    ),
    "CamBoard": (dv.CamBoard, [sets(step=2), sets(threshold=0.4)]),
    "CamVideo": (lambda: dv.CamVideo(video=[dv.scene("wolf", seed=3)] * 2), [sets(step=1), sets(target=1), films]),
    "Compare": (
        lambda: dv.Compare(methods=["cam", "occlusion"]),
        [sets(scores=True, curves=True), sets(target=1), sets(methods=["saliency"])],
    ),
    "ConvolutionBoard": (dv.ConvolutionBoard, [sets(stride=2), sets(dims=2)]),
    "Explorer": (
        dv.Explorer,
        [
            drag,
            sets(unit=3, layer="features.conv2"),
            sets(method="occlusion"),
            sets(tiles="gradient", localize=True),
            sets(occluder=(8, 8, 16, 16), tiles="pictures"),
            lambda explorer: explorer.press("unit-pictures"),
            lambda explorer: explorer.show(b"no picture"),
        ],
    ),
    "HuskyWolf": (dv.HuskyWolf, [lambda run: run.cast(1, 0), lambda run: run.next(), sets(network="B")]),
    "MaximizationLab": (
        lambda: dv.MaximizationLab(seeds=1, steps=4),
        [lambda lab: lab.start(), lambda lab: lab.keep(), sets(view="true size")],
    ),
    "MaximizationPlate": (
        lambda: dv.MaximizationPlate(layers=["features.relu1", "classes"], units=1, runs=1, steps=2),
        [lambda plate: plate.draw(), lambda plate: plate.stop()],
    ),
    "OcclusionLab": (dv.OcclusionLab, [sets(occluder=(8, 8, 32, 32)), lambda lab: lab.sweep(), sets(fill="mean")]),
    "DeconvnetBoard": (dv.DeconvnetBoard, [sets(window=3), sets(rule="guided")]),
    "InteractionBoard": (dv.InteractionBoard, [sets(depth=2), sets(unit=(1, 3)), sets(hovered=(0, 2))]),
    "PoolingBoard": (dv.PoolingBoard, [sets(window=3)]),
    "CircuitBoard": (
        dv.CircuitBoard,
        [sets(target="wolf"), sets(trail=[("features.conv5", 3)]), lambda board: board.visit("features.conv2", 1)],
    ),
    "QuestionBoard": (dv.QuestionBoard, [sets(question="is there a wolf?"), sets(target="no"), asks]),
    "RelevanceBoard": (dv.RelevanceBoard, [sets(step=3), sets(rule="gamma")]),
    "RelevanceLedger": (dv.RelevanceLedger, [sets(gamma=0.5), sets(composite="epsilon")]),
    "ShiftLab": (dv.ShiftLab, [sets(row=3), sets(direction="across"), sets(label="teapot", score="logit")]),
    "SnowLab": (
        lambda: dv.SnowLab(fresh=1, steps=2, animals=2, grounds=2),
        [lambda lab: lab.train(), sets(method="occlusion")],
    ),
    "TeachBoard": (dv.TeachBoard, [learns, sets(target=1), lambda board: board.add_tray()]),
}


@pytest.fixture
def changes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What other threads changed without `push`, each with the line of ours that did it."""
    found: list[str] = []
    made_here: WeakSet[Any] = WeakSet()
    tell = ipywidgets.Widget._notify_trait

    def constructed(widget: Any) -> None:
        if threading.current_thread() is not threading.main_thread():
            made_here.add(widget)

    def listening(widget: Any, name: str, old: Any, new: Any) -> None:
        making = being_made(widget) or (name == "_dom_classes" and widget in made_here)  # classes are part of making
        if threading.current_thread() is not threading.main_thread() and not pushing() and not making:
            lines = [line for line in traceback.extract_stack() if "deepvis_widgets" in line.filename]
            where = f"{lines[-1].filename}:{lines[-1].lineno}" if lines else "?"
            found.append(f"{type(widget).__name__}.{name} at {where}")
        tell(widget, name, old, new)

    monkeypatch.setattr(ipywidgets.Widget, "_notify_trait", listening)
    ipywidgets.Widget.on_widget_constructed(constructed)
    yield found
    ipywidgets.Widget.on_widget_constructed(None)


def being_made(widget: Any) -> bool:
    """Whether this thread is inside the widget's own __init__: nobody else knows of it then."""
    at: FrameType | None = sys._getframe()
    while at is not None and not (at.f_code.co_name == "__init__" and at.f_locals.get("self") is widget):
        at = at.f_back
    return at is not None


async def settled(widget: Any) -> None:
    """Waits until no engine works and no network is trained, and what it left to this thread is done."""
    quiet = 0
    while quiet < LOOKS:
        await asyncio.sleep(0.02)
        busy = getattr(widget, "training", False)
        quiet = quiet + 1 if not busy and all(found.idle(0) for found in list(engine._registry.values())) else 0


def test_every_public_widget_is_used() -> None:
    public = {
        name for name in dv.__all__ if isclass(found := getattr(dv, name)) and issubclass(found, ipywidgets.Widget)
    }
    assert set(USES) == public


@pytest.mark.parametrize("name", sorted(USES))
def test_a_widget_is_changed_on_the_main_thread_or_by_push(
    name: str, changes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for steps in ("STEPS", "PATTERN_STEPS"):
        monkeypatch.setattr(unit_pictures, steps, 2)
    make, acts = USES[name]

    async def use() -> None:
        widget = make()
        try:
            await settled(widget)
            for act in acts:
                act(widget)
                await settled(widget)
        finally:
            widget.close()
            await asyncio.sleep(0)

    asyncio.run(use())
    assert not changes, "\n".join(sorted(set(changes)))


def test_a_change_from_another_thread_is_seen_and_a_push_is_none(changes: list[str]) -> None:
    words = ipywidgets.HTML()

    def change() -> None:
        words.value = "changed"
        push(words, value="pushed")

    thread = threading.Thread(target=change)
    thread.start()
    thread.join()
    assert words.value == "pushed" and len(changes) == 1 and changes[0].startswith("HTML.value at ")
