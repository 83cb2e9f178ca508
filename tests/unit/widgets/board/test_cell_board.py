"""A board of cells draws a scene once, however it came about, and edits the cell that is pressed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import traitlets

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.board.cell_board import CellBoard
from deepvis_widgets.widgets.board.cells import Cell, CellMap
from deepvis_widgets.widgets.board.pen import Pen


@dataclass(frozen=True)
class Drawn:
    """What is drawn of it; `count` is called at every drawing."""

    shown: tuple[Any, ...]
    count: Callable[[], None]
    size: tuple[int, int] = (20, 40)

    def draw(self, pen: Pen, cells: CellMap) -> None:
        self.count()
        cells.add(Cell("numbers", 0, 0), 0, 0, 20, (1, 2))


class Two(CellBoard):
    """Two numbers beside each other; the second is a result."""

    lesson = traitlets.Float(1.0)
    drawn = 0

    def __init__(self) -> None:
        super().__init__()
        self.show()

    @property
    def count(self) -> int:
        return 3

    def editable(self, cell: Cell) -> Cell | None:
        return cell if cell.col == 0 else None

    def read(self, cell: Cell) -> float:
        return self.lesson

    def write(self, cell: Cell, value: float) -> None:
        if value > 9:
            raise DeepvisError("Too large.")
        self.lesson = value

    def name(self, cell: Cell) -> str:
        return "number"

    def scene(self) -> Drawn:
        return Drawn((self.lesson, self.hovered, self.selected, self.step), self._count)

    def _count(self) -> None:
        self.drawn += 1

    def words(self) -> str:
        return f"step {self.step}"


def pointer(board: Two, event: str, top: float, left: float) -> None:
    board.canvas._handle_frontend_event(None, {"event": event, "x": 2 * left, "y": 2 * top}, [])


def test_a_scene_is_drawn_once() -> None:
    board = Two()
    pointer(board, "mouse_move", 5, 5)
    pointer(board, "mouse_move", 6, 6)
    assert board.hovered == Cell("numbers", 0, 0) and board.drawn == 2
    board.show()
    assert board.drawn == 2
    board.close()


def test_a_pressed_number_is_edited_and_a_result_is_not() -> None:
    board = Two()
    pointer(board, "mouse_down", 5, 25)
    assert board.selected is None and board.editor.field.disabled
    pointer(board, "mouse_down", 5, 5)
    assert board.selected == Cell("numbers", 0, 0) and board.editor.field.placeholder == "now 1"
    board.editor.field.value = "4"
    assert board.lesson == 4 and board.editor.field.placeholder == "now 4"
    board.editor.field.value = "10"
    assert board.lesson == 4 and "Too large." in board._notice.value
    board.close()


def test_the_player_and_the_step_are_one() -> None:
    board = Two()
    board.player.go(2)
    assert board.step == 2 and "step 2" in board._words.value
    board.close()
