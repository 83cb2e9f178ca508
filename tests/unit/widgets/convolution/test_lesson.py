"""What the convolution board's cells stand for."""

from __future__ import annotations

from deepvis_widgets.widgets.board.cells import Cell
from deepvis_widgets.widgets.convolution.lesson import drawn, edited, result_index
from deepvis_widgets.widgets.convolution.state import ConvolutionState


def lesson(**sizes: int):  # type: ignore[no-untyped-def]
    state = ConvolutionState()
    state.transposed = bool(sizes.pop("transposed", 0))
    state.arrange(**sizes)
    return state.lesson


def test_where_a_number_is_drawn_is_where_it_is_edited() -> None:
    for made in (lesson(padding=1), lesson(transposed=1), lesson(dims=2, input_size=4, kernel_size=3, padding=1)):
        for grid, numbers in (("input", made.x), ("kernel", made.kernel)):
            for row in range(numbers.shape[0]):
                for col in range(numbers.shape[1]):
                    cell = Cell(grid, row, col)
                    assert [edited(made, place) for place in drawn(made, cell)] == [cell] * len(drawn(made, cell))


def test_rows_of_w_are_cells_of_the_output_and_columns_those_of_the_transpose() -> None:
    assert result_index(lesson(), Cell("matrix", 2, 5)) == 2
    assert result_index(lesson(transposed=1), Cell("matrix", 2, 5)) == 5
    assert result_index(lesson(dims=2, input_size=5, kernel_size=3), Cell("output", 1, 2)) == 5
    assert result_index(lesson(), Cell("source", 0, 0)) is None


def test_partners_are_the_cells_under_the_kernel() -> None:
    assert lesson().partners(1) == {1, 2, 3} and lesson(transposed=1).partners(0) == {0}
