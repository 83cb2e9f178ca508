"""The scores of a comparison as a table."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from ...scores import mass, pointing
from .answers import CellAnswer

COLUMNS = (
    ("pointing", "whether the map peaks on the object (Zhang et al. 2018)"),
    ("mass on the object", "share of the positive values that lie on the object (Arras, Osman and Samek 2022)"),
    ("insertion", "area under the insertion curve: higher is better (Petsiuk, Das and Saenko 2018)"),
    ("deletion", "area under the deletion curve: lower is better (Petsiuk, Das and Saenko 2018)"),
)
NAMES = ("pointing", "mass", "insertion", "deletion")
NONE = "–"


def scores_of(cell: CellAnswer) -> dict[str, float | None]:
    """The scores of a cell; None where the map, the mask or the curves are not there."""
    result, mask, drawn = cell.result if cell.finished else None, cell.mask, cell.curves
    on_object = result is not None and mask is not None
    return {
        "pointing": float(pointing(result.heatmap, mask)) if on_object else None,  # type: ignore[union-attr, arg-type]
        "mass": mass(result.heatmap, mask) if on_object else None,  # type: ignore[union-attr, arg-type]
        "insertion": None if drawn is None else drawn.insertion_area,
        "deletion": None if drawn is None else drawn.deletion_area,
    }


def table(cells: Sequence[CellAnswer], several: bool) -> str:
    """The scores of cells as HTML; `several` says whether there are several networks."""
    head = "".join(f'<th scope="col" title="{html.escape(why)}">{name}</th>' for name, why in COLUMNS)
    rows = "".join(_row(cell, several) for cell in cells)
    network = '<th scope="col">network</th>' if several else ""
    return f'<table><thead><tr><th scope="col">method</th>{network}{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(cell: CellAnswer, several: bool) -> str:
    name, *others = (html.escape(words) for words in row_words(cell, several))
    return f'<tr><th scope="row">{name}</th>{"".join(f"<td>{words}</td>" for words in others)}</tr>'


def row_words(cell: CellAnswer, several: bool) -> list[str]:
    """What a row says: the method, the network where there are several, the scores."""
    found, network = scores_of(cell), [cell.row.title] if several else []
    return [cell.title, *network, *(_text(name, found[name]) for name in NAMES)]


def head_words(several: bool) -> list[str]:
    """What stands over the columns."""
    return ["method", *(["network"] if several else []), *(name for name, _ in COLUMNS)]


def _text(name: str, value: float | None) -> str:
    if value is None or math.isnan(value):
        return NONE
    if name == "pointing":
        return "hit" if value else "miss"
    return f"{value:.0%}" if name == "mass" else f"{value:.3f}"
