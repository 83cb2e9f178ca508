"""A network up to its last global average pooling, and one linear layer after it."""

from __future__ import annotations

from typing import Any, cast

from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from ...core.network.backward_rules import operation
from ...core.network.cam_head import is_global_average


class PooledNet(nn.Module):
    """Runs `net` until its global average pooling number `stop`, and `classifier` on the means; what comes after the
    pooling in `net` is not run.
    """

    def __init__(self, net: nn.Module, stop: int, classifier: nn.Module) -> None:
        super().__init__()
        self.net, self.stop, self.classifier = net, stop, classifier

    def forward(self, *args: Any, **kwargs: Any) -> Tensor:
        """Returns scores (B, classes)."""
        maps = averaged(self.net, self.stop, *args, **kwargs)[-1]
        return cast(Tensor, self.classifier(maps.mean((2, 3))))


def averaged(net: nn.Module, stop: int | None, *args: Any, **kwargs: Any) -> list[Tensor]:
    """Returns the maps (B, K, h, w) that a pass averages over all their places, in order, up to number `stop`; None:
    all of them.

    >>> import torch
    >>> net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    >>> [tuple(maps.shape) for maps in averaged(net, None, torch.zeros(1, 3, 8, 8))]
    [(1, 4, 6, 6)]
    """
    mode = _GlobalAverages(stop)
    try:
        with mode:
            net(*args, **kwargs)
    except _Reached:
        pass
    return mode.found


class _Reached(BaseException):
    """Ends a pass; no Exception, so that a network's own `except` lets it through."""


class _GlobalAverages(TorchFunctionMode):
    """Collects what is averaged, and ends the pass when there are `stop`."""

    def __init__(self, stop: int | None) -> None:
        super().__init__()
        self.found: list[Tensor] = []
        self._stop = stop

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        output, source = func(*args, **kwargs), args[0] if args else kwargs.get("input")
        name = operation(func)
        if name in AVERAGING and isinstance(source, Tensor) and is_global_average(name, source, output, args, kwargs):
            self.found.append(source)
            if len(self.found) == self._stop:
                raise _Reached
        return output


AVERAGING = ("mean", "avg_pool2d", "adaptive_avg_pool2d")
