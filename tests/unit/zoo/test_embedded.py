"""The embedded networks: small files, and the promised architecture."""

from __future__ import annotations

from importlib.resources import files

import pytest
import torch
from torch import nn

from deepvis_widgets.zoo.embedded import EMBEDDED, SIZE, load_module
from deepvis_widgets.zoo.scenes import CLASSES


@pytest.mark.parametrize("name", EMBEDDED)
def test_weights_are_small(name: str) -> None:
    stored = files("deepvis_widgets.zoo") / "weights" / f"{name}.safetensors"
    assert len(stored.read_bytes()) <= 1_500_000


@pytest.mark.parametrize("name", EMBEDDED)
def test_loads_in_eval_mode_as_float32(name: str) -> None:
    network = load_module(name)
    assert not network.training
    assert {p.dtype for p in network.parameters()} == {torch.float32}
    assert network(torch.zeros(2, 3, SIZE, SIZE)).shape == (2, len(CLASSES))


def test_layers_are_plain_and_named() -> None:
    features = load_module("husky-wolf").get_submodule("features")
    kinds = {type(layer) for layer in features.children()}
    assert kinds == {nn.Conv2d, nn.ReLU, nn.MaxPool2d}
    assert [name for name, _ in features.named_children()][:4] == ["conv1", "relu1", "pool1", "conv2"]
    assert not any(layer.inplace for layer in features.children() if isinstance(layer, nn.ReLU))


def test_unknown_network() -> None:
    with pytest.raises(ValueError, match="no embedded network 'cat': choose one of husky-wolf, husky-wolf-biased"):
        load_module("cat")
