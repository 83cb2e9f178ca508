"""`dv.teach`: exact class activation maps on features as they were, and a network that is left alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import deepvis_widgets as dv
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.methods.cam import ClassActivationMap
from deepvis_widgets.zoo.embedded import MEAN, STD
from tests import families
from tests.untouched import Untouched

REPLACED = ("resnet18", "proud", "training", "data_parallel", "a_tuple")
CUT = ("squeezenet1_1", "mobilenet_v3_small", "sigmoids")  # hidden layers, norms, or none after it
WITHOUT = ("alexnet", "vit_b_32", "scripted", "pixels")


def scenes(*labels: str, count: int = 3) -> dict[str, list[Any]]:
    return {label: [dv.scene(label, seed=seed) for seed in range(count)] for label in labels}


def four(network: dv.Network) -> dict[str, list[Any]]:
    shown = families.picture(*network.size)
    return {"this": [shown, shown.flip(1)], "that": [1 - shown, shown.flip(2)]}


def test_the_map_is_the_weighted_sum_of_the_features_as_they_were() -> None:
    net = dv.load("husky-wolf")
    taught = dv.teach(net, scenes("zebra", "leopard"))
    picture = dv.scene("zebra", seed=9)
    found = dv.explain(taught, picture, "cam", target="zebra")
    assert isinstance(found, ClassActivationMap) and found.target == "zebra"
    x = (net.view(picture)[None] - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    with torch.no_grad():
        features = net.module.features(x)[0]
        weight, bias = taught.module.classifier.weight[0], taught.module.classifier.bias[0]
        assert torch.allclose(found.coarse, torch.einsum("k,khw->hw", weight, features), atol=1e-5)
        logit = taught.module(x)[0, 0]
        assert float(found.coarse.mean() + bias) == pytest.approx(float(logit), abs=1e-5)
    assert taught.layers.names == net.layers.names  # atlases, notebooks and scripts find the same layers


def test_what_was_taught_is_known_and_told_of_new_pictures() -> None:
    taught = dv.teach("husky-wolf", scenes("zebra", "leopard", "house"))
    told = [taught.labels[taught.top(taught.view(dv.scene(label, seed=20)))] for label in taught.labels]
    assert told == ["zebra", "leopard", "house"]
    assert taught.leave_one_out.labels == ("zebra",) * 3 + ("leopard",) * 3 + ("house",) * 3
    assert taught.leave_one_out.accuracy == np.mean(
        [one == other for one, other in zip(taught.leave_one_out.labels, taught.leave_one_out.told, strict=True)]
    )


@pytest.mark.parametrize("name", (*REPLACED, *CUT))
def test_any_network_with_pooled_features_can_be_taught(name: str) -> None:
    net = families.network(name)
    before = Untouched(net.module)
    taught = dv.teach(net, four(net))
    before.check()
    view = taught.view(families.picture(*net.size))
    head, logits = taught.look(view).head, taught.look(view).logits
    assert head is not None and head.weight is not None and head.bias is not None
    whole = torch.einsum("ck,khw->chw", head.weight, head.features[0]).mean((1, 2)) + head.bias
    assert torch.allclose(whole, logits[0], atol=1e-4)
    assert not taught.module.training and taught.labels == ["this", "that"]
    maps = [layer for layer in taught.layers if layer.height * layer.width > 1]  # what comes after them is not run
    assert name not in CUT or maps[-1].channels == len(head.features[0])
    others = {id(part) for part in net.module.parameters()}
    assert not any(id(part) in others for part in taught.module.parameters())  # it may be trained on


@pytest.mark.parametrize("name", WITHOUT)
def test_a_network_without_pooled_features_is_told_in_one_sentence(name: str) -> None:
    net = families.network(name)
    before = Untouched(net.module)
    with pytest.raises(DeepvisError, match=f"^{name} shows no average of its last maps over all places, .* ResNets.$"):
        dv.teach(net, four(net))
    before.check()


def test_words_beside_the_picture_are_still_given() -> None:
    taught = dv.teach("husky-wolf-questions", scenes("zebra", "house", count=2))
    assert taught.has_head and taught.inputs.inputs
    assert taught.leave_one_out.right == 4


def test_the_network_from_pypi_is_taught_and_keeps_its_layers() -> None:
    net = dv.load("efficientnet_lite0")
    taught = dv.teach(net, scenes("zebra", "house", count=2))
    assert isinstance(taught.module.classifier, nn.Linear) and taught.module.classifier.out_features == 2
    assert taught.layers.names == net.layers.names and net.classes == 1000
    assert taught.leave_one_out.right == 4
    assert taught.labels[taught.top(taught.view(dv.scene("zebra", seed=9)))] == "zebra"


WOLF = dv.scene("wolf", seed=3)


@pytest.mark.parametrize(
    ("examples", "words"),
    [
        ({"one": [WOLF]}, "Two classes or more are needed"),
        ([WOLF, WOLF], "Two classes or more are needed"),
        ({"one": [WOLF], 2: [WOLF]}, "Two classes or more are needed"),
        ({"one": [WOLF], "none": []}, '"none" has no list of pictures'),
        ({"one": [WOLF], "other": "folder"}, 'There is no folder "folder"'),
        ({"one": [WOLF], "other": ["no such file.png"]}, "no such file.png"),
    ],
)
def test_wrong_examples_are_told_in_one_sentence(examples: Any, words: str) -> None:
    with pytest.raises(DeepvisError, match=words):
        dv.teach("husky-wolf", examples)


@pytest.mark.parametrize("l2", [0, -1.0, True, "much", float("nan"), float("inf")])
def test_a_wrong_penalty_is_told_in_one_sentence(l2: Any) -> None:
    with pytest.raises(DeepvisError, match="l2=.* is not accepted; accepted: numbers above 0"):
        dv.teach("husky-wolf", {"one": [WOLF], "other": [WOLF]}, l2=l2)


def test_a_class_is_taught_from_a_folder(tmp_path: Path) -> None:
    for label in ("husky", "zebra"):
        (tmp_path / label).mkdir()
        for seed in (3, 4):
            dv.scene(label, seed=seed).image.save(tmp_path / label / f"{seed}.png")
    (tmp_path / "zebra" / "broken.png").write_bytes(b"no picture")
    net = dv.load("husky-wolf")
    with pytest.warns(UserWarning, match='Of 3 pictures for "zebra" 1 cannot be read and is left out: broken.png.'):
        taught = dv.teach(net, {label: tmp_path / label for label in ("husky", "zebra")})
    scenes = {label: [dv.scene(label, seed=seed).image for seed in (3, 4)] for label in ("husky", "zebra")}
    view = net.view(dv.scene("zebra", seed=9))[None]
    torch.testing.assert_close(taught.logits(view), dv.teach(net, scenes).logits(view))
    assert taught.leave_one_out.right == 4
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "broken.png").write_bytes(b"no picture")
    with pytest.raises(dv.DeepvisError, match="None of the 1 pictures of the folder"):
        dv.teach(net, {"zebra": tmp_path / "zebra", "none": str(tmp_path / "none")})


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_1"])
def test_units_that_are_off_stay_off(name: str) -> None:
    net = dv.Network(families.make(name), families.preprocess_of(name))
    layer = next(found for found in reversed(net.layers.names) if net.layers[found].height > 1)
    units = range(net.layers[layer].channels - 2)
    off = net.without(layer, units)
    taught = dv.teach(off, four(off))
    ((inside, kept_off),) = taught.off.units.items()
    assert inside.endswith(layer) and kept_off == tuple(units)
    view = four(net)["this"][0]
    recording = taught.record(taught.view(view))
    assert float(taught.layers[inside].layout.maps(recording.outputs[inside])[0, :-2].abs().max()) == 0
    assert not torch.equal(taught.logits(view[None]), dv.teach(net, four(net)).logits(view[None]))
