"""What the way back costs: counted against the schoolbook done by hand, measured by a clock that is made up."""

from __future__ import annotations

import pytest
import torch

from deepvis_widgets.widgets.convolution import words
from deepvis_widgets.widgets.convolution.arithmetic import Convolution
from deepvis_widgets.widgets.convolution.costs import Run, Times, measure, operations, seconds, slope, ways
from deepvis_widgets.widgets.convolution.state import ConvolutionState

Rows = list[list[float]]


class Schoolbook:
    """Multiplies and inverts by hand, and counts."""

    def __init__(self) -> None:
        self.count = 0

    def times(self, a: float, b: float) -> float:
        self.count += 1
        return a * b

    def product(self, left: Rows, right: Rows) -> Rows:
        columns = list(zip(*right, strict=True))
        return [[sum(self.times(a, b) for a, b in zip(row, col, strict=True)) for col in columns] for row in left]

    def inverse(self, matrix: Rows) -> Rows:
        """Gauss and Jordan, in place."""
        rows = [list(row) for row in matrix]
        for pivot in range(len(rows)):
            factor = self.times(1.0, 1 / rows[pivot][pivot])
            rows[pivot] = [factor if col == pivot else self.times(v, factor) for col, v in enumerate(rows[pivot])]
            for other in range(len(rows)):
                if other != pivot:
                    by, rows[other][pivot] = rows[other][pivot], 0.0
                    rows[other] = [a - self.times(by, b) for a, b in zip(rows[other], rows[pivot], strict=True)]
        return rows


@pytest.mark.parametrize("sizes", [(6, 3, 0), (5, 3, 2), (5, 3, 1), (9, 2, 0)], ids=["wide", "tall", "square", "wider"])
def test_the_multiplications_are_those_of_the_schoolbook(sizes: tuple[int, int, int]) -> None:
    size, kernel, padding = sizes
    made = Convolution.over(1, size, kernel, padding=padding)
    weights = torch.tensor([1.0, 2.0, -1.0][:kernel], dtype=torch.float64)
    matrix = made.matrix(weights)
    outputs, inputs = matrix.shape
    y = torch.arange(1.0, outputs + 1, dtype=torch.float64)[:, None]
    found = operations(outputs, inputs, int((made.weights() >= 0).sum()))
    book = Schoolbook()
    by_hand = book.product(matrix.T.tolist(), y.tolist())
    assert by_hand == (matrix.T @ y).tolist() and book.count == found.product
    assert found.sliding == int(matrix.ne(0).sum())
    book = Schoolbook()
    rows, across = matrix.tolist(), matrix.T.tolist()
    if outputs == inputs:
        x = book.product(book.inverse(rows), y.tolist())
    elif outputs < inputs:
        x = book.product(across, book.product(book.inverse(book.product(rows, across)), y.tolist()))
    else:
        x = book.product(book.inverse(book.product(across, rows)), book.product(across, y.tolist()))
    torch.testing.assert_close(torch.tensor(x, dtype=torch.float64), torch.linalg.pinv(matrix) @ y)
    assert book.count == found.inverse


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
def test_what_is_timed_is_what_is_meant(kernel_size: int) -> None:
    inverse, product, sliding = (way() for way in ways(12, kernel_size))
    chance = torch.Generator().manual_seed(0)
    kernel = torch.randn(kernel_size, dtype=torch.float64, generator=chance)
    y = torch.randn(13 - kernel_size, dtype=torch.float64, generator=chance)
    matrix = Convolution.over(1, 12, kernel_size).matrix(kernel)
    torch.testing.assert_close(inverse, torch.linalg.pinv(matrix) @ y)
    torch.testing.assert_close(product, matrix.T @ y)
    torch.testing.assert_close(sliding, matrix.T @ y)


def test_every_size_is_reported_as_it_is_known() -> None:
    told: list[tuple[float, list[Times]]] = []
    numbers = iter(range(1, 100))

    def clock(run: Run) -> float:
        return float(len(run()) * next(numbers))

    def report(fraction: float, partial: object = None) -> None:
        assert isinstance(partial, list)
        told.append((fraction, partial))

    found = measure(3, report, sizes=(8, 16), clock=clock)
    assert found == [Times(8, 8.0, 16.0, 24.0), Times(16, 64.0, 80.0, 96.0)]
    assert told == [(0.5, found[:1]), (1.0, found)]


def test_the_first_run_does_not_count_and_the_quickest_of_the_others_does(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = iter([0.0, 9.0, 10.0, 12.0, 20.0, 25.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(ends))
    runs: list[int] = []

    def run() -> torch.Tensor:
        runs.append(1)
        return torch.zeros(1)

    assert seconds(run) == 2.0 and len(runs) == 4


def test_a_slope_is_that_of_the_last_sizes() -> None:
    sizes = [32, 64, 128, 256]
    for exponent in (1.0, 2.373, 3.0):
        assert slope(sizes, [77.0, *(size**exponent for size in sizes[1:])]) == pytest.approx(exponent)
    found = [Times(size, size**3 * 1e-9, size**2 * 1e-9, 1e-6) for size in sizes]
    assert "grew as n^3.0, n^2.0, n^0.0" in words.times(found).replace("n^-0.0", "n^0.0")
    assert words.times(found[:1]) == "n = 32: W⁺ y 0.0328 ms, Wᵀ y 0.00102 ms, the sliding kernel 0.001 ms."


def test_the_facts_count_them_for_the_sizes_on_the_board() -> None:
    state = ConvolutionState(transposed=True)
    facts = dict(words.transposed_facts(state.lesson))
    assert facts["Cost of Wᵀ y"] == "n·m·p = 6·4·1 = 24 multiplications; the sliding kernel needs 12"
    square = "96 (W Wᵀ) + 64 (its inverse) + 40 (two products with a vector) = 200 multiplications"
    assert facts["Cost of W⁺ y"] == square
    state.padding = 1
    assert "216 (W⁻¹) + 36 (times y) = 252 multiplications" in dict(words.transposed_facts(state.lesson)).values()
    state.kernel = [0, 0, 0]
    assert "there is no inverse to multiply with" in dict(words.transposed_facts(state.lesson)).values()
