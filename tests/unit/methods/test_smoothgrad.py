"""smoothgrad against a plain loop over the same noise, and against its limits."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.perturbation import score as passes
from tests.families import make, picture, preprocess_of


def double(name: str) -> Network:
    return Network(make(name).double(), preprocess_of(name))


def ask(net: Network, **params: Any) -> Tensor:
    found = explain(net, picture(net.size[0]), "smoothgrad", **params)
    assert isinstance(found, HeatMap) and found.attribution is not None
    return found.attribution


def one_by_one(net: Network, samples: int, noise: float, seed: int, power: int = 1) -> Tensor:
    """The definition, without batches."""
    x = net.feed(picture(net.size[0])[None])
    generator = torch.Generator().manual_seed(seed)
    gradients = []
    for _ in range(samples):
        drawn = torch.randn(x.shape[1:], generator=generator).double()
        noisy = (x + noise * (x.max() - x.min()) * drawn).requires_grad_()
        gradients.append(torch.autograd.grad(net.module(noisy)[0, 1], noisy)[0][0] ** power)
    return torch.stack(gradients).mean(0)


@pytest.mark.parametrize(("average", "power"), (("gradient", 1), ("squared", 2)))
def test_is_the_mean_over_noisy_copies(average: str, power: int) -> None:
    net = double("plain")
    found = ask(net, target=1, samples=7, noise=0.2, seed=3, average=average)
    torch.testing.assert_close(found, one_by_one(net, 7, 0.2, 3, power), rtol=1e-10, atol=1e-14)


def test_without_noise_it_is_the_gradient() -> None:
    net = double("squeezenet1_1")
    gradient = explain(net, picture(net.size[0]), "gradient", target=1)
    assert isinstance(gradient, HeatMap) and gradient.attribution is not None
    torch.testing.assert_close(ask(net, target=1, samples=3, noise=0.0), gradient.attribution, rtol=1e-9, atol=1e-13)


def test_the_seed_decides_and_the_batches_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    net = double("plain")
    first = ask(net, samples=5, seed=1)
    assert torch.equal(first, ask(net, samples=5, seed=1))
    assert not torch.equal(first, ask(net, samples=5, seed=2))
    monkeypatch.setattr(passes, "GRAPH_BUDGET", 1)
    torch.testing.assert_close(ask(net, samples=5, seed=1), first, rtol=1e-10, atol=1e-14)


def test_streams_means(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "GRAPH_BUDGET", 1)
    net = double("plain")
    told: list[tuple[float, Any]] = []
    explain(net, picture(24), "smoothgrad", target=1, samples=4, report=lambda *what: told.append(what))
    assert [fraction for fraction, _ in told] == [0.25, 0.5, 0.75, 1.0]
    torch.testing.assert_close(told[1][1].attribution, ask(net, target=1, samples=2))


def test_a_hidden_unit_keeps_its_position() -> None:
    net = double("plain")
    found = explain(net, picture(24), "smoothgrad", layer="features.3", unit=2, samples=2)
    assert isinstance(found, HeatMap)
    unit = net.record(net.view(picture(24))).outputs["features.3"][0, 2]
    assert found.target == f"features.3:2 at {(int(unit.argmax()) // 12, int(unit.argmax()) % 12)}"
    assert found.heatmap.min() >= 0 and found.heatmap.max() > 0
