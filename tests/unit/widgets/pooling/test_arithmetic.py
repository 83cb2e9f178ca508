"""Pooling and the three backward rules against loops written out and against PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
import torch
from torch.nn import functional as F

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.pooling.arithmetic import pool, pooled_size

WINDOWS = [
    (size, window, stride) for size, window, stride in product(range(1, 8), range(1, 5), range(1, 4)) if window <= size
]


def numbers(side: int) -> torch.Tensor:
    return torch.randint(-3, 4, (side, side)).double()  # with zeros and ties


def slow(x: list[list[float]], signal: list[list[float]], window: int, stride: int) -> dict[str, list[list[float]]]:
    """The same by loops: the first of the largest, the signals added, and each rule cell by cell."""
    side = len(x)
    unpooled = [[0.0] * side for _ in range(side)]
    for row, line in enumerate(signal):
        for col, value in enumerate(line):
            places = [(row * stride + i, col * stride + j) for i in range(window) for j in range(window)]
            best = max(places, key=lambda place: max(x[place[0]][place[1]], 0))
            unpooled[best[0]][best[1]] += value
    rules: dict[str, Callable[[float, float], float]] = {
        "gradient": lambda value, forward: value if forward > 0 else 0.0,
        "deconvnet": lambda value, forward: max(value, 0.0),
        "guided": lambda value, forward: max(value, 0.0) if forward > 0 else 0.0,
    }
    found = {
        name: [[rule(unpooled[r][c], x[r][c]) for c in range(side)] for r in range(side)]
        for name, rule in rules.items()
    }
    return {"unpooled": unpooled, **found}


def test_every_step_equals_loops() -> None:
    for size, window, stride in WINDOWS:
        x, signal = numbers(size), numbers(pooled_size(size, window, stride))
        made = pool(x, signal, window, stride)
        wanted = slow(x.tolist(), signal.tolist(), window, stride)
        assert made.unpooled.tolist() == wanted.pop("unpooled")
        assert {name: back.tolist() for name, back in made.backward.items()} == wanted


def test_the_gradient_is_autograds_own() -> None:
    for size, window, stride in WINDOWS:
        x, signal = numbers(size).requires_grad_(), numbers(pooled_size(size, window, stride))
        pooled = F.max_pool2d(F.relu(x)[None], window, stride)[0]
        (gradient,) = torch.autograd.grad(pooled, x, signal)
        made = pool(x.detach(), signal, window, stride)
        assert torch.equal(made.backward["gradient"], gradient) and torch.equal(made.pooled, pooled)


def test_switches_are_the_places_of_the_maxima_and_unpooling_is_torchs() -> None:
    x, signal = numbers(6), numbers(3)
    made = pool(x, signal, 2, 2)
    rows, cols = made.switches.unbind(-1)
    assert torch.equal(made.rectified[rows, cols], made.pooled)
    index = rows * 6 + cols
    assert torch.equal(F.max_unpool2d(signal[None], index[None], (2, 2))[0], made.unpooled)


def test_a_window_that_does_not_fit_is_one_sentence() -> None:
    with pytest.raises(DeepvisError, match="window of 4 does not fit into an input of 3; use one of at most 3"):
        pooled_size(3, 4, 1)
    with pytest.raises(DeepvisError, match="stride is 0; it must be at least 1"):
        pooled_size(3, 2, 0)
