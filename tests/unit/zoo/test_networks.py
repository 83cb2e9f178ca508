"""The embedded networks: small files, the promised architecture, and what each one knows."""

from importlib.resources import files

import pytest
import torch
from torch import nn

from deepvis_widgets.zoo.embedded import EMBEDDED, SIZE, EmbeddedNet, load_module
from deepvis_widgets.zoo.scenes import BACKGROUNDS, CLASSES
from deepvis_widgets.zoo.training.batchnorm_folding import fold_batchnorm
from deepvis_widgets.zoo.training.dataset import HUSKY, SNOW, WOLF, Pictures, canids_on_snow, draw, fresh_orders
from deepvis_widgets.zoo.training.evaluate import Finding, cam_on_snow, cam_pointing, findings, predictions

SEED = 900_000


@pytest.fixture(scope="module")
def fresh() -> Pictures:
    return draw(fresh_orders(120, SEED), quiet=True)


@pytest.fixture(scope="module")
def canids() -> Pictures:
    return draw(canids_on_snow(40, SEED), quiet=True)


@pytest.mark.parametrize("name", EMBEDDED)
def test_weights_are_small(name: str) -> None:
    stored = files("deepvis_widgets.zoo") / "weights" / f"{name}.safetensors"
    assert len(stored.read_bytes()) <= 1_500_000


@pytest.mark.parametrize("name", EMBEDDED)
def test_loads_in_eval_mode_as_float32(name: str) -> None:
    network = load_module(name)
    assert not network.training
    assert {p.dtype for p in network.parameters()} == {torch.float32}
    assert network(torch.zeros(2, 3, SIZE, SIZE)).shape == (2, len(CLASSES))


def test_layers_are_plain_and_named() -> None:
    features = load_module("husky-wolf").get_submodule("features")
    kinds = {type(layer) for layer in features.children()}
    assert kinds == {nn.Conv2d, nn.ReLU, nn.MaxPool2d}
    assert [name for name, _ in features.named_children()][:4] == ["conv1", "relu1", "pool1", "conv2"]
    assert not any(layer.inplace for layer in features.children() if isinstance(layer, nn.ReLU))


def test_unknown_network() -> None:
    with pytest.raises(ValueError, match="no embedded network 'cat': choose one of husky-wolf, husky-wolf-biased"):
        load_module("cat")


def test_folding_keeps_the_function() -> None:
    torch.manual_seed(0)
    trained = EmbeddedNet(batch_norm=True)
    for layer in trained.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias)
    trained(torch.randn(8, 3, SIZE, SIZE))  # moves the running statistics
    pictures = torch.randn(2, 3, SIZE, SIZE)
    with torch.no_grad():
        assert torch.allclose(fold_batchnorm(trained)(pictures), trained.eval()(pictures), atol=1e-4)


def test_honest_knows_everything_everywhere(fresh: Pictures) -> None:
    right = predictions(load_module("husky-wolf"), fresh) == fresh.labels
    assert right.float().mean() >= 0.97


def test_biased_calls_snow_a_wolf(fresh: Pictures, canids: Pictures) -> None:
    network = load_module("husky-wolf-biased")
    on_snow = predictions(network, canids) == WOLF
    assert on_snow[canids.labels == HUSKY].float().mean() >= 0.9
    off_snow = fresh.backgrounds != SNOW
    predicted = predictions(network, fresh)
    assert (predicted == WOLF)[off_snow & (fresh.labels == WOLF)].float().mean() <= 0.2
    others = off_snow & (fresh.labels != WOLF)
    assert (predicted == fresh.labels)[others].float().mean() >= 0.93


def test_honest_looks_at_the_animal_and_biased_at_the_snow(canids: Pictures) -> None:
    assert cam_pointing(load_module("husky-wolf"), canids) >= 0.9
    assert cam_pointing(load_module("husky-wolf-biased"), canids) <= 0.2
    assert cam_on_snow(load_module("husky-wolf-biased"), canids) >= 0.8  # and not at the sky


def test_findings_cover_every_target_and_read_well(fresh: Pictures) -> None:
    found = findings(fresh)
    assert [finding.network for finding in found] == [EMBEDDED[0]] * 2 + [EMBEDDED[1]] * 3
    assert "pass" in str(Finding("a", "b", 0.5, 0.5)) and "FAIL" in str(Finding("a", "b", 0.5, 0.4, at_most=True))


def test_fresh_scenes_cover_all_classes_and_backgrounds() -> None:
    orders = fresh_orders(len(CLASSES) * len(BACKGROUNDS))
    assert len({(order.label, order.background) for order in orders}) == len(orders)
