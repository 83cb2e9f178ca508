"""What decides what the SnowLab shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import words as words

if TYPE_CHECKING:
    pass


METHODS = ("cam", "occlusion")
