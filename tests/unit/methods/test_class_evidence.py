"""A class activation map taken apart: terms against torch's own head, and their sum against the logit."""

from __future__ import annotations

import pytest
import torch

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.class_evidence import ClassEvidence
from tests.families import make, network, picture, preprocess_of


@pytest.mark.parametrize("name", ["plain", "crafty", "resnet18", "squeezenet1_1"])
def test_the_mean_of_each_map_and_the_bias_are_the_logit(name: str) -> None:
    net = network(name)
    view = picture(net.size[0])
    found = ClassEvidence.of(net, view)
    logits = net.logits(view[None])[0]
    torch.testing.assert_close(found.logits.to(logits.dtype), logits, rtol=1e-4, atol=1e-4)
    bias = torch.zeros_like(found.logits) if found.head.bias is None else found.head.bias
    means = found.maps(list(range(net.classes))).mean((1, 2))
    torch.testing.assert_close(means + bias, found.logits, rtol=1e-3, atol=1e-4 * float(found.logits.abs().max() + 1))


def test_every_term_is_weight_times_feature_map() -> None:
    net = network("plain")
    view = picture(net.size[0])
    features = net.module.features(net.feed(view[None]))[0].detach()
    weight, bias = net.module.classifier.weight[3].detach(), net.module.classifier.bias[3].detach()
    terms = ClassEvidence.of(net, view).terms(3)
    assert terms is not None and sorted(terms.units.tolist()) == list(range(8))
    for rank, unit in enumerate(terms.units.tolist()):
        torch.testing.assert_close(terms.maps[rank], weight[unit] * features[unit])
        assert float(terms.weights[rank]) == pytest.approx(float(weight[unit]))
        assert float(terms.adds[rank]) == pytest.approx(float(weight[unit] * features[unit].mean()), abs=1e-6)
    assert terms.adds.abs().diff().le(1e-9).all(), "not the largest first"
    assert float(terms.adds.sum() + bias) == pytest.approx(terms.logit, abs=1e-5)
    assert terms.bias == pytest.approx(float(bias))


def test_the_sum_grows_until_it_is_the_map() -> None:
    net = network("plain")
    view = picture(net.size[0])
    terms = ClassEvidence.of(net, view).terms(1)
    assert terms is not None
    coarse = explain(net, view, "cam", target=1).coarse  # type: ignore[attr-defined]
    torch.testing.assert_close(terms.partial(len(terms)), coarse)
    assert not terms.partial(0).any()
    torch.testing.assert_close(terms.partial(3), terms.maps[0] + terms.maps[1] + terms.maps[2])
    running = terms.running()
    for count in range(len(terms) + 1):
        assert float(running[count]) == pytest.approx(float(terms.partial(count).mean()), abs=1e-6)


def test_where_the_layer_makes_the_maps_itself_there_are_no_terms() -> None:
    net = network("squeezenet1_1")
    found = ClassEvidence.of(net, picture(net.size[0]))
    assert found.terms(0) is None


def test_strongest_classes_come_first() -> None:
    net = network("plain")
    found = ClassEvidence.of(net, picture(net.size[0]))
    shares = found.shown()
    order = found.strongest(5)
    assert order[0] == found.top and shares[order].diff().le(0).all()
    assert float(shares.sum()) == pytest.approx(1, abs=1e-5)


def test_another_head_is_refused_with_the_way_out() -> None:
    net = network("alexnet")
    with pytest.raises(DeepvisError, match=r"no exact CAM; use grad_cam\."):
        ClassEvidence.of(net, picture(net.size[0]))


def test_it_stays_one_answer_though_the_network_learns() -> None:
    net = Network(make("plain"), preprocess_of("plain"))
    found = ClassEvidence.of(net, picture(net.size[0]))
    with torch.no_grad():
        net.module.classifier.weight.mul_(2)
        net.module.classifier.bias.add_(1)
    terms = found.terms(3)
    assert terms is not None and float(terms.adds.sum()) + terms.bias == pytest.approx(terms.logit, abs=1e-5)
