"""Numbers as a reader types them, and cells as a board draws them."""

from __future__ import annotations

import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.board.cells import Cell, Places
from deepvis_widgets.widgets.board.number_fields import CellEditor, read_grid, read_number, write_grid
from deepvis_widgets.widgets.board.pen import fitting, mix, short


def test_grids_are_read_as_they_are_written() -> None:
    assert read_grid("1 2; −3, 4.5") == [[1, 2], [-3, 4.5]]
    assert read_grid(" 1 2 3 ; ") == [[1, 2, 3]]
    grid = [[1.0, -0.25], [1e-3, 1234.0]]
    assert read_grid(write_grid(grid)) == grid


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 x", "“x” is no number"),
        ("1 nan", "“nan” is no number"),
        ("1 2; 3", "equal length"),
        ("", "apart by spaces"),
        ("inf", "too large"),
        ("1;;2", "equal"),
    ],
)
def test_a_grid_that_is_none_is_one_sentence(text: str, words: str) -> None:
    with pytest.raises(DeepvisError, match=words):
        read_grid(text)


def test_a_number_has_limits() -> None:
    assert read_number(" −2 ") == -2
    with pytest.raises(DeepvisError, match="too large; type a number from -9999 to 9999"):
        read_number("10000")


def test_a_cell_is_found_where_it_was_drawn() -> None:
    places = Places()
    places.add(Cell("a", 0, 0), 10, 20, 30, (2, 3))
    places.add(Cell("b", 0, 4), 40, 20, 10)
    assert places.find(10, 20) == Cell("a", 0, 0) and places.find(69, 109) == Cell("a", 1, 2)
    assert places.find(45, 25) == Cell("b", 0, 4)  # drawn over the other
    assert places.find(70, 20) is None and places.find(9, 20) is None
    assert places.box(Cell("a", 1, 2)) == (40, 80, 30) and places.box(Cell("a", 2, 0)) is None


def test_an_editor_hands_on_what_is_typed_and_is_empty_again() -> None:
    seen: list[str] = []
    editor = CellEditor(seen.append)
    assert editor.field.disabled
    editor.aim("kernel (1)", -2.0)
    assert editor.field.placeholder == "now -2" and not editor.field.disabled
    editor.field.value = "5"
    editor.field.value = "5"
    assert seen == ["5", "5"] and editor.field.value == ""
    editor.close()


def test_text_fits_and_colours_mix() -> None:
    assert all(len(text) * 0.6 * fitting(text, 32) <= 32 for text in ("3", "−1.5", "−.125", "1.2e+03"))
    assert mix("#000000", "#ff8000", 0.5) == "#804000"
    assert short(-0.0) == "0" and short(1234.0) == "1234" and short(-0.0468, 2) == "−.047"
