"""The CAM board without a browser: numbers against torch, classes without a pass, what it refuses and frees."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods import explain, method
from deepvis_widgets.widgets.cam.answers import CLASSES
from deepvis_widgets.widgets.cam.cam_board import CamBoard
from deepvis_widgets.widgets.cam.panes import TERMS
from deepvis_widgets.widgets.link.protocol import Frame
from deepvis_widgets.zoo.load import load
from deepvis_widgets.zoo.scenes import scene
from tests.small_nets import Plain

SIDE = 32


class Squeezed(nn.Module):
    """A head like SqueezeNet's: a layer that makes the class maps, then their mean."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Conv2d(3, 6, 5, stride=2)
        self.maps = nn.Conv2d(6, 4, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.maps(torch.relu(self.features(x)))).mean((2, 3))


def network(module: Any = None) -> Network:
    torch.manual_seed(0)
    return Network(module or Plain(), Preprocess((SIDE, SIDE), None), name="small")


def pictures() -> list[torch.Tensor]:
    chance = torch.Generator().manual_seed(1)
    return [torch.rand(3, SIDE, SIDE, generator=chance) for _ in range(3)]


def settle(board: CamBoard) -> CamBoard:
    assert board.engine.idle(60)
    return board


@pytest.fixture
def board() -> Iterator[CamBoard]:
    made = settle(CamBoard(network(), pictures=pictures()))
    yield made
    made.close()


def last(widget: Any, kind: str) -> Frame:
    found: Frame | None = widget.last(kind)
    assert found is not None
    return found


def values(frame: Frame, levels: int) -> np.ndarray:
    low, high = frame.meta["lo"], frame.meta["hi"]
    return low + (high - low) * frame.arrays["values"].astype(np.float64) / levels


def near(frame: Frame, expected: torch.Tensor, levels: int = 65535) -> None:
    step = (frame.meta["hi"] - frame.meta["lo"]) / levels
    np.testing.assert_allclose(values(frame, levels), expected.detach().numpy(), atol=step + 1e-6)


def test_the_sum_of_all_terms_is_the_map_and_of_some_is_torchs(board: CamBoard) -> None:
    view = pictures()[0]
    net = board.network
    top = int(net.logits(view[None]).argmax())
    near(last(board.panes.sum.map, "map"), explain(net, view, "cam").coarse)  # type: ignore[attr-defined]
    features = net.module.features(net.feed(view[None]))[0].detach()
    weight = net.module.classifier.weight[top].detach()
    order = (weight * features.mean((1, 2))).abs().argsort(descending=True)
    for step in (0, 1, 3, 8):
        board.step = step
        expected = torch.einsum("k,khw->hw", weight[order[:step]], features[order[:step]])
        near(last(board.panes.sum.map, "map"), expected)
        near(last(board.stage, "overlay"), expected, 255)
        assert board.panes.sum.player.step == step
    for place, rank in enumerate(order[:TERMS].tolist()):
        near(last(board.panes.terms.maps[place], "map"), weight[rank] * features[rank])
        assert board.panes.terms.buttons[place].description.startswith(f"{rank}: ")


def test_the_numbers_add_up_to_the_logit(board: CamBoard) -> None:
    board.step = 2
    logits = board.network.logits(pictures()[0][None])[0]
    top = int(logits.argmax())
    bias = float(board.network.module.classifier.bias[top].detach())
    numbers = board.panes.sum.numbers.value.replace("−", "-")
    assert f"{float(logits[top]):.4g}" in numbers and f"{bias:+.3g}" in numbers
    curve = board.panes.sum.curve
    assert curve._line.y[-1] + bias == pytest.approx(float(logits[top]), abs=1e-5)
    assert (curve._here.x[0], curve._here.y[0]) == (2, pytest.approx(float(curve._line.y[2]), abs=1e-6))


def test_another_class_needs_no_pass(board: CamBoard, monkeypatch: Any) -> None:
    def forbidden(*_: Any) -> None:
        raise AssertionError("a forward pass for another class")

    board.panes.terms.pictures = None  # what a unit wants to see takes passes to draw
    monkeypatch.setattr(board.network.module, "forward", forbidden)
    board.panes.classes.buttons[2].click()
    channel = board.panes.classes.classes[2]
    assert board.target == channel and board.stage.notice == ""
    assert f"CAM of {board.network.labels[channel]}" == board.panes.sum.map.title
    board.panes.classes.maps[3].position = [1, 1]  # what a click on the map sets
    assert board.target == board.panes.classes.classes[3] and board.panes.classes.maps[3].position is None
    monkeypatch.undo()
    near(last(board.panes.sum.map, "map"), explain(board.network, pictures()[0], "cam", target=board.target).coarse)  # type: ignore[attr-defined]


def test_the_strongest_classes_are_side_by_side_and_the_chosen_one_among_them() -> None:
    torch.manual_seed(0)
    module = Plain()
    module.classifier = nn.Linear(8, 9)
    board = settle(CamBoard(network(module), pictures=pictures()))
    logits = board.network.logits(pictures()[0][None])[0]
    assert board.panes.classes.classes == logits.argsort(descending=True)[:CLASSES].tolist()
    weakest = int(logits.argmin())
    board.target = weakest
    assert board.panes.classes.classes[-1] == weakest and len(board.panes.classes.classes) == CLASSES
    assert "dv-chosen" in board.panes.classes.cards[CLASSES - 1]._dom_classes
    shares = logits.softmax(0)
    for place, index in enumerate(board.panes.classes.classes):
        lines = last(board.panes.classes.maps[place], "map").meta["lines"]
        assert lines[0] == f"{float(shares[index]):.1%}"
    board.close()


def test_the_box_is_the_maps_and_is_measured_against_the_mask() -> None:
    net, picture = load("husky-wolf"), scene("wolf", "snow", 3)
    board = settle(CamBoard(net, picture))
    found = explain(net, picture, "cam")
    for threshold in (0.2, 0.6):
        board.threshold = threshold
        kinds = {mark["kind"]: mark["box"] for mark in board.stage.boxes}
        assert kinds["localization"] == list(found.box(threshold))  # type: ignore[attr-defined]
        rows, cols = np.nonzero(picture.mask)
        truth = [rows.min(), cols.min(), np.ptp(rows) + 1, np.ptp(cols) + 1]
        assert kinds["selected"] == truth
        canvas = np.zeros((2, 128, 128), bool)
        for layer, (top, left, height, width) in zip(canvas, (kinds["localization"], truth), strict=True):
            layer[top : top + height, left : left + width] = True
        share = (canvas[0] & canvas[1]).sum() / (canvas[0] | canvas[1]).sum()
        assert f"{share:.2f}" in board.panes.picture.words.value
    board.image = picture.image  # the same picture, without what is known about it
    settle(board)
    assert [mark["kind"] for mark in board.stage.boxes] == [
        "localization"
    ] and "union" not in board.panes.picture.words.value
    board.close()


def test_where_the_layer_makes_the_maps_it_says_so() -> None:
    board = settle(CamBoard(network(Squeezed()), pictures=pictures(), target=1))
    assert "makes a map for every class itself" in board.panes.terms.title.value
    assert board.panes.terms.layout.display == "none" and board.panes.sum.player.layout.display == "none"
    near(last(board.panes.sum.map, "map"), explain(board.network, pictures()[0], "cam", target=1).coarse)  # type: ignore[attr-defined]
    assert board.count is None and len(board.panes.classes.classes) == 4
    board.close()


def test_a_network_without_a_head_gets_the_methods_own_sentence() -> None:
    class Flat(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = nn.Conv2d(3, 4, 3, stride=2), nn.Linear(4 * 15 * 15, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.last(self.first(x).flatten(1))

    net = network(Flat())
    threads = threading.active_count()
    with pytest.raises(DeepvisError) as caught:
        CamBoard(net, pictures=pictures())
    assert str(caught.value) == method("cam").refuses(net)
    assert threading.active_count() <= threads


@pytest.mark.parametrize(
    ("trait", "value", "words"),
    [
        ("threshold", 1.5, "threshold=1.5"),
        ("step", 9, "0 to 8"),
        ("step", -1, "step=-1"),
        ("target", 77, "no class 77"),
        ("target", "poodle", "poodle"),
        ("image", "nowhere.png", "nowhere.png"),
    ],
)
def test_what_does_not_exist_is_refused_and_nothing_changes(
    board: CamBoard, trait: str, value: Any, words: str
) -> None:
    before, shown = getattr(board, trait), last(board.panes.sum.map, "map").arrays["values"].copy()
    with pytest.raises(DeepvisError, match=words):
        setattr(board, trait, value)
    assert getattr(board, trait) is before or getattr(board, trait) == before
    assert (last(board.panes.sum.map, "map").arrays["values"] == shown).all()


def test_an_unreadable_picture_leaves_a_sentence_and_the_old_picture(board: CamBoard) -> None:
    before = last(board.stage, "picture").arrays["picture"].copy()
    board.show("nowhere.png")
    settle(board)
    assert "nowhere.png" in board.stage.notice
    assert (last(board.stage, "picture").arrays["picture"] == before).all()
    board.show(pictures()[1])
    assert board.stage.notice == ""


def test_a_failing_network_is_a_sentence(board: CamBoard, monkeypatch: Any) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("the network broke")

    monkeypatch.setattr(board.network.module, "forward", broken)
    before = last(board.panes.sum.map, "map").arrays["values"].copy()
    board.image = pictures()[2]
    settle(board)
    assert "the network broke" in board.stage.notice
    assert (last(board.panes.sum.map, "map").arrays["values"] == before).all()


def test_a_network_that_cannot_be_had_is_one_sentence_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    more: list[Any] = []
    monkeypatch.setattr("sys.unraisablehook", more.append)
    with pytest.raises(DeepvisError, match="no such net"):
        CamBoard("no such net")
    gc.collect()
    assert not more
