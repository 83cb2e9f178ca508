"""Modules that do not work, or whose labels do not fit, are refused in one sentence; what works is found."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any

import pytest
import torch
from torch import nn

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.discovery import discover
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from tests.small_nets import Answering, Crafty, Plain, seeded

SIDE = 12
SMALL = Preprocess((SIDE, SIDE), None)
SENTENCE = re.compile(r"^[^\n]{15,500}\.?$")


def refusal(module: Any, **options: Any) -> str:
    with pytest.raises(DeepvisError) as caught:
        Network(module, **{"preprocess": SMALL, **options})
    assert SENTENCE.match(str(caught.value))
    return str(caught.value)


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


def test_a_module_without_layers() -> None:
    class Bare(nn.Module):
        def forward(self, x: torch.Tensor) -> tuple[None, torch.Tensor]:
            return None, x.mean((2, 3))

    with pytest.raises(DeepvisError, match="mine shows no layers|returned"):
        discover(Bare(), torch.zeros(1, 3, SIDE, SIDE), "mine")


def test_what_is_overwritten_later_is_known() -> None:
    found = discover(seeded(Crafty()), torch.full((1, 3, SIDE, SIDE), 0.5), "crafty")
    assert found.overwritten == {"norm", "second", "third"}
    assert discover(seeded(Plain()), torch.zeros(1, 3, SIDE, SIDE), "plain").overwritten == frozenset()
    assert found.recording.logits.shape == (1, 5) and found.layers["relu#2"].rectifier == 2
