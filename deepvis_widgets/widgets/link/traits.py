"""Traits that several widgets have, and what they accept."""

from __future__ import annotations

import math
from typing import Any

import traitlets

COLORMAPS = ("gray", "viridis", "inferno", "cividis", "blue-red", "green-red")


class Checked(traitlets.TraitType[Any, Any]):
    """Any value that a validator of its class checks, None too: `traitlets.Any` takes None without asking it.

    >>> class Named(traitlets.HasTraits):
    ...     name = Checked("")
    ...     check = traitlets.validate("name")(lambda self, proposal: str(proposal["value"]))
    >>> Named(name=None).name
    'None'
    """

    default_value = None


class Number(traitlets.Float):
    """A finite number within its limits: `traitlets.Float` takes NaN, and stumbles over 10**400.

    >>> Number(min=0.0).validate(None, 2)
    2.0
    """

    info_text = "a finite number"

    def validate(self, obj: Any, value: Any) -> float:
        """Returns the number as a float."""
        try:
            number = super().validate(obj, value)
        except OverflowError:
            self.error(obj, value)
        if not math.isfinite(number):
            self.error(obj, value)
        return float(number)


class BoxTrait(traitlets.TraitType[Any, Any]):
    """A box [top, left, height, width] in picture pixels, or None; stored as a list of whole numbers.

    >>> BoxTrait().validate(None, (0, 0, 5, 6))
    [0, 0, 5, 6]
    """

    info_text = "a box (top, left, height, width) of whole numbers with positive height and width, or None"

    def validate(self, obj: Any, value: Any) -> list[int] | None:
        """Returns the box as a list."""
        if value is None:
            return None
        numbers = whole_numbers(value, 4)
        if numbers is None or min(numbers[2:]) <= 0:
            self.error(obj, value)
        return numbers


class PositionTrait(traitlets.TraitType[Any, Any]):
    """A position [row, col] from 0, or None; stored as a list of whole numbers.

    >>> PositionTrait().validate(None, (3, 4.0))
    [3, 4]
    """

    info_text = "a position (row, col) of whole numbers from 0, or None"

    def validate(self, obj: Any, value: Any) -> list[int] | None:
        """Returns the position as a list."""
        if value is None:
            return None
        numbers = whole_numbers(value, 2)
        if numbers is None or min(numbers) < 0:
            self.error(obj, value)
        return numbers


class LimitsTrait(traitlets.TraitType[Any, Any]):
    """Two numbers [low, high] that the ends of the colours stand for, or None: a map's own; stored as a list.

    >>> LimitsTrait().validate(None, (-1, 1))
    [-1.0, 1.0]
    """

    info_text = "two finite numbers (low, high), low first, or None"

    def validate(self, obj: Any, value: Any) -> list[float] | None:
        """Returns the two numbers as a list."""
        if value is None:
            return None
        try:
            low, high = map(float, value)
        except (TypeError, ValueError):
            self.error(obj, value)
        if not -math.inf < low <= high < math.inf:
            self.error(obj, value)
        return [low, high]


class TileTrait(traitlets.Int[int, int]):
    """The side of a tile in css px, or 0: as large as lets all fit.

    >>> TileTrait().validate(None, 56)
    56
    """

    least, most = 24, 160  # smaller ones cannot be read
    info_text = f"a side of {least} to {most} css px, or 0: as large as lets all tiles fit"

    def validate(self, obj: Any, value: Any) -> int:
        """Returns the side."""
        side: int = super().validate(obj, value)
        if side != 0 and not self.least <= side <= self.most:
            self.error(obj, value)
        return side


def whole_numbers(value: Any, count: int) -> list[int] | None:
    """Returns the value as `count` whole numbers, or None when it is something else.

    >>> whole_numbers((1, 2.0), 2), whole_numbers((1, 2.5), 2)
    ([1, 2], None)
    """
    if isinstance(value, str) or not hasattr(value, "__len__") or len(value) != count:
        return None
    try:
        numbers = [int(x) for x in value]
    except (TypeError, ValueError, OverflowError):
        return None
    return numbers if all(a == b for a, b in zip(numbers, value, strict=True)) else None


def colormap_trait(default: str) -> Any:
    """Returns the synced trait that names a colour map.

    >>> colormap_trait("inferno").default_value
    'inferno'
    """
    return traitlets.Enum(COLORMAPS, default).tag(sync=True)
