"""The ShiftLab without a browser: curves against single passes, the lesson's sentence, dragging, what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import nn

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.widgets.link.protocol import pack
from deepvis_widgets.widgets.shift.answers import Asked, Curve
from deepvis_widgets.widgets.shift.shift_lab import ShiftLab
from deepvis_widgets.widgets.shift.words import lesson_words
from deepvis_widgets.zoo.scenes import CLASSES
from tests.untouched import Untouched


@pytest.fixture(scope="module")
def opened() -> Iterator[ShiftLab]:
    made = ShiftLab()
    yield made
    made.close()


@pytest.fixture
def lab(opened: ShiftLab) -> ShiftLab:
    opened.label, opened.background, opened.seed, opened.share = "leopard", "desert", 3, 0.8
    opened.direction, opened.score = "down", "probability"
    opened.row, opened.col = opened.movable.home
    assert opened.idle(60)
    return opened


def curves(lab: ShiftLab) -> list[Curve]:
    assert lab.idle(60)
    return [curve for curve in lab.curves if curve is not None]


def test_every_point_of_a_curve_is_a_pass_of_its_own(lab: ShiftLab) -> None:
    pooled, flat = curves(lab)
    assert pooled.asked.places[0] == 0 and pooled.asked.places[-1] == lab.movable.reach[0]
    for place in (0, 4, pooled.asked.places[-1]):
        number = pooled.asked.places.index(place)
        picture = lab.movable.picture(place, lab.col)
        for network, curve in zip(lab.networks, (pooled, flat), strict=True):
            x = network.feed(picture[None])
            with torch.no_grad():
                logits = network.module(x)[0]
            channel = CLASSES.index("leopard")
            assert torch.allclose(curve.scores[number], logits[channel], atol=1e-4)
            assert torch.allclose(curve.probabilities[number], logits.softmax(0)[channel], atol=1e-5)
        with torch.no_grad():
            module = lab.networks[1].module
            hidden = module.relu1(module.full1(module.flatten(module.pool(module.features(x)))))[0]
        assert torch.allclose(flat.hidden[number], hidden[list(flat.units)], atol=1e-4)


def test_the_units_followed_are_those_that_say_most_for_the_class(lab: ShiftLab) -> None:
    pooled = curves(lab)[0]
    module, home = lab.networks[0].module, lab.movable.picture(*lab.movable.home)
    with torch.no_grad():
        means = module.features(lab.networks[0].feed(home[None])).mean((2, 3))[0]
        says = means * module.classifier.weight[CLASSES.index("leopard")]
    assert pooled.layer == "flatten" and set(pooled.units) == set(says.topk(3).indices.tolist())


def test_the_lesson_is_measured(lab: ShiftLab) -> None:
    pooled, flat = curves(lab)
    assert pooled.strays == pytest.approx(float(np.std(pooled.probabilities.numpy())), rel=1e-4)
    assert flat.strays > 2 * pooled.strays, "a leopard high up in the picture"
    said = lesson_words(lab.networks, [pooled, flat])
    assert said.startswith("On this way husky-wolf is the steadier one") and "weights of its own" in said
    assert "weights of its own" in lab.panes.lesson.value
    lab.direction = "across"
    assert "weights of its own" not in lesson_words(lab.networks, curves(lab))


def made_up(probabilities: list[float]) -> Curve:
    values = torch.tensor(probabilities)
    asked = Asked("leopard", list(range(len(probabilities))), torch.zeros(0), torch.zeros(0))
    return Curve(asked, "relu1", (0,), values, values, values[:, None])


def test_another_measurement_leads_to_another_sentence(lab: ShiftLab) -> None:
    steady, astray = made_up([0.9, 0.9, 0.8]), made_up([0.9, 0.1, 0.9])
    assert "Here flattening loses nothing" in lesson_words(lab.networks, [astray, steady])
    assert "about as far" in lesson_words(lab.networks, [steady, steady])
    assert made_up([2.0, 1.0, 0.0]).kept == pytest.approx(0.5)


def test_dragging_the_frame_moves_the_object_and_asks_anew(lab: ShiftLab) -> None:
    height, width = lab.movable.size
    stage = lab.panes.stage
    stage._receive(stage, *pack("occluder", 1, {"box": [5, 9, height, width], "final": True}))
    assert (lab.row, lab.col) == (5, 9) and lab.panes.controls.sliders["row"].value == 5
    frame = stage.last("picture")
    assert frame is not None
    wanted = (lab.movable.picture(5, 9) * 255).round().permute(1, 2, 0).numpy().astype(np.uint8)
    np.testing.assert_array_equal(frame.arrays["picture"], wanted)
    assert lab.idle(60)
    net = lab.networks[1]
    share = float(net.probabilities(lab.movable.picture(5, 9)[None])[0, CLASSES.index("leopard")])
    assert f"husky-wolf-flattened: leopard {share:.0%}" in lab.panes.words.value
    stage._receive(stage, *pack("occluder", 2, {"box": [-40, 900, height, width], "final": True}))
    assert (lab.row, lab.col) == (0, lab.movable.reach[1])
    stage.occluder = [20, 30, 3, 3]  # let go by a corner
    assert (lab.row, lab.col) == (20, 30) and stage.occluder == [20, 30, height, width]
    stage.occluder = None
    assert stage.occluder == [20, 30, height, width]
    lab.panes.controls.sliders["row"].value = 12
    assert lab.row == 12 and stage.occluder == [12, lab.col, height, width]


def test_another_object_stands_where_its_scene_has_it(lab: ShiftLab) -> None:
    lab.panes.controls.menus["label"].value = "teapot"
    assert (lab.row, lab.col) == lab.movable.home
    assert [curve.asked.label for curve in curves(lab)] == ["teapot", "teapot"]
    lab.score = "logit"
    assert "Logit of teapot" in lab.panes.scores.heading.value
    np.testing.assert_allclose(lab.panes.scores.lines[1].y, curves(lab)[1].scores.numpy(), rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("label", "unicorn"),
        ("label", None),
        ("background", "moon"),
        ("seed", -1),
        ("seed", 1.5),
        ("share", 0.1),
        ("share", "big"),
        ("row", 999),
        ("col", -1),
        ("direction", "up"),
        ("score", "odds"),
    ],
)
def test_what_does_not_exist_is_refused_and_changes_nothing(lab: ShiftLab, name: str, value: object) -> None:
    before = getattr(lab, name)
    with pytest.raises(DeepvisError):
        setattr(lab, name, value)
    assert getattr(lab, name) == before


def test_networks_must_be_a_list_of_a_few_that_know_the_classes() -> None:
    with pytest.raises(DeepvisError, match="a list of one to 4"):
        ShiftLab("husky-wolf")
    with pytest.raises(DeepvisError, match='ShiftLab has no "speed"'):
        ShiftLab(speed=2)
    for label, settings in (("sunflower", {"label": "sunflower"}), ("leopard", {})):
        stranger = Network(
            nn.Sequential(nn.Flatten(), nn.Linear(3 * 64, 2)), Preprocess((8, 8), None), ["teapot", "cat"]
        )
        with pytest.raises(DeepvisError, match=label):
            ShiftLab([stranger], **settings)


def test_a_network_of_ones_own_is_left_alone() -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 4, 5, 4), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(16, 12))
    network = Network(module, Preprocess((64, 64), None, (0.5,) * 3, (0.25,) * 3), labels=list(CLASSES))
    before = Untouched(module)
    made = ShiftLab([network], share=0.5)
    curve = made.curves[0] if made.idle(60) else None
    assert curve is not None and curve.layer == "3"
    with torch.no_grad():
        logits = module(network.preprocess(curve.asked.pictures[0])[None])
    assert torch.allclose(curve.scores[0], logits[0, CLASSES.index("leopard")], atol=1e-5), "pictures are made smaller"
    made.close()
    assert made.curves == [None]
    before.check()


def test_a_failing_pass_is_a_sentence(lab: ShiftLab, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("deepvis_widgets.widgets.shift.session.here", broken)
    lab.row = 3
    assert lab.idle(60) and "asking about this picture" in lab.panes.stage.notice
    monkeypatch.undo()
    lab.row = 4
    assert lab.idle(60) and lab.panes.stage.notice == ""
