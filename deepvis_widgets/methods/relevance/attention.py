"""Attention and layer norm, taken apart into operations that there are rules for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ...core.errors import DeepvisError

MULTI_HEAD = "multi_head_attention_forward"
DOT_PRODUCT = "scaled_dot_product_attention"
COMPOUND = frozenset((MULTI_HEAD, DOT_PRODUCT))
NORMS = frozenset(("layer_norm", "group_norm"))


def decomposed(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Returns what a compound operation returns, computed by simple ones."""
    return _multi_head(*args, **kwargs) if name == MULTI_HEAD else _dot_product(*args, **kwargs)


def _dot_product(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """Returns softmax(scale · Q Kᵀ + mask) V for (B, ..., positions, features)."""
    if enable_gqa:
        raise DeepvisError("lrp has no rule for attention with grouped queries, which this network uses.")
    scores = (query @ key.transpose(-2, -1)) * (query.shape[-1] ** -0.5 if scale is None else scale)
    if is_causal:
        attn_mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
    if attn_mask is not None:
        closed = ~attn_mask if attn_mask.dtype == torch.bool else attn_mask == -torch.inf
        if attn_mask.dtype != torch.bool:
            scores = scores + attn_mask.masked_fill(closed, 0)
        scores = scores.masked_fill(closed, -torch.inf)
    return scores.softmax(-1) @ value


def _multi_head(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    **more: Any,
) -> tuple[Tensor, None]:
    """Returns multi-head attention over (positions, B, features); the attention weights are not returned."""
    special = in_proj_weight is None or bias_k is not None or bias_v is not None or add_zero_attn
    if special or more.get("key_padding_mask") is not None:
        raise DeepvisError("lrp has no rule for the kind of multi-head attention that this network uses.")
    assert in_proj_weight is not None
    weights = in_proj_weight.chunk(3)
    biases = (None, None, None) if in_proj_bias is None else in_proj_bias.chunk(3)
    parts = (F.linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True))
    q, k, v = (_heads(part, num_heads) for part in parts)
    mixed = _dot_product(q, k, v, more.get("attn_mask"))
    return F.linear(mixed.permute(2, 0, 1, 3).flatten(2), out_proj_weight, out_proj_bias), None


def _heads(x: Tensor, heads: int) -> Tensor:
    """Returns (positions, B, features) as (B, heads, positions, features of a head)."""
    return x.reshape(*x.shape[:2], heads, -1).permute(1, 2, 0, 3)


def centred(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[Tensor], Tensor]:
    """Returns layer or group norm as the affine map it is once its scale is held constant (Achtibat et al. 2024, prop.
    3.4): (x − mean(x)) · scale + bias.
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
        return y if bias is None else y + bias

    return affine
