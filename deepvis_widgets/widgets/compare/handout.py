"""What stays of a comparison on a page: the maps under one cursor, of the last pictures and classes, and the scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from torch import Tensor

from ...core.errors import DeepvisError
from ...core.results import HeatMap
from ...scores import Curves
from ..kit.made import map_of, note, pixels
from ..kit.picture_name import picture_name
from ..page.parts import Chart, Choice, Column, Line, Part, Pixels, Row, Table
from .answers import CellAnswer, Key
from .cell import SIZE, foot_words, limits
from .curve_chart import COLOURS
from .panes import entries
from .scale import limits_of
from .score_table import head_words, row_words
from .state import CompareState
from .visits import Visit

GROUP = "comparison"
Known = Callable[[Key, Tensor, "int | None"], HeatMap | None]  # of a cell, for a view and a class


def page_of(state: CompareState, cells: Sequence[CellAnswer], visits: Sequence[Visit], known: Known) -> Part:
    """Returns what stays of a comparison that shows `cells` now, and showed `visits`, of which `known` tells maps; the
    last of them is what it shows.
    """
    here, before = _grid(state, cells), [_again(state, cells, visit, known) for visit in visits[:-1]]
    named = [(_name(state, visit), grid) for visit, grid in zip(visits[:-1], before, strict=True) if grid is not None]
    grid: Part = here
    if named:
        labels = [*(name for name, _ in named), _name(state, visits[-1])]
        grid = Choice(labels, [*(grid for _, grid in named), here], "Picture and class", len(named))
    return Column([grid, *(_charts(state, cells) if state.curves else []), *_scores(state, cells)])


def _name(state: CompareState, visit: Visit) -> str:
    labels = state.networks[0].labels
    explained = "top class" if visit.target is None else labels[visit.target]
    return f"{picture_name(visit.picture)}: {explained}"


def _again(state: CompareState, cells: Sequence[CellAnswer], visit: Visit, known: Known) -> Part | None:
    """The grid of another picture or class as far as its maps were kept; None where none was."""
    rows = {cell.row.place: cell.row for cell in cells}
    try:
        views = {place: row.network.view(visit.picture) for place, row in rows.items()}
    except (DeepvisError, OSError):  # a file that is gone by now
        return None
    results = {cell.key: known(cell.key, views[cell.row.place], visit.target) for cell in cells}
    if not any(results.values()):
        return None
    return _grid(state, [_answered(state, cell, views[cell.row.place], results) for cell in cells])


def _answered(state: CompareState, cell: CellAnswer, view: Tensor, results: dict[Key, HeatMap | None]) -> CellAnswer:
    """A cell that shows another map, coloured as it would be on screen."""
    result = results[cell.key]
    if result is None:
        return replace(cell, view=view, mask=None, result=None, running="", notice="", stopped=False)
    column = [other for (name, _), other in results.items() if name == cell.name and other is not None]
    among = column if state.scale == "shared" else [result]
    low, high = limits_of([other.heatmap for other in among], result.signed)
    colormap = state.colormaps["signed" if result.signed else "unsigned"]
    shown = {"limits": (low, high), "colormap": colormap, "share": None, "finished": True, "running": ""}
    return replace(cell, view=view, mask=None, result=result, notice="", stopped=False, **shown)


def _grid(state: CompareState, cells: Sequence[CellAnswer]) -> Part:
    """The maps, a row for each network."""
    rows: dict[int, list[CellAnswer]] = {}
    for cell in cells:
        rows.setdefault(cell.row.place, []).append(cell)
    return Column([Row(_row(state, of_one)) for of_one in rows.values()])


def _row(state: CompareState, cells: Sequence[CellAnswer]) -> list[Part]:
    view, mask = cells[0].view, cells[0].mask
    picture = None if view is None else pixels(view)
    if picture is not None and mask is not None and state.outline:
        picture = outlined(picture, mask.numpy())
    return [_cell(state, cell, picture) for cell in cells]


def _cell(state: CompareState, cell: CellAnswer, picture: Pixels | None) -> Part:
    """A map as it is drawn on screen, or why there is none."""
    title = f"{cell.title} · {cell.row.title}"
    if cell.result is None:
        return note(f"{title}: {cell.notice or 'this map was not computed.'}")
    said = [foot_words(cell), cell.notice, "" if cell.finished else f"under way: {cell.fraction:.0%} is done"]
    ends = limits(cell)
    looks: dict[str, Any] = {"lines": [line for line in said if line], "colormap": cell.colormap, "size": SIZE}
    if ends is not None:
        looks["ends"] = (ends[0], ends[1])
    return map_of(cell.result, title, picture, opacity=state.opacity, group=GROUP, **looks)


def outlined(picture: Pixels, mask: np.ndarray) -> Pixels:
    """Returns a picture (h, w, 3) in which the edge of an object, bool (h, w), is white.

    >>> outlined(np.zeros((5, 5, 3), np.uint8), np.pad(np.ones((3, 3), bool), 1))[:, :, 0][2].tolist()
    [0, 255, 0, 255, 0]
    """
    wide = np.pad(mask.astype(bool), 1)
    inside = wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    found = picture.copy()
    found[mask.astype(bool) & ~inside] = 255
    return found


def _charts(state: CompareState, cells: Sequence[CellAnswer]) -> list[Part]:
    """The insertion and deletion curves of the cells whose curves are known."""
    several = len(state.networks)
    drawn = [entry for entry in entries(cells, several > 1) if entry.curves is not None]
    if not drawn:
        return [note("The curves had not been measured yet.")]
    colours = [COLOURS[(entry.method * several + entry.network) % len(COLOURS)] for entry in drawn]

    def chart(title: str, across: str, heights: Callable[[Curves], Tensor]) -> Chart:
        pairs = [(entry.name, entry.curves, colour) for entry, colour in zip(drawn, colours, strict=True)]
        lines = [
            Line(name, curves.fractions.tolist(), heights(curves).tolist(), colour)
            for name, curves, colour in pairs
            if curves is not None
        ]
        return Chart(lines, title, across, "probability", 240)

    insertion = chart("Insertion: higher is better", "pixels brought in", lambda curves: curves.insertion)
    deletion = chart("Deletion: lower is better", "pixels taken away", lambda curves: curves.deletion)
    return [Row([insertion, deletion])]


def _scores(state: CompareState, cells: Sequence[CellAnswer]) -> list[Part]:
    several = len(state.networks) > 1
    return [Table(head_words(several), [row_words(cell, several) for cell in cells])] if state.scores else []
