"""The key by which an atlas recognises its network."""

from __future__ import annotations

from ..core.content_key import content_key
from ..core.network.network import Network
from ..core.weights_key import weights_key


def network_key(network: Network) -> str:
    """Returns a key that is equal for networks that answer alike: of weights and preprocessing. Every process gets the
    same one.

    >>> import deepvis_widgets as dv
    >>> network_key(dv.load("husky-wolf")) == network_key(dv.load("husky-wolf-biased"))
    False
    """
    p = network.preprocessing
    return content_key(weights_key(network.module), p.size, p.resize, p.mean, p.std, p.interpolation, p.fit)
