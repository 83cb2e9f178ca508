"""What a comparison accepts; everything else is a DeepvisError."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.errors import DeepvisError
from ...core.params import make
from ...methods import method
from ...methods.base import Method
from ..link.traits import whole_numbers

SIGNED = ("blue-red", "green-red")
UNSIGNED = ("inferno", "viridis", "cividis", "gray")
COLORMAPS = {"signed": SIGNED, "unsigned": UNSIGNED}


def comparable() -> list[str]:
    """The methods that lay a heat map over a picture."""
    return sorted(name for name, found in Method.registry.items() if found.picture)


def check_comparable(name: Any) -> None:
    """Only methods that exist and give heat maps."""
    if not method(name if isinstance(name, str) else repr(name)).picture:
        raise DeepvisError(
            f"{name} draws pictures of its own and lays no heat map over this one; accepted: {', '.join(comparable())}."
        )


def as_methods(given: Any) -> tuple[str, ...]:
    """Names of methods, each once."""
    if isinstance(given, str) or not isinstance(given, Sequence) or not given:
        raise DeepvisError(f"methods={given!r} is not accepted; accepted is a list of {', '.join(comparable())}.")
    for place, name in enumerate(given):
        check_comparable(name)
        if name in given[:place]:
            raise DeepvisError(f"{name} is named twice; a method can be compared once.")
    return tuple(given)


def settings(name: str, params: Mapping[str, Mapping[str, Any]]) -> Any:
    """All parameters of a method, defaults included."""
    return make(method(name).Params, dict(params.get(name, {})), name)


def as_colormaps(given: Any) -> dict[str, str]:
    """One colour map for signed and one for unsigned maps."""
    if not isinstance(given, Mapping) or set(given) != set(COLORMAPS):
        raise DeepvisError(f"colormaps={given!r} is not accepted; give one for signed and one for unsigned maps.")
    for kind, name in given.items():
        if name not in COLORMAPS[kind]:
            accepted = ", ".join(COLORMAPS[kind])
            raise DeepvisError(f"{name!r} is no colour map for {kind} maps; accepted: {accepted}.")
    return dict(given)


def as_place(given: Any, size: tuple[int, int]) -> tuple[int, int] | None:
    """A place (row, col) in a picture of `size`, or None."""
    if given is None:
        return None
    place, (height, width) = whole_numbers(given, 2), size
    if place is None or not (0 <= place[0] < height and 0 <= place[1] < width):
        raise DeepvisError(
            f"{given!r} is no place in the picture; accepted is (row, col) in {height}×{width} pixels, or None."
        )
    return place[0], place[1]
