"""Units switched off, against a copy of the network in which a hook of our own sets them to zero."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.weights_key import network_key
from deepvis_widgets.engine.client import explanation_key
from deepvis_widgets.methods import Method
from tests.contract.asking import METHODS, ask, tensors
from tests.families import make, network, picture
from tests.small_nets import Crafty, Plain
from tests.untouched import Untouched

PICTURED = [name for name in METHODS if Method.registry[name].refuses(network("plain")) is None]


def silenced(net: Network, layer: str, units: Iterable[int]) -> Network:
    """A copy of the network, with a hook that sets channels of one module's output to zero."""
    module = copy.deepcopy(net.module)
    own = list(units)

    def hook(_: nn.Module, __: Any, output: Tensor) -> Tensor:
        off = torch.zeros(output.shape[1], dtype=torch.bool)
        off[own] = True
        return torch.where(off.view(1, -1, *[1] * (output.ndim - 2)), output.new_zeros(()), output)

    module.get_submodule(layer).register_forward_hook(hook)
    return net.with_module(module)


def equal(found: Any, expected: Any) -> bool:
    one, two = tensors(found), tensors(expected)
    return one.keys() == two.keys() and all(torch.allclose(one[key], two[key], atol=1e-5) for key in one)


@pytest.mark.parametrize("method", PICTURED)
def test_every_method_explains_the_network_without_them(method: str) -> None:
    net = network("plain")
    units = [0, 2, 5]
    without, reference = net.without("features.1", units), silenced(net, "features.1", units)
    targets: list[dict[str, Any]] = [{"target": 1}] if method != "activation_maximization" else []
    if Method.registry[method].hidden:
        targets.append({"layer": "features.3", "unit": 1})
    for target in targets:
        found = ask(without, method, **target)
        assert equal(found, ask(reference, method, **target)), target
        assert not equal(found, ask(net, method, **target)), target


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("crafty", "relu"),
        ("crafty", "norm"),
        ("resnet18", "layer1.0.bn2"),
        ("densenet121", "features.denseblock1.denselayer1.conv2"),
        ("mobilenet_v2", "features.3"),
        ("plain", "pool"),
    ],
)
def test_answers_and_layers_are_those_of_the_copy(name: str, layer: str) -> None:
    """Also where the network overwrites the output, adds to it, concatenates it, or means it."""
    net = network(name)
    x = net.feed(torch.stack([picture(*net.size), picture(*net.size).flip(2)]))
    found = net.without(layer, [0, 1]).run(x, keep=net.layers.names)
    calls: list[Tensor] = []

    def silence(_: nn.Module, __: Any, output: Tensor) -> Tensor | None:
        calls.append(output)
        return None if len(calls) > 1 else output.index_fill(1, torch.tensor([0, 1]), 0.0)

    module = make(name)
    module.get_submodule(layer).register_forward_hook(silence)
    with torch.no_grad():
        expected = module(x)
    scale = float(expected.abs().max())  # random weights may answer with next to nothing
    assert torch.allclose(found.logits / scale, expected / scale, atol=1e-3)
    assert not torch.allclose(net.logits(x) / scale, expected / scale, atol=1e-2)
    assert not found.outputs[layer][:, :2].any()


def test_a_reused_module_is_switched_off_in_the_call_that_is_named() -> None:
    net = Network(Crafty(), dv.Preprocess((24, 24)), name="crafty")
    view = picture(*net.size)
    recording = net.without("relu#2", 3).record(view)
    assert not recording.outputs["relu#2"][:, 3].any()
    assert torch.equal(recording.outputs["relu"], net.record(view).outputs["relu"])


@pytest.mark.parametrize("layer", ["features.1.0.block.5", "features.1.0"])
def test_channels_that_lie_last(layer: str) -> None:
    net = network("convnext_tiny")
    found = net.without(layer, 2).record(picture(*net.size))
    maps = net.layers[layer].layout.maps(found.outputs[layer])
    assert not maps[:, 2].any()
    assert maps[:, 1].any()


def test_a_channel_of_tokens_is_off_at_all_of_them_and_a_head_of_an_attention_gives_nothing() -> None:
    net = network("vit_b_32")
    layer = next(layer for layer in net.layers if layer.kind == "EncoderBlock")
    output = net.without(layer.name, 4).record(picture(*net.size)).outputs[layer.name]
    assert not output[..., 4].any()
    heads = next(layer for layer in net.layers if layer.kind == "Attention")
    weights = net.without(heads.name, 1).record(picture(*net.size)).outputs[heads.name]
    assert not weights[:, 1].any()
    assert weights[:, 0].any()
    ends = [some.record(picture(*net.size)).outputs[layer.name] for some in (net, net.without(heads.name, 1))]
    assert not torch.allclose(*ends)


def test_maps_stay_exact_where_means_are_switched_off() -> None:
    """The head reads the means; zeros among them are zeros of its maps."""
    net = Network(Plain(), dv.Preprocess((24, 24)), name="plain").without("pool", [1, 4])
    view = picture(*net.size)
    found = dv.explain(net, view, "cam", target=2)
    recording = net.record(view)
    features, weights = recording.outputs["features.4"][0].detach(), net.module.classifier.weight[2].clone()
    weights[[1, 4]] = 0
    head = recording.head
    assert head is not None and head.weight is not None and head.bias is not None
    assert torch.allclose(
        (head.weight[2, :, None, None] * head.features[0]).sum(0), torch.einsum("k,khw->hw", weights, features)
    )
    assert found.heatmap.shape == net.size  # type: ignore[attr-defined]


def test_they_can_be_added_to_and_the_network_itself_keeps_them() -> None:
    net = network("plain")
    both = net.without("features.1", 3).without("features.1", [1]).without("features.4", range(2))
    assert both.off.units == {"features.1": (1, 3), "features.4": (0, 1)}
    assert both.given().off is both.off
    assert both.with_module(make("plain")).off is both.off
    assert not net.off
    assert net.without("features.1", []).off.units == {}


def test_what_is_remembered_and_cached_is_apart() -> None:
    net = Network(Plain(), dv.Preprocess((24, 24)), name="plain")
    net.recordings.limit = 2
    view = picture(*net.size)
    before = net.record(view)
    without = net.without("features.1", 3)
    assert not torch.equal(without.record(view).logits, before.logits)
    assert net.record(view) is before
    assert network_key(net) != network_key(without) != network_key(net.without("features.1", 2))
    assert explanation_key(net, view, "gradient", 0) != explanation_key(without, view, "gradient", 0)
    assert network_key(net.without("features.1", [])) == network_key(net)


def test_an_atlas_is_built_of_the_network_without_them(tmp_path: Any) -> None:
    net = Network(Plain(), dv.Preprocess((24, 24)), name="plain")
    without = net.without("features.1", range(6))
    pictures = [torch.rand(3, 24, 24, generator=torch.Generator().manual_seed(n)) for n in range(3)]
    atlas = dv.Atlas.build(without, pictures, tmp_path / "atlas", top=2, layers=["features.1"])
    assert atlas.unit("features.1", 0).top[0].activation == 0
    with pytest.raises(dv.DeepvisError):
        dv.Atlas.open(tmp_path / "atlas", net)


def test_a_second_picture_is_embedded_without_them_too() -> None:
    view = picture(24, 24)
    net = Network(Plain(), dv.Preprocess((24, 24)), answers=dv.Similarity(view))
    assert net.logits(view[None]).item() == pytest.approx(1.0, abs=1e-4)
    assert net.without("features.1", [0, 2]).logits(view[None]).item() == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize(("layer", "units"), [("features.1", 6), ("features.1", [-1]), ("nothing", 0), ("pool", "0")])
def test_what_does_not_exist_is_refused_in_a_sentence(layer: str, units: Any) -> None:
    with pytest.raises(dv.DeepvisError, match=r"There is no layer|has no unit"):
        network("plain").without(layer, units)


def test_the_model_is_left_alone() -> None:
    net = network("plain")
    untouched = Untouched(net.module)
    ask(net.without("features.1", 0), "lrp", target=0)
    untouched.check()
