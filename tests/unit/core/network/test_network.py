"""Whatever is wrong with a network, or with what is asked of it, is told in one sentence."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.core.errors import DeepvisError, sentence
from deepvis_widgets.core.network.cam_head import Head
from deepvis_widgets.core.network.layout import Layout, token_grid
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.target import Target
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods import explain
from tests.families import network, picture
from tests.small_nets import CLASSES, Answering, Plain, seeded

SIDE = 12
SMALL = Preprocess((SIDE, SIDE), None)
SENTENCE = re.compile(r"^[^\n]{15,500}\.?$")


def refusal(module: Any, **options: Any) -> str:
    with pytest.raises(DeepvisError) as caught:
        Network(module, **{"preprocess": SMALL, **options})
    assert SENTENCE.match(str(caught.value))
    return str(caught.value)


@pytest.fixture(scope="module")
def net() -> Network:
    return Network(seeded(Plain()), SMALL, labels=["a", "b", "c", "d", "e"])


# --- modules that do not work ---


def test_no_module() -> None:
    assert "str is not a network" in refusal("resnet18")
    assert "type is not a network" in refusal(Plain)


def test_labels_of_a_wrong_number() -> None:
    assert refusal(Plain(), labels=["cat"]).startswith("1 labels were given and Plain has 5 classes")
    assert "6 labels" in refusal(Plain(), labels=list("abcdef"))
    assert "1 labels" in refusal(Plain(), labels="abcde")


def test_labels_of_any_kind() -> None:
    assert Network(Plain(), SMALL, labels=range(5)).labels == ["0", "1", "2", "3", "4"]
    assert Network(Plain(), SMALL, labels=(name for name in "abcde")).labels == list("abcde")
    assert Network(Plain(), SMALL).labels[4] == "class 4"


def test_weights_that_are_no_numbers() -> None:
    module = Plain()
    module.features[3].weight.data[0, 0] = float("nan")
    assert "features.3.weight" in refusal(module)


def test_values_that_grow_beyond_all_bounds() -> None:
    assert "beyond all bounds" in refusal(Answering(lambda y: y * torch.tensor(float("inf"))))


def test_a_forward_that_raises() -> None:
    message = refusal(nn.Sequential(OrderedDict(only=nn.Linear(7, 5))), name="mine")
    assert message.startswith("mine could not be run on a picture of 3×12×12: RuntimeError")


@pytest.mark.parametrize(
    "make",
    (
        lambda y: {"logits": y, "aux": y[:, :2]},
        lambda y: {"first": y, "second": None},
        lambda y: (y, None),
        lambda y: [y],
        lambda y: y[..., None, None],
        lambda y: torch.return_types.max((y, y.long())),
    ),
)
def test_answers_of_every_form(make: Any) -> None:
    module = seeded(Answering(make))
    net = Network(module, SMALL)
    view = picture(SIDE)
    assert net.classes == CLASSES
    assert torch.equal(net.logits(view[None]), module.inner(net.feed(view[None])))
    assert explain(net, view, "gradient", target=3).heatmap.abs().sum() > 0


@pytest.mark.parametrize(
    "make",
    (lambda y: None, lambda y: "cat", lambda y: {}, lambda y: (), lambda y: y.sum(), lambda y: y[None], lambda y: y[0]),
)
def test_answers_that_are_no_class_scores(make: Any) -> None:
    assert "returned" in refusal(Answering(make))


# --- what does not exist ---


@pytest.mark.parametrize(
    "asked, words",
    (
        ({"layer": "features.9", "unit": 0}, 'There is no layer "features.9"'),
        ({"layer": 3, "unit": 0}, "layer=3 is no name"),
        ({"layer": "features.0", "unit": 6}, "0 to 5"),
        ({"layer": "features.0", "unit": -1}, "0 to 5"),
        ({"layer": "features.0"}, "has no unit None"),
        ({"layer": "features.0", "unit": True}, "has no unit True"),
        ({"layer": "features.0", "unit": 1.0}, "has no unit 1.0"),
        ({"layer": "features.0", "unit": (1, (12, 0))}, "12 rows × 12 columns"),
        ({"layer": "features.0", "unit": (1, (0, -1))}, "has no position (0, -1)"),
        ({"layer": "features.0", "unit": (1, 2)}, "has no position 2"),
        ({"layer": "features.0", "unit": (1, ("a", "b"))}, "has no position"),
        ({"layer": "features.0", "unit": (1, (1, 2, 3))}, "has no position"),
        ({"unit": 3}, "needs its layer"),
        ({"layer": "features.0", "unit": 1, "target": 2}, "not both"),
        ({"target": 5}, "There is no class 5; the classes are 0 to 4."),
        ({"target": -1}, "There is no class -1"),
        ({"target": False}, "There is no class False"),
        ({"target": 1.5}, "There is no class 1.5"),
        ({"target": "wolf"}, 'There is no class "wolf"; this network knows a, b, c, d, e.'),
    ),
)
def test_what_does_not_exist_is_named(net: Network, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(DeepvisError) as caught:
        explain(net, picture(SIDE), "gradient", **asked)
    assert words in str(caught.value) and SENTENCE.match(str(caught.value))


def test_numbers_of_every_kind_are_numbers(net: Network) -> None:
    assert net.target(np.int64(3)) == net.target(torch.tensor(3)) == net.target("d") == Target(3)
    asked = net.target(None, "features.3", [np.int32(2), [torch.tensor(1), np.uint8(4)]])
    assert asked == Target(2, "features.3", (1, 4))
    assert net.target(None) is None


def test_methods_refuse_what_they_cannot_do(net: Network) -> None:
    for words, asked in {
        "There is no method": ("magic", {}),
        "no parameter": ("gradient", {"strength": 3}),
        "is not accepted by gradient": ("gradient", {"score": "loud"}),
        "explains classes only": ("cam", {"layer": "features.0", "unit": 0}),
        "There is no layer": ("grad_cam", {"at": "features.77"}),
        "no layer with maps before the target": ("grad_cam", {"at": "classifier"}),
        "nothing to weigh": ("grad_cam", {"layer": "features.0", "unit": 0}),
    }.items():
        with pytest.raises(DeepvisError, match=words):
            explain(net, picture(SIDE), asked[0], **asked[1])
    with pytest.raises(DeepvisError, match="no layer with maps before the target"):
        explain(net, picture(SIDE), "grad_cam", layer="features.1", unit=0, at="features.3")
    with pytest.raises(DeepvisError, match="needs a picture"):
        explain(net, None, "gradient")
    with pytest.raises(DeepvisError, match="not a deepvis network"):
        explain(net.module, picture(SIDE), "gradient")  # type: ignore[arg-type]


def test_other_errors_become_sentences_too() -> None:
    assert sentence(ValueError("a\n  b"), "running lrp") == "Something failed while running lrp: ValueError: a b"
    assert sentence(DeepvisError("As it is."), "x") == "As it is."
    assert sentence(MemoryError(), "running lrp") == "Memory ran out while running lrp."
    assert len(sentence(RuntimeError("x" * 5000), "running lrp")) < 400


# --- layers ---


def test_layers_are_found_by_name_and_number(net: Network) -> None:
    assert net.layers["features.0"] is net.layers[0] and len(net.layers) == 7
    assert "features.0" in net.layers and "features" not in net.layers
    assert net.layers.names[-1] == "classifier"
    assert "sees 3×3" in repr(net.layers).splitlines()[0]
    assert net.deepest(["features.3", "features.1"]) == "features.3"


class Vision(nn.Module):
    """Maps, then maps with their channels last, then tokens, then a vector."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm, self.mlp = nn.Conv2d(3, 6, 2, 2), nn.LayerNorm(6), nn.Linear(6, 6)
        self.turn = Turn()
        self.attention = nn.MultiheadAttention(6, 2, batch_first=True)
        self.token, self.last = nn.Parameter(torch.ones(1, 1, 6)), nn.Linear(6, CLASSES)
        self.mixed = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        x = self.mlp(self.norm(self.turn(self.conv(x))))
        x = torch.cat([self.token.expand(len(x), -1, -1), x.flatten(1, 2)], 1)
        x = self.mixed(x + self.attention(x, x, x)[0])
        scores: Tensor = self.last(x[:, 0])
        return scores


class Turn(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.permute(0, 2, 3, 1)


def test_layouts() -> None:
    """6 channels, rows and columns: only where they lie tells them apart."""
    net = Network(seeded(Vision()), SMALL)
    expected = {
        "conv": Layout.MAPS,
        "turn": Layout.LAST,
        "norm": Layout.LAST,
        "mlp": Layout.LAST,
        "attention": Layout.TOKENS,
        "mixed": Layout.TOKENS,
        "last": Layout.VECTOR,
    }
    assert {layer.name: layer.layout for layer in net.layers} == expected
    assert {(layer.channels, layer.height, layer.width) for layer in list(net.layers)[:-1]} == {(6, 6, 6)}
    found = net.record(picture(SIDE)).outputs
    turned = net.layers["turn"].layout.maps(found["turn"])
    assert torch.equal(turned, found["conv"])
    tokens = net.layers["mixed"].layout.maps(found["mixed"])
    assert torch.equal(tokens[0, 2, 1, 3], found["mixed"][0, 1 + 1 * 6 + 3, 2])
    assert net.layers["mlp"].field.size == (2, 2) and net.layers["mixed"].field.whole


def test_layouts_of_torchvision() -> None:
    layers = network("convnext_tiny").layers
    assert layers["features.1.0.block.1"].layout is Layout.LAST  # the first Permute of a stage
    assert layers["features.1.0.block.2"].layout is Layout.LAST
    assert layers["features.1.0.block.5"].layout is Layout.LAST
    assert layers["features.1.0.block.0"].layout is Layout.MAPS
    assert network("swin_t").layers["features.0.1"].layout is Layout.LAST
    assert network("swin_t").layers["features.1.0"].field.whole  # attention and a sum: no position is local any more
    assert network("vit_b_32").layers["encoder.ln"].layout is Layout.TOKENS


def test_token_grids() -> None:
    assert token_grid(49) == (0, 7, 7) and token_grid(50) == (1, 7, 7)
    assert token_grid(3) == (0, 1, 3) and token_grid(1) == (0, 1, 1)


# --- heads ---


class Headed(nn.Module):
    """A convolution and what a test makes of its maps."""

    def __init__(self, head: Any) -> None:
        super().__init__()
        self.conv, self.last, self._head = nn.Conv2d(3, 6, 3), nn.Linear(6, CLASSES), head
        self.maps = nn.Conv2d(6, CLASSES, 1)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self._head(self, self.conv(x).relu())
        return scores


EXACT = {
    "mean": lambda m, x: m.last(x.mean((2, 3))),
    "mean, negative": lambda m, x: m.last(x.mean(dim=[-1, -2])),
    "adaptive": lambda m, x: m.last(F.adaptive_avg_pool2d(x, 1).flatten(1)),
    "whole window": lambda m, x: m.last(F.avg_pool2d(x, 10).view(-1, 6)),
    "dropout between": lambda m, x: m.last(F.dropout(x.mean((2, 3)), training=False)),
    "class maps": lambda m, x: F.adaptive_avg_pool2d(m.maps(x), (1, 1)).squeeze(-1).squeeze(-1),
    "pool, then 1×1": lambda m, x: m.maps(F.adaptive_avg_pool2d(x, 1)).flatten(1),
    "softmax at the end": lambda m, x: m.last(x.mean((2, 3))).softmax(1),
    "log-softmax at the end": lambda m, x: F.log_softmax(m.last(x.mean((2, 3))), 1),
    "no bias": lambda m, x: F.linear(x.mean((2, 3)), m.last.weight),
}
INEXACT = {
    "a part of the window": lambda m, x: m.last(F.avg_pool2d(x, 6).flatten(1)),
    "a padded window": lambda m, x: m.last(F.avg_pool2d(x, 12, padding=1).flatten(1)),
    "maximum": lambda m, x: m.last(x.amax((2, 3))),
    "two layers": lambda m, x: m.last(x.mean((2, 3))) @ torch.eye(CLASSES),
    "rectified after": lambda m, x: m.last(x.mean((2, 3)) - 1).relu(),
    "rectified in place": lambda m, x: m.last(x.mean((2, 3)).sub_(0.5).relu_()),
    "scores in place": lambda m, x: m.last(x.mean((2, 3))).mul_(3),
    "averages of rows": lambda m, x: m.last(x.mean((1, 2))[:, :6]),
}


@pytest.mark.parametrize("head", EXACT)
def test_heads_with_exact_maps(head: str) -> None:
    net = Network(seeded(Headed(EXACT[head]), dtype=torch.float64), SMALL)
    found = net.record(picture(SIDE))
    assert net.has_head and isinstance(found.head, Head)
    maps = found.head.features[0].detach()
    if found.head.weight is not None:
        maps = torch.einsum("ck,khw->chw", found.head.weight, maps)
    bias = 0 if found.head.bias is None else found.head.bias
    torch.testing.assert_close(maps.mean((1, 2)) + bias, found.logits[0].detach())


@pytest.mark.parametrize("head", INEXACT)
def test_heads_without_exact_maps(head: str) -> None:
    net = Network(seeded(Headed(INEXACT[head])), SMALL)
    assert not net.has_head
    with pytest.raises(DeepvisError, match="grad_cam"):
        explain(net, picture(SIDE), "cam")


def test_precision_and_device_follow_the_module() -> None:
    net = Network(Plain().double(), SMALL)
    assert net.dtype is torch.float64 and net.feed(picture(SIDE)[None]).dtype is torch.float64
    assert net.probabilities(picture(SIDE)[None]).sum() == pytest.approx(1)
