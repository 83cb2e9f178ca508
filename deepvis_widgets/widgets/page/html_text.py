"""What the kernel writes as HTML, as parts: texts, tables, and the keys of charts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Literal

from .parts import Key, Part, Table, Text

BREAKS = {"div", "p", "br", "li", "tr", "ul", "table", "h1", "h2", "h3", "h4", "dt", "dd"}
SILENT = {"style", "script", "title"}
COLOUR = re.compile(r"(?:background|border-color|color):\s*(#\w+)")
Role = Literal["title", "heading", "plain", "note"]


def html_parts(value: str, role: Role = "plain") -> list[Part]:
    """Returns the parts of a piece of HTML.

    >>> [part.text for part in html_parts("<b>wolf</b> 87 %<br>on snow")]
    ['wolf 87 %\\non snow']
    """
    reader = _Reader()
    reader.feed(value)
    reader.close()
    found: list[Part] = [Key(reader.entries)] if reader.entries else []
    if reader.text and not reader.entries:
        found.append(Text(reader.text, role))
    return found + [Table(heads, rows, caption) for caption, heads, rows in reader.tables if heads or rows]


class _Reader(HTMLParser):
    """Reads texts, rows of tables, and spans that begin with a coloured sign."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._written: list[str] = []
        self._rows: list[list[str]] | None = None  # of the table being read
        self._head, self._caption = False, ""
        self.tables: list[tuple[str, Sequence[str], Sequence[Sequence[str]]]] = []
        self.entries: list[tuple[str, str]] = []
        self._open: list[str] = []

    @property
    def text(self) -> str:
        """What is written outside of tables, without empty lines."""
        lines = (" ".join(line.split()) for line in "".join(self._written).split("\n"))
        return "\n".join(line for line in lines if line)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open += [] if tag in ("br", "img", "hr", "input") else [tag]
        given = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._rows, self._head, self._caption = [], False, ""
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in ("td", "th") and self._rows:
            self._rows[-1].append("")
            self._head = self._head or (tag == "th" and len(self._rows) == 1 and given.get("scope") != "row")
        elif tag in BREAKS:
            self._written.append("\n")
        colour = given.get("stroke") if tag == "svg" else _colour(given) if tag == "i" else None
        if colour:
            self.entries.append((colour, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag) :]
        if tag == "table" and self._rows is not None:
            heads = self._rows[0] if self._head else []
            self.tables.append((self._caption, heads, self._rows[len(heads[:1]) :]))
            self._rows = None
        elif tag in BREAKS:
            self._written.append("\n")

    def handle_data(self, data: str) -> None:
        if SILENT & set(self._open):
            return
        words = " ".join(data.split())
        if self._rows is not None:
            if "caption" in self._open:
                self._caption += words
            elif self._rows and self._rows[-1]:
                self._rows[-1][-1] = f"{self._rows[-1][-1]} {words}".strip()
        else:
            self._written.append(data.replace("\n", " "))
            if self.entries and "i" not in self._open and words:
                colour, before = self.entries[-1]
                self.entries[-1] = colour, f"{before} {words}".strip()


def _colour(given: dict[str, str]) -> str | None:
    found = COLOUR.search(given.get("style", ""))
    return found.group(1) if found else None
