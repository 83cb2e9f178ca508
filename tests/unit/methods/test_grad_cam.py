"""Grad-CAM against loops."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

import deepvis_widgets as dv
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.backward import strongest
from tests import vision_transformers
from tests.families import make, picture, preprocess_of
from tests.vision_transformers import KINDS

from .heat import heat


def slow_grad_cam(maps: Tensor, gradient: Tensor) -> Tensor:
    """Selvaraju's equations 1 and 2, one number at a time."""
    channels, height, width = maps.shape
    result = torch.zeros(height, width, dtype=maps.dtype)
    for row in range(height):
        for col in range(width):
            total = 0.0
            for channel in range(channels):
                weight = sum(float(g) for g in gradient[channel].flatten()) / (height * width)
                total += weight * float(maps[channel, row, col])
            result[row, col] = max(total, 0.0)
    return result


@pytest.fixture(scope="module")
def exact() -> Network:
    return Network(make("plain").double(), preprocess_of("plain"))


@pytest.mark.parametrize("at", ("features.0", "features.2", "features.4"))
def test_grad_cam_equals_loops(exact: Network, at: str) -> None:
    maps = exact.module.features[: int(at[-1]) + 1](exact.feed(picture(24)[None])).detach().requires_grad_()
    rest = exact.module.features[int(at[-1]) + 1 :](maps)
    score = exact.module.classifier(exact.module.pool(rest).flatten(1))[0, 1]
    (gradient,) = torch.autograd.grad(score, maps)
    torch.testing.assert_close(heat(exact, "grad_cam", target=1, at=at).coarse, slow_grad_cam(maps[0], gradient[0]))


def test_grad_cam_of_a_hidden_unit(exact: Network) -> None:
    maps = exact.module.features[:3](exact.feed(picture(24)[None])).detach().requires_grad_()
    unit = exact.module.features[3](maps)[0, 5]
    (gradient,) = torch.autograd.grad(unit[strongest(unit)], maps)
    found = heat(exact, "grad_cam", layer="features.3", unit=5)
    torch.testing.assert_close(found.coarse, slow_grad_cam(maps[0], gradient[0]))


def test_grad_cam_takes_the_last_maps_and_is_cam_rectified_there(exact: Network) -> None:
    """Behind the last maps are averaging and one linear map: the weights are those of CAM over the number of places."""
    found, last = heat(exact, "grad_cam", target=1), heat(exact, "grad_cam", target=1, at="features.4")
    assert torch.equal(found.heatmap, last.heatmap)
    cam = heat(exact, "cam", target=1).coarse
    torch.testing.assert_close(found.coarse, cam.clamp(min=0) / cam.numel())
    assert found.heatmap.min() >= 0 and not found.signed


def last_norm(name: str, net: Network, x: Tensor) -> tuple[Tensor, Tensor]:
    """The tokens that the last block normalises, and the class score computed from them by the module's own parts."""
    module = net.module
    if name == "torchvision vit":
        tokens = module._process_input(x)
        tokens = torch.cat([module.class_token.expand(1, -1, -1), tokens], 1) + module.encoder.pos_embedding
        first, last = module.encoder.layers
        before = first(tokens)
        normed = last.ln_1(before).detach().requires_grad_()
        tokens = before + last.self_attention(normed, normed, normed)[0]
        scores = module.heads(module.encoder.ln(tokens + last.mlp(last.ln_2(tokens)))[:, 0])
        return normed, scores
    first, last = module.blocks
    before = first(module.norm_pre(module._pos_embed(module.patch_embed(x))))
    normed = last.norm1(before).detach().requires_grad_()
    tokens = before + last.attn(normed)
    return normed, module.forward_head(module.norm(tokens + last.mlp(last.norm2(tokens))))


@pytest.mark.parametrize("name", ["torchvision vit", "timm vit", "timm vit of normed keys", "timm vit with registers"])
def test_grad_cam_of_tokens_weighs_those_of_the_last_block(name: str) -> None:
    net = vision_transformers.network(name, torch.float64)
    height, width = KINDS[name].grid
    view = vision_transformers.picture(name)
    normed, scores = last_norm(name, net, net.feed(view[None]))
    (gradient,) = torch.autograd.grad(scores[0, 1], normed)
    maps, slopes = (part[0, -height * width :].T.reshape(-1, height, width) for part in (normed.detach(), gradient))
    expected = slow_grad_cam(maps, slopes)
    found = explain(net, view, "grad_cam", target=1).coarse  # type: ignore[attr-defined]
    assert float(expected.max()) > 0 and torch.allclose(found, expected, rtol=1e-9, atol=1e-15)


def test_asked_again_it_takes_one_pass_that_is_remade(monkeypatch: pytest.MonkeyPatch) -> None:
    network = dv.load("husky-wolf")
    scene = dv.scene("wolf", "snow", seed=3)
    first, _ = (explain(network, scene, "grad_cam", target="wolf", at="features.relu8") for _ in range(2))
    monkeypatch.setattr(Network, "record", lambda *_, **__: pytest.fail("the network was passed as well"))
    again = explain(network, scene, "grad_cam", target="wolf", at="features.relu8")
    assert first.coarse is not None and first.coarse.any() and again.coarse is not None
    assert torch.equal(again.coarse, first.coarse)
