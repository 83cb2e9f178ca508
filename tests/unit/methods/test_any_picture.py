"""Methods on networks of five bands, and on what a user's own preprocessing gives, against autograd and brute force."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from deepvis_widgets.atlas.atlas import Atlas
from deepvis_widgets.core.masks import mask_view
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import HeatMap, Pictures
from deepvis_widgets.core.weights_key import network_key
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.base import Method
from deepvis_widgets.scores.score import score
from tests.small_nets import Plain, seeded
from tests.untouched import model_state

SIDE = 24
BANDS = ("blue", "green", "red", "near", "far")
MEAN, STD = (0.1, 0.2, 0.3, 0.4, 0.5), (0.5, 0.4, 0.3, 0.2, 0.1)
QUICK = {
    "occlusion": {"window": 9, "stride": 9},
    "lime": {"samples": 60, "segmentation": "slic", "pieces": 9},
    "smoothgrad": {"samples": 3},
    "integrated_gradients": {"steps": 10},
    "activation_maximization": {"steps": 8, "pictures": 2},
}


def caffe(image: Image.Image) -> np.ndarray:
    """BGR, 0 to 255, a letterbox that is white: nothing of it is known beforehand."""
    image.thumbnail((SIDE, SIDE))
    levels = np.full((SIDE, SIDE, 3), 255, np.float32)
    levels[: image.height, : image.width] = np.asarray(image)
    return ((levels[..., ::-1] - (104, 117, 123)) / 58).transpose(2, 0, 1).astype(np.float32)


PREPARED: dict[str, tuple[int, Any]] = {
    "five bands": (5, Preprocess((SIDE, SIDE), None, MEAN, STD, channels=BANDS, shown=BANDS[2::-1], window=(0, 4000))),
    "two bands": (2, Preprocess((SIDE, SIDE), None, MEAN[:2], STD[:2], channels=("one", "two"))),
    "own way": (3, caffe),
}


@cache
def network(kind: str) -> Network:
    channels, preprocess = PREPARED[kind]
    return Network(seeded(Plain(channels)).double(), preprocess, name=kind)


def picture(kind: str, seed: int = 0) -> Any:
    generator = np.random.default_rng(seed)
    if kind == "own way":
        return Image.fromarray(generator.integers(0, 256, (50, 40, 3), np.uint8))
    return generator.integers(0, 5000, (50, 40, PREPARED[kind][0]), np.uint16)


def given(kind: str) -> Tensor:
    """What the network is fed, for the own way as the callable itself gives it."""
    net = network(kind)
    if kind == "own way":
        x = torch.from_numpy(np.ascontiguousarray(caffe(picture(kind)))).double()[None]
        return net.laid(x)  # values that tie in a pooling are told apart by their last bits, and these by the layout
    return net.feed(net.view(picture(kind))[None])


def ask(kind: str, method: str, **params: Any) -> HeatMap:
    found = explain(network(kind), picture(kind), method, target=1, **{**QUICK.get(method, {}), **params})
    assert isinstance(found, HeatMap)
    return found


def logit(kind: str, x: Tensor) -> Tensor:
    scores: Tensor = network(kind).module(x)
    return scores[:, 1]


@pytest.mark.parametrize("kind", PREPARED)
def test_gradients_are_those_of_all_channels(kind: str) -> None:
    x = given(kind).requires_grad_()
    (expected,) = torch.autograd.grad(logit(kind, x).sum(), x)
    torch.testing.assert_close(ask(kind, "gradient").attribution, expected[0], rtol=1e-9, atol=1e-13)
    product = ask(kind, "gradient_x_input").attribution
    torch.testing.assert_close(product, (expected * x)[0].detach(), rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("fill", ("grey", "black", "mean"))
@pytest.mark.parametrize("kind", PREPARED)
def test_occlusion_hides_every_channel(kind: str, fill: str) -> None:
    net, x = network(kind), given(kind)
    view = net.view(picture(kind))
    level = {"grey": 0.5, "black": 0.0, "mean": view.mean((1, 2)).as_subclass(Tensor)}[fill]
    bands = torch.zeros(net.bands, dtype=torch.float64) + level
    order = {"five bands": [2, 1, 0, 3, 4], "two bands": [0, 1], "own way": [2, 1, 0]}[kind]
    mean, std = {
        "five bands": (MEAN, STD),
        "two bands": (MEAN[:2], STD[:2]),
        "own way": ((104 / 255, 117 / 255, 123 / 255), (58 / 255,) * 3),
    }[kind]
    hidden = (bands[order] - torch.tensor(mean).double()) / torch.tensor(std).double()
    found = ask(kind, "occlusion", fill=fill)
    for row in range(3):
        for col in range(3):
            covered = x.clone()
            covered[0, :, 9 * row : 9 * row + 9, 9 * col : 9 * col + 9] = hidden[:, None, None]
            expected = float((logit(kind, x) - logit(kind, covered)).detach())
            assert float(found.drops[row, col]) == pytest.approx(expected, rel=1e-4, abs=1e-6)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", PREPARED)
def test_integrated_gradients_add_up(kind: str) -> None:
    found = ask(kind, "integrated_gradients", steps=200)
    assert abs(found.completeness_error) < 0.02 * abs(found.difference)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", PREPARED)
def test_relevance_is_kept(kind: str) -> None:
    for composite in ("epsilon_plus", "epsilon_gamma_box"):
        found = ask(kind, "lrp", composite=composite)
        assert found.value == pytest.approx(float(logit(kind, given(kind)).detach()))  # type: ignore[attr-defined]
        assert max(found.ledger.missing()) < 1e-3  # type: ignore[attr-defined]
        assert found.attribution.shape == given(kind)[0].shape  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", PREPARED)
def test_pictures_that_a_unit_wants_move_all_bands(kind: str) -> None:
    net = network(kind)
    made = explain(net, None, "activation_maximization", target=1, steps=30, pictures=2)
    assert isinstance(made, Pictures) and made.pictures.shape == (2, net.bands, SIDE, SIDE)
    assert bool((made.pictures.std((0, 2, 3)) > 0)[: PREPARED[kind][0]].all())
    assert bool((made.trace[-1] > made.trace[0]).all())
    assert made.image().size[1] == SIDE


@pytest.mark.parametrize("method", [name for name in Method.registry if not name.startswith("attention")])
@pytest.mark.parametrize("kind", PREPARED)
def test_every_method_serves(kind: str, method: str) -> None:
    net = network(kind)
    state, weights = model_state(net.module), copy.deepcopy(net.module.state_dict())
    found = explain(net, picture(kind), method, target=1, **QUICK.get(method, {}))
    assert found.image().mode == "RGB"
    if isinstance(found, HeatMap):
        assert found.heatmap.shape == (SIDE, SIDE) and float(found.heatmap.abs().max()) > 0
    assert model_state(net.module) == state
    assert all(torch.equal(net.module.state_dict()[name], value) for name, value in weights.items())


@pytest.mark.parametrize("kind", PREPARED)
def test_a_result_s_picture_can_be_explained_again(kind: str) -> None:
    first = ask(kind, "gradient")
    again = explain(network(kind), first.picture, "gradient", target=1)
    assert isinstance(again, HeatMap) and torch.equal(again.heatmap, first.heatmap)


def test_a_mask_is_prepared_as_the_picture_is() -> None:
    """The letterbox is white in every picture, and belongs to no object."""
    mask = np.zeros((50, 40), bool)
    mask[:, 20:] = True
    seen = mask_view(network("own way"), picture("own way"), mask)
    assert seen is not None and seen.shape == (SIDE, SIDE)
    assert not seen[:, :9].any() and seen[:, 11:19].all() and not seen[:, 19:].any()
    five = mask_view(network("five bands"), picture("five bands"), mask)
    assert five is not None and not five[:, :12].any() and five[:, 12:].all()
    numbers = score(network("five bands"), picture("five bands"), "gradient", mask=mask, target=1)
    assert set(numbers) == {"pointing", "mass", "insertion", "deletion"}


@pytest.mark.parametrize("kind", ("five bands", "own way"))
def test_an_atlas_keeps_pictures_that_are_prepared_again(kind: str, tmp_path: Path) -> None:
    pictures = [picture(kind, seed) for seed in range(3)]
    options = {"top": 1, "keep": True, "pictures": True, "workers": 0, "quiet": True}
    Atlas.build(network(kind), pictures, tmp_path / "atlas", **options)  # type: ignore[arg-type]
    opened = Atlas.open(tmp_path / "atlas", network(kind))
    top = opened.unit("features.4", 0).top[0]
    assert torch.equal(top.view, network(kind).view(pictures[top.number]))
    assert not opened.problems


def test_preprocessings_have_keys_of_their_own() -> None:
    module = network("own way").module
    blurred = Network(module, lambda image: caffe(image.resize((9, 9))))
    keys = {network_key(net) for net in (network("own way"), blurred, Network(module, Preprocess((SIDE, SIDE))))}
    assert len(keys) == 3 and network_key(Network(module, caffe)) in keys
