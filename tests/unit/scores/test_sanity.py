"""Weight randomisation: in a copy only, from the last layer down, the same for the same seed."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import scipy.stats
import torch
from torch import Tensor, nn

from deepvis_widgets.core.errors import Cancelled, DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.methods import explain
from deepvis_widgets.scores import rank_correlation, sanity
from deepvis_widgets.scores.sanity import randomise, weighted_layers
from tests.families import ALL, make, network, picture, preprocess_of
from tests.small_nets import Plain
from tests.untouched import Untouched

GRADIENT = "gradient_x_input"


@pytest.mark.parametrize("levels", (0, 3))
def test_rank_correlation_as_scipy(levels: int) -> None:
    generator = torch.Generator().manual_seed(levels)
    one = torch.randn(13, 17, generator=generator)
    other = one + torch.randn(13, 17, generator=generator)
    if levels:  # ties
        one, other = (one * levels).round(), (other * levels).round()
    expected = scipy.stats.spearmanr(one.flatten().numpy(), other.flatten().numpy())[0]
    assert rank_correlation(one, other) == pytest.approx(expected, abs=1e-12)
    assert rank_correlation(one, -one) == pytest.approx(-1) and rank_correlation(one, one.exp()) == pytest.approx(1)


def test_a_constant_map_has_no_rank_correlation() -> None:
    assert rank_correlation(torch.ones(4, 4), torch.rand(4, 4)) != rank_correlation(torch.ones(4, 4), torch.rand(4, 4))


def test_each_stage_against_a_copy_randomised_by_hand() -> None:
    net = network("plain")
    found = sanity(net, picture(24), GRADIENT, target=2, seed=5)
    assert found.layers == ("classifier", "features.3", "features.0")
    module, generator = make("plain"), torch.Generator().manual_seed(5)
    first = explain(net, picture(24), GRADIENT, target=2).heatmap
    assert torch.equal(found.heatmaps[0], first)
    for stage, name in enumerate(found.layers):
        with torch.no_grad():
            for parameter in module.get_submodule(name).parameters():
                noise = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
                values = parameter.double()
                parameter.copy_(values.mean() + noise * (values - values.mean()).square().mean().sqrt())
        heat = explain(Network(module, preprocess_of("plain")), picture(24), GRADIENT, target=2).heatmap
        torch.testing.assert_close(found.heatmaps[1 + stage], heat)
        for values, (one, other) in (
            (found.correlations, (first, heat)),
            (found.absolute, (first.abs(), heat.abs())),
        ):
            expected = scipy.stats.spearmanr(one.flatten().numpy(), other.flatten().numpy())[0]
            assert float(values[stage]) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", ALL)
def test_every_parameter_belongs_to_one_layer(name: str) -> None:
    net = network(name)
    owned = [parameter for parameters in weighted_layers(net).values() for parameter in parameters]
    assert sorted(owned) == sorted(dict(net.module.named_parameters()))
    order = [layer.split("#")[0] for layer in net.layers.names]
    places = [order.index(layer) for layer in weighted_layers(net)]
    assert places == sorted(places, reverse=True)


def test_noise_has_the_mean_and_spread_of_the_weights() -> None:
    layer = nn.Linear(300, 200)
    with torch.no_grad():
        layer.weight.mul_(0.1).add_(3.0)
        layer.bias.zero_()
    before = layer.weight.detach().clone()
    randomise(layer, ["weight", "bias"], torch.Generator().manual_seed(0))
    assert not torch.equal(layer.weight, before) and float(layer.bias.abs().max()) == 0.0
    assert float(layer.weight.mean()) == pytest.approx(3.0, abs=1e-3)
    assert float(layer.weight.std()) == pytest.approx(float(before.std()), rel=0.02)
    assert abs(rank_correlation(layer.weight.detach(), before)) < 0.02


def test_the_seed_decides_and_nothing_else() -> None:
    net = network("crafty")
    one, same, other = (sanity(net, picture(24), GRADIENT, stages=2, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(one.heatmaps, same.heatmaps) and not torch.equal(one.heatmaps, other.heatmaps)


def test_stages_say_where_the_map_is_looked_at() -> None:
    net = network("plain")
    everything = sanity(net, picture(24), GRADIENT, target=1)
    chosen = sanity(net, picture(24), GRADIENT, target=1, stages=["features.0", "classifier"])
    assert chosen.layers == ("classifier", "features.0")
    assert torch.equal(chosen.heatmaps, everything.heatmaps[[0, 1, 3]])
    assert sanity(net, picture(24), GRADIENT, stages=1).layers == ("features.0",)
    assert sanity(net, picture(24), GRADIENT, stages=2).layers == ("classifier", "features.0")
    assert sanity(net, picture(24), GRADIENT, stages=99).layers == everything.layers


class Edges(Plain):
    """Its map hangs on nothing that it has learned: a constant, but for one harmless number."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * 0 + x.mean((2, 3))[:, :1]


def test_a_map_of_what_is_not_learned_stays() -> None:
    found = sanity(Network(Edges(), preprocess_of("plain")), picture(24), GRADIENT)
    torch.testing.assert_close(found.correlations, torch.ones(3))


@pytest.mark.parametrize("name", ("plain", "crafty", "training", "proud", "resnet18"))
def test_the_model_is_left_alone(name: str) -> None:
    net = network(name)
    before = Untouched(net.module)
    found = sanity(net, picture(net.size[0]), "saliency", stages=3)
    before.check()
    assert found.correlations.shape == (3,) and torch.isfinite(found.correlations).all()


@pytest.mark.parametrize("error", (Cancelled("no longer wanted"), RuntimeError("the listener failed")), ids=repr)
@pytest.mark.parametrize("at", (1, 3))
def test_the_model_is_left_alone_after_an_error(error: Exception, at: int) -> None:
    net = network("training")
    before = Untouched(net.module)
    calls: list[float] = []

    def report(fraction: float, partial: Any = None) -> None:
        calls.append(fraction)
        if len(calls) == at:
            raise error

    with pytest.raises(type(error)):
        sanity(net, picture(24), GRADIENT, report=report)
    before.check()
    assert calls == sorted(calls)


def test_also_in_inference_mode() -> None:
    expected = sanity(network("plain"), picture(24), GRADIENT)
    with torch.inference_mode():
        assert torch.equal(sanity(network("plain"), picture(24), GRADIENT).heatmaps, expected.heatmaps)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"stages": 0}, "stages=0 is not accepted"),
        ({"stages": []}, "stages is empty"),
        ({"stages": ["features.1"]}, 'Layer "features.1" has no weights to randomise; accepted: features.0'),
        ({"stages": ["nowhere"]}, 'There is no layer "nowhere"'),
        ({"target": 99}, "There is no class 99"),
        ({"method": "activation_maximization"}, "scores are of heat maps only"),
        ({"method": "voodoo"}, 'There is no method "voodoo"'),
    ],
)
def test_what_cannot_be_checked_is_refused(asked: dict[str, Any], sentence: str) -> None:
    given = {"method": GRADIENT} | asked
    with pytest.raises(DeepvisError, match=sentence):
        sanity(network("plain"), picture(24), given.pop("method"), **given)


def test_a_module_that_cannot_be_copied_is_refused() -> None:
    module = make("plain")
    module.lock = threading.Lock()
    with pytest.raises(DeepvisError, match="cannot be copied, so its weights cannot be randomised"):
        sanity(Network(module, preprocess_of("plain")), picture(24), GRADIENT)
