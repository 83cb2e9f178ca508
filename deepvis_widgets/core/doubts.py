"""What is said, as a warning, of a network that is read with doubt."""

from __future__ import annotations

import warnings

VARIES = (
    "{} answers otherwise each time it is asked, as with dropout that is always on: what is shown of it is one answer "
    "of many."
)


def warn(name: str, varies: bool, doubt: str | None) -> None:
    """Warns of a network whose answers vary, and of what is doubtful in what its module says of itself.

    >>> with warnings.catch_warnings(record=True) as heard:
    ...     warn("mine", varies=False, doubt=None)
    >>> heard
    []
    """
    for sentence in (VARIES.format(name) if varies else None, doubt):
        if sentence is not None:
            warnings.warn(sentence, stacklevel=3)
