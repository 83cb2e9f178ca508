"""Networks of one's own making without a browser: what is trained, what is shown of it, and that it can be stopped."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
import traitlets

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.picture.picture import to_bytes
from deepvis_widgets.methods import explain
from deepvis_widgets.widgets.husky_wolf.husky_wolf import HuskyWolf
from deepvis_widgets.widgets.husky_wolf.map_overlay import blended
from deepvis_widgets.widgets.husky_wolf.scenes import drawn
from deepvis_widgets.widgets.husky_wolf.snow import session
from deepvis_widgets.widgets.husky_wolf.snow.chart import CHOSEN
from deepvis_widgets.widgets.husky_wolf.snow.snow_lab import SnowLab
from deepvis_widgets.zoo.snow_net import examine, train_on_snow
from tests.unit.widgets.conftest import WorkerChanges
from tests.untouched import torch_state

FEW = [("husky", "snow", 22), ("wolf", "meadow", 24)]
BUDGET: dict[str, Any] = {"steps": 4, "animals": 2, "grounds": 1}


@pytest.fixture
def lab() -> Iterator[SnowLab]:
    made = SnowLab(scenes=[drawn(order) for order in FEW], seed=5, fresh=2, **BUDGET)
    yield made
    made.close()
    assert "deepvis-snow" not in {thread.name for thread in threading.enumerate()}


def train(lab: SnowLab, share: float) -> None:
    lab.share = share
    lab.train()
    assert lab.session.idle(120)


def test_what_is_shown_is_what_was_trained(lab: SnowLab) -> None:
    before = torch_state()
    assert lab.network is None and lab.shown == -1 and "no network yet" in lab.panes.said.value
    train(lab, 0.5)
    own = train_on_snow(0.5, 5, **BUDGET)
    assert lab.network is not None
    for name, value in own.module.state_dict().items():
        assert torch.equal(value, lab.network.module.state_dict()[name])
    found, (point,) = examine(own, count=2), lab.points
    assert (point["share"], point["seed"], point["accuracy"]) == (0.5, 5, pytest.approx(found.accuracy))
    assert point["mass"] == pytest.approx(found.mass_on_huskies_on_snow, abs=1e-5)
    assert point["called_wolf"] == found.huskies_on_snow_called_wolf
    answer = explain(own, drawn(FEW[0]), "cam").target
    assert lab.panes.gallery.captions[0].startswith(f"{answer} ")
    frame = lab.panes.gallery.last("pictures")
    assert frame is not None
    shown = frame.arrays["pictures"][0]
    over = blended(own.view(drawn(FEW[0])), explain(own, drawn(FEW[0]), "cam"), 0.6)
    np.testing.assert_allclose(shown.astype(int), to_bytes(over).astype(int), atol=2)
    assert torch_state() == before


def displayed(widget: Any) -> bool:
    return widget.layout.display != "none"


def test_it_opens_with_pictures_to_learn_from_and_goes_on_with_answers(lab: SnowLab) -> None:
    assert lab.session.idle(60)
    panes = lab.panes
    captions = panes.gallery.captions
    assert len(captions) == 10 and captions.count("wolf\non snow") == 5 and "husky\non snow" not in captions
    frame = panes.gallery.last("pictures")
    assert frame is not None and frame.arrays["pictures"].shape == (10, 128, 128, 3)
    assert displayed(panes.pictures) and displayed(panes.learned) and not displayed(panes.asked)
    assert panes.found.children == (), "no empty chart"
    lab.method = "occlusion"
    assert displayed(panes.pictures), "there is no network yet that another method could explain"
    train(lab, 1)
    assert len(panes.gallery.captions) == len(FEW) and displayed(panes.asked) and not displayed(panes.learned)
    assert panes.found.children == (panes.chart, panes.table)
    assert panes.gallery.label == "What the network says to the ten pictures, and why"


def test_closed_while_the_pictures_are_drawn() -> None:
    made = SnowLab(seed=5)
    made.close()
    assert made.comm is None and "deepvis-snow" not in {thread.name for thread in threading.enumerate()}


def test_each_network_is_a_point_and_any_of_them_can_be_seen_again(lab: SnowLab) -> None:
    for share in (1, 0.2, 1):
        train(lab, share)
    assert [(point["share"], point["seed"]) for point in lab.points] == [(1, 5), (0.2, 5), (1, 6)]
    wolf, mass = lab.panes.chart.marks
    assert wolf.x.tolist() == [1, 0.2, 1] and mass.y.tolist() == [point["mass"] for point in lab.points]
    assert lab.panes.chart.lines[0].x.tolist() == [0.2, 1, 1]
    assert [name for name, _ in lab.panes.network.options] == ["100% snow, number 1", "20% snow", "100% snow, number 2"]
    assert lab.shown == 2 and wolf.size.tolist().index(CHOSEN) == 2
    lab.panes.network.value = 1
    assert lab.shown == 1 and lab.network is lab.networks[1].network and "20%" in lab.panes.said.value
    wolf._element_click_handlers(wolf, {"data": {"index": 0}})
    assert lab.shown == 0 and lab.panes.network.value == 0


def test_another_method_explains_the_same_answers(lab: SnowLab) -> None:
    train(lab, 1)
    lab.panes.gallery.chosen = 0
    assert "lies on the animal" in lab.panes.picture.value and "(CAM)" in lab.panes.picture.value
    lab.method = "occlusion"
    assert lab.session.idle(60)
    maps = lab.session.maps
    assert set(maps) == {(0, "cam"), (0, "occlusion")} and len(maps[0, "occlusion"]) == len(FEW)
    assert "(Occlusion)" in lab.panes.picture.value and lab.panes.method.value == "occlusion"


def test_it_can_be_stopped_and_begun_again(lab: SnowLab) -> None:
    lab.panes.busy.bar.observe(lambda change: lab.stop() if change["new"] > 0.5 else None, names="value")
    train(lab, 1)
    assert lab.points == () and not lab.training and lab.panes.busy.layout.display == "none"
    assert lab.panes.notice.value == ""
    lab.panes.busy.bar.unobserve_all()
    train(lab, 1)
    assert len(lab.points) == 1


def test_one_training_at_a_time(lab: SnowLab) -> None:
    lab.train()
    with pytest.raises(DeepvisError, match="trained already"):
        lab.train()
    assert lab.panes.train.disabled
    assert lab.session.idle(120) and len(lab.points) == 1


def test_what_fails_is_a_sentence_and_the_networks_stay(lab: SnowLab, monkeypatch: pytest.MonkeyPatch) -> None:
    train(lab, 1)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("out of snow")

    monkeypatch.setattr(session, "train_on_snow", broken)
    train(lab, 0)
    assert "out of snow" in lab.panes.notice.value and not lab.training and len(lab.points) == 1
    monkeypatch.undo()
    train(lab, 0)
    assert lab.panes.notice.value == "" and len(lab.points) == 2


def test_the_slider_and_python_agree(lab: SnowLab) -> None:
    lab.share = 0.7
    assert lab.panes.share.value == 70 and "76%" in lab.panes.seen.value and "6%" in lab.panes.seen.value
    lab.panes.share.value = 0
    assert lab.share == 0 and "20%" in lab.panes.seen.value


@pytest.mark.parametrize(
    ("trait", "value", "words"),
    [
        ("share", 2, "no share of snow"),
        ("shown", 0, "there is none yet"),
        ("method", "lrp", "accepted: cam, occlusion"),
        ("method", "magic", "magic"),
    ],
)
def test_what_does_not_exist_changes_nothing(lab: SnowLab, trait: str, value: Any, words: str) -> None:
    before = getattr(lab, trait)
    with pytest.raises(DeepvisError, match=words):
        setattr(lab, trait, value)
    assert getattr(lab, trait) == before


@pytest.mark.parametrize(
    "bad", [{"share": 3}, {"seed": -1}, {"steps": 0}, {"fresh": 0}, {"epochs": 3}, {"scenes": [1]}]
)
def test_what_is_no_lab_is_refused_and_leaves_no_thread(bad: dict[str, Any]) -> None:
    threads = threading.active_count()
    with pytest.raises(DeepvisError):
        SnowLab(**bad)
    assert threading.active_count() == threads


def test_points_are_there_to_be_read(lab: SnowLab) -> None:
    with pytest.raises(traitlets.TraitError):
        lab.points = ()


def test_answers_change_widgets_by_push_alone(worker_changes: WorkerChanges) -> None:
    """As in a notebook: the event loop of the kernel runs on the main thread."""

    async def notebook() -> tuple[int, str]:
        lab = SnowLab(scenes=[drawn(order) for order in FEW], fresh=2, **BUDGET)
        lab.train()
        while lab.training:
            await asyncio.sleep(0.01)
        assert lab.session.idle(60)
        told = len(lab.points), str(lab.panes.said.value)
        lab.close()
        return told

    count, said = asyncio.run(notebook())
    assert worker_changes.others == set() and count == 1 and "Trained in" in said


def test_closed_in_the_middle_of_training(lab: SnowLab) -> None:
    lab.train()
    lab.close()
    assert lab.points == () and lab.comm is None


def test_the_lesson_goes_on_to_it_from_its_last_step() -> None:
    lesson = HuskyWolf(first="biased", scenes=[drawn(order) for order in FEW], fresh=1)
    lesson.making = True
    assert lesson.snow is not None and lesson.panes.making.children == ()
    lesson.stage = 4
    assert lesson.session.idle(60)
    assert lesson.panes.making.children == (lesson.snow,) and lesson.panes.ending.make.disabled
    assert lesson.snow.session.scenes == lesson.session.scenes, "the same pictures"
    lesson.back()
    assert lesson.panes.making.children == (), "not before the truth is told"
    lesson.close()
    assert lesson.snow.comm is None and "deepvis-snow" not in {thread.name for thread in threading.enumerate()}
