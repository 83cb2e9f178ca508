"""Attention taken apart into operations that can be seen, and that there are rules for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..errors import DeepvisError

MULTI_HEAD = "multi_head_attention_forward"
DOT_PRODUCT = "scaled_dot_product_attention"
COMPOUND = frozenset((MULTI_HEAD, DOT_PRODUCT))
ATTENDING = COMPOUND | {"softmax"}

See = Callable[[Tensor], Tensor]  # is shown the weights, and returns those to go on with


def unseen(weights: Tensor) -> Tensor:
    """Goes on with the weights as they are."""
    return weights


def taken_apart(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], see: See = unseen) -> Any:
    """Returns what a compound operation returns, computed by simple ones.

    Raises DeepvisError for a kind of attention whose parts are not known.

    >>> q, shown = torch.ones(1, 2, 3, 4), []
    >>> made = taken_apart(DOT_PRODUCT, (q, q, q), {}, lambda weights: shown.append(weights.shape) or weights)
    >>> torch.allclose(made, F.scaled_dot_product_attention(q, q, q)), shown
    (True, [torch.Size([1, 2, 3, 3])])
    """
    return _multi_head(see, *args, **kwargs) if name == MULTI_HEAD else _dot_product(see, *args, **kwargs)


def weights_of(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> int | None:
    """Returns how many weights a compound operation has; None for a kind whose parts are not known."""
    given = dict(zip(NAMES[name], args, strict=False)) | kwargs
    query, key = given["query"], given["key"]
    if name == DOT_PRODUCT:
        return int(query[..., 0].numel() * key.shape[-2])
    if _is_special(given) or query.ndim != 3:
        return None
    return int(given["num_heads"] * query.shape[0] * query.shape[1] * key.shape[0])


def _dot_product(
    see: See,
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
        key, value = (part.repeat_interleave(query.shape[-3] // part.shape[-3], -3) for part in (key, value))
    scores = (query @ key.transpose(-2, -1)) * (query.shape[-1] ** -0.5 if scale is None else scale)
    if is_causal:
        attn_mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
    if attn_mask is not None:
        closed = ~attn_mask if attn_mask.dtype == torch.bool else attn_mask == -torch.inf
        if attn_mask.dtype != torch.bool:
            scores = scores + attn_mask.masked_fill(closed, 0)
        scores = scores.masked_fill(closed, -torch.inf)
    weights = scores.softmax(-1)
    return see(F.dropout(weights, dropout_p) if dropout_p else weights) @ value


def _multi_head(
    see: See,
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
) -> tuple[Tensor, Tensor | None]:
    """Returns multi-head attention over (positions, B, features), and its weights where they are asked for."""
    if _is_special({"in_proj_weight": in_proj_weight, "bias_k": bias_k, "add_zero_attn": add_zero_attn, **more}):
        raise DeepvisError("There is no rule for the kind of multi-head attention that this network uses.")
    assert in_proj_weight is not None
    weights = in_proj_weight.chunk(3)
    biases = (None, None, None) if in_proj_bias is None else in_proj_bias.chunk(3)
    parts = (F.linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True))
    q, k, v = (_heads(part, num_heads) for part in parts)
    kept: list[Tensor] = []

    def keep(found: Tensor) -> Tensor:
        kept.append(see(found))
        return kept[0]

    mixed = _dot_product(keep, q, k, v, more.get("attn_mask"), dropout_p if more.get("training", True) else 0.0)
    made = F.linear(mixed.permute(2, 0, 1, 3).flatten(2), out_proj_weight, out_proj_bias)
    if not more.get("need_weights", True):
        return made, None
    return made, kept[0].mean(1) if more.get("average_attn_weights", True) else kept[0]


def _is_special(given: dict[str, Any]) -> bool:
    return (
        given.get("in_proj_weight") is None
        or given.get("bias_k") is not None
        or bool(given.get("add_zero_attn"))
        or given.get("key_padding_mask") is not None
    )


def _heads(x: Tensor, heads: int) -> Tensor:
    """Returns (positions, B, features) as (B, heads, positions, features of a head)."""
    return x.reshape(*x.shape[:2], heads, -1).permute(1, 2, 0, 3)


NAMES = {
    DOT_PRODUCT: ("query", "key", "value"),
    MULTI_HEAD: (
        "query",
        "key",
        "value",
        "embed_dim_to_check",
        "num_heads",
        "in_proj_weight",
        "in_proj_bias",
        "bias_k",
        "bias_v",
        "add_zero_attn",
    ),
}
