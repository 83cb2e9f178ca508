"""occlusion against captum's, and its records against one pass per position."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.fills import fill_picture, occlude
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.occlusion import OcclusionMap
from deepvis_widgets.methods.perturbation import score as passes
from deepvis_widgets.methods.perturbation.sweep import windows
from deepvis_widgets.passes import window_passes
from tests.families import make, picture, preprocess_of


def double(name: str) -> Network:
    return Network(make(name).double(), preprocess_of(name))


def ask(net: Network, **params: Any) -> OcclusionMap:
    found = explain(net, picture(net.size[0]), "occlusion", **params)
    assert isinstance(found, OcclusionMap)
    return found


@pytest.mark.parametrize(
    ("name", "window", "stride", "fill"),
    (
        ("plain", 8, 4, "grey"),
        ("plain", 7, 5, "blur"),
        ("plain", 5, 5, "black"),
        ("plain", 24, 1, "mean"),
        ("grey", 9, 2, "blur"),
    ),
)
def test_equals_captum(name: str, window: int, stride: int, fill: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The windows are the same without any padding: captum too starts at multiples of the stride and goes on until the
    picture is covered; its last window gets a negative padding, which clips it at the border as ours is clipped. It
    differs in what it refuses, a window larger than the picture, and in rounding its averages to float32, which is
    prevented here. Its baseline is given in the network's input.
    """
    captum_attr = pytest.importorskip("captum.attr")
    net = double(name)
    view = picture(24)
    x, baseline = net.feed(view[None]), net.feed(fill_picture(view, fill)[None])
    sides = {"sliding_window_shapes": (x.shape[1], window, window), "strides": (x.shape[1], stride, stride)}
    with monkeypatch.context() as patch:
        patch.setattr(torch.Tensor, "float", torch.Tensor.double)
        expected = captum_attr.Occlusion(net.module).attribute(x, baselines=baseline, target=1, **sides)[0, 0].detach()
    found = ask(net, target=1, window=window, stride=stride, fill=fill)
    torch.testing.assert_close(found.heatmap, expected, rtol=1e-9, atol=1e-13)


def test_records_what_each_window_does() -> None:
    net = double("plain")
    view = picture(24)
    found = ask(net, target=1, window=10, stride=6, fill="black", watch="features.3:2")
    assert found.boxes.shape == (4, 4, 4) and found.watched == "features.3:2"
    fill = fill_picture(view, "black")
    for row in range(4):
        for col in range(4):
            top, left = 6 * row, 6 * col
            box = (top, left, min(10, 24 - top), min(10, 24 - left))
            assert tuple(found.boxes[row, col].tolist()) == box
            recording = net.run(net.feed(occlude(view, fill, box)[None]), keep=("features.3",))
            logits = recording.logits[0]
            assert float(found.scores[row, col]) == pytest.approx(float(logits[1]))
            assert found.probabilities is not None and found.labels is not None and found.activations is not None
            assert float(found.probabilities[row, col]) == pytest.approx(float(logits.softmax(0)[1]))
            assert int(found.labels[row, col]) == int(logits.argmax())
            strongest = float(recording.outputs["features.3"][0, 2].max())
            assert float(found.activations[row, col]) == pytest.approx(strongest)
    assert found.score == pytest.approx(float(net.logits(view[None])[0, 1]))
    torch.testing.assert_close(found.drops, found.score - found.scores)
    assert found.names == {int(label): net.labels[label] for label in found.labels.unique()}


def test_softmax_on_request() -> None:
    found = ask(double("plain"), target=1, window=12, stride=12, score="softmax")
    assert found.probabilities is not None
    torch.testing.assert_close(found.scores, found.probabilities)


def test_watches_the_strongest_unit_of_a_layer() -> None:
    net = double("plain")
    maps = net.record(picture(24)).outputs["features.4"][0]
    found = ask(net, window=12, stride=12, watch="features.4")
    assert found.watched == f"features.4:{int(maps.amax((1, 2)).argmax())}"


def test_a_hidden_unit_at_its_strongest_position_and_only_as_deep() -> None:
    net = double("plain")
    view = picture(24)
    unit = net.record(view).outputs["features.1"][0, 2].detach()
    found = ask(net, layer="features.1", unit=2, window=6, stride=6)
    assert found.probabilities is None and found.labels is None and found.activations is not None
    row, col = int(unit.argmax()) // 24, int(unit.argmax()) % 24
    assert found.target == f"features.1:2 at {(row, col)}"
    assert found.score == pytest.approx(float(unit.max()))
    far = (found.boxes[..., :2] - torch.tensor([row, col])).abs().amax(-1) > 8  # a 3 × 3 filter sees no farther
    assert not found.drops[far].any() and found.drops.any()
    given = ask(net, layer="features.1", unit=(2, (row, col)), window=6, stride=6)
    assert torch.equal(given.heatmap, found.heatmap)
    deeper = ask(net, layer="features.1", unit=2, window=12, stride=12, watch="features.3:1")
    assert deeper.watched == "features.3:1"


@pytest.mark.parametrize("budget", (1, 2**28))
def test_streams_coarse_to_fine_to_the_same_map(budget: int, monkeypatch: pytest.MonkeyPatch) -> None:
    net = double("plain")
    whole = ask(net, target=1, window=6, stride=3)
    monkeypatch.setattr(passes, "BUDGET", budget)
    monkeypatch.setattr(window_passes, "MOST", budget)
    told: list[tuple[float, Any]] = []
    again = ask(net, target=1, window=6, stride=3, report=lambda *what: told.append(what))
    torch.testing.assert_close(again.heatmap, whole.heatmap, rtol=1e-10, atol=1e-14)
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told) and told[-1][0] == 1
    for _, partial in told:
        assert torch.isfinite(partial.heatmap).all() and partial.heatmap.shape == (24, 24)
        assert partial.image().size == (24, 24)
    assert [round(fraction * partial.reached.numel()) for fraction, partial in told] == [
        int(partial.reached.sum()) for _, partial in told
    ]
    errors = [float((partial.heatmap - whole.heatmap).norm()) for _, partial in told]
    assert errors[-1] == pytest.approx(0, abs=1e-12)
    if budget == 1:
        assert errors[len(errors) // 3] < errors[0]
        # after the coarse four, every block of 4 × 4 positions shows what was read at its corner
        coarse = told[3][1].scores
        torch.testing.assert_close(
            coarse, whole.scores[::4, ::4].repeat_interleave(4, 0).repeat_interleave(4, 1)[:7, :7]
        )


@pytest.mark.parametrize("size", ((24, 24), (7, 30), (5, 5)))
@pytest.mark.parametrize(("window", "stride"), ((6, 4), (6, 6), (40, 8), (1, 1)))
def test_windows_cover_the_whole_picture(size: tuple[int, int], window: int, stride: int) -> None:
    boxes = windows(size, window, stride)
    hidden = torch.zeros(size)
    for top, left, height, width in boxes.flatten(0, 1).tolist():
        assert height > 0 and width > 0 and top + height <= size[0] and left + width <= size[1]
        hidden[top : top + height, left : left + width] += 1
    assert hidden.min() >= 1


@pytest.mark.parametrize(
    ("params", "words"),
    (
        ({"window": 4, "stride": 5}, "stride=5"),
        ({"window": 0}, "window=0"),
        ({"fill": "pink"}, "fill"),
        ({"watch": "nowhere:3"}, "nowhere"),
        ({"watch": "nowhere"}, "nowhere"),
        ({"watch": "features.3:x"}, "no unit x"),
        ({"watch": "features.3:99"}, "no unit 99"),
    ),
)
def test_says_what_is_wrong(params: dict[str, Any], words: str) -> None:
    with pytest.raises(DeepvisError, match=words):
        ask(double("plain"), **params)
