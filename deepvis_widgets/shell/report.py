"""What `explain` writes beside the maps, row by row: a table, and a page to look at."""

from __future__ import annotations

import base64
import csv
import html
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from PIL import Image

from ..core.errors import DeepvisError
from .maps import Row

COLUMNS = ("picture", "method", "target", "share", "top", "low", "high", "map", "problem")
SHOWN, SIDE = 300, 128  # maps that stand on the page themselves, and px of theirs: further ones are links
HEAD = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 24px; font: 15px/22px system-ui, sans-serif; }}
table {{ border-collapse: collapse; }}
td, th {{ padding: 6px 12px 6px 0; border-bottom: 1px solid #8884; text-align: left; vertical-align: top; }}
td.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
img {{ display: block; }}
</style>
<h1>{title}</h1>
<p>{words}</p>
<table><thead>
<tr><th>Map<th>Picture<th>Method<th>Explained<th>Share<th>Top class<th>Lowest<th>Highest</tr>
</thead><tbody>
"""


@contextmanager
def whole_text(path: Path) -> Iterator[TextIO]:
    """Opens a text file that is put in its place when it is whole: what was there stays until then."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            yield file
        os.replace(beside, path)
    except OSError as error:
        raise DeepvisError(f'"{path}" cannot be written ({error.strerror}).') from None
    finally:
        with suppress(OSError):
            beside.unlink()


class Table:
    """The rows as CSV."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(COLUMNS)

    def write(self, row: Row) -> None:
        """Adds a row."""
        self._writer.writerow([_said(getattr(row, name)) for name in COLUMNS])


class Page:
    """The rows as an HTML page that needs nothing else; each leads to its map in `folder`."""

    def __init__(self, file: TextIO, folder: Path, title: str, words: str) -> None:
        self._file, self._folder, self._count = file, folder, 0
        file.write(HEAD.format(title=html.escape(title), words=html.escape(words)))

    def write(self, row: Row) -> None:
        """Adds a row."""
        told = "".join(f"<td>{html.escape(word)}" for word in (row.picture, row.method, row.problem or row.target))
        numbers = [row.share, row.top, row.low, row.high]
        told += "".join(f'<td class="number">{html.escape(_said(number))}' for number in numbers)
        self._file.write(f"<tr><td>{self._map(row)}{told}</tr>\n")

    def end(self) -> None:
        """Ends the page."""
        self._file.write("</tbody></table></html>\n")

    def _map(self, row: Row) -> str:
        if not row.map:
            return "none"
        self._count += 1
        inside = "map" if self._count > SHOWN else f'<img alt="" src="{_small(self._folder / row.map)}">'
        return f'<a href="{html.escape(_address(row.map))}">{inside}</a>'


def _small(file: Path) -> str:
    with Image.open(file) as image:
        shown = image.convert("RGB")
    shown.thumbnail((SIDE, SIDE))
    content = io.BytesIO()
    shown.save(content, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode()}"


def _address(path: str) -> str:
    from urllib.parse import quote

    return quote(path)


def _said(value: Any) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
