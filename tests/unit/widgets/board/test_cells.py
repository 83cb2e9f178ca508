"""Cells as a board draws them."""

from __future__ import annotations

from deepvis_widgets.widgets.board.cells import Cell, CellMap


def test_a_cell_is_found_where_it_was_drawn() -> None:
    cells = CellMap()
    cells.add(Cell("a", 0, 0), 10, 20, 30, (2, 3))
    cells.add(Cell("b", 0, 4), 40, 20, 10)
    assert cells.find(10, 20) == Cell("a", 0, 0) and cells.find(69, 109) == Cell("a", 1, 2)
    assert cells.find(45, 25) == Cell("b", 0, 4)  # drawn over the other
    assert cells.find(70, 20) is None and cells.find(9, 20) is None
    assert cells.box(Cell("a", 1, 2)) == (40, 80, 30) and cells.box(Cell("a", 2, 0)) is None
