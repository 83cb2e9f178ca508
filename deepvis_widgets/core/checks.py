"""Checks of what a caller gave, for every floor."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, TypeVar

from .errors import DeepvisError

T = TypeVar("T")


def whole(value: Any) -> int | None:
    """Returns a whole number as an int, also numpy's and a tensor of one; None for anything else, True and False
    included.

    >>> whole(3), whole(3.0), whole(True)
    (3, None, None)
    """
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def one_of(what: str, value: Any, accepted: Sequence[T], by: str = "") -> T:
    """Returns the value, if it is one of those accepted; DeepvisError, naming them, if it is not.

    >>> one_of("fit", "crop", ("crop", "stretch"))
    'crop'
    >>> one_of("fit", "squeeze", ("crop", "stretch"), by="Preprocess")
    Traceback (most recent call last):
    deepvis_widgets.core.errors.DeepvisError: fit='squeeze' is not accepted by Preprocess; accepted: crop, stretch.
    """
    if value not in accepted:
        by = f" by {by}" if by else ""
        raise DeepvisError(f"{what}={value!r} is not accepted{by}; accepted: {', '.join(map(str, accepted))}.")
    return accepted[accepted.index(value)]
