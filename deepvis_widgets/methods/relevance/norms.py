"""Layer and group norm, taken apart into operations that there are rules for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

NORMS = frozenset(("layer_norm", "group_norm"))


def centred(
    name: str, args: tuple[Any, ...], kwargs: dict[str, Any], biased: bool = True
) -> Callable[[Tensor], Tensor]:
    """Returns layer or group norm as the affine map it is once its scale is held constant (Achtibat et al. 2024, prop.
    3.4): (x − mean(x)) · scale + bias, the last only where it is `biased`.
    """
    names = ("input", "normalized_shape" if name == "layer_norm" else "num_groups", "weight", "bias", "eps")
    given: dict[str, Any] = {"weight": None, "bias": None, "eps": 1e-5} | dict(zip(names, args, strict=False)) | kwargs
    x: Tensor = given["input"].detach()
    if name == "layer_norm":
        shape, dims = x.shape, list(range(-len(given["normalized_shape"]), 0))
    else:
        shape, dims = torch.Size((x.shape[0], given["num_groups"], -1)), [-1]
    scale = (x.reshape(shape).var(dims, keepdim=True, unbiased=False) + given["eps"]).rsqrt()
    weight, bias = (None if given[key] is None else given[key].detach() for key in ("weight", "bias"))
    if name == "group_norm":
        weight, bias = (None if p is None else p.view(-1, *[1] * (x.ndim - 2)) for p in (weight, bias))

    def affine(x: Tensor) -> Tensor:
        grouped = x.reshape(shape)
        y: Tensor = ((grouped - grouped.mean(dims, keepdim=True)) * scale).reshape(x.shape)
        y = y if weight is None else y * weight
        return y + bias if biased and bias is not None else y

    return affine
