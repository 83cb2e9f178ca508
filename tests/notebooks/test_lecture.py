"""docs/lecture.md: every slide of the lecture, and that what it names for each of them exists."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

import deepvis_widgets as dv

CHECKOUT = Path(__file__).resolve().parents[2]
LAST = 53
ROWS = re.findall(
    r"^\| (\d+)(?:–(\d+))? \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$",
    (CHECKOUT / "docs" / "lecture.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)
PLACE = re.compile(r"\[\d\d\]\(\.\./(notebooks/[\w.]+)\) “([^”]+)”")


def test_every_slide_has_its_row() -> None:
    slides = [slide for first, last, *_ in ROWS for slide in range(int(first), int(last or first) + 1)]
    assert slides == list(range(1, LAST + 1))


@pytest.mark.parametrize(("first", "last", "what", "where", "shown"), ROWS, ids=[row[0] for row in ROWS])
def test_what_a_row_names_exists(first: str, last: str, what: str, where: str, shown: str) -> None:
    """The lesson has such a section, the package such a name, and one of the sections named uses it."""
    places = PLACE.findall(where)
    assert places and what.strip()
    sections = "\n".join(section(CHECKOUT / path, heading) for path, heading in places)
    names = re.findall(r"`dv\.(\w+)[^`]*`", shown)
    assert names
    for name in names:
        assert name in dv.__all__
        assert f"dv.{name}(" in sections, f"slide {first}: no dv.{name}( in {where}"


def section(path: Path, heading: str) -> str:
    """The cells of a lesson from one heading to the next; a lesson's title stands for what comes before the others."""
    cells = nbformat.read(path, as_version=4).cells
    found = [re.findall(r"^#{1,2} (.+)$", cell.source, re.MULTILINE) for cell in cells]
    titles = [names if cell.cell_type == "markdown" else [] for cell, names in zip(cells, found, strict=True)]
    start = next(place for place, names in enumerate(titles) if heading in names)
    end = next((place for place in range(start + 1, len(cells)) if titles[place]), len(cells))
    return "\n".join(cell.source for cell in cells[start:end])
