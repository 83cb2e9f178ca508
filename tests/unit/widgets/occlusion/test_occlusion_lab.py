"""The occlusion lab without a browser: what hiding does, by hand and by sweep, against passes of one's own."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.picture.reduce import backward_view
from deepvis_widgets.methods import explain
from deepvis_widgets.widgets.link.protocol import Frame, pack
from deepvis_widgets.widgets.occlusion.occlusion_lab import OcclusionLab
from tests.small_nets import Plain

SIDE = 32


def network() -> Network:
    torch.manual_seed(0)
    return Network(Plain(), Preprocess((SIDE, SIDE), None), name="small")


def pictures() -> list[torch.Tensor]:
    chance = torch.Generator().manual_seed(1)
    return [torch.rand(3, SIDE, SIDE, generator=chance) for _ in range(2)]


def settle(lab: OcclusionLab) -> OcclusionLab:
    assert lab.engine.idle(60)
    return lab


@pytest.fixture
def lab() -> Iterator[OcclusionLab]:
    made = settle(OcclusionLab(network(), pictures=pictures(), target=1))
    made.window = 8
    settle(made)
    yield made
    made.close()


def last(widget: Any, kind: str) -> Frame:
    found: Frame | None = widget.last(kind)
    assert found is not None
    return found


def values(frame: Frame, levels: int = 65535) -> np.ndarray:
    low, high = frame.meta["lo"], frame.meta["hi"]
    return low + (high - low) * frame.arrays["values"].astype(np.float64) / levels


def hidden(lab: OcclusionLab, box: tuple[int, int, int, int]) -> torch.Tensor:
    top, left, height, width = box
    view = pictures()[0].clone()
    view[:, top : top + height, left : left + width] = 0.5
    return view


def drag(lab: OcclusionLab, box: Any, seq: int) -> list[int]:
    answered: list[int] = []
    lab.stage.ack = answered.append  # type: ignore[method-assign]
    lab.stage._receive(None, *pack("occluder", seq, {"box": box, "final": False}))
    settle(lab)
    return answered


def test_a_window_put_by_hand_leaves_what_the_network_said(lab: OcclusionLab) -> None:
    box = (10, 12, 8, 8)
    lab.occluder = box
    settle(lab)
    net = lab.network
    logits = net.logits(hidden(lab, box)[None])[0]
    before = net.logits(pictures()[0][None])[0]
    number = next(number for number, seen in enumerate(lab.trail.seen) if seen.box == box)
    seen = lab.trail.seen[number]
    assert (seen.score, seen.label) == (pytest.approx(float(logits[1]), abs=1e-5), int(logits.argmax()))
    assert seen.probability == pytest.approx(float(logits.softmax(0)[1]), abs=1e-6)
    layer, unit = lab.layer, lab.probe.watched.channel  # type: ignore[union-attr]
    output = net.run(net.feed(hidden(lab, box)[None]), keep=(layer,)).outputs[layer][0, unit]
    assert seen.activation == pytest.approx(float(output.max()), abs=1e-6)
    shown = last(lab.panes.maps.probability, "map")
    row, col = lab.trail.nearest(box)
    assert shown.arrays["record"][row, col] == number and shown.arrays["boxes"][number].tolist() == list(box)
    assert values(shown)[row, col] == pytest.approx(seen.probability, abs=2e-5)
    drop = values(last(lab.stage, "overlay"), 255)
    low, high = last(lab.stage, "overlay").meta["lo"], last(lab.stage, "overlay").meta["hi"]
    assert drop[14, 16] == pytest.approx(float(before[1] - logits[1]), abs=(high - low) / 255)
    assert drop[31, 31] == pytest.approx(0, abs=(high - low) / 255)


def test_the_window_is_not_tinted_by_its_own_first_place(lab: OcclusionLab) -> None:
    assert len(lab.trail.seen) == 1 and not lab.stage.overlay
    lab.occluder = (10, 12, 8, 8)
    settle(lab)
    assert lab.stage.overlay
    lab.clear()
    settle(lab)
    assert len(lab.trail.seen) == 1 and not lab.stage.overlay


def test_every_step_of_a_drag_is_acknowledged_and_leaves_its_trail(lab: OcclusionLab) -> None:
    assert drag(lab, [4, 4, 8, 8], 5) == [5]
    assert drag(lab, [5, 6, 8, 8], 6) == [6]
    boxes = [seen.box for seen in lab.trail.seen]
    assert (4, 4, 8, 8) in boxes and (5, 6, 8, 8) in boxes
    assert drag(lab, [4, 4, 12, 8], 7) == [7]  # while it is resized
    assert (4, 4, 12, 8) not in [seen.box for seen in lab.trail.seen]
    assert drag(lab, None, 8) == [8]


def test_a_failing_network_is_a_sentence_and_the_drag_goes_on(lab: OcclusionLab, monkeypatch: Any) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("the network broke")

    monkeypatch.setattr(lab.network.module, "forward", broken)
    assert drag(lab, [4, 4, 8, 8], 5) == [5]
    assert "the network broke" in lab.stage.notice
    monkeypatch.undo()
    assert drag(lab, [5, 4, 8, 8], 6) == [6] and lab.stage.notice == ""


def test_the_watched_map_is_shown_projected_down(lab: OcclusionLab) -> None:
    lab.unit = 1
    settle(lab)
    found = explain(lab.network, pictures()[0], "deconvnet", layer=lab.layer, unit=1, seed="map")
    expected = backward_view(found.attribution, "raw").permute(1, 2, 0).numpy()  # type: ignore[attr-defined]
    pane = lab.panes.projection
    np.testing.assert_allclose(last(pane, "rgb").arrays["picture"] / 255, expected, atol=1 / 255)
    assert pane.title == f"Deconvolution of {lab.layer}:1" and pane.notice == ""
    pane.show(lab.session.experiment, None, "There is none.")  # type: ignore[arg-type]
    assert pane.notice == "There is none." and len(np.unique(last(pane, "rgb").arrays["picture"])) == 1


def test_a_sweep_gives_the_methods_maps(lab: OcclusionLab) -> None:
    lab.stride = 6
    lab.sweep()  # follows the look at the whole picture that another stride asks for
    settle(lab)
    watched = lab.probe.watched  # type: ignore[union-attr]
    watch = f"{watched.layer}:{watched.channel}"
    expected: Any = explain(lab.network, pictures()[0], "occlusion", target=1, window=8, stride=6, watch=watch)
    np.testing.assert_allclose(
        values(last(lab.panes.maps.probability, "map")), expected.probabilities.numpy(), atol=2e-5
    )
    shown = last(lab.panes.maps.activation, "map")
    np.testing.assert_allclose(values(shown), expected.activations.numpy(), atol=shown.meta["hi"] / 6e4)
    labels = last(lab.panes.maps.label, "rgb")
    for row in range(expected.labels.shape[0]):
        for col in range(expected.labels.shape[1]):
            colour = "#" + bytes(labels.arrays["picture"][row, col]).hex()
            assert colour == lab.session.experiment.colours.colour(int(expected.labels[row, col]))
            note = labels.meta["notes"][labels.arrays["record"][row, col]]
            assert lab.network.labels[int(expected.labels[row, col])] in note
    by_hand = [seen for seen in lab.trail.seen if seen.box == tuple(lab.occluder)]
    assert by_hand, "the window in the corner is one of the sweep's"
    overlay = last(lab.stage, "overlay")
    step = (overlay.meta["hi"] - overlay.meta["lo"]) / 255
    np.testing.assert_allclose(values(overlay, 255), expected.heatmap.numpy(), atol=step + 1e-6)
    assert not lab.panes.sweeping.running and lab.stage.notice == ""


def test_a_stopped_sweep_keeps_what_it_found(lab: OcclusionLab, monkeypatch: Any) -> None:
    lab.stride = 1
    settle(lab)
    monkeypatch.setattr("deepvis_widgets.widgets.occlusion.session.OFTEN", 0.0)
    monkeypatch.setattr(lab.session, "_draw", lambda: lab.trail.swept and lab.stop())
    lab.sweep()
    settle(lab)
    assert 1 < len(lab.trail.seen) < lab.trail.boxes.shape[0] * lab.trail.boxes.shape[1]
    assert not lab.panes.sweeping.running
    assert (lab.trail.cells() >= 0).all(), "between the windows visited, cells show a neighbour's answer"


def test_another_setting_is_another_experiment(lab: OcclusionLab) -> None:
    for trait, value in (("fill", "black"), ("window", 10), ("target", 2), ("unit", 3), ("layer", "features.1")):
        lab.occluder = (3, 3, lab.window, lab.window)
        settle(lab)
        before = lab.probe
        setattr(lab, trait, value)
        settle(lab)
        assert lab.probe is not before and len(lab.trail.seen) == 1, trait
    assert lab.unit is None and lab.probe.watched.layer == "features.1"  # type: ignore[union-attr]
    assert lab.panes.controls.unit.label == "strongest" and len(lab.panes.controls.unit.options) == 7
    assert lab.occluder == (3, 3, 10, 10)


def test_an_occluder_of_another_size_makes_a_window_of_its_longer_side(lab: OcclusionLab) -> None:
    lab.stage.occluder = [20, 4, 12, 6]  # what the stage sets when the hand lets go
    settle(lab)
    assert (lab.window, lab.occluder) == (12, (20, 4, 12, 12))
    assert lab.stage.occluder == [20, 4, 12, 12]
    lab.stage.occluder = None
    settle(lab)
    assert lab.occluder == (0, 0, 12, 12) and lab.stage.occluder == [0, 0, 12, 12]


def test_a_cell_puts_the_window_there(lab: OcclusionLab) -> None:
    lab.panes.maps.label.position = [2, 1]
    settle(lab)
    assert lab.occluder == (16, 8, 8, 8)


@pytest.mark.parametrize(
    ("trait", "value", "words"),
    [
        ("window", 2, "window=2"),
        ("stride", 9, "stride=9"),
        ("layer", "nowhere", "nowhere"),
        ("unit", 99, "no unit 99"),
        ("occluder", (30, 30, 8, 8), "does not lie inside"),
        ("target", "poodle", "poodle"),
    ],
)
def test_what_does_not_exist_is_refused(lab: OcclusionLab, trait: str, value: Any, words: str) -> None:
    before = getattr(lab, trait)
    with pytest.raises(DeepvisError, match=words):
        setattr(lab, trait, value)
    assert getattr(lab, trait) == before


def test_a_network_that_cannot_be_had_is_one_sentence_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    more: list[Any] = []
    monkeypatch.setattr("sys.unraisablehook", more.append)
    with pytest.raises(DeepvisError, match="no such net"):
        OcclusionLab("no such net")
    gc.collect()
    assert not more
