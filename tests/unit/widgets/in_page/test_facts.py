"""What a page is told of its network."""

from __future__ import annotations

import json

import torch

import deepvis_widgets as dv
from deepvis_widgets.core.picture.fills import fill_picture
from deepvis_widgets.widgets.in_page.facts import PLAIN_FILLS, facts


def test_a_page_knows_what_every_position_sees() -> None:
    net = dv.load("husky-wolf")
    view = net.view(dv.scene("wolf", seed=3))
    found = json.loads(json.dumps(facts(net, view, ["features.relu1"], {"features.conv1": "first"})))
    assert [layer["name"] for layer in found["layers"]] == net.layers.names
    assert found["layers"][0]["title"] == "first" and found["layers"][1]["title"] == "features.relu1"
    for told, layer in zip(found["layers"], net.layers, strict=True):
        last = (layer.height - 1, layer.width - 1)
        top, left = told["rows"][0][last[0]], told["cols"][0][last[1]]
        height, width = told["rows"][1][last[0]] - top + 1, told["cols"][1][last[1]] - left + 1
        assert (top, left, height, width) == tuple(layer.field.box(last))
        assert (told["channels"], told["height"], told["width"]) == (layer.channels, layer.height, layer.width)


def test_fills_of_one_colour_are_those_of_the_kernel() -> None:
    net = dv.load("husky-wolf")
    view = net.view(dv.scene("wolf", seed=3))
    fills = facts(net, view, [], {})["fills"]
    assert set(fills) == set(PLAIN_FILLS)
    for name, colour in fills.items():
        assert torch.equal(torch.tensor(colour).view(3, 1, 1).expand(3, *net.size), fill_picture(view, name))
