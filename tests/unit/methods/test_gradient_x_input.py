"""gradient_x_input against captum's, and against what it must add up to."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.methods import explain
from tests.families import make, picture, preprocess_of
from tests.small_nets import seeded


def double(name: str) -> Network:
    return Network(make(name).double(), preprocess_of(name))


@pytest.mark.parametrize("name", ("plain", "squeezenet1_1", "grey"))
def test_equals_captum(name: str) -> None:
    captum_attr = pytest.importorskip("captum.attr")
    net = double(name)
    view = picture(net.size[0])
    found = explain(net, view, "gradient_x_input", target=1)
    x = net.feed(view[None]).requires_grad_()
    expected = captum_attr.InputXGradient(net.module).attribute(x, target=1)[0].detach()
    assert isinstance(found, HeatMap) and found.attribution is not None
    torch.testing.assert_close(found.attribution, expected, rtol=1e-10, atol=1e-14)
    torch.testing.assert_close(found.heatmap, expected.sum(0), rtol=1e-10, atol=1e-13)


def test_adds_up_to_the_score_of_a_network_without_biases() -> None:
    layers = [nn.Conv2d(3, 6, 3, bias=False), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(726, 4, bias=False)]
    net = Network(seeded(nn.Sequential(*layers), dtype=torch.float64), Preprocess((24, 24), None))
    view = picture(24)
    found = explain(net, view, "gradient_x_input", target=2)
    assert isinstance(found, HeatMap)
    assert float(found.heatmap.sum()) == pytest.approx(float(net.logits(view[None])[0, 2]), rel=1e-10)


def test_softmax_on_request_and_hidden_units() -> None:
    net = double("plain")
    view = picture(24)
    x = net.feed(view[None]).requires_grad_()
    probability = net.module(x).softmax(1)[0, 1]
    (gradient,) = torch.autograd.grad(probability, x)
    found = explain(net, view, "gradient_x_input", target=1, score="softmax")
    assert isinstance(found, HeatMap) and found.attribution is not None
    torch.testing.assert_close(found.attribution, (gradient * x)[0].detach())
    value = net.module.features[:2](x)[0, 3, 4, 5]
    (gradient,) = torch.autograd.grad(value, x)
    found = explain(net, view, "gradient_x_input", layer="features.1", unit=(3, (4, 5)))
    assert isinstance(found, HeatMap) and found.attribution is not None
    torch.testing.assert_close(found.attribution, (gradient * x)[0].detach())
