"""integrated_gradients against captum's, and against what it must add up to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.fills import fill_picture
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.integrated_gradients import INTEGRATION, PathHeatMap
from deepvis_widgets.methods.perturbation import score as passes
from tests.families import make, picture, preprocess_of


def double(name: str) -> Network:
    return Network(make(name).double(), preprocess_of(name))


def ask(net: Network, **params: Any) -> PathHeatMap:
    found = explain(net, picture(net.size[0]), "integrated_gradients", **params)
    assert isinstance(found, PathHeatMap)
    return found


def captums(net: Network, steps: int, baseline: str, method: str) -> Tensor:
    captum_attr = pytest.importorskip("captum.attr")
    view = picture(net.size[0])
    x, start = net.feed(view[None]), net.feed(fill_picture(view, baseline)[None])
    peer = captum_attr.IntegratedGradients(net.module, multiply_by_inputs=True)
    return peer.attribute(x, start, target=1, n_steps=steps, method=method)[0].detach()


PEERS = {"gauss-legendre": "gausslegendre"} | {name: f"riemann_{name}" for name in ("left", "middle", "right")}


@pytest.fixture
def rounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights rounded to float32, as captum rounds them also for networks in float64 (an error of up to 6e-8)."""

    def rounding(exact: Any) -> Any:
        return lambda steps: (exact(steps)[0], exact(steps)[1].astype(np.float32).astype(np.float64))

    for name, exact in INTEGRATION.items():
        monkeypatch.setitem(INTEGRATION, name, rounding(exact))


@pytest.mark.parametrize("baseline", ("black", "blur"))
@pytest.mark.parametrize("integration", PEERS)
def test_equals_captum(integration: str, baseline: str, rounded: None) -> None:
    net = double("plain")
    found = ask(net, target=1, steps=9, baseline=baseline, integration=integration)
    torch.testing.assert_close(found.attribution, captums(net, 9, baseline, PEERS[integration]), rtol=1e-10, atol=1e-14)


def test_equals_captum_on_a_larger_network(rounded: None) -> None:
    net = double("squeezenet1_1")
    found = ask(net, target=1, steps=6)
    torch.testing.assert_close(found.attribution, captums(net, 6, "black", "gausslegendre"), rtol=1e-9, atol=1e-13)


def test_trapezoid_has_weights_that_add_up_where_captum_s_do_not() -> None:
    """Captum spaces n points by 1 / (n − 1) and weighs them by 1 / n: its result is (n − 1) / n of the right one."""
    net = double("plain")
    found = ask(net, target=1, steps=8, integration="trapezoid").attribution
    torch.testing.assert_close(found, captums(net, 8, "black", "riemann_trapezoid") * 8 / 7, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("integration", INTEGRATION)
@pytest.mark.parametrize("steps", (2, 3, 10))
def test_weights_add_up_and_integrate_a_straight_line(integration: str, steps: int) -> None:
    at, weights = INTEGRATION[integration](steps)
    bias = {"left": -0.5, "right": 0.5}.get(integration, 0) / steps
    assert weights.sum() == pytest.approx(1)
    assert (at * weights).sum() == pytest.approx(0.5 + bias)


@pytest.mark.parametrize("score", ("logit", "softmax"))
def test_adds_up_to_the_difference_of_the_scores(score: str) -> None:
    net = double("plain")
    view = picture(24)
    found = ask(net, target=1, steps=100, baseline="grey", score=score)
    logits = net.logits(torch.stack([view, fill_picture(view, "grey")]))
    scores = (logits.softmax(1) if score == "softmax" else logits)[:, 1]
    assert found.difference == pytest.approx(float(scores[0] - scores[1]), rel=1e-9)
    assert abs(found.completeness_error) < 5e-3 * abs(found.difference)
    assert abs(ask(net, target=1, steps=2, baseline="grey", score=score).completeness_error) > abs(
        found.completeness_error
    )


def test_a_hidden_unit_adds_up_too() -> None:
    net = double("plain")
    found = ask(net, layer="features.3", unit=(2, (5, 6)), steps=200)
    view = picture(24)
    maps = net.run(net.feed(torch.stack([view, torch.zeros_like(view)])), keep=("features.3",)).outputs["features.3"]
    assert found.difference == pytest.approx(float(maps[0, 2, 5, 6] - maps[1, 2, 5, 6]))
    assert abs(found.completeness_error) < 1e-3 * float(found.heatmap.abs().sum())


def test_streams_estimates_that_end_in_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    net = double("plain")
    whole = ask(net, target=1, steps=8)
    monkeypatch.setattr(passes, "GRAPH_BUDGET", 1)
    told: list[tuple[float, Any]] = []
    again = ask(net, target=1, steps=8, report=lambda *what: told.append(what))
    torch.testing.assert_close(again.heatmap, whole.heatmap, rtol=1e-10, atol=1e-14)
    assert [fraction for fraction, _ in told] == [step / 8 for step in range(1, 9)]
    errors = [float((partial.heatmap - whole.heatmap).norm()) for _, partial in told]
    assert errors[-1] == pytest.approx(0, abs=1e-12) and errors[3] < errors[0]
