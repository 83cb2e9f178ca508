"""Attention weights, rollout and relevance against what the libraries give and loops make of it, in float64."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from deepvis_widgets.core.attention.flow import attentions
from deepvis_widgets.core.attention.heads import Heads
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.target import Target
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.methods import Method, explain
from deepvis_widgets.methods.gradient import GradientParams
from tests import families
from tests.small_nets import seeded
from tests.unit.core.positions.test_trace import Written
from tests.untouched import Untouched
from tests.vision_transformers import KINDS, network, picture

NAMES = ("torchvision vit", "timm vit", "timm vit of pooled tokens", "timm vit with registers", "transformers vit")


def own_weights(name: str, net: Network, x: Tensor) -> tuple[list[Tensor], Tensor]:
    """The weights (1, heads, N, N) of each layer as the library itself computes them, in the graph of the scores."""
    module, found = net.module, []
    if name.startswith("transformers"):
        module.set_attn_implementation("eager")
        answer = module(x, output_attentions=True)
        module.set_attn_implementation("sdpa")
        return list(answer.attentions), answer.logits
    if name.startswith("torchvision"):
        tokens = torch.cat([module.class_token, module._process_input(x)], 1) + module.encoder.pos_embedding
        for block in module.encoder.layers:
            y = block.ln_1(tokens)
            q, k, v = (part.unflatten(2, (2, -1)).transpose(1, 2) for part in _projected(block.self_attention, y))
            found.append((q @ k.mT / q.shape[-1] ** 0.5).softmax(-1))
            tokens = tokens + block.self_attention.out_proj((found[-1] @ v).transpose(1, 2).flatten(2))
            tokens = tokens + block.mlp(block.ln_2(tokens))
        return found, module.heads(module.encoder.ln(tokens)[:, 0])
    tokens = module.norm_pre(module._pos_embed(module.patch_embed(x)))
    for block in module.blocks:
        y = block.norm1(tokens)
        q, k, v = block.attn.qkv(y).unflatten(2, (3, 3, -1)).permute(2, 0, 3, 1, 4)
        found.append((q @ k.mT * block.attn.scale).softmax(-1))
        tokens = tokens + block.attn.proj((found[-1] @ v).transpose(1, 2).flatten(2))
        tokens = tokens + block.mlp(block.norm2(tokens))
    return found, module.forward_head(module.norm(tokens))


def _projected(attention: torch.nn.MultiheadAttention, y: Tensor) -> tuple[Tensor, ...]:
    assert attention.in_proj_weight is not None
    return torch.nn.functional.linear(y, attention.in_proj_weight, attention.in_proj_bias).chunk(3, -1)


def looked_at(name: str, rows: list[list[float]]) -> Tensor:
    """The map of the class token's row, or of the mean row."""
    height, width = KINDS[name].grid
    table = torch.tensor(rows, dtype=torch.float64)
    row = table[0] if KINDS[name].extra else table.mean(0)
    return row[-height * width :].view(height, width)


def product(first: list[list[float]], second: list[list[float]]) -> list[list[float]]:
    columns = list(zip(*second, strict=True))
    return [[sum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in first]


def near(name: str, found: Tensor, expected: Tensor) -> bool:
    """Eager attention of transformers takes its softmax in float32, whatever the network's precision."""
    return torch.allclose(found, expected, rtol=1e-5 if name.startswith("transformers") else 1e-9, atol=1e-10)


def identity(count: int) -> list[list[float]]:
    return [[float(row == col) for col in range(count)] for row in range(count)]


@pytest.mark.parametrize("name", NAMES)
def test_weights_are_layers(name: str) -> None:
    net = network(name, torch.float64)
    before = Untouched(net.module)
    recording = net.record(picture(name))
    layers = attentions(net.layers)
    before.check()
    expected, scores = own_weights(name, net, net.feed(picture(name)[None]))
    assert len(layers) == len(expected) == 2
    assert near(name, recording.logits, scores)
    height, width = KINDS[name].grid
    for layer, weights in zip(layers, expected, strict=True):
        assert near(name, recording.outputs[layer.name], weights)
        assert layer.shape == tuple(weights.shape[1:]) and (layer.height, layer.width) == (height, width)
        count = height * width
        row = weights[:, :, 0] if KINDS[name].extra else weights.mean(2)
        maps = layer.layout.maps(weights)
        assert torch.equal(maps, row[:, :, -count:].unflatten(2, (height, width)))
        assert isinstance(layer.layout, Heads)
        other = layer.layout.looking_from((1, 2)).maps(weights)
        assert torch.equal(other, weights[:, :, -count + width + 2, -count:].unflatten(2, (height, width)))


@pytest.mark.parametrize("name", NAMES)
def test_rollout_equals_loops(name: str) -> None:
    net = network(name, torch.float64)
    weights, _ = own_weights(name, net, net.feed(picture(name)[None]))
    count = weights[0].shape[-1]
    rows = identity(count)
    for layer in weights:
        mean = (layer[0].mean(0) / 2).tolist()
        mixed = [[value + 0.5 * (r == c) for c, value in enumerate(row)] for r, row in enumerate(mean)]
        rows = product(mixed, rows)
    found = explain(net, picture(name), "attention_rollout")
    assert isinstance(found, HeatMap) and found.coarse is not None and found.target == "every class alike"
    assert near(name, found.coarse, looked_at(name, rows))


@pytest.mark.parametrize("name", NAMES)
def test_relevance_equals_loops(name: str) -> None:
    net = network(name, torch.float64)
    weights, scores = own_weights(name, net, net.feed(picture(name)[None]))
    gradients = torch.autograd.grad(scores[0, 3], weights)
    count = weights[0].shape[-1]
    rows = identity(count)
    for layer, gradient in zip(weights, gradients, strict=True):
        mean = (layer * gradient).clamp(min=0)[0].mean(0).tolist()
        rows = [[a + b for a, b in zip(*pair, strict=True)] for pair in zip(rows, product(mean, rows), strict=True)]
    found = explain(net, picture(name), "attention_relevance", target=3)
    assert isinstance(found, HeatMap) and found.coarse is not None
    assert near(name, found.coarse, looked_at(name, rows))
    other = explain(net, picture(name), "attention_relevance", target=4)
    assert isinstance(other, HeatMap) and (
        name == "timm vit of pooled tokens" or not torch.equal(other.heatmap, found.heatmap)
    )


@pytest.mark.parametrize("method", ["attention_rollout", "attention_relevance"])
def test_what_has_no_attention_to_follow_is_refused(method: str) -> None:
    with pytest.raises(DeepvisError, match=f"plain has no attention over the whole picture for {method} to follow"):
        explain(families.network("plain"), families.picture(24), method)
    for name in ("torchvision swin", "timm maxvit"):
        with pytest.raises(DeepvisError, match=method):
            explain(network(name), picture(name), method)


def test_every_method_explains_a_head_or_says_why_not() -> None:
    net = network("timm vit with registers")
    layer = attentions(net.layers)[1].name
    for method in ("gradient", "lrp", "occlusion", "grad_cam", "guided_backprop"):
        found = explain(net, picture("timm vit with registers"), method, layer=layer, unit=(1, (2, 3)))
        assert isinstance(found, HeatMap) and found.heatmap.any()


def test_written_out_attention_without_heads_is_no_layer_but_asks() -> None:
    net = Network(seeded(Written(False)), Preprocess((8, 20), None))
    assert attentions(net.layers) == [] and net.other_attentions == 1


def test_a_head_is_explained_from_the_token_that_looks() -> None:
    name = "timm vit with registers"
    net = network(name, torch.float64)
    x = net.feed(picture(name)[None]).requires_grad_()
    weights, _ = own_weights(name, net, x)
    layer = attentions(net.layers)[1].name
    height, width = KINDS[name].grid
    for looking, place in (("register 1", 1), ((2, 3), 5 + 2 * width + 3)):
        row = weights[1][0, 1, place, -height * width :]
        (expected,) = torch.autograd.grad(row.max(), x, retain_graph=True)
        target = Target(1, layer, looking=looking)  # type: ignore[arg-type]
        found = Method.registry["gradient"].run(net, net.view(picture(name)), target, GradientParams())
        assert isinstance(found, HeatMap) and found.attribution is not None
        assert found.target == f"{layer}:1 at {divmod(int(row.argmax()), width)} from {looking}"
        assert torch.allclose(found.attribution, expected[0], rtol=1e-9, atol=1e-14)
