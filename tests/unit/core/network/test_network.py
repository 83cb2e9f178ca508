"""Whatever is wrong with a network, or with what is asked of it, is told in one sentence."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods import explain
from tests.families import picture
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


def test_precision_and_device_follow_the_module() -> None:
    net = Network(Plain().double(), SMALL)
    assert net.dtype is torch.float64 and net.feed(picture(SIDE)[None]).dtype is torch.float64
    assert net.probabilities(picture(SIDE)[None]).sum() == pytest.approx(1)
