"""Convolution arithmetic against PyTorch, for every combination of small sizes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import torch
from torch.nn import functional as F

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.convolution.arithmetic import Axis, Convolution, Inverse, invert


def all_of(dims: int, largest: int) -> Iterator[Convolution]:
    """Every convolution whose sizes fit, along one axis or both."""
    for size, kernel, stride, padding, dilation in product(
        range(1, largest + 1), range(1, 5), range(1, 4), range(4), range(1, 4)
    ):
        extent = dilation * (kernel - 1) + 1
        if padding < extent <= size + 2 * padding:
            yield Convolution.over(dims, size, kernel, stride, padding, dilation)


def numbers(shape: tuple[int, int]) -> torch.Tensor:
    return torch.randn(shape, dtype=torch.float64)


def options(of: Convolution) -> dict[str, Any]:
    return {name: (getattr(of.rows, name), getattr(of.cols, name)) for name in ("stride", "padding", "dilation")}


@pytest.mark.parametrize(("dims", "largest", "least"), [(1, 8, 400), (2, 5, 250)])
def test_it_and_its_matrix_equal_torch(dims: int, largest: int, least: int) -> None:
    seen = 0
    for made in all_of(dims, largest):
        x, kernel = numbers(made.input), numbers(made.kernel)
        wanted = F.conv2d(x[None, None], kernel[None, None], **options(made))[0, 0]
        assert tuple(wanted.shape) == made.output, made
        torch.testing.assert_close(made.forward(x, kernel).result, wanted)
        torch.testing.assert_close(made.matrix(kernel) @ x.flatten(), wanted.flatten())
        seen += 1
    assert seen > least


@pytest.mark.parametrize(("dims", "largest"), [(1, 8), (2, 5)])
def test_the_transpose_equals_torch_both_ways(dims: int, largest: int) -> None:
    for made in all_of(dims, largest):
        y, kernel = numbers(made.output), numbers(made.kernel)
        more = (made.rows.extra, made.cols.extra)
        wanted = F.conv_transpose2d(y[None, None], kernel[None, None], output_padding=more, **options(made))[0, 0]
        assert tuple(wanted.shape) == made.input, made
        torch.testing.assert_close((made.matrix(kernel).T @ y.flatten()).view(made.input), wanted)
        torch.testing.assert_close(made.transposed(y, kernel).result, wanted)
        assert tuple(made.zero_stuffed(y).shape) == (made.rows.stuffed, made.cols.stuffed)


def test_one_dimension_equals_torch() -> None:
    for made in all_of(1, 7):
        x, kernel = numbers(made.input), numbers(made.kernel)
        axis = made.cols
        given: dict[str, Any] = {"stride": axis.stride, "padding": axis.padding, "dilation": axis.dilation}
        y = F.conv1d(x[None], kernel[None], **given)
        torch.testing.assert_close(made.forward(x, kernel).result, y[0])
        back = F.conv_transpose1d(y, kernel[None], output_padding=axis.extra, **given)
        torch.testing.assert_close(made.transposed(y[0], kernel).result, back[0])


def test_the_sum_over_a_window_is_what_comes_out() -> None:
    for made in all_of(2, 3):
        x, kernel = numbers(made.input), numbers(made.kernel)
        for slide in (made.forward(x, kernel), made.transposed(made.forward(x, kernel).result, kernel)):
            result = slide.result
            row, col = result.shape[0] - 1, result.shape[1] // 2
            under = torch.stack([slide.source[place] for place in slide.window(row, col)])
            torch.testing.assert_close((under * slide.kernel.flatten()).sum(), result[row, col])
            assert not slide.source[~slide.real].any()


def test_six_inputs_and_three_weights() -> None:
    made = Convolution.over(1, 6, 3)
    kernel = torch.tensor([[1.0, 2.0, 3.0]], dtype=torch.float64)
    assert made.matrix(kernel).tolist() == [
        [1, 2, 3, 0, 0, 0],
        [0, 1, 2, 3, 0, 0],
        [0, 0, 1, 2, 3, 0],
        [0, 0, 0, 1, 2, 3],
    ]
    assert made.zero_stuffed(torch.tensor([[5.0, 6.0, 7.0, 8.0]])).tolist() == [[0, 0, 5, 6, 7, 8, 0, 0]]


def test_three_by_three_over_five_by_five_with_stride_two() -> None:
    made = Convolution.over(2, 5, 3, stride=2, padding=1)
    assert made.output == (3, 3) and tuple(made.weights().shape) == (9, 25)
    assert made.rows.stuffed == 7 and made.rows.border == 1 and made.rows.extra == 0
    assert Convolution.over(2, 6, 3, stride=2, padding=1).rows.extra == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((5, 6), "spans 6 cells and does not fit into the 5 cells"),
        ((5, 3, 1, 0, 3), "spans 7 cells"),
        ((5, 3, 1, 3), "padding of 3 .* at most 2"),
        ((5, 3, 0), "stride is 0; it must be at least 1"),
        ((0, 1), "size is 0"),
        ((5, 3, 1, -1), "padding is -1; it must be at least 0"),
    ],
)
def test_what_does_not_fit_is_one_sentence(given: tuple[int, ...], words: str) -> None:
    with pytest.raises(DeepvisError, match=words) as raised:
        Axis(*given)
    assert str(raised.value).count(". ") == 0 and str(raised.value).endswith(".")


def back(made: Convolution, kernel: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, Inverse]:
    x, matrix = numbers(made.input).flatten(), made.matrix(kernel)
    return x, matrix, invert(matrix, x)


def test_a_wide_matrix_has_a_right_inverse() -> None:
    made = Convolution.over(1, 6, 3)
    x, w, found = back(made, numbers((1, 3)))
    torch.testing.assert_close(found.restored, w.T @ torch.linalg.inv(w @ w.T) @ (w @ x))
    torch.testing.assert_close(found.transposed, w.T @ (w @ x))
    assert found.formula == "Wᵀ(W Wᵀ)⁻¹" and found.rank == 4
    assert found.gap == pytest.approx(float((w @ w.T - torch.eye(4)).square().sum().sqrt()))
    assert found.restored_error == pytest.approx(float((x - found.restored).norm() / x.norm()))
    assert found.transposed_error == pytest.approx(float((x - w.T @ w @ x).norm() / x.norm()))
    torch.testing.assert_close(w @ found.restored, w @ x)  # what is lost, W cannot see


def test_a_tall_matrix_has_a_left_inverse_that_restores_everything() -> None:
    made = Convolution.over(1, 5, 3, padding=2)
    x, w, found = back(made, numbers((1, 3)))
    torch.testing.assert_close(found.restored, torch.linalg.inv(w.T @ w) @ w.T @ (w @ x))
    torch.testing.assert_close(found.restored, x)
    assert found.formula == "(Wᵀ W)⁻¹Wᵀ" and found.restored_error == pytest.approx(0, abs=1e-9)


def test_where_the_transpose_is_the_inverse_the_gap_is_zero() -> None:
    x, _, found = back(Convolution.over(1, 6, 2, stride=2), torch.tensor([[0.6, 0.8]], dtype=torch.float64))
    assert found.gap == pytest.approx(0, abs=1e-12)
    torch.testing.assert_close(found.transposed, found.restored)
    assert back(Convolution.over(1, 3, 1), torch.ones(1, 1, dtype=torch.float64))[2].formula == "W⁻¹"


def test_a_deficient_matrix_says_so() -> None:
    x, w, found = back(Convolution.over(1, 6, 3), torch.zeros(1, 3, dtype=torch.float64))
    assert found.rank == 0 and found.formula == "" and found.restored_error == 1
    assert invert(w, 0 * x).transposed_error is None
    singular = Convolution.over(1, 3, 3, padding=1)  # its first and last rows are the same
    assert back(singular, torch.tensor([[1.0, 0.0, 1.0]], dtype=torch.float64))[2].rank == 2
