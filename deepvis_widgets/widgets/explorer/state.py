"""What decides what the Explorer shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .answers import BACKWARD

if TYPE_CHECKING:
    pass

if TYPE_CHECKING:
    pass

if TYPE_CHECKING:
    pass


BACKWARD_MODES = ("off", *BACKWARD)


ZOOMS = ("", "grid", "unit", "backward")


TABS = ("synthesized", "top", "deconv", "facts", "find")


NONE, AUTO = "none", "automatic"
