"""LRP on whole networks: nothing is lost, every layer can be asked, hidden units too, and refusals are one sentence."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models import VisionTransformer

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.backward_rules import RuleMode, Rules
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.lrp import RelevanceMap
from deepvis_widgets.methods.relevance.composites import COMPOSITES
from deepvis_widgets.methods.relevance.composites import composite as composite_named
from deepvis_widgets.methods.relevance.propagate import rules
from deepvis_widgets.methods.relevance.replacements import RelevanceReplacements
from tests.families import make, picture, preprocess_of, size_of
from tests.small_nets import CLASSES, Crafty, Plain, seeded
from tests.untouched import Untouched

CONSERVING = ("alexnet", "vgg11_bn", "resnet18", "squeezenet1_1", "densenet121", "googlenet")
# layers that all relevance passes through: whatever is beside them would be a leak
BOTTLENECKS = {
    "alexnet": ("features.", "avgpool", "classifier."),
    "vgg11_bn": ("features.", "avgpool", "classifier."),
    "resnet18": ("conv1", "bn1", "relu", "maxpool", "layer1.0.relu#2", "layer2.1.relu#2", "layer4.1.relu#2", "avgpool"),
    "squeezenet1_1": ("features.0", "features.2", "features.3.squeeze", "features.5", "classifier."),
    "densenet121": ("features.conv0", "features.pool0", "features.transition1.conv", "features.norm5"),
    "googlenet": ("conv1.conv", "conv3.conv", "maxpool2", "inception3a", "inception4a", "inception5b", "avgpool"),
}


@pytest.fixture(autouse=True, scope="module")
def few_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def lrp(net: Network, **asked: Any) -> RelevanceMap:
    result = explain(net, picture(net.size[0]), "lrp", **asked)
    assert isinstance(result, RelevanceMap)
    return result


def small(module: nn.Module, side: int = 24) -> Network:
    return Network(seeded(module, dtype=torch.float64), Preprocess((side, side), None))


def lively(name: str) -> Network:
    """A network with biases, and statistics of batch-norm that fit its activations, so that none fades away."""
    module = make(name)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for part in module.modules():
            if isinstance(part, nn.Conv2d | nn.Linear | nn.BatchNorm2d) and part.bias is not None:
                part.bias.copy_(0.1 * torch.randn(part.bias.shape, generator=generator))
        if isinstance(module, VisionTransformer):  # torchvision starts its head at zero
            module.heads.head.weight.copy_(torch.randn(module.heads.head.weight.shape, generator=generator))
    norms = [part for part in module.modules() if isinstance(part, nn.BatchNorm2d)]
    for norm in norms:
        norm.train()
        norm.momentum = 1.0
    net = preprocess_of(name)
    with torch.no_grad():
        module(
            net.normalize(picture(size_of(name)))[None].repeat(2, 1, 1, 1) * torch.tensor([1.0, 0.5]).view(2, 1, 1, 1)
        )
    for norm in norms:
        norm.eval()
        norm.running_var.clamp_(min=1e-2)
    return Network(module.double(), net, name=name)


@pytest.mark.parametrize("name", CONSERVING)
def test_nothing_is_lost_at_any_layer(name: str) -> None:
    net = lively(name)
    for composite in ("epsilon", "epsilon_plus"):
        result = lrp(net, target=2, composite=composite)
        ledger = result.ledger
        assert max(ledger.missing()) <= 1e-6
        assert [entry.layer for entry in ledger.entries[1:]] == net.layers.names
        assert float(result.attribution.sum()) == pytest.approx(ledger.picture, rel=1e-9)
        assert ledger.picture + ledger.bias + ledger.epsilon == pytest.approx(result.value, rel=1e-6)
        passed = [entry for entry in ledger.entries if entry.layer.startswith(BOTTLENECKS[name])]
        passed = [entry for entry in passed if name in ("alexnet", "vgg11_bn") or entry.layer in BOTTLENECKS[name]]
        assert len(passed) >= 4
        for entry in passed:
            assert abs(entry.beside) <= 1e-6 * abs(result.value), entry


@pytest.mark.parametrize("composite", COMPOSITES)
def test_every_composite_conserves(composite: str) -> None:
    for module in (Plain(), Crafty()):
        result = lrp(small(module), target=1, composite=composite)
        assert max(result.ledger.missing()) <= 1e-9


def test_without_biases_all_of_the_logit_reaches_the_picture() -> None:
    module = Plain()
    module.features[0].bias = module.features[3].bias = module.classifier.bias = None
    for composite in ("epsilon", "epsilon_plus_flat", "epsilon_gamma_box"):
        result = lrp(small(module), target=1, composite=composite, epsilon=1e-9)
        assert result.ledger.bias == 0
        assert float(result.heatmap.sum()) == pytest.approx(result.value, rel=1e-3)


def test_epsilon_towards_zero_is_gradient_times_input() -> None:
    """Shrikumar et al. 2016; Ancona et al. 2018, prop. 1: holds for networks of rectifiers and max pooling."""
    net = small(Plain())
    ours = lrp(net, target=1, composite="epsilon", epsilon=0).attribution
    gradient = explain(net, picture(24), "gradient", target=1).attribution
    expected = gradient * net.feed(picture(24)[None])[0]
    torch.testing.assert_close(ours, expected, rtol=1e-4, atol=1e-6 * float(expected.abs().max()))


def test_a_large_epsilon_takes_its_share() -> None:
    net = small(Plain())
    assert lrp(net, target=1, composite="epsilon", epsilon=1.0).ledger.epsilon != pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("composite", COMPOSITES)
def test_relevance_of_every_layer(composite: str) -> None:
    net = small(Crafty())
    result = lrp(net, target=1, composite=composite)
    assert list(result.relevances) == net.layers.names
    for entry in result.ledger.entries[1:]:
        relevance = result.relevances[entry.layer]
        assert tuple(relevance.shape) == net.layers[entry.layer].shape
        assert float(relevance.sum()) == pytest.approx(entry.relevance, rel=1e-9, abs=1e-12)
    with pytest.raises(DeepvisError, match='no relevance at "nowhere"'):
        result.relevances["nowhere"]


@pytest.mark.parametrize("layer", Network(seeded(Crafty()), Preprocess((24, 24), None)).layers.names)
def test_hidden_units(layer: str) -> None:
    net = small(Crafty())
    alone = lrp(net, layer=layer, unit=1)
    assert alone.value == pytest.approx(float(alone.relevances[layer].sum()))
    assert int((alone.relevances[layer] != 0).sum()) <= 1
    assert max(alone.ledger.missing(), default=0) <= 1e-9 or alone.value == 0
    net.recordings.limit = 2  # with a remembered pass the whole network ran: the unit's relevance is the same
    lrp(net, target=1)
    assert torch.equal(lrp(net, layer=layer, unit=1).attribution, alone.attribution)


def test_a_unit_at_a_position() -> None:
    net = small(Plain())
    result = lrp(net, layer="features.3", unit=(2, (5, 6)))
    top, left, height, width = net.layers["features.3"].field.box((5, 6))
    outside = result.heatmap.clone()
    outside[top : top + height, left : left + width] = 0
    assert float(outside.abs().max()) == 0 and float(result.heatmap.abs().max()) > 0


class Asked(nn.Module):
    """A convolution, then whatever is told, then a head."""

    def __init__(self, make_of: Any) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3)
        self.norm = nn.BatchNorm2d(6)
        self.head = nn.Linear(6, CLASSES)
        self._make_of = make_of

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.head(self._make_of(self, self.conv(x)).mean((2, 3)))
        return scores


def test_batch_norm_behind_a_convolution_is_merged() -> None:
    net = small(Asked(lambda self, x: self.norm(x).relu()))
    merged = Asked(lambda self, x: x.relu()).double()
    merged.load_state_dict(net.module.state_dict())
    norm = net.module.norm
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    with torch.no_grad():
        merged.conv.weight.mul_(scale[:, None, None, None])
        merged.conv.bias.copy_((norm.bias - norm.running_mean * scale) + net.module.conv.bias * scale)
    other = Network(merged.eval(), Preprocess((24, 24), None))
    for composite in COMPOSITES:
        one, two = (lrp(n, target=1, composite=composite).attribution for n in (net, other))
        torch.testing.assert_close(one, two, rtol=1e-9, atol=1e-12)


def test_batch_norm_is_not_merged_where_the_convolution_is_also_read_by_others() -> None:
    net = small(Asked(lambda self, x: self.norm(x).relu() + x))
    result = lrp(net, target=1)
    assert max(result.ledger.missing()) <= 1e-9
    shares = {entry.layer: entry.bias for entry in result.ledger.entries}
    assert shares["norm"] != 0, "a norm of its own, whose shift takes its share"


PIECES = {
    "silu": lambda self, x: F.silu(x),
    "gelu": lambda self, x: F.gelu(x, approximate="tanh"),
    "gate": lambda self, x: x * torch.sigmoid(self.norm(x).mean((2, 3), keepdim=True)),
    "square": lambda self, x: x * x,
    "constants": lambda self, x: 1 - (2 * x / 3 + torch.full_like(x, 0.3)),
    "in place": lambda self, x: x.mul_(2).add_(1).clamp_(0, 3),
    "slices": lambda self, x: torch.cat([part.relu() for part in x.chunk(3, 1)], 1).flip(1)[:, :, 2:-2],
    "filled": lambda self, x: torch.cat([x, torch.ones_like(x)], 2),
    "padded": lambda self, x: F.avg_pool2d(F.pad(x, (1, 1, 1, 1), value=0.5), 3, 1),
    "reflected": lambda self, x: F.pad(x, (2, 2, 2, 2), mode="reflect"),
    "written": lambda self, x: _written(x),
    "iterated": lambda self, x: torch.stack([row * 2 for row in x]),
    "divided": lambda self, x: x / (1 + x.abs().mean(1, keepdim=True)),
    "interpolated": lambda self, x: F.interpolate(x, scale_factor=2, mode="bilinear"),
    "broadcast": lambda self, x: x.mean(2, keepdim=True) + x,
    "softmax": lambda self, x: x.softmax(1),
}


def _written(x: Tensor) -> Tensor:
    y = torch.zeros(x.shape[0], 6, x.shape[2] + 2, x.shape[3], dtype=x.dtype)
    y[:, :, 1:-1] = x
    return y.relu()


@pytest.mark.parametrize("piece", PIECES)
def test_nothing_is_lost_in(piece: str) -> None:
    net = small(Asked(PIECES[piece]))
    before = Untouched(net.module)
    result = lrp(net, target=1)
    before.check()
    assert max(result.ledger.missing()) <= 1e-9
    assert float(result.heatmap.abs().max()) > 0
    plain = net.logits(picture(24)[None])[0, 1]
    assert result.value == pytest.approx(float(plain), rel=1e-12), "the way back changes nothing on the way there"


class _Own(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return 2 * x

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        return 2 * grads[0]


@pytest.mark.parametrize(
    "piece, reason",
    (
        (lambda self, x: torch.cdist(x, x), "no rule for the operation cdist "),
        (lambda self, x: torch.fft.fft(x).real, "no rule for the operation fft "),
        (lambda self, x: _Own.apply(x), "taught by hand"),
    ),
)
def test_refusals_name_the_operation(piece: Any, reason: str) -> None:
    net = small(Asked(piece))
    with pytest.raises(DeepvisError, match=reason):
        lrp(net, target=1)


def test_the_picture_may_be_prepared_by_the_network() -> None:
    """What only shifts and scales the picture passes relevance on, and the box rule knows what became of black and
    white; zennit would scale relevance like a gradient.
    """

    class Prepares(nn.Module):
        def __init__(self, inner: nn.Module) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, x: Tensor) -> Tensor:
            channels = [(x[:, index] * 2 - 0.5 * index).unsqueeze(1) for index in range(3)]
            scores: Tensor = self.inner(torch.cat(channels, 1))
            return scores

    inner = seeded(Plain(), dtype=torch.float64)
    mean, std = (0.2, 0.3, 0.4), (0.5, 0.5, 0.5)
    inside = Network(Prepares(inner), Preprocess((24, 24), None, mean, std))
    # 2 (v - m) / s - c = (v - m - c s / 2) / (s / 2)
    outside = Network(inner, Preprocess((24, 24), None, (0.2, 0.425, 0.65), (0.25, 0.25, 0.25)))
    for composite in COMPOSITES:
        one, two = (lrp(net, target=1, composite=composite).attribution for net in (inside, outside))
        torch.testing.assert_close(one, two, rtol=1e-9, atol=1e-12)


def test_after_a_way_back_that_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    net = small(Crafty())
    net.recordings.limit = 2
    expected = lrp(net, target=1).attribution
    before = Untouched(net.module)
    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="the fuse blew"):
        patch.setattr(RelevanceReplacements, "enter", _blow)
        lrp(net, target=2)
    before.check()
    assert torch.equal(lrp(net, target=1).attribution, expected)


def test_nothing_is_kept_after_the_answer() -> None:
    for module in (Crafty(), Asked(PIECES["in place"]), Attending(TRANSFORMING["multi-head"])):
        net = small(module)
        way = rules(net, composite_named("epsilon_plus", 1e-6, 0.0))
        recording = net.record(picture(24), rules=way)
        recording.gradient(recording.logits[0, 1])
        references = [weakref.ref(output) for output in recording.outputs.values()]
        del recording
        assert not any(reference() is not None for reference in references)


def test_epsilon_of_zero_where_nothing_arrives() -> None:
    module = Plain()
    net = small(module)
    with torch.no_grad():
        module.features[3].weight[0] = 0
        module.features[3].bias.zero_()
    result = lrp(net, target=1, composite="epsilon", epsilon=0)
    assert torch.isfinite(result.attribution).all()


def _blow(*_: Any) -> None:
    raise RuntimeError("the fuse blew")


def test_result_shows_itself() -> None:
    result = lrp(small(Plain()), target=1)
    assert result.signed and result.image().size == (24, 24)
    assert result.heatmap.equal(result.attribution.sum(0))
    assert "picture" in repr(result.ledger) and "classifier" in repr(result.ledger)


TRANSFORMING = {
    "layer norm": lambda self, x: F.layer_norm(x, x.shape[1:], eps=1e-3),
    "group norm": lambda self, x: F.group_norm(x, 2, self.norm.weight, self.norm.bias),
    "attention": lambda self, x: F.scaled_dot_product_attention(x, x.flip(1), x.relu()),
    "masked": lambda self, x: F.scaled_dot_product_attention(x, x.flip(1), x.relu(), is_causal=True),
    "shifted": lambda self, x: F.scaled_dot_product_attention(x, x, x, torch.linspace(-1, 1, 22).to(x).expand(22, 22)),
    "matmul": lambda self, x: x @ x.transpose(-2, -1).relu(),
    "multi-head": lambda self, x: (
        self.attend(*[x.flatten(2).transpose(1, 2)] * 3, need_weights=False)[0].transpose(1, 2).reshape(x.shape)
    ),
}


class Attending(Asked):
    def __init__(self, make_of: Any) -> None:
        super().__init__(make_of)
        self.attend = nn.MultiheadAttention(6, 2, batch_first=True)


@pytest.mark.parametrize("piece", TRANSFORMING)
def test_nothing_is_lost_in_transformers(piece: str) -> None:
    net = small(Attending(TRANSFORMING[piece]))
    result = lrp(net, target=1)
    assert max(result.ledger.missing()) <= 1e-9
    assert float(result.heatmap.abs().max()) > 0
    assert result.value == pytest.approx(float(net.logits(picture(24)[None])[0, 1]), rel=1e-9)


def relevance_through(piece: Any, x: Tensor, relevance: Tensor) -> tuple[Tensor, RelevanceReplacements]:
    """The relevance of x when that of piece(x) is given."""
    table = RelevanceReplacements(composite_named("epsilon", 1e-6, 0.0))
    x = x.clone().requires_grad_()
    with RuleMode(Rules("test", begin=lambda: table)):
        y = piece(x)
    return torch.autograd.grad(y, x, relevance)[0], table


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_softmax_as_in_attnlrp() -> None:
    """Achtibat et al. 2024, prop. 3.1, written out: R_i = x_i (R_i - s_i sum_j R_j)."""
    x, relevance = random(2, 3, 5), random(2, 3, 5, seed=1)
    found, _ = relevance_through(lambda x: x.softmax(-1), x, relevance)
    for index in np.ndindex(2, 3):
        row, s, r = x[index], x[index].softmax(0), relevance[index]
        for i in range(5):
            assert float(found[index][i]) == pytest.approx(float(row[i] * (r[i] - s[i] * r.sum())))


def test_matmul_as_in_attnlrp() -> None:
    """Achtibat et al. 2024, prop. 3.3, written out: R_ji = sum_p A_ji V_ip R_jp / (2 O_jp)."""
    a, v, relevance = random(3, 4).abs(), random(4, 2, seed=1).abs(), random(3, 2, seed=2)
    both = torch.cat([a.flatten(), v.flatten()])
    found, _ = relevance_through(lambda x: x[:12].view(3, 4) @ x[12:].view(4, 2), both, relevance)
    of_a, of_v, out = torch.zeros(3, 4), torch.zeros(4, 2), a @ v + 1e-6
    for j, i, p in np.ndindex(3, 4, 2):
        share = a[j, i] * v[i, p] * relevance[j, p] / (2 * out[j, p])
        of_a[j, i] += share
        of_v[i, p] += share
    torch.testing.assert_close(found, torch.cat([of_a.flatten(), of_v.flatten()]).double(), rtol=1e-5, atol=1e-6)


def test_layer_norm_holds_its_scale_constant() -> None:
    """Achtibat et al. 2024, prop. 3.4: the ε rule on (x - mean) γ / σ + β with σ held constant."""
    x, weight, bias, relevance = random(4, 6), random(6, seed=1), random(6, seed=2), random(4, 6, seed=3)
    found, _ = relevance_through(lambda x: F.layer_norm(x, (6,), weight, bias), x, relevance)
    for row, r, got in zip(x, relevance, found, strict=True):
        gain = weight / (row.var(unbiased=False) + 1e-5).sqrt()
        matrix = gain[:, None] * (torch.eye(6, dtype=torch.float64) - 1 / 6)
        z = matrix @ row + bias
        expected = row * (matrix.T @ (r / (z + 1e-6 * z.sign())))
        torch.testing.assert_close(got, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ("vit_b_32", "swin_t", "convnext_tiny", "mobilenet_v3_small"))
def test_nothing_is_lost_in_modern_networks(name: str) -> None:
    net = lively(name)
    result = lrp(net, target=2)
    assert max(result.ledger.missing()) <= 1e-6
    assert abs(result.value) > 1e-3 and float(result.heatmap.abs().max()) > 0
