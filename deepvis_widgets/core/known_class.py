"""What a picture is of, where it says so itself."""

from __future__ import annotations

from typing import Any

from .network.network import Network


def known_class(network: Network, picture: Any) -> int | None:
    """Returns the class of a picture that knows what it shows, as embedded scenes and some photos do; None where it
    does not, or the network has no such class.

    >>> from torch import nn, ones
    >>> net = Network(nn.Sequential(nn.Conv2d(3, 2, 224), nn.Flatten()), labels=["husky", "wolf"])
    >>> known_class(net, ones(3, 8, 8)) is None
    True
    """
    info = getattr(picture, "info", None)
    label = info.get("label") if isinstance(info, dict) else getattr(picture, "label", None)
    return network.labels.index(label) if isinstance(label, str) and label in network.labels else None
