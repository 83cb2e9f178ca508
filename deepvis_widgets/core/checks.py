"""Checks of what a caller gave, for every floor."""

from __future__ import annotations

import operator
from typing import Any

from .errors import DeepvisError


def whole(value: Any) -> int | None:
    """A whole number as an int, also numpy's and a tensor of one; None for anything else, True and False included."""
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def one_of(what: str, value: Any, accepted: tuple[str, ...]) -> str:
    """The value, if it is accepted."""
    if value not in accepted:
        raise DeepvisError(f"{what}={value!r} is not accepted; accepted: {', '.join(accepted)}.")
    return str(value)
