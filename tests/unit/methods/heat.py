"""The heat map that a method makes of the picture of the small networks."""

from __future__ import annotations

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.methods import explain
from tests.families import picture


def heat(net: Network, method: str, **asked: object) -> HeatMap:
    result = explain(net, picture(net.size[0]), method, **asked)  # type: ignore[arg-type]
    assert isinstance(result, HeatMap) and result.coarse is not None
    return result
