"""How the contract tests ask: a class, a hidden unit, few steps."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from deepvis_widgets.core.network.layer import Layer
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.params import specs
from deepvis_widgets.core.results import HeatMap, Pictures, Result
from deepvis_widgets.methods import Method, explain
from deepvis_widgets.methods.base import Report, silent
from tests.families import picture

COUNTS = ("steps", "samples", "pictures", "count", "runs", "masks")  # what makes a method take long
METHODS = sorted(Method.registry)


def few(name: str) -> dict[str, Any]:
    """Parameters with which a long method is quick: two of everything, or the least it accepts."""
    params = {
        spec.name: max(2, int(spec.low or 0)) for spec in specs(Method.registry[name].Params) if spec.name in COUNTS
    }
    return params | QUICK.get(name, {})


QUICK: dict[str, dict[str, Any]] = {"occlusion": {"window": 22, "stride": 22}, "lime": {"segmentation": "slic"}}


def middle_unit(network: Network) -> Layer:
    """A hidden layer with maps, half-way."""
    with_maps = [layer for layer in network.layers if layer.height * layer.width > 1] or list(network.layers)
    return with_maps[len(with_maps) // 2]


def ask(network: Network, name: str, report: Report = silent, **target: Any) -> Result:
    view = picture(*network.size) if Method.registry[name].picture else None
    return explain(network, view, name, report=report, **target, **few(name))


def tensors(result: Result) -> dict[str, Tensor]:
    """Everything with numbers in a result."""
    return {name: value for name, value in vars(result).items() if isinstance(value, Tensor)}


def check_result(result: Result, network: Network) -> None:
    """Of a known kind, of the right shape, finite, and able to show itself."""
    assert isinstance(result.kind, str) and result.kind
    for name, value in tensors(result).items():
        assert torch.isfinite(value.double()).all(), f"{name} is not finite"
        assert not value.requires_grad, f"{name} still holds its graph"
        assert value.device.type == "cpu"
    if isinstance(result, HeatMap):
        assert tuple(result.heatmap.shape) == network.size
        assert tuple(result.picture.shape) == (3, *network.size)
        assert result.attribution is None or tuple(result.attribution.shape[1:]) == network.size
        assert result.signed or result.heatmap.min() >= 0
        assert result.image().size == network.size[::-1]
    if isinstance(result, Pictures):
        assert tuple(result.pictures.shape[1:]) == (3, *network.size)
        assert result.pictures.min() >= 0 and result.pictures.max() <= 1
        top, left, height, width = result.box
        assert top >= 0 and left >= 0 and top + height <= network.size[0] and left + width <= network.size[1]
    assert result.image().mode == "RGB"
    assert result._repr_png_().startswith(b"\x89PNG")
