"""Values and calls as text of Python."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

WIDTH = 88  # signs of a line: as many as the popover of the Explorer has room for
INDENT = "    "

Tell = Callable[[Any], str | None]  # the text of what only its caller can tell; None: a plain value


def text_of(value: Any, tell: Tell) -> str:
    """Returns a value as a literal; what it holds is asked of `tell` first.

    >>> text_of({"layer": ("a", [1, 0.5, None])}, lambda value: None)
    '{"layer": ("a", [1, 0.5, None])}'
    """
    told = tell(value)
    if told is not None:
        return told
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{text_of(k, tell)}: {text_of(v, tell)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + ", ".join(text_of(item, tell) for item in value) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, list):
        return "[" + ", ".join(text_of(item, tell) for item in value) + "]"
    if isinstance(value, np.ndarray | np.generic | Tensor):
        return text_of(value.tolist(), tell)
    return repr(value)


def laid_out(value: Any, tell: Tell, room: int = WIDTH) -> str:
    """Returns a value as a literal, in several lines where it has no room in one.

    >>> print(laid_out({"a": [1, 2], "b": [3, 4]}, lambda value: None, room=20))
    {
        "a": [1, 2],
        "b": [3, 4],
    }
    """
    line = text_of(value, tell)
    if len(line) <= room or tell(value) is not None or not isinstance(value, Mapping | list | tuple):
        return line
    first, last = line[0], line[-1]
    if isinstance(value, Mapping):
        parts = [f"{(key := text_of(k, tell))}: {laid_out(v, tell, room - len(key) - 7)}" for k, v in value.items()]
    elif all(isinstance(item, int | float) for item in value):
        parts = textwrap.wrap(line[1:-1].rstrip(","), max(room - len(INDENT), 24))
        return f"{first}\n" + textwrap.indent("\n".join(parts) + ",\n", INDENT) + last
    else:
        parts = [laid_out(item, tell, room - len(INDENT) - 1) for item in value]
    return f"{first}\n" + textwrap.indent("".join(f"{part},\n" for part in parts), INDENT) + last


def call_text(function: str, arguments: Sequence[Any], keywords: Mapping[str, Any], tell: Tell, before: int = 0) -> str:
    """Returns a call, in a line where it fits with the `before` signs that stand before it, else one for each argument.

    >>> call_text("dv.scene", ["wolf"], {"seed": 3}, lambda value: None)
    'dv.scene("wolf", seed=3)'
    """
    given = [("", value) for value in arguments] + [(f"{name}=", value) for name, value in keywords.items()]
    line = f"{function}({', '.join(name + text_of(value, tell) for name, value in given)})"
    if len(line) + before <= WIDTH or not given:
        return line
    parts = [name + laid_out(value, tell, WIDTH - len(INDENT) - len(name) - 1) for name, value in given]
    return f"{function}(\n" + textwrap.indent("".join(f"{part},\n" for part in parts), INDENT) + ")"


def variable_of(widget: str) -> str:
    """Returns what a variable that holds a widget of this name is called.

    >>> variable_of("CamBoard")
    'cam_board'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", widget).lower()
