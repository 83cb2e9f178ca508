"""What all lessons on one picture share: how they end, and from which thread their widgets are changed."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import ipywidgets
import pytest
import torch

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.engine.engine import Engine
from deepvis_widgets.widgets.cam.cam_board import CamBoard
from deepvis_widgets.widgets.kit.picture_lab import PictureLab
from deepvis_widgets.widgets.link.push import pushing
from deepvis_widgets.widgets.maximization.maximization_lab import MaximizationLab
from deepvis_widgets.widgets.occlusion.occlusion_lab import OcclusionLab
from deepvis_widgets.widgets.relevance.relevance_ledger import RelevanceLedger
from tests.small_nets import Plain
from tests.untouched import Untouched

SIDE = 32


def network() -> Network:
    torch.manual_seed(0)
    return Network(Plain(), Preprocess((SIDE, SIDE), None), name="small")


def pictures() -> list[torch.Tensor]:
    chance = torch.Generator().manual_seed(1)
    return [torch.rand(3, SIDE, SIDE, generator=chance) for _ in range(2)]


def use_cam(board: Any) -> object:
    board.target, board.step = 1, 3
    assert board.evidence is not None
    return board.evidence.head.features


def use_occlusion(lab: Any) -> object:
    lab.sweep()
    assert lab.probe is not None
    return lab.probe


def use_relevance(board: Any) -> object:
    board.layer = board.network.layers.names[1]
    return board.view


LABS = [(CamBoard, use_cam), (OcclusionLab, use_occlusion), (RelevanceLedger, use_relevance)]


@pytest.mark.parametrize(("kind", "use"), LABS)
def test_closing_frees_everything_and_leaves_the_network_alone(
    kind: Callable[..., PictureLab], use: Callable[[PictureLab], object]
) -> None:
    net = network()
    kept, threads = Untouched(net.module), threading.active_count()
    lab = kind(net, pictures=pictures())
    assert lab.engine.idle(60)
    found = weakref.ref(use(lab))
    lab.close()
    lab.close()
    kept.check()
    assert threading.active_count() <= threads and Engine.of(net)._worker is None
    gc.collect()
    assert found() is None and lab.view is None and lab.closed and lab.stage.comm is None


@pytest.mark.parametrize(("kind", "_use"), LABS)
def test_a_lab_ends_once(kind: Any, _use: object, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[PictureLab] = []
    original = kind.ending
    monkeypatch.setattr(kind, "ending", lambda lab: (ended.append(lab), original(lab)))
    lab = kind(network(), pictures=pictures())
    lab.close()
    lab.close()
    assert ended == [lab]


def drive_cam(board: Any) -> None:
    board.image = pictures()[1]


def drive_occlusion(lab: Any) -> None:
    lab.window = 8
    lab.occluder = (3, 3, 8, 8)
    lab.sweep()


def drive_maximization(lab: Any) -> None:
    lab.steps = 30
    lab.start()


MADE: list[tuple[Callable[[], Any], Callable[[Any], None], Callable[[Any], bool]]] = [
    (
        lambda: CamBoard(network(), pictures=pictures()),
        drive_cam,
        lambda board: bool(board.panes.sum.player.count == 9 and board.stage.last("overlay") is not None),
    ),
    (
        lambda: OcclusionLab(network(), pictures=pictures()),
        drive_occlusion,
        lambda lab: lab.trail.swept and not lab.panes.sweeping.running and lab.occluder == (3, 3, 8, 8),
    ),
    (
        lambda: MaximizationLab(network(), seeds=2),
        drive_maximization,
        lambda lab: lab.look is not None and lab.look.done and not lab.running,
    ),
]


@pytest.mark.parametrize(("make", "drive", "over"), MADE, ids=["cam", "occlusion", "maximization"])
def test_the_worker_changes_no_widget_except_by_push(
    make: Callable[[], Any],
    drive: Callable[[Any], None],
    over: Callable[[Any], bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    main, changed = threading.get_ident(), []
    original = ipywidgets.Widget.notify_change

    def watched(widget: ipywidgets.Widget, change: Any) -> None:
        made = widget.comm is not None and change["name"] not in ("comm", "side")  # a bqplot axis sets its side at last
        if made and threading.get_ident() != main and not pushing():
            changed.append((type(widget).__name__, change["name"]))
        original(widget, change)

    monkeypatch.setattr(ipywidgets.Widget, "notify_change", watched)

    async def lesson() -> None:
        lab = make()
        drive(lab)
        for _ in range(3000):
            if lab.engine.idle(0) and over(lab):
                break
            await asyncio.sleep(0.01)
        assert over(lab), "it did not come to an end"
        lab.close()

    asyncio.run(lesson())
    assert not changed
