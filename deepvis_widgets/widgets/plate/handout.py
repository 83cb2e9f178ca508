"""What the plate shows on a page: a row of pictures for each layer, at the true size of what its units see."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from ...core.picture.picture import to_bytes
from ...methods.synthesis.plate import Plate, PlateRow
from ..page.parts import Column, Part, Picture, Row, Text

Drawn = Sequence[Tensor | None]  # of each unit of a row: its pictures (runs, 3, h, w) if they are there


def page(plate: Plate, side: int, least: int) -> Part:
    """All rows as far as they are drawn; the largest pictures are `side` css px, no picture is less than `least`."""
    largest = max(max(row.size) for row in plate.rows)
    units = sum(len(row.channels) for row in plate.rows)
    said = f"{len(plate.pictures)} of {units} units, {plate.params.pictures} runs each"
    pictures = dict(plate.pictures)
    rows: list[Part] = []
    for number, row in enumerate(plate.rows):
        size = max(least, round(side * max(row.size) / largest))
        rows += _row(row, [pictures.get((number, place)) for place in range(len(row.channels))], size)
    return Column([Text(said), *rows])


def _row(row: PlateRow, drawn: Drawn, size: int) -> list[Part]:
    height, width = row.size
    shown = [
        Picture(to_bytes(picture), words if run == 0 else f"run {run + 1}", size, exact=False)
        for words, pictures in zip(row.words, drawn, strict=True)
        for run, picture in enumerate(() if pictures is None else pictures)
    ]
    return [Text(f"{row.name} · sees {height}×{width} px", "heading"), Row(shown)] if shown else []
