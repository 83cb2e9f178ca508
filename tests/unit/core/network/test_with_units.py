"""Layers of directions, against einsum of recorded activations, autograd of the composite written by hand, and the
channels themselves.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.atlas.builder.transport import pack, unpack
from deepvis_widgets.core.network.backward_rules import DECONVNET
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.target import Target
from deepvis_widgets.core.weights_key import network_key
from deepvis_widgets.engine.client import explanation_key
from deepvis_widgets.methods import Method
from deepvis_widgets.passes.fused_passes import FusedPasses
from tests.contract.asking import METHODS, ask, check_result, tensors
from tests.families import network, picture
from tests.small_nets import Crafty, Plain, seeded
from tests.untouched import Untouched

HIDDEN = [
    name for name in METHODS if Method.registry[name].hidden and Method.registry[name].refuses(network("plain")) is None
]
# how channels lie in each: (B, C, H, W), overwritten, concatenated, depthwise, (B, H, W, C), tokens, (B, C)
PLACES = [
    ("plain", "features.1"),
    ("crafty", "norm"),
    ("crafty", "relu#2"),
    ("resnet18", "layer1.0.bn2"),
    ("densenet121", "features.denseblock1.denselayer1.conv2"),
    ("mobilenet_v2", "features.3"),
    ("convnext_tiny", "features.1.0.block.5"),
    ("vit_b_32", "encoder.layers.encoder_layer_1"),
    ("plain", "pool"),
    ("plain", "classifier"),
]


def chance(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(len(shape)), dtype=torch.float64)


def plain() -> Network:
    return Network(seeded(Plain()), dv.Preprocess((24, 24)), name="plain")


def one_hot(net: Network, layer: str, *channels: int) -> Network:
    return net.with_units(layer, torch.eye(net.layers[layer].channels)[list(channels)], name="one")


def equal(found: Any, expected: Any) -> bool:
    one, two = tensors(found), tensors(expected)
    return one.keys() == two.keys() and all(torch.allclose(one[key], two[key], rtol=1e-4, atol=1e-6) for key in one)


@pytest.mark.parametrize(("name", "layer"), PLACES)
def test_maps_are_projections_of_what_was_recorded(name: str, layer: str) -> None:
    net, view = network(name), picture(*network(name).size)
    source = net.layers[layer]
    matrix, offset = chance(3, source.channels), chance(source.channels)
    added = net.with_units(layer, matrix, offset=offset)
    found = added.layers[f"{layer}:directions"]
    recording, before = added.record(view), net.record(view)
    maps = source.layout.maps(before.outputs[layer].detach()).double().numpy()
    expected = np.einsum("kc,bchw->bkhw", matrix, maps - offset.numpy()[None, :, None, None])
    shown = found.layout.maps(recording.outputs[found.name].detach())
    assert np.allclose(shown, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())
    assert tuple(recording.outputs[found.name].shape[1:]) == found.shape
    assert (found.channels, found.height, found.width) == (3, source.height, source.width) == shown.shape[1:]
    assert found.field == source.field and found.of == layer
    assert added.layers.names.index(found.name) == net.layers.names.index(layer) + 1
    others = source.layout.others(before.outputs[layer].detach()).double().numpy()
    expected = np.einsum("kc,bcn->bkn", matrix, others - offset.numpy()[None, :, None])
    assert np.allclose(found.layout.others(recording.outputs[found.name].detach()), expected, rtol=1e-3, atol=1e-3)
    assert torch.equal(recording.logits, before.logits)


@pytest.mark.parametrize(("name", "layer"), PLACES)
def test_gradients_are_those_of_the_composite(name: str, layer: str) -> None:
    net = network(name)
    view, source = picture(*net.size), net.layers[layer]
    matrix = chance(2, source.channels)
    recording = net.with_units(layer, matrix).record(view, until=f"{layer}:directions")
    layout = source.layout
    recording_of_source = net.record(view)
    maps = layout.maps(recording_of_source.outputs[layer])
    with torch.enable_grad():
        objective = torch.einsum("c,bchw->b", matrix[1].to(maps), maps).sum()
        found = layout.maps(recording.outputs[f"{layer}:directions"])[:, 1].sum()
    expected = recording_of_source.gradient(objective)
    assert torch.allclose(recording.gradient(found), expected, rtol=1e-3, atol=1e-4 * float(expected.abs().max()))
    assert expected.abs().max() > 0


@pytest.mark.parametrize("method", HIDDEN)
@pytest.mark.parametrize(("name", "layer"), [("plain", "features.4"), ("crafty", "norm")])
def test_a_one_hot_direction_is_the_channel_in_every_method(method: str, name: str, layer: str) -> None:
    net = network(name)
    more: dict[str, Any] = {"seed": 3} if method == "activation_maximization" else {}
    expected = ask(net, method, layer=layer, unit=5, **more)
    assert equal(ask(one_hot(net, layer, 2, 5), method, layer=f"{layer}:one", unit=1, **more), expected)


@pytest.mark.parametrize("method", ["deconvnet", "lrp", "occlusion", "activation_maximization"])
@pytest.mark.parametrize(
    ("name", "layer"), [("resnet18", "layer1.0.relu#2"), ("mobilenet_v2", "features.1.conv.0.2"), ("vit_b_32", "")]
)
def test_a_one_hot_direction_is_the_channel_in_other_families(method: str, name: str, layer: str) -> None:
    net = network(name)
    if Method.registry[method].refuses(net) is None:
        layer = layer or "encoder.layers.encoder_layer_1"
        expected = ask(net, method, layer=layer, unit=5)
        assert equal(ask(one_hot(net, layer, 5), method, layer=f"{layer}:one", unit=0), expected)


@pytest.mark.parametrize("method", ["lrp", "grad_cam", "deconvnet", "cam"])
def test_classes_and_channels_are_explained_as_before(method: str) -> None:
    """Also where a norm behind a convolution is merged into it: the directions take no part."""
    net = network("crafty")
    added = net.with_units("first", chance(4, 6)).with_units("relu#2", chance(3, 6))
    assert equal(ask(added, method, target=1), ask(net, method, target=1))
    if Method.registry[method].hidden:
        unit: dict[str, Any] = {"layer": "relu#2", "unit": 1}
        assert equal(ask(added, method, **unit), ask(net, method, **unit))


def test_what_the_pass_ends_at_and_what_it_keeps() -> None:
    net = plain().with_units("features.1", chance(3, 6), name="a").with_units("features.1:a", chance(2, 3), name="b")
    net = net.with_units("features.1", chance(1, 6), name="a")
    assert net.layers.names[1:5] == ["features.1", "features.1:a", "features.1:a:b", "features.1:a 2"]
    x = net.feed(picture(24, 24)[None])
    recording = net.run(x, keep=("features.1:a:b",), until="features.1:a:b")
    assert list(recording.outputs) == ["features.1:a:b"] and recording.scores is None
    every = net.record(picture(24, 24)).outputs
    assert torch.equal(recording.outputs["features.1:a:b"], every["features.1:a:b"])
    assert [name for name in every if name in net.layers.names[1:5]] == net.layers.names[1:5]
    assert list(net.run(x).outputs) == []
    seen: list[str] = []
    net.run(x, keep=("features.1:a 2",), look=lambda name, _: seen.append(name))
    assert seen == ["features.1:a 2"]


def test_without_a_remembered_pass_an_overwritten_layer_is_not_lost() -> None:
    net = network("crafty").with_units("norm", chance(2, 6))
    recording = net.run(net.feed(picture(*net.size)[None]), keep=("norm:directions",), grad=True)
    assert recording.gradient(recording.outputs["norm:directions"].sum()).abs().max() > 0


def test_reverse_rules_go_through_a_direction() -> None:
    """The deconvnet's signal of a direction is the mixture of its channels', rectified at the next rectifier."""
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 64, 2))
    net = Network(seeded(module), dv.Preprocess((10, 10)))
    weights = torch.tensor([1.0, -2.0, 0.5, -1.0])
    signal = torch.zeros(1, 4, 8, 8)
    signal[0, :, 3, 3] = weights.clamp(min=0)
    expected = torch.nn.functional.conv_transpose2d(signal, module[0].weight)
    recording = net.with_units("1", weights).record(picture(10), rules=DECONVNET)
    found = recording.gradient(recording.outputs["1:directions"][0, 0, 3, 3])
    assert torch.allclose(found, expected, atol=1e-6)


def test_relevance_is_shared_by_what_each_channel_adds_and_the_offset_takes_its_share() -> None:
    net, weights, offset = plain(), chance(1, 6), torch.full((6,), 0.3)
    added = net.with_units("features.1", weights, offset=offset)
    view = picture(24, 24)
    found: Any = dv.explain(added, view, "lrp", layer="features.1:directions", unit=(0, (4, 5)), composite="epsilon")
    acts = net.record(view).outputs["features.1"][0, :, 4, 5].detach().double()
    expected = weights[0] * acts
    assert torch.allclose(found.relevances["features.1"][:, 4, 5].double(), expected, rtol=1e-4, atol=1e-5)
    assert found.value == pytest.approx(float((weights[0] * (acts - 0.3)).sum()), abs=1e-5)
    assert max(found.ledger.missing()) < 1e-4


def test_a_circuit_of_a_direction_is_exact_and_that_of_a_channel_stays() -> None:
    net, view = plain(), picture(24, 24)
    added = net.with_units("features.1", chance(2, 6))
    found = dv.circuit(added, view, "features.1:directions", (1, (4, 5)))
    acts = net.record(view).outputs["features.1"][0, :, 4, 5].detach().double()
    expected = chance(2, 6)[1] * acts
    assert found.exact and {term.layer for term in found.terms} == {"features.1"}
    for term in found.terms:
        assert term.adds == pytest.approx(float(expected[term.unit]), rel=1e-4)
    one, two = (dv.circuit(some, view, "features.3", (1, (4, 5))) for some in (net, added))
    assert [vars(term) for term in one.terms] == [vars(term) for term in two.terms]


def test_grad_cam_weighs_layers_of_the_network_alone() -> None:
    net = plain()
    added = net.with_units("features.4", chance(2, 8))
    direction = dv.explain(added, picture(24, 24), "grad_cam", layer="features.4:directions", unit=0)
    maps = net.record(picture(24, 24)).outputs["features.3"][0].detach()
    assert direction.coarse.shape == maps.shape[1:]  # type: ignore[attr-defined]
    with pytest.raises(dv.DeepvisError, match="Nothing is computed from the directions"):
        dv.explain(added, picture(24, 24), "grad_cam", target=0, at="features.4:directions")


def test_fused_and_incremental_passes_give_the_same() -> None:
    net = plain().with_units("features.4", chance(3, 8))
    x = net.feed(picture(24, 24)[None])
    passes = FusedPasses(net, x, "features.4:directions")
    assert passes.remade is not None
    views = torch.cat([x, x.flip(3)])
    expected = net.run(views, keep=("features.4:directions",)).outputs["features.4:directions"]
    assert torch.allclose(passes.run(views).outputs["features.4:directions"], expected, atol=1e-4)


def test_an_atlas_of_one_hot_directions_is_that_of_the_channels(tmp_path: Path) -> None:
    net = plain()
    added = one_hot(net, "features.1", 4, 2)
    pictures = [torch.rand(3, 24, 24, generator=torch.Generator().manual_seed(n)) for n in range(5)]
    how: dict[str, Any] = {"top": 3, "workers": 0, "quiet": True}
    before = dv.Atlas.build(net, pictures, tmp_path / "before", layers=["features.1"], **how)
    atlas = dv.Atlas.build(added, pictures, tmp_path / "after", layers=["features.1:one"], **how)
    for unit, channel in enumerate((4, 2)):
        found, expected = atlas.unit("features.1:one", unit), before.unit("features.1", channel)
        assert [(top.name, top.position) for top in found.top] == [(top.name, top.position) for top in expected.top]
        assert found.maximum == pytest.approx(expected.maximum)
    assert dv.Atlas.open(tmp_path / "before", added).layers == ["features.1"]
    with pytest.raises(dv.DeepvisError):
        dv.Atlas.open(tmp_path / "after", net)


def test_an_atlas_covers_the_same_layers_and_the_directions(tmp_path: Path) -> None:
    """Directions of as many units as a layer has, or as there are classes, are taken for no other layer's."""
    net = plain()
    added = net.with_units("features.0", torch.eye(6)).with_units("classifier", torch.eye(5))
    atlases = [
        dv.Atlas.build(some, [picture(24, 24)], tmp_path / str(n), top=1, workers=0, quiet=True)
        for n, some in enumerate((net, added))
    ]
    mine = {"features.0:directions", "classifier:directions"}
    assert [name for name in atlases[1].layers if name not in mine] == atlases[0].layers
    assert mine <= set(atlases[1].layers)
    assert atlases[1].stand_in("features.0", 3) == atlases[0].stand_in("features.0", 3) == ("features.1", 3)


def test_copies_keep_it(tmp_path: Path) -> None:
    net = plain().with_units("features.1", chance(2, 6), ["left", "right"])
    view = picture(24, 24)
    expected = net.record(view).outputs["features.1:directions"]
    copies = [net.with_module(seeded(Plain())), net.given(), unpack(pack(net, tmp_path))]
    for copy in copies:
        assert copy.layers.names == net.layers.names
        assert copy.layers["features.1:directions"].names == ("left", "right")
        assert torch.allclose(copy.record(view).outputs["features.1:directions"], expected, atol=1e-6)
        assert network_key(copy) == network_key(net)
    without = net.without("features.1", range(6))
    assert not without.record(view).outputs["features.1:directions"].any()
    assert without.layers.names == net.layers.names
    with pytest.raises(dv.DeepvisError, match="none can be switched off"):
        net.without("features.1:directions", 0)


def test_what_is_remembered_and_cached_is_apart() -> None:
    net = plain()
    net.recordings.limit = 2
    view = picture(24, 24)
    before = net.record(view)
    one, two = (net.with_units("features.1", chance(2, 6) + more) for more in (0, 1))
    assert net.record(view) is before
    assert len({network_key(some) for some in (net, one, two)}) == 3
    asked = (view, "gradient", Target(0, "features.1:directions"))
    assert explanation_key(one, *asked) != explanation_key(two, *asked)
    assert one.showing(None).record(view) is not one.record(view)


def test_units_may_be_called_by_name() -> None:
    net = plain().with_units("features.1", chance(2, 6), ["left", "right"], name="sides")
    found = dv.explain(net, picture(24, 24), "gradient", layer="features.1:sides", unit=("right", (3, 4)))
    assert found.target == 'features.1:sides:1 "right" at (3, 4)'
    with pytest.raises(dv.DeepvisError, match="has no unit up"):
        net.target(None, "features.1:sides", "up")


@pytest.mark.parametrize(
    "given", [[[1] * 6], [1.0] * 6, np.ones((1, 6), np.float32), torch.ones(6, requires_grad=True)]
)
def test_any_matrix_is_taken(given: Any) -> None:
    net = plain().with_units("features.1", given)
    found = net.record(picture(24, 24)).outputs
    assert torch.allclose(found["features.1:directions"], found["features.1"].sum(1, keepdim=True), atol=1e-5)


@pytest.mark.parametrize(
    ("given", "more", "sentence"),
    [
        ([[1.0] * 5], {}, "has 6 channels, and the directions have 5"),
        (torch.ones(6, 2), {}, "give its transpose"),
        (torch.ones(2, 6, 1), {}, "of shape"),
        (torch.ones(0, 6), {}, "of shape"),
        ("abc", {}, "is no directions"),
        ([[float("nan")] * 6], {}, "finite"),
        ([[1.0] * 6], {"offset": [1.0]}, "offset of shape"),
        ([[1.0] * 6], {"names": ["a", "b"]}, "2 names were given for 1"),
        ([[1.0] * 6], {"names": "a"}, "list of words"),
    ],
)
def test_what_does_not_fit_is_told_in_a_sentence(given: Any, more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(dv.DeepvisError, match=sentence):
        network("plain").with_units("features.1", given, **more)
    with pytest.raises(dv.DeepvisError, match="There is no layer"):
        network("plain").with_units("nothing", given, **more)


def test_weights_of_an_attention_have_no_directions() -> None:
    net = network("vit_b_32")
    heads = next(layer for layer in net.layers if layer.kind == "Attention")
    with pytest.raises(dv.DeepvisError, match="holds weights of an attention"):
        net.with_units(heads.name, torch.ones(1, heads.channels))


def test_a_layer_whose_numbers_have_no_places_is_flat() -> None:
    net = plain()
    flat = Network(
        nn.Sequential(nn.Flatten(), nn.Unflatten(1, (4, 432)), nn.Flatten(), nn.Linear(1728, 2)), net.preprocessing
    )
    found = flat.with_units("1", torch.ones(1, 1728))
    assert found.layers["1:directions"].shape == (1,)
    outputs = found.record(picture(24, 24)).outputs
    assert outputs["1:directions"].item() == pytest.approx(float(outputs["1"].sum()), rel=1e-4)


def test_every_method_serves_a_mixture() -> None:
    net = network("vit_b_32")
    layer = "encoder.layers.encoder_layer_1"
    added = net.with_units(layer, chance(2, net.layers[layer].channels))
    for method in ("gradient", "occlusion", "grad_cam"):
        check_result(ask(added, method, layer=f"{layer}:directions", unit=(1, (1, 2))), added)
    check_result(ask(added, "gradient", layer=f"{layer}:directions", unit=(1, "class")), added)


def test_the_model_is_left_alone() -> None:
    net = Network(Crafty(), dv.Preprocess((24, 24)))
    untouched = Untouched(net.module)
    added = net.with_units("norm", chance(2, 6))
    for method in ("lrp", "deconvnet"):
        ask(added, method, layer="norm:directions", unit=0)
    with pytest.raises(dv.DeepvisError):
        net.with_units("norm", [1.0])
    untouched.check()
