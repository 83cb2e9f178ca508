"""Attention by its parts, against PyTorch's own."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.core.attention.parts import DOT_PRODUCT, MULTI_HEAD, taken_apart, weights_of

MASKED = torch.tensor(
    [[True, True, False, True, True], [True, False, True, True, False], [True, True, True, True, True]]
)


def drawn(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.float64)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"scale": 0.3},
        {"is_causal": True},
        {"attn_mask": MASKED},
        {"attn_mask": torch.where(MASKED, 0.7, -torch.inf)},
    ],
)
def test_dot_product(more: dict[str, Any]) -> None:
    q, k, v = drawn(2, 4, 3, 6), drawn(2, 4, 5, 6), drawn(2, 4, 5, 7)
    more = {
        key: value.double() if isinstance(value, Tensor) and value.is_floating_point() else value
        for key, value in more.items()
    }
    assert torch.allclose(taken_apart(DOT_PRODUCT, (q, k, v), more), F.scaled_dot_product_attention(q, k, v, **more))
    assert weights_of(DOT_PRODUCT, (q, k, v), more) == 2 * 4 * 3 * 5


def test_grouped_queries() -> None:
    q, k, v = drawn(2, 4, 3, 6), drawn(2, 2, 5, 6), drawn(2, 2, 5, 6)
    expected = F.scaled_dot_product_attention(q, k, v, enable_gqa=True)
    assert torch.allclose(taken_apart(DOT_PRODUCT, (q, k, v), {"enable_gqa": True}), expected)


@pytest.mark.parametrize("averaged", [True, False])
def test_multi_head(averaged: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    module, x = nn.MultiheadAttention(8, 2, batch_first=True).double(), drawn(3, 5, 8)
    expected = module(x, x, x, average_attn_weights=averaged)
    asked: list[int | None] = []

    def by_parts(*args: Any, **kwargs: Any) -> Any:
        asked.append(weights_of(MULTI_HEAD, args, kwargs))
        return taken_apart(MULTI_HEAD, args, kwargs)

    monkeypatch.setattr(F, MULTI_HEAD, by_parts)
    found = module(x, x, x, average_attn_weights=averaged)
    assert asked == [3 * 2 * 5 * 5]
    assert all(torch.allclose(one, other) for one, other in zip(found, expected, strict=True))
    assert module(x, x, x, need_weights=False)[1] is None
