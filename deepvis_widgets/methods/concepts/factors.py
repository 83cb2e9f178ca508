"""Factors of activations: groups of units that fire together, and principal components; scikit-learn finds them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...core.changes.directions import Directions
from ...core.checks import whole
from ...core.errors import DeepvisError
from ...core.network.network import Network
from .. import checked
from .activations import activations

ITERATIONS = 200


def nmf(network: Network, pictures: Any, layer: str, count: int = 12, *, seed: int = 0) -> Directions:
    """Returns `count` groups of units that fire together (Olah et al. 2018): A ≈ W H without negative numbers, A the
    activations of a rectified layer over a list of pictures, one row for each position. The directions are the rows of
    H, of length 1; the group that makes up most of A comes first. `net.with_units` makes them units.

    A map of such a unit is the projection on its direction, which is linear in the activations; W is not.

    Raises DeepvisError where the layer is negative somewhere, or scikit-learn is not installed.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> scenes = [dv.scene(thing, "meadow", seed=3) for thing in ("wolf", "owl", "car")]
    >>> net = net.with_units("features.relu7", dv.nmf(net, scenes, "features.relu7", 4))
    >>> net.layers["features.relu7:nmf"].channels
    4
    """
    rows = _rows(network, pictures, layer, count, seed)
    if bool((rows < 0).any()):
        raise DeepvisError(
            f'"{layer}" is negative somewhere, and nmf is for activations that never are; take a layer after a '
            "rectifier, or dv.pca."
        )
    decomposition = _sklearn("nmf")
    model = decomposition.NMF(count, init="nndsvda", max_iter=ITERATIONS, tol=1e-3, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # not at the minimum yet: near enough for a direction
        weights = model.fit_transform(rows.numpy())
    lengths = np.linalg.norm(model.components_, axis=1)
    order = np.argsort(-weights.sum(0) * lengths, kind="stable")
    return Directions(torch.from_numpy((model.components_ / np.maximum(lengths, 1e-300)[:, None])[order]), title="nmf")


def pca(network: Network, pictures: Any, layer: str, count: int = 12, *, seed: int = 0) -> Directions:
    """Returns the first `count` principal components of a layer's activations over a list of pictures, one row for each
    position, and as the offset their mean. The largest number of each is positive.

    Raises DeepvisError where there are fewer rows than components, or scikit-learn is not installed.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> found = dv.pca(net, [dv.scene("wolf", "snow", seed) for seed in range(2)], "features.conv5", 3)
    >>> found.matrix.shape, (found.matrix @ found.matrix.T).round(decimals=6).diagonal().tolist()
    (torch.Size([3, 96]), [1.0, 1.0, 1.0])
    """
    rows = _rows(network, pictures, layer, count, seed)
    model = _sklearn("pca").PCA(count, svd_solver="full").fit(rows.numpy())
    components = torch.from_numpy(model.components_)
    largest = components.gather(1, components.abs().argmax(1, keepdim=True))
    return Directions(components * largest.sign(), torch.from_numpy(model.mean_), title="pca")


def _rows(network: Any, pictures: Any, layer: str, count: Any, seed: int) -> Tensor:
    network = checked(network)
    channels, number = network.layers[layer].channels, whole(count)
    if number is None or not 1 <= number <= channels:
        raise DeepvisError(f'{count!r} directions of "{layer}" are not accepted; accepted: 1 to {channels}.')
    with torch.inference_mode(False):
        rows = activations(network, pictures, layer, seed)
    if len(rows) < number:
        raise DeepvisError(f"{len(rows)} positions are too few for {number} directions; give more pictures.")
    return rows


def _sklearn(name: str) -> Any:
    try:
        from sklearn import decomposition
    except ImportError:
        raise DeepvisError(
            f'dv.{name} needs scikit-learn, which is not installed: pip install "deepvis_widgets[concepts]"'
        ) from None
    return decomposition
