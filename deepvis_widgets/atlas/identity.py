"""By what an atlas knows its network again."""

from __future__ import annotations

from ..core.content_key import content_key
from ..core.network.network import Network
from ..core.weights_key import weights_key


def network_key(network: Network) -> str:
    """Equal for networks that answer alike: weights and preprocessing. The same in every process."""
    p = network.preprocessing
    return content_key(weights_key(network.module), p.size, p.resize, p.mean, p.std, p.interpolation, p.fit)
