"""Further classes for a network, taught by a few pictures of each."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...core.errors import DeepvisError
from ...core.network.network import Network
from ..load import load
from .folders import folder_examples
from .linear_head import L2, LinearHead, fit, leave_one_out
from .new_head import LastLayer, maps_of, with_new_head
from .taught import LeaveOneOut, TaughtNetwork


def teach(
    network: Any, examples: Mapping[str, Sequence[Any] | str | os.PathLike[str]], *, l2: float = L2
) -> TaughtNetwork:
    """Returns a network that tells apart what a few pictures show: the features of `network` as they are, averaged over
    all places, and a linear layer fitted to them (generic features and localization: Zhou et al. 2016, sec. 4).

    `network` is a Network, a module, or a name for dv.load; it is copied and not changed. `examples` are the classes,
    two at least, and for each its pictures, in any form a picture can have, or the folder they lie in: what cannot be
    read in a folder is left out, and a warning names it. The layer is a logistic regression in which
    each class counts the same; `l2` is the strength of its penalty. Class activation maps are exact for the result, and
    its `leave_one_out` says what each picture was told by a layer that did not see it.

    Raises DeepvisError for a network without pooled features, and for a class without pictures.

    >>> import deepvis_widgets as dv
    >>> pictures = {label: [dv.scene(label, seed=seed) for seed in (3, 4)] for label in ("husky", "zebra")}
    >>> net = dv.teach("husky-wolf", pictures)
    >>> net.labels, str(net.leave_one_out)
    (['husky', 'zebra'], '4 of 4 right, each left out once')
    """
    network = _as_network(network)
    labels = checked(examples, l2)
    new, layer = with_new_head(network, labels)
    views = [_views(network, label, examples[label]) for label in labels]
    features = pooled([maps_of(new, view) for found in views for view in found])
    classes = np.repeat(np.arange(len(labels)), [len(found) for found in views])
    fill(layer, fit(features, classes, len(labels), l2))
    new.leave_one_out = left_out(features, classes, labels, l2)
    return new


def checked(examples: Any, l2: float) -> list[str]:
    """Returns the classes to teach; DeepvisError where they are not two, or one of them has no picture."""
    if not isinstance(examples, Mapping) or len(examples) < 2 or not all(isinstance(key, str) for key in examples):
        raise DeepvisError(
            'Two classes or more are needed, as {"striped": [picture, ...], "plain": [picture, ...]}; '
            f"given: {sorted(map(str, examples)) if isinstance(examples, Mapping) else type(examples).__name__}."
        )
    for label, pictures in examples.items():
        if isinstance(pictures, str | os.PathLike):
            continue  # a folder
        if not isinstance(pictures, Sequence) or not pictures:
            raise DeepvisError(f'"{label}" has no list of pictures; accepted are pictures in a list, or their folder.')
    if isinstance(l2, bool) or not isinstance(l2, int | float) or not 0 < l2 < float("inf"):
        raise DeepvisError(f"l2={l2!r} is not accepted; accepted: numbers above 0.")
    return list(examples)


def _views(network: Network, label: str, pictures: Any) -> list[Tensor]:
    """The pictures of a class as the network sees them."""
    if not isinstance(pictures, str | os.PathLike):
        return [network.view(picture) for picture in pictures]
    found = folder_examples(label, pictures, network.view)
    if found.said:
        warnings.warn(found.said, stacklevel=3)
    return found.views


def pooled(maps: Sequence[Tensor]) -> np.ndarray:
    """Returns the features (n, K) of maps (K, h, w): their means over all places."""
    return torch.stack([found.mean((1, 2)) for found in maps]).numpy()


def left_out(features: np.ndarray, classes: np.ndarray, labels: Sequence[str], l2: float = L2) -> LeaveOneOut:
    """Returns what each picture is told when it was left out."""
    told = leave_one_out(features, classes, len(labels), l2).tolist()
    names = [None if index < 0 else labels[index] for index in told]
    return LeaveOneOut(tuple(labels[index] for index in classes.tolist()), tuple(names))


def fill(layer: LastLayer, head: LinearHead) -> None:
    """Gives a layer these weights, in its own precision."""
    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(head.weight).reshape(layer.weight.shape))
        assert layer.bias is not None
        layer.bias.copy_(torch.as_tensor(head.bias))


def _as_network(network: Any) -> Network:
    if isinstance(network, Network):
        return network
    return load(network) if isinstance(network, str) else Network(network)
