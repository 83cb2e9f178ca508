"""The entries of a menu of methods."""

from __future__ import annotations

from ...methods.base import Method


def entry(found: Method, serves: bool) -> tuple[str, str]:
    """A method's text and value; one that cannot serve is drawn grey, and says why when it is chosen."""
    return (found.title if serves else f"({found.title}: not here)"), found.name
