"""Looking for parts of one kind on a page."""

from __future__ import annotations

from typing import TypeVar

from deepvis_widgets.widgets.page.parts import Choice, Column, Page, Part, Row, Text

P = TypeVar("P", bound=Part)


def every(part: Part, kind: type[P]) -> list[P]:
    """All parts of a kind, also those that are not chosen, in reading order."""
    found = [part] if isinstance(part, kind) else []
    inside = part.parts if isinstance(part, Column | Row | Choice) else [part.part] if isinstance(part, Page) else []
    return found + [inner for each in inside for inner in every(each, kind)]


def only(part: Part, kind: type[P]) -> P:
    """The one part of a kind."""
    (found,) = every(part, kind)
    return found


def notes(part: Part) -> list[str]:
    """What is said to be missing."""
    return [text.text for text in every(part, Text) if text.role == "note"]
