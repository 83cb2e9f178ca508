"""The row of blocks: what stands in one column, what it is called, and with which the Explorer opens."""

from __future__ import annotations

import pytest

import deepvis_widgets as dv
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.widgets.explorer.blocks import before, blocks, start_layer
from deepvis_widgets.zoo.patterns import drawn_layers
from tests import families


def network(name: str) -> Network:
    return families.network(name) if name in families.TORCHVISION else dv.load(name, weights="random")


LITE = [f"block {stage}.{n}" for stage, count in enumerate((1, 2, 2, 3, 3, 4, 1)) for n in range(count)]


@pytest.mark.parametrize(
    ("name", "titles", "opens"),
    [
        ("husky-wolf", [*(f"conv{n}" for n in range(1, 9)), "classifier"], "features.relu5"),
        ("efficientnet_lite0", ["conv_stem", *LITE, "conv_head", "classifier"], "blocks.4.0.bn3"),
        (
            "resnet18",
            ["conv1", *(f"layer{stage}.{n}" for stage in (1, 2, 3, 4) for n in (0, 1)), "fc"],
            "layer2.1.relu#2",
        ),
        ("mobilenet_v2", [*(f"features.{n}" for n in range(19)), "classifier.1"], "features.9"),
        (
            "vit_b_32",
            ["conv_proj", *(f"encoder_layer_{n}" for n in range(3)), "head"],
            "encoder.layers.encoder_layer_1",
        ),
    ],
)
def test_a_block_is_a_column_and_the_middle_one_opens(name: str, titles: list[str], opens: str) -> None:
    net = network(name)
    found = blocks(net)
    assert [block.title for block in found] == titles
    assert start_layer(net, found) == opens


@pytest.mark.parametrize("name", ["efficientnet_lite0", "densenet121", "squeezenet1_1"])
def test_each_layer_stands_in_one_block(name: str) -> None:
    net = network(name)
    layers = [layer for block in blocks(net) for layer in block.layers]
    assert len(layers) == len(set(layers)) and all(block.shown in block.layers for block in blocks(net))
    hidden = {layer.name for layer in net.layers} - set(layers)
    assert all(net.layers[layer].kind in ("Identity", "Dropout") for layer in hidden)


def test_norms_and_poolings_stand_with_what_is_before_them() -> None:
    stem, *_, head, _ = blocks(network("efficientnet_lite0"))
    assert stem.layers == ("conv_stem", "bn1", "bn1.act") and stem.shown == "bn1.act"
    assert head.layers[:3] == ("conv_head", "bn2", "bn2.act") and head.shown == "bn2.act"


def test_a_container_of_a_kind_of_its_own_is_a_block() -> None:
    assert "transition1" in [block.title for block in blocks(network("densenet121"))]


def test_blocks_of_the_real_network_are_those_whose_patterns_ship() -> None:
    net = network("efficientnet_lite0")
    assert [block.shown for block in blocks(net)][:-2] == [*drawn_layers(net).values()][:-1]


def test_directions_stand_in_a_column_of_their_own_and_change_no_other() -> None:
    net = dv.load("husky-wolf")
    added = net.with_units("features.conv5", [[1.0] * 96], name="sum").with_units("features.pool2", [[1.0] * 64])
    added = added.with_units("features.conv5:sum", [[1.0]], name="more").with_units("classifier", [[1.0] * 12])
    found = blocks(added)
    own = [block for block in found if not block.of]
    assert own == blocks(net)
    assert [(block.title, block.of) for block in found if block.of] == [
        ("pool2:directions", "features.pool2"),
        ("conv5:sum", "features.conv5"),
        ("conv5:sum:more", "features.conv5"),
        ("classifier:directions", "classifier"),
    ]
    assert start_layer(added, found) == start_layer(net, own)
    for place, block in enumerate(found):
        if block.of:
            assert block.of in next(b for b in reversed(found[:place]) if not b.of).layers


def test_what_gives_to_directions_is_the_block_they_are_read_from() -> None:
    net = dv.load("husky-wolf").with_units("features.relu5", [[1.0] * 96]).with_units("features.conv1", [[1.0] * 32])
    found = blocks(net)
    given = {name: before(found, net.layers[name]) for name in net.layers.names}
    assert given["features.relu5:directions"] == given["features.relu6"]
    assert given["features.relu6"] is not None and given["features.relu6"].shown == "features.relu5"
    assert given["features.conv1"] is None
    assert (
        given["features.conv1:directions"] is not None and given["features.conv1:directions"].shown == "features.relu1"
    )
