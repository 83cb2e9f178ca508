"""CAM is exact: its mean and the bias are the logit."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.backward_rules import DECONVNET, GUIDED
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.methods.cam import ClassActivationMap
from tests.awkward_nets import AWKWARD
from tests.families import ALL, network, picture, preprocess_of

from .heat import heat

WITH_HEAD = {
    "squeezenet1_1", "resnet18", "densenet121", "googlenet", "inception_v3", "mobilenet_v2", "shufflenet_v2_x0_5",
    "mnasnet0_5", "efficientnet_b0", "regnet_x_400mf", "swin_t", "plain", "crafty", "proud", "careless", "grey",
    "training",
}  # fmt: skip


def test_which_families_have_a_head() -> None:
    assert {name for name in ALL if network(name).has_head} == WITH_HEAD | (set(AWKWARD) - {"pixels", "scripted"})


@pytest.mark.parametrize("name", sorted(WITH_HEAD))
def test_the_mean_of_a_map_and_the_bias_are_the_logit(name: str) -> None:
    net = network(name)
    view = picture(net.size[0])
    recording = net.look(view)
    assert recording.head is not None
    logits = recording.logits[0].double()
    bias = torch.zeros_like(logits) if recording.head.bias is None else recording.head.bias.detach().double()
    tolerance = 1e-5 * float(logits.abs().max())
    for target in (0, 1, net.classes - 1):
        coarse = heat(net, "cam", target=target).coarse
        assert coarse is not None and coarse.ndim == 2
        assert float(coarse.double().mean() + bias[target]) == pytest.approx(
            float(logits[target]), rel=1e-4, abs=tolerance
        )


@pytest.mark.parametrize("name", sorted(WITH_HEAD))
def test_a_remembered_pass_under_other_rules_gives_the_same_map(name: str) -> None:
    net = network(name)
    view = picture(net.size[0])
    plain = heat(net, "cam", target=1).coarse
    net.recordings.limit = 1
    try:
        for rules in (GUIDED, DECONVNET):
            recording = net.record(view, rules=rules)
            assert net.look(view) is recording
            torch.testing.assert_close(heat(net, "cam", target=1).coarse, plain)
    finally:
        net.recordings.limit = 0
        net.recordings.clear()


def test_cam_by_hand() -> None:
    net = network("plain")
    maps = net.module.features(net.feed(picture(net.size[0])[None]))[0].detach()
    expected = sum(net.module.classifier.weight[2, k].item() * maps[k] for k in range(8))
    found = heat(net, "cam", target=2)
    torch.testing.assert_close(found.coarse, expected)
    resized = F.interpolate(found.coarse[None, None], net.size, mode="bilinear", align_corners=False)[0, 0]
    assert torch.equal(found.heatmap, resized) and found.signed


@pytest.mark.parametrize("name", ("plain", "proud", "resnet18", "squeezenet1_1"))
def test_cam_brings_the_maps_of_the_strongest_classes(name: str) -> None:
    net = network(name)
    logits = net.logits(picture(net.size[0])[None])[0]
    order = logits.sort(descending=True).indices[:5].tolist()
    found = heat(net, "cam", target=order[2])
    assert isinstance(found, ClassActivationMap)
    assert found.classes.tolist() == order and list(found.labels) == [net.labels[index] for index in order]
    torch.testing.assert_close(found.logits, logits[order])
    torch.testing.assert_close(found.probabilities, logits.softmax(0)[order])
    assert tuple(found.maps.shape) == (5, *net.size) and found.target == net.labels[order[2]]
    for place, index in enumerate(order):
        alone = heat(net, "cam", target=index)
        torch.testing.assert_close(found.coarse_maps[place], alone.coarse)
        torch.testing.assert_close(found.maps[place], alone.heatmap)
        chosen = found.of(place)
        assert torch.equal(chosen.heatmap, found.maps[place]) and chosen.target == alone.target
        assert chosen.box() == alone.box()
    with pytest.raises(DeepvisError, match="There is no class at place 5; the places are 0 to 4"):
        found.of(5)


def test_a_network_of_few_classes_has_as_many_maps() -> None:
    module = nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    net = Network(module, preprocess_of("plain"))
    found = heat(net, "cam")
    assert isinstance(found, ClassActivationMap) and len(found.labels) == len(found.maps) == 2
    assert found.target == found.labels[0] and torch.equal(found.heatmap, found.maps[0])
