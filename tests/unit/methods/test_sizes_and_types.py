"""Defaults that fit small pictures, results that NumPy can read, networks under autocast, pictures above 4,096 pixels,
and modules with a "#" in their name.
"""

from __future__ import annotations

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.engine.client import explanation_key
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.occlusion import fitting_window
from deepvis_widgets.scores.sanity import weighted_layers
from deepvis_widgets.widgets.explorer.method_pane import offered
from tests.small_nets import seeded

SIDE = 28


def layers() -> nn.Sequential:
    maps = nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU()
    return seeded(nn.Sequential(*maps, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5)))


def network(module: nn.Module, size: tuple[int, int] = (SIDE, SIDE)) -> Network:
    return Network(module, Preprocess(size, None))


def picture(size: tuple[int, int] = (SIDE, SIDE)) -> Tensor:
    return torch.rand(3, *size, generator=torch.Generator().manual_seed(0))


# --- defaults ---


def test_the_window_of_occlusion_fits_a_small_picture() -> None:
    net = network(layers())
    found = explain(net, picture(), "occlusion")
    assert isinstance(found, HeatMap) and (found.params.window, found.params.stride) == (7, 7)
    assert found.heatmap.unique().numel() > 4
    shown = {entry["name"]: entry["value"] for entry in offered(net, "occlusion", True)["params"]}
    assert (shown["window"], shown["stride"]) == (7, 7), "the controls show what is computed"


def test_what_is_given_is_taken_and_large_pictures_keep_the_usual_window() -> None:
    found = explain(network(layers()), picture(), "occlusion", window=14, stride=14)
    assert isinstance(found, HeatMap) and (found.params.window, found.params.stride) == (14, 14)
    assert [fitting_window(size) for size in ((224, 224), (128, 300), (64, 64), (3, 200))] == [32, 32, 16, 3]


def test_a_default_and_the_same_value_given_are_one_explanation() -> None:
    net, view = network(layers()), picture()
    keys = [explanation_key(net, view, "occlusion", 0, params) for params in ({}, {"window": 7}, {"window": 32})]
    assert keys[0] == keys[1] != keys[2]


# --- precision ---


@pytest.mark.parametrize("name", ["cam", "grad_cam", "gradient", "lrp", "occlusion"])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_results_of_half_precision_can_become_numpy(dtype: torch.dtype, name: str) -> None:
    found = explain(network(layers().to(dtype)), picture(), name)
    tensors = [value for value in vars(found).values() if isinstance(value, Tensor) and value.is_floating_point()]
    assert tensors and all(value.numpy().dtype.itemsize >= 4 for value in tensors)


class UnderAutocast(nn.Module):
    """Runs its layers in bfloat16."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = layers()

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            scores: Tensor = self.layers(x)
        return scores


@pytest.mark.parametrize("name", ["cam", "grad_cam", "epsilon_plus", "epsilon_plus_flat"])
def test_a_network_under_autocast_is_explained_as_without_it(name: str) -> None:
    method, params = ("lrp", {"composite": name}) if name.startswith("epsilon") else (name, {})
    found, exact = (
        explain(network(module), picture(), method, target=1, **params) for module in (UnderAutocast(), layers())
    )
    assert isinstance(found, HeatMap) and isinstance(exact, HeatMap)
    assert float((found.heatmap - exact.heatmap).abs().max()) < 0.03 * float(exact.heatmap.abs().max())


# --- large pictures ---


def test_a_network_that_looks_closer_than_usual_sees_its_own_size() -> None:
    size = (4608, 16)
    net = network(layers(), size)
    levels = torch.randint(0, 256, (*size, 3), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    view = net.view(Image.fromarray(levels.numpy()))
    assert torch.equal((view * 255).round().to(torch.uint8), levels.permute(2, 0, 1)), "no pixel was moved"
    assert tuple(net.view(Image.new("RGB", (40, 9000))).shape[1:]) == size


# --- names ---


class Named(nn.Module):
    """A module with a "#" in its name, and one that runs twice."""

    def __init__(self) -> None:
        super().__init__()
        self.chords = nn.ModuleDict({"C#1": nn.Conv2d(3, 8, 3), "C#2": nn.Conv2d(8, 8, 3, padding=1)})
        self.relu, self.last = nn.ReLU(), nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        maps = self.relu(self.chords["C#2"](self.relu(self.chords["C#1"](x))))
        scores: Tensor = self.last(maps.mean((2, 3)))
        return scores


@pytest.mark.parametrize("layer", ["chords.C#1", "chords.C#2", "relu", "relu#2"])
def test_a_sign_of_ours_in_a_name_of_the_user_s(layer: str) -> None:
    module = seeded(Named())
    net, view = network(module), picture()
    found = explain(net, view, "gradient", layer=layer, unit=(1, (4, 4)))
    x = net.feed(view[None]).requires_grad_()
    steps = [module.chords["C#1"](x)]
    steps.append(steps[-1].relu())
    steps.append(module.chords["C#2"](steps[-1]))
    steps.append(steps[-1].relu())
    output = dict(zip(("chords.C#1", "relu", "chords.C#2", "relu#2"), steps, strict=True))[layer]
    (expected,) = torch.autograd.grad(output[0, 1, 4, 4], x)
    assert isinstance(found, HeatMap) and found.attribution is not None
    torch.testing.assert_close(found.attribution, expected[0])
    assert sorted(weighted_layers(net)) == ["chords.C#1", "chords.C#2", "last"]


@pytest.mark.parametrize("side", [16, 28, 64, 128])
def test_lime_divides_small_pictures_into_as_many_pieces_as_large_ones(side: int) -> None:
    found = explain(network(layers(), (side, side)), dv.scene("wolf", "snow", seed=3), "lime", samples=4)
    assert 5 <= int(found.segments.max()) + 1 <= 20


def test_no_kernel_of_lime_is_accepted_that_fails() -> None:
    net = network(layers())
    assert explain(net, picture(), "lime", samples=4, kernel=1.0).heatmap.shape == net.size
    with pytest.raises(DeepvisError, match="kernel"):
        explain(net, picture(), "lime", samples=4, kernel=0.5)
