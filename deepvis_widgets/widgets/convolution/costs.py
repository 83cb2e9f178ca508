"""What the way back costs: multiplications of Wᵀ y and of W⁺ y counted, and both measured for growing sizes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ...core.report import Report

SIZES = (32, 64, 128, 256, 512, 1024)  # cells of the input
LEAST = 0.02  # s that a measurement takes at least: the clock and the machine are not exact
CLIMBING = 3  # of the sizes, the last ones: where the numbers weigh more than the call itself

Run = Callable[[], Tensor]


@dataclass(frozen=True)
class Operations:
    """Multiplications (and divisions) by the schoolbook, for a W (m, n) and one y: p = 1.

    `product` is Wᵀ y with every number of W, `sliding` only with those that are weights; `steps` are those of W⁺ y by
    name: the square of W, its inverse by Gauss and Jordan, and the products with a vector.

    >>> found = operations(4, 6, 12)
    >>> found.product, found.sliding, found.inverse
    (24, 12, 200)
    """

    product: int
    sliding: int
    steps: Mapping[str, int]

    @property
    def inverse(self) -> int:
        """All steps of W⁺ y."""
        return sum(self.steps.values())


def operations(outputs: int, inputs: int, weights: int) -> Operations:
    """Those of a W (outputs, inputs) of full rank, in which `weights` numbers are weights."""
    small, large = sorted((outputs, inputs))
    if small == large:
        steps = {"W⁻¹": small**3, "times y": small * small}
    else:
        square = "W Wᵀ" if outputs < inputs else "Wᵀ W"
        vectors = small * small + small * large
        steps = {square: small * large * small, "its inverse": small**3, "two products with a vector": vectors}
    return Operations(outputs * inputs, weights, steps)


@dataclass(frozen=True)
class Times:
    """Seconds for an input of `size` cells: W⁺ y, Wᵀ y as a matrix, and Wᵀ y as a sliding kernel."""

    size: int
    inverse: float
    product: float
    sliding: float


def ways(size: int, kernel_size: int) -> tuple[Run, Run, Run]:
    """W⁺ y, Wᵀ y and the transposed convolution of a 1-D convolution with stride 1, each to be run, on random numbers.

    >>> inverse, product, sliding = ways(6, kernel_size=3)
    >>> inverse().shape, bool(torch.allclose(product(), sliding()))
    (torch.Size([6]), True)
    """
    chance = torch.Generator().manual_seed(0)
    kernel = torch.randn(kernel_size, dtype=torch.float64, generator=chance)
    outputs = size - kernel_size + 1
    y = torch.randn(outputs, dtype=torch.float64, generator=chance)
    matrix = torch.zeros(outputs, size, dtype=torch.float64)
    for tap in range(kernel_size):
        matrix.diagonal(tap)[:] = kernel[tap]

    def inverse() -> Tensor:
        return matrix.T @ (torch.linalg.inv(matrix @ matrix.T) @ y)

    def product() -> Tensor:
        return matrix.T @ y

    def sliding() -> Tensor:
        return F.conv_transpose1d(y[None, None], kernel[None, None])[0, 0]

    return inverse, product, sliding


def seconds(run: Run) -> float:
    """How long a call takes: the quickest of several, after one that does not count."""
    run()
    times: list[float] = []
    while len(times) < 3 or sum(times) < LEAST:
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times)


def measure(
    kernel_size: int, report: Report, sizes: Sequence[int] = SIZES, clock: Callable[[Run], float] = seconds
) -> list[Times]:
    """Measures all three ways for growing inputs; reports what is known after each size."""
    found: list[Times] = []
    for number, size in enumerate(sizes):
        found.append(Times(size, *(clock(way) for way in ways(size, kernel_size))))
        report((number + 1) / len(sizes), list(found))
    return found


def slope(sizes: Sequence[int], times: Sequence[float]) -> float:
    """The exponent a of time ~ sizeᵃ, over the last sizes.

    >>> round(slope([8, 16, 32, 64], [9.0, 4.0, 16.0, 64.0]), 6)
    2.0
    """
    last = slice(-CLIMBING, None)
    return float(np.polyfit(np.log(sizes[last]), np.log(times[last]), 1)[0])
