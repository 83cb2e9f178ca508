"""Examples in docstrings are code in Markdown, too: griffe's extension that puts them into fences."""

from __future__ import annotations

import re
from typing import Any

import griffe

EXAMPLE = re.compile(r"(^>>> (?:.+\n?)+)", re.MULTILINE)


def fenced(text: str) -> str:
    """A docstring whose examples are in fences.

    >>> print(fenced("Adds.\\n\\n>>> 1 + 1\\n2"))
    Adds.
    <BLANKLINE>
    ```pycon
    >>> 1 + 1
    2
    ```
    """
    return EXAMPLE.sub(lambda found: f"```pycon\n{found[1].rstrip()}\n```\n", text).rstrip()


class Examples(griffe.Extension):
    """Fences the examples of every docstring."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = fenced(obj.docstring.value)
