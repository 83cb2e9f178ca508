"""Sum + bias = value, in float64, against the activation that a hook of our own records."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from torch import Tensor, nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.target import Target
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods.circuits.circuit import Circuit
from deepvis_widgets.methods.circuits.explain import Circuits

from ....families import SIZE, make
from ....untouched import Untouched
from .nets import HAND_MADE, hand_made, noise, seeded

TORCHVISION = ("resnet18", "mobilenet_v2", "densenet121", "squeezenet1_1", "shufflenet_v2_x0_5", "vgg11_bn")
MOST = 9  # layers of a network


@cache
def network(name: str) -> Network:
    if name in HAND_MADE:
        return hand_made(name)
    return Network(seeded(make(name)), Preprocess((SIZE, SIZE)), name=name)


@cache
def circuits(name: str) -> Circuits:
    return Circuits(network(name), noise(network(name)))


def recorded(net: Network, layer: str) -> Tensor:
    """What the module of a layer returned, seen by a plain hook on it; "output" is the network's own."""
    found: list[Tensor] = []
    name, _, call = layer.partition("#")
    module = net.module if name == "output" else net.module.get_submodule(name)
    handle = module.register_forward_hook(lambda _, __, output: found.append(output.clone()))
    with torch.no_grad():
        net.module(net.feed(noise(net)[None]))
    handle.remove()
    return found[int(call or 1) - 1]


def some_layers(net: Network) -> list[str]:
    names = net.layers.names
    return names[:: max(1, -(-len(names) // MOST))] + names[-1:]


@pytest.mark.parametrize("name", [*HAND_MADE, *TORCHVISION])
def test_terms_and_bias_make_the_value_that_was_recorded(name: str) -> None:
    net, found = network(name), circuits(name)
    for layer in some_layers(net):
        seen = net.layers[layer]
        maps = seen.layout.maps(recorded(net, layer))[0]
        for channel in {0, seen.channels // 2}:
            position = (seen.height // 2, seen.width // 3)
            circuit = found.of(Target(channel, layer, position))
            assert circuit.exact, layer
            assert circuit.value == pytest.approx(float(maps[channel][position]), rel=1e-10, abs=1e-12), layer
            assert circuit.total + circuit.bias == pytest.approx(circuit.enters, rel=1e-9, abs=1e-9), layer
            if circuit.through is None:
                assert circuit.enters == circuit.value
            elif circuit.through == "relu":
                assert max(0.0, circuit.enters) == circuit.value


@pytest.mark.parametrize("name", HAND_MADE)
def test_every_term_is_its_kernel_times_what_entered(name: str) -> None:
    net = network(name)
    for layer in net.layers.names:
        circuit = circuits(name).of(Target(0, layer))
        for part in circuit.parts:
            assert torch.allclose((part.kernel * part.values).sum((1, 2)), part.adds, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "layer", "source"),
    [
        ("plain", "4", "2"),
        ("residual", "norm", "relu"),
        ("depthwise", "3", "1"),
        ("depthwise", "5", "4"),
        ("resnet18", "layer2.0.bn1", "layer1.1.relu#2"),
        ("mobilenet_v2", "features.3.conv.2", "features.3.conv.1.2"),
        ("densenet121", "features.denseblock1.denselayer2.norm2", "features.denseblock1.denselayer2.relu1"),
    ],
)
def test_a_unit_below_that_is_silenced_takes_what_it_added(name: str, layer: str, source: str) -> None:
    """Brute force: the unit's input is zeroed by a hook of our own, and the value falls by the term."""
    net = network(name)
    circuit = circuits(name).of(Target(1, layer))
    assert {part.layer for part in circuit.parts} == {source}
    for term in circuit.terms[:2]:
        assert without(net, circuit, layer, source, term.unit) == pytest.approx(circuit.value - term.adds, abs=1e-9)


def without(net: Network, circuit: Circuit, layer: str, source: str, unit: int) -> float:
    """The unit's value where a channel of the layer below is set to zero."""
    calls, wanted = [0], int(source.partition("#")[2] or 1)

    def silence(_: nn.Module, __: object, output: Tensor) -> Tensor | None:
        calls[0] += 1
        if calls[0] != wanted:
            return None
        output = output.clone()
        output[:, unit] = 0
        return output

    handle = net.module.get_submodule(source.partition("#")[0]).register_forward_hook(silence)
    try:
        maps = recorded(net, layer)[0, circuit.unit.channel]
    finally:
        handle.remove()
    row, col = circuit.unit.position  # type: ignore[misc]
    return float(maps[row, col])


def test_each_summand_of_a_residual_sum_is_a_branch_of_its_own() -> None:
    circuit = circuits("residual").of(Target(2, "relu#2", (4, 5)))
    assert {(part.branch, part.layer) for part in circuit.parts} == {
        ("norm", "relu"),
        ("down.1", "relu"),
        ("relu", "relu"),
    }
    own = next(part for part in circuit.parts if part.branch == "relu")
    assert own.window == (4, 5, 1, 1)
    assert own.kernel.flatten().tolist() == [0, 0, 1, 0]


def test_a_convolution_reads_the_positions_that_won_in_the_pooling_before_it() -> None:
    circuit = circuits("pooled").of(Target(1, "3", (3, 3)))
    (part,) = circuit.parts
    assert part.layer == "1"  # beyond the pooling, which computes nothing
    net = network("pooled")
    tanh = recorded(net, "1")[0]
    winners = torch.nn.functional.max_pool2d(tanh, 3, 2, 1)
    weights = net.module.get_submodule("3").weight[1]  # type: ignore[index]
    expected = (weights * winners[:, 2:5, 2:5]).sum((1, 2))
    assert torch.allclose(part.adds, expected.detach(), atol=1e-12)
    assert torch.allclose(part.kernel, weights, atol=1e-12)  # that of the layer, though the winners lie apart
    assert torch.allclose(part.values, winners[:, 2:5, 2:5], atol=1e-12)
    row, col = part.places[0].tolist()
    assert tanh[0, row, col] in winners[0, 2:5, 2:5]


def test_the_kernel_is_that_of_the_layer_with_its_norm_folded_in() -> None:
    net = network("plain")
    convolution, norm = net.module.get_submodule("3"), net.module.get_submodule("4")
    (part,) = circuits("plain").of(Target(1, "4", (4, 4))).parts
    scale = norm.weight[1] / (norm.running_var[1] + norm.eps).sqrt()  # type: ignore[index,operator]
    assert torch.allclose(part.kernel, convolution.weight[1] * scale, atol=1e-12)  # type: ignore[index]
    assert part.window == (7, 7, 3, 3)


def test_a_depthwise_layer_is_fed_by_one_channel_alone() -> None:
    circuit = circuits("depthwise").of(Target(4, "2", (5, 5)))
    assert {term.unit for term in circuit.terms} <= {4}


def test_what_is_concatenated_is_followed_to_the_layer_it_came_from() -> None:
    circuit = circuits("concatenating").of(Target(5, "norm", (5, 5)))
    assert [(part.layer, part.through) for part in circuit.parts] == [("picture", None)]
    circuit = circuits("concatenating").of(Target(1, "norm", (5, 5)))
    assert [(part.layer, part.through) for part in circuit.parts] == [("one", "relu")]


def test_the_model_is_left_alone() -> None:
    net = hand_made("residual")
    untouched = Untouched(net.module)
    Circuits(net, noise(net)).of(Target(0, "head.linear"))
    untouched.check()
