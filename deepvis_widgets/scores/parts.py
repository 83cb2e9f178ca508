"""What the scores share: what is explained, a part of the progress, and the refusal of what cannot be scored."""

from __future__ import annotations

from torch import Tensor

from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..core.results import HeatMap, Result
from ..methods import method, serving


def check_served(network: Network, name: str) -> None:
    """Raises DeepvisError where there is no such method, it draws pictures of its own, or it cannot serve this
    network.
    """
    if not method(name).picture:
        raise DeepvisError(f"{name} gives pictures of its own, and scores are of heat maps only.")
    serving(name, network)


def explained(network: Network, view: Tensor, target: int | str | None) -> int:
    """Returns the class index of a class given by index or label; None: the top class of the view (3, H, W)."""
    return network.top(view) if target is None else network.class_index(target)


def heat_map(result: Result, method: str) -> HeatMap:
    """Returns the result, if it is a heat map; DeepvisError names what it is instead."""
    if not isinstance(result, HeatMap):
        raise DeepvisError(f"{method} gives {result.kind}, and scores are of heat maps only.")
    return result
