"""What a network's output means: found where it shows, said where it does not, and never a softmax over one number."""

import copy
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.atlas.builder.transport import pack, unpack
from deepvis_widgets.core.answers.output import tensor_in

SIDE = 16
PREPARE = dv.Preprocess((SIDE, SIDE), None)
VIEW = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(5))


class Small(nn.Module):
    """Global average pooling and a linear map to `count` numbers, and what `end` makes of them."""

    def __init__(self, count: int, end: Callable[[Tensor], Any] | None = None) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(1)
            self.conv, self.last = nn.Conv2d(3, 8, 3), nn.Linear(8, count)
        self.last.weight.data.mul_(5)
        self.end = end

    def forward(self, x: Tensor) -> Any:
        y = self.last(torch.relu(self.conv(x)).mean((2, 3)))
        return y if self.end is None else self.end(y)


@dataclass
class Output:
    logits: Tensor


def network(count: int, end: Callable[[Tensor], Any] | None = None, **given: Any) -> dv.Network:
    return dv.Network(Small(count, end).eval(), PREPARE, name="small", **given)


def raw(net: dv.Network) -> Any:
    return net.module(net.feed(VIEW[None]))


@pytest.mark.parametrize(
    ("count", "end", "labels", "kind"),
    [
        (4, None, None, "classes"),
        (4, lambda y: y.softmax(1), None, "classes"),
        (4, torch.sigmoid, None, "labels"),
        (4, lambda y: y.sigmoid().view(len(y), -1).clone(), None, "labels"),
        (4, lambda y: y.sigmoid_(), None, "labels"),
        (1, torch.sigmoid, None, "labels"),
        (1, lambda y: y.sigmoid().squeeze(1), None, "labels"),
        (1, None, ["defect"], "labels"),
        (1, None, None, "values"),
        (1, lambda y: y.squeeze(1), None, "values"),
        (4, lambda y: y[:, :, None, None].expand(-1, -1, 5, 6), None, "pixels"),
    ],
)
def test_the_meaning_is_found_where_it_shows(count: int, end: Any, labels: Any, kind: str) -> None:
    net = network(count, end, labels=labels)
    assert (net.answers.kind, net.classes) == (kind, count)
    assert bool(net.unsaid) == (kind == "values")


@pytest.mark.parametrize("end", [torch.sigmoid, lambda y: y.sigmoid_()])
def test_labels_have_a_sigmoid_each_and_it_is_taken_once(end: Any) -> None:
    net = network(4, end)
    torch.testing.assert_close(net.probabilities(VIEW[None]), raw(net))
    torch.testing.assert_close(net.logits(VIEW[None]), Small(4).eval()(net.feed(VIEW[None])))


def test_one_logit_is_no_softmax() -> None:
    net = network(1, labels=["defect"])
    expected = torch.sigmoid(raw(net))
    assert 0.01 < float(expected) < 0.99
    torch.testing.assert_close(net.probabilities(VIEW[None]), expected)
    (gradient,) = torch.autograd.grad(torch.sigmoid(net.module(x := net.feed(VIEW[None]).requires_grad_())).sum(), x)
    found = dv.explain(net, VIEW, "gradient", score="probability")
    torch.testing.assert_close(found.attribution, gradient[0])
    occluded = dv.explain(net, VIEW, "occlusion", score="probability", window=8, stride=8)
    assert occluded.heatmap.abs().max() > 0


def test_curves_of_one_logit_follow_its_probability() -> None:
    from deepvis_widgets.scores import curves

    net = network(1, labels=["defect"])
    found = dv.explain(net, VIEW, "gradient_x_input")
    drawn = curves(net, found.picture, found.heatmap, 0, steps=4)
    assert float(drawn.deletion[0]) == pytest.approx(float(torch.sigmoid(raw(net))), abs=1e-5)
    assert drawn.deletion.std() > 0


def test_values_have_no_probability_and_are_explained_as_they_are() -> None:
    net = network(3, answers=dv.Values(["age", "weight", "angle"], units=["years", "kg", "°"]))
    with pytest.raises(dv.DeepvisError, match="no probabilities"):
        net.probabilities(VIEW[None])
    with pytest.raises(dv.DeepvisError, match='score="logit" explains its value'):
        dv.explain(net, VIEW, "gradient", score="softmax")
    lime = dv.explain(net, VIEW, "lime", target="age", samples=4, segmentation="slic")
    assert lime.params.score == "logit"
    assert float(lime.answers[0]) == pytest.approx(float(raw(net)[0, 0]), rel=1e-4)
    cam = dv.explain(net, VIEW, "cam")  # the first value, not the largest: their units differ
    assert cam.target == "age"


def test_cam_of_values_is_exact_also_through_a_squeeze() -> None:
    net = network(1, lambda y: y.squeeze(1), answers=dv.Values("age"))
    assert net.answers.labels == ("age",)
    x = net.feed(VIEW[None])
    assert float(net.logits(VIEW[None])) == pytest.approx(float(net.module(x)), rel=1e-5)
    cam = dv.explain(net, VIEW, "cam")
    assert float(cam.coarse.mean() + net.module.last.bias) == pytest.approx(float(net.module(x)), rel=1e-4)


@pytest.mark.parametrize(
    "end",
    [
        lambda y: (y, y * 2),
        lambda y: (y.new_zeros(len(y), 9), y),
        lambda y: [y.new_zeros(len(y), 2, 3, 3), y],
        lambda y: {"features": y.new_zeros(len(y), 9), "logits": y},
        lambda y: OrderedDict(out=y, aux=y * 2),
        lambda y: Output(y),
        lambda y: y[:, :, None, None],
    ],
)
def test_scores_are_found_in_what_is_returned(end: Any) -> None:
    net = network(4, end, labels=["a", "b", "c", "d"])
    torch.testing.assert_close(net.logits(VIEW[None]), Small(4).eval()(net.feed(VIEW[None])))


def test_where_it_cannot_be_known_the_sentence_asks() -> None:
    with pytest.raises(dv.DeepvisError, match=r"0 of shape \(1, 9\), 1 of shape \(1, 4\); say which is its answer"):
        network(4, lambda y: (y.new_zeros(len(y), 9), y))
    with pytest.raises(dv.DeepvisError, match="'a' of shape .* 'b' of shape"):
        network(4, lambda y: {"a": y, "b": y * 2})
    said = network(4, lambda y: {"a": y, "b": y * 2}, answers=dv.Classes(output="b"))
    torch.testing.assert_close(said.logits(VIEW[None]), 2 * Small(4).eval()(said.feed(VIEW[None])))
    with pytest.raises(dv.DeepvisError, match="returns no 'c'; it returns 'a', 'b'"):
        network(4, lambda y: {"a": y, "b": y}, answers=dv.Classes(output="c"))


def test_what_is_not_accepted_is_one_sentence() -> None:
    with pytest.raises(dv.DeepvisError, match="answers is a str; accepted: dv.Classes"):
        network(4, answers="classes")
    with pytest.raises(dv.DeepvisError, match="Labels were given twice"):
        network(2, answers=dv.Labels(["a", "b"]), labels=["a", "b"])
    with pytest.raises(dv.DeepvisError, match="3 labels were given and small has 4 labels"):
        network(4, answers=dv.Labels(["a", "b", "c"]))
    with pytest.raises(dv.DeepvisError, match=r"2 units were given and small has 3 values"):
        network(3, answers=dv.Values(units=["m", "s"]))
    with pytest.raises(dv.DeepvisError, match="accepted: a .low, high. for each value"):
        dv.Values("age", ranges=[(4, 4)])
    with pytest.raises(dv.DeepvisError, match="accepted are scores"):
        network(4, lambda y: y[:, :, None])
    with pytest.raises(dv.DeepvisError, match="Boxes needs torchvision's detections"):
        network(4, answers=dv.Boxes(["cat"]))
    with pytest.raises(dv.DeepvisError, match="answers to 3 pictures for 1"):
        network(4, lambda y: y.expand(3, -1))
    with pytest.raises(dv.DeepvisError, match="The network returned nothing"):
        tensor_in(None)


def test_a_similarity_is_the_cosine_with_a_second_picture() -> None:
    second = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(6))
    net = network(6, answers=dv.Similarity(second))
    assert (net.labels, net.answers.probable) == (["similarity"], False)
    a, b = net.module(net.feed(VIEW[None])), net.module(net.feed(second[None]))
    torch.testing.assert_close(net.logits(VIEW[None])[0], torch.cosine_similarity(a, b))
    (gradient,) = torch.autograd.grad(
        torch.cosine_similarity(net.module(x := net.feed(VIEW[None]).requires_grad_()), b.detach()).sum(), x
    )
    torch.testing.assert_close(dv.explain(net, VIEW, "gradient").attribution, gradient[0], rtol=1e-4, atol=1e-7)
    occluded = dv.explain(net, VIEW, "occlusion", window=8, stride=8)
    assert occluded.score == pytest.approx(float(torch.cosine_similarity(a, b)), abs=1e-5)


def test_a_similarity_follows_the_weights() -> None:
    net = network(6, answers=dv.Similarity(VIEW))
    assert float(net.logits(VIEW[None])) == pytest.approx(1.0, abs=1e-5)
    with torch.no_grad():
        net.module.last.weight.mul_(-1.0).add_(0.3)
    assert float(net.logits(VIEW[None])) == pytest.approx(1.0, abs=1e-5)


SECOND = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(6))


@pytest.mark.parametrize(
    ("count", "given"),
    [
        (3, {"answers": dv.Values(["age", "weight", "angle"])}),
        (1, {"labels": ["defect"]}),
        (4, {"answers": dv.Labels(list("abcd"))}),
        (6, {"answers": dv.Similarity(SECOND)}),
    ],
)
def test_a_copy_and_a_network_sent_to_a_worker_answer_alike(count: int, given: Any, tmp_path: Path) -> None:
    net = network(count, **given)
    expected = net.bars(VIEW)
    for other in (net.with_module(copy.deepcopy(net.module)), unpack(pack(net, tmp_path))):
        assert (other.answers.kind, other.labels, other.name) == (net.answers.kind, net.labels, net.name)
        torch.testing.assert_close(other.bars(VIEW), expected)


def test_an_atlas_says_which_values_a_unit_goes_with(tmp_path: Path) -> None:
    net = network(2, answers=dv.Values(["age", "tilt"]))
    pictures = [torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(seed)) for seed in range(12)]
    atlas = dv.Atlas.build(net, pictures, tmp_path / "a", layers=["conv"], top=1, workers=0, quiet=True)
    maps = torch.stack([net.module.conv(net.feed(view[None]))[0].amax((1, 2)) for view in pictures])
    values = torch.stack([net.bars(view) for view in pictures])
    expected = np.corrcoef(maps[:, 2].detach().numpy(), values[:, 0].numpy())[0, 1]
    assert dict(atlas.unit("conv", 2).classes(2))["age"] == pytest.approx(expected, abs=1e-4)


def test_labels_may_be_set_later() -> None:
    net = network(2)
    net.labels = ["husky", "wolf"]
    assert net.class_index("wolf") == 1
    with pytest.raises(dv.DeepvisError, match="1 labels were given and small has 2 classes"):
        net.labels = ["wolf"]
    alike = network(6, answers=dv.Similarity(VIEW))
    alike.labels = ["twin"]
    assert alike.labels == ["twin"] and float(alike.logits(VIEW[None])) == pytest.approx(1.0, abs=1e-5)
