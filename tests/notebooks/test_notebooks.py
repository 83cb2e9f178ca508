"""The lessons as files; tests/browser/test_lessons.py runs them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable
from pathlib import Path

import ipywidgets
import nbformat
import pytest

import deepvis_widgets as dv

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
# what a reader of a page without code cannot do or see
NOTEBOOK_ONLY = re.compile(
    r"(next|previous|this|last|first|code|following) cell\b|\bcells? (above|below)|\b(re-?)?run (it|the|every|all)\b"
    r"|shift-?\s?enter|\bnotebook\b|from python|`\w+\.close\(\)`",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_committed_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_two_cells_have_one_id(path: Path) -> None:
    names = [cell["id"] for cell in json.loads(path.read_text("utf-8"))["cells"]]  # nbformat would mend them
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_opens_with_a_question_and_ends_with_three_exercises(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    first, last = notebook.cells[0].source, notebook.cells[-1].source
    assert first.startswith("# ") and ("?**" in first or first.splitlines()[0].endswith("?"))
    exercises = last.split("## Exercises")[1]
    assert [line[:2] for line in exercises.splitlines() if line[:1].isdigit()] == ["1.", "2.", "3."]


def cells(path: Path, kind: str) -> list[str]:
    """The sources of the notebook's cells of this kind."""
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def widgets_made(tree: ast.Module) -> set[str]:
    """The names that a cell gives to widgets: `board = dv.CamBoard(...)`."""
    return {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and is_widget(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def is_widget(value: ast.expr) -> bool:
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)):
        return False
    made = getattr(dv, value.func.attr, None)
    return isinstance(made, type) and issubclass(made, ipywidgets.Widget)


def changed(tree: ast.Module) -> set[str]:
    """The names that a cell changes: `board.step = 3`, or `lab.sweep()` as a command."""
    nodes = list(ast.walk(tree))
    assigned = [node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)]
    commands = [node.value.func for node in nodes if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    attributes = [found for found in (*assigned, *commands) if isinstance(found, ast.Attribute)]
    return {found.value.id for found in attributes if isinstance(found.value, ast.Name)}


def earlier_widgets_changed(sources: Iterable[str]) -> set[str]:
    """The names of widgets that a later cell than their own changes."""
    made: set[str] = set()
    found: set[str] = set()
    for tree in map(ast.parse, sources):
        own = widgets_made(tree)
        found |= changed(tree) & (made - own)
        made |= own
    return found


def test_what_counts_as_a_change_of_an_earlier_widget() -> None:
    board = "board = dv.CamBoard()\nboard.step = 1"
    for change in ("board.step = 3", "board.step += 1", "a, board.step = 1, 2", "board.load('x')"):
        assert earlier_widgets_changed([board, change]) == {"board"}
    for harmless in (
        "board.step",
        "print(board.step)",
        "board.session.idle(30)",
        "board = dv.CamBoard()\nboard.step = 2",
    ):
        assert earlier_widgets_changed([board, harmless]) == set()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_cell_changes_the_widget_of_an_earlier_one(path: Path) -> None:
    """Where all cells run before anybody looks, as in Voilà, the first screen would not be what the text says."""
    assert earlier_widgets_changed(cells(path, "code")) == set()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_text_holds_on_a_page_without_code(path: Path) -> None:
    assert [found.group() for text in cells(path, "markdown") for found in NOTEBOOK_ONLY.finditer(text)] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_shows_no_widgets_but_ours(path: Path) -> None:
    """Others leave no picture in a saved notebook, or in a page made of it."""
    used = {word for code in cells(path, "code") for word in re.findall(r"\b(?:ipywidgets|bqplot|ipycanvas)\b", code)}
    assert used == set()


def test_lesson_02_keeps_its_answer_closed() -> None:
    (path,) = [path for path in NOTEBOOKS if path.stem.startswith("02")]
    before, after = cells(path, "markdown")[:2]
    closed = re.search(r"<details>\n<summary>.*</summary>\n\n(.*)\n\n</details>", after, re.DOTALL)
    assert closed is not None and "every wolf stood on snow" in closed.group(1)
    shown = before + after.replace(closed.group(), "").split("several hundred times")[0]
    assert "snow" not in shown
