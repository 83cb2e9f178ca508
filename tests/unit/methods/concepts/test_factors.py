"""Directions found among activations, on layers whose directions are known, and against numpy's own decomposition."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest
import sklearn.decomposition  # noqa: F401  # whose import draws a random number
import torch
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.methods.concepts import activations as rows_module
from deepvis_widgets.methods.concepts.activations import activations
from tests.families import network, picture
from tests.untouched import Untouched

GROUPS = torch.tensor([[0.6, 0.8, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.8, 0.6]])


def pictures(count: int = 4) -> list[Tensor]:
    """Bands that are black at half of their places: else no group would ever be alone."""
    every = (torch.rand(3, 12, 12, generator=torch.Generator().manual_seed(n)) for n in range(count))
    return [(2 * view - 1).clamp(min=0) for view in every]


def grouped() -> Network:
    """Three bands of the picture, each of them a group of channels: the second is strongest, then the third."""
    mixed = nn.Conv2d(3, 5, 1, bias=False)
    strength = torch.tensor([1.0, 9.0, 3.0])
    with torch.no_grad():
        mixed.weight.copy_((GROUPS * strength[:, None]).T[:, :, None, None])
    module = nn.Sequential(mixed, nn.ReLU(), nn.Flatten(), nn.Linear(5 * 144, 2))
    return Network(module, dv.Preprocess((12, 12), None, (0.0,) * 3, (1.0,) * 3))


def test_nmf_finds_the_groups_the_strongest_first() -> None:
    net = grouped()
    untouched = Untouched(net.module)
    found = dv.nmf(net, pictures(), "1", 3)
    assert np.allclose(found.matrix, GROUPS[[1, 2, 0]], atol=0.02)
    assert found.offset is None and found.title == "nmf"
    maps = net.with_units("1", found).record(pictures()[0]).outputs["1:nmf"][0].detach()
    expected = torch.stack([9 * pictures()[0][1], 3 * pictures()[0][2], pictures()[0][0]])
    assert torch.allclose(maps, expected, atol=0.2)
    untouched.check()


def test_the_groups_of_a_network_make_up_its_activations_as_well_as_can_be() -> None:
    """No worse than the projection on its principal components could be by more than a little, and never negative."""
    net = network("plain")
    some = [picture(24, 24), picture(24, 24).flip(1), picture(24, 24).flip(2)]
    found = dv.nmf(net, some, "features.4", 3)
    assert bool((found.matrix >= 0).all()) and torch.allclose(found.matrix.norm(dim=1), torch.ones(3).double())
    again = dv.nmf(net, some, "features.4", 3)
    assert torch.equal(found.matrix, again.matrix)


@pytest.mark.parametrize(("name", "layer"), [("plain", "features.3"), ("vit_b_32", "encoder.layers.encoder_layer_1")])
def test_pca_is_that_of_the_covariance(name: str, layer: str) -> None:
    net = network(name)
    some = [picture(*net.size), picture(*net.size).flip(1), picture(*net.size).flip(2)]
    layout = net.layers[layer].layout
    maps = [layout.maps(net.record(view).outputs[layer].detach())[0].flatten(1).T for view in some]
    rows = torch.cat(maps).double().numpy()
    values, vectors = np.linalg.eigh(np.cov(rows.T))
    found = dv.pca(net, some, layer, 3)
    assert found.offset is not None and np.allclose(found.offset, rows.mean(0), atol=1e-5)
    for row, vector in zip(found.matrix.numpy(), vectors.T[::-1], strict=False):
        assert abs(row @ vector) == pytest.approx(1, abs=1e-3)
        assert row[np.abs(row).argmax()] > 0
    shown = net.with_units(layer, found).record(some[0]).outputs[f"{layer}:pca"]
    spread = torch.cat([layout.maps(shown)[0].flatten(1)]).detach()
    assert spread.shape[0] == 3


def test_rows_are_the_maps_of_every_picture_and_a_share_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    net = grouped()
    every = activations(net, pictures(2), "1", 0)
    expected = torch.cat([net.record(view).outputs["1"][0].detach().flatten(1).T for view in pictures(2)]).double()
    assert torch.equal(every.sort(0).values, expected.sort(0).values)
    monkeypatch.setattr(rows_module, "ROWS", 40)
    few = activations(net, pictures(2), "1", 0)
    assert len(few) == 40
    assert all(bool((row == expected[:144]).all(1).any()) for row in few[:20])


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda net: dv.nmf(net, pictures(), "0", 2), "negative somewhere"),
        (lambda net: dv.nmf(net, pictures(), "1", 6), "accepted: 1 to 5"),
        (lambda net: dv.pca(net, pictures(), "1", 0), "accepted: 1 to 5"),
        (lambda net: dv.pca(net, [], "1", 2), "list of pictures"),
        (lambda net: dv.pca(net, "folder", "1", 2), "list of pictures"),
        (lambda net: dv.pca(net, pictures(1), "3", 2), "1 positions are too few for 2"),
        (lambda net: dv.pca(net.module, pictures(1), "3", 2), "is not a deepvis network"),
        (lambda net: dv.nmf(net, pictures(), "nothing", 2), "There is no layer"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(ask: Any, sentence: str) -> None:
    net = grouped()
    with torch.no_grad():
        net.module[0].weight[0] = -1
    with pytest.raises(dv.DeepvisError, match=sentence):
        ask(net)


def test_weights_of_an_attention_have_no_concepts() -> None:
    net = network("vit_b_32")
    heads = next(layer.name for layer in net.layers if layer.kind == "Attention")
    with pytest.raises(dv.DeepvisError, match="holds weights of an attention"):
        dv.pca(net, [picture(*net.size)], heads, 2)


def test_without_scikit_learn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("sklearn"):
            raise ImportError(name)
        return plain(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(dv.DeepvisError, match=r"deepvis_widgets\[concepts\]"):
        dv.pca(grouped(), pictures(), "1", 2)
