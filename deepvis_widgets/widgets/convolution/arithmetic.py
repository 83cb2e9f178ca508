"""Convolution arithmetic: sizes, the matrix W of a convolution, and its transpose as another convolution.

Names and formulae follow Dumoulin & Visin 2016, with dilation. Everything is 2-D; a 1-D convolution has one row.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ...core.errors import DeepvisError


@dataclass(frozen=True)
class Axis:
    """A convolution along one axis: cells of the input, weights of the kernel, stride, padding on both sides, dilation.

    Raises DeepvisError where they do not fit together.

    >>> axis = Axis(size=7, kernel=3, stride=2, padding=1)
    >>> axis.output, axis.extra
    (4, 0)
    """

    size: int
    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    def __post_init__(self) -> None:
        for name, low in {"size": 1, "kernel": 1, "stride": 1, "padding": 0, "dilation": 1}.items():
            if getattr(self, name) < low:
                raise DeepvisError(f"The {name} is {getattr(self, name)}; it must be at least {low}.")
        if self.padding >= self.extent:
            raise DeepvisError(
                f"With a padding of {self.padding} the first output would see nothing but padding, because the kernel "
                f"spans {cells(self.extent)}; use a padding of at most {self.extent - 1}."
            )
        if self.extent > self.padded:
            raise DeepvisError(
                f"The kernel spans {cells(self.extent)} and does not fit into the {cells(self.padded)} of the padded "
                "input; use a larger input, more padding, a smaller kernel or less dilation."
            )

    @property
    def extent(self) -> int:
        """The cells the dilated kernel spans: d(k - 1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def padded(self) -> int:
        """The cells of the input with its padding: i + 2p."""
        return self.size + 2 * self.padding

    @property
    def output(self) -> int:
        """The cells of the output: ⌊(i + 2p - d(k - 1) - 1) / s⌋ + 1."""
        return (self.padded - self.extent) // self.stride + 1

    @property
    def extra(self) -> int:
        """a: the cells at the end that no window reaches, (i + 2p - d(k - 1) - 1) mod s."""
        return (self.padded - self.extent) % self.stride

    @property
    def border(self) -> int:
        """The padding of the transposed convolution: d(k - 1) - p, with a more at the end."""
        return self.extent - 1 - self.padding

    @property
    def stuffed(self) -> int:
        """The cells a stride-1 convolution needs to be the transpose: zeros inserted, border and a included."""
        return (self.output - 1) * self.stride + 1 + 2 * self.border + self.extra


ONE = Axis(1, 1)


@dataclass(frozen=True, eq=False)
class Slide:
    """A kernel sliding over a source (height, width) that holds its padding; `real` marks what is not filled-in zeros.

    `stride` and `dilation` are (rows, cols).

    >>> convolution = Convolution.over(dims=1, size=4, kernel=2, dilation=2)
    >>> slide = convolution.forward(torch.arange(4.0).view(1, 4), torch.ones(1, 2))
    >>> slide.window(0, 1), slide.result.tolist()
    ([(0, 1), (0, 3)], [[2.0, 4.0]])
    """

    source: Tensor
    real: Tensor
    kernel: Tensor
    stride: tuple[int, int]
    dilation: tuple[int, int]

    @property
    def result(self) -> Tensor:
        """What comes out, (height, width)."""
        source, kernel = self.source[None, None], self.kernel[None, None]
        return F.conv2d(source, kernel, stride=self.stride, dilation=self.dilation)[0, 0]

    def window(self, row: int, col: int) -> list[tuple[int, int]]:
        """The (row, col) in the source under each weight of the kernel, row by row, for one cell of the result."""
        (down, across), (apart, aside) = self.stride, self.dilation
        return [
            (row * down + apart * weight_row, col * across + aside * weight_col)
            for weight_row in range(self.kernel.shape[0])
            for weight_col in range(self.kernel.shape[1])
        ]


@dataclass(frozen=True)
class Convolution:
    """A 2-D convolution (as networks call it: the kernel is not flipped) of one channel, `rows` by `cols`.

    >>> convolution = Convolution.over(dims=1, size=4, kernel=3)
    >>> convolution.matrix(torch.tensor([1.0, 2.0, 3.0])).tolist()
    [[1.0, 2.0, 3.0, 0.0], [0.0, 1.0, 2.0, 3.0]]
    """

    rows: Axis
    cols: Axis

    @classmethod
    def over(
        cls, dims: int, size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1
    ) -> Convolution:
        """The same numbers along both axes, or a 1-D convolution as one row."""
        axis = Axis(size, kernel, stride, padding, dilation)
        return cls(axis if dims == 2 else ONE, axis)

    @property
    def input(self) -> tuple[int, int]:
        """(height, width) of the input."""
        return self.rows.size, self.cols.size

    @property
    def kernel(self) -> tuple[int, int]:
        """(height, width) of the kernel."""
        return self.rows.kernel, self.cols.kernel

    @property
    def output(self) -> tuple[int, int]:
        """(height, width) of the output."""
        return self.rows.output, self.cols.output

    def pad(self, x: Tensor) -> Tensor:
        """The input (height, width) with its zeros around it."""
        rows, cols = self.rows.padding, self.cols.padding
        return F.pad(x, (cols, cols, rows, rows))

    def forward(self, x: Tensor, kernel: Tensor) -> Slide:
        """The kernel slid over the padded input; its result is the output."""
        real = self.pad(torch.ones_like(x)) > 0
        return Slide(self.pad(x), real, kernel, (self.rows.stride, self.cols.stride), self._dilation)

    def weights(self) -> Tensor:
        """Which weight of the kernel (its number, row by row) stands where in W; -1 where there is none.

        (cells of the output, cells of the input), both row by row.
        """
        down, across = _weights(self.rows), _weights(self.cols)
        number = down[:, None, :, None] * self.cols.kernel + across[None, :, None, :]
        number[(down[:, None, :, None] < 0) | (across[None, :, None, :] < 0)] = -1
        return number.reshape(len(down) * len(across), -1)

    def matrix(self, kernel: Tensor) -> Tensor:
        """W, so that the output is W x with the cells of both taken row by row."""
        weights = self.weights()
        return torch.where(weights < 0, 0.0, kernel.reshape(-1)[weights.clamp(min=0)])

    def zero_stuffed(self, y: Tensor) -> Tensor:
        """The output y with s - 1 zeros between its cells and the border of the transposed convolution around it."""
        rows, cols = self.rows, self.cols
        spread = y.new_zeros(((y.shape[0] - 1) * rows.stride + 1, (y.shape[1] - 1) * cols.stride + 1))
        spread[:: rows.stride, :: cols.stride] = y
        return F.pad(spread, (cols.border, cols.border + cols.extra, rows.border, rows.border + rows.extra))

    def transposed(self, y: Tensor, kernel: Tensor) -> Slide:
        """The flipped kernel slid with stride 1 over the zero-stuffed, padded output; its result is Wᵀ y."""
        real = self.zero_stuffed(torch.ones_like(y)) > 0
        return Slide(self.zero_stuffed(y), real, kernel.flip(0, 1), (1, 1), self._dilation)

    @property
    def _dilation(self) -> tuple[int, int]:
        return self.rows.dilation, self.cols.dilation


def _weights(axis: Axis) -> Tensor:
    """As Convolution.weights, along one axis."""
    weights = torch.full((axis.output, axis.size), -1)
    for position in range(axis.output):
        for weight in range(axis.kernel):
            cell = position * axis.stride + weight * axis.dilation - axis.padding
            if 0 <= cell < axis.size:
                weights[position, cell] = weight
    return weights


@dataclass(frozen=True, eq=False)
class Inverse:
    """How near Wᵀ comes to undoing W, beside its pseudo-inverse W⁺.

    `transposed` Wᵀ y and `restored` W⁺ y are vectors like x; `rank` is that of W; `formula` says what W⁺ is here.
    `gap` is the Frobenius norm of W Wᵀ - I (Wᵀ W - I for a tall W): 0 where Wᵀ would be an exact inverse.
    `transposed_error` and `restored_error` are ‖x - ·‖ / ‖x‖, None where x is zero.
    """

    transposed: Tensor
    restored: Tensor
    rank: int
    formula: str
    gap: float
    transposed_error: float | None
    restored_error: float | None


def invert(matrix: Tensor, x: Tensor) -> Inverse:
    """Sends x (n) through the matrix W (m, n), and back by Wᵀ and by W⁺.

    >>> found = invert(torch.tensor([[2.0, 0.0]]), torch.tensor([1.0, 0.0]))
    >>> found.transposed.tolist(), found.restored.tolist(), found.formula
    ([4.0, 0.0], [1.0, 0.0], 'Wᵀ(W Wᵀ)⁻¹')
    """
    outputs, inputs = matrix.shape
    y = matrix @ x
    rank = int(torch.linalg.matrix_rank(matrix))
    gram = matrix @ matrix.T if outputs <= inputs else matrix.T @ matrix
    transposed, restored = matrix.T @ y, torch.linalg.pinv(matrix) @ y
    gap = float(torch.linalg.norm(gram - torch.eye(len(gram), dtype=gram.dtype)))
    formula = _formula(outputs, inputs, rank)
    return Inverse(transposed, restored, rank, formula, gap, _error(x, transposed), _error(x, restored))


def _formula(outputs: int, inputs: int, rank: int) -> str:
    """Of the pseudo-inverse of a matrix (outputs, inputs) of this rank; empty where it has none in closed form."""
    if rank < min(outputs, inputs):
        return ""
    if outputs == inputs:
        return "W⁻¹"
    return "Wᵀ(W Wᵀ)⁻¹" if outputs < inputs else "(Wᵀ W)⁻¹Wᵀ"


def _error(x: Tensor, guess: Tensor) -> float | None:
    length = float(torch.linalg.norm(x))
    return float(torch.linalg.norm(x - guess)) / length if length else None


def cells(count: int) -> str:
    """A number of cells in words.

    >>> cells(1), cells(3)
    ('1 cell', '3 cells')
    """
    return "1 cell" if count == 1 else f"{count} cells"
