"""What decides what the MaximizationLab shows."""

from __future__ import annotations

from .knobs import NAMES

NEW = ("seeds", "seed")  # what only new pictures can follow
NUMBERS = ("preset", "steps", *NEW, *NAMES)
ENLARGED, TRUE_SIZE, FULL_FRAME = VIEWS = ("enlarged", "true size", "full frame")
