"""The channels a network is fed: which are accepted, and where they are in a view."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..checks import one_of
from ..errors import DeepvisError

Window = tuple[float, float]  # the numbers of a picture that are black and white

COLOURS = {1: "L", 3: "RGB"}  # what channels are, where nothing is said, by their number


def check_channels(
    channels: Sequence[str], shown: Sequence[str] | None, mean: Sequence[float], std: Sequence[float]
) -> None:
    """Raises DeepvisError where channels are no names of bands, nor "RGB" or "L"; where those `shown` are not three of
    these bands; and where mean and std do not fit.

    >>> check_channels(("red", "green", "near infrared"), None, (0.5,) * 3, (0.5,) * 3)
    """
    known = () if isinstance(channels, str) else channels
    if isinstance(channels, str):
        one_of("channels", channels, tuple(COLOURS.values()), by="Preprocess")
    elif not channels or len(set(channels)) != len(channels) or not all(isinstance(name, str) for name in channels):
        raise DeepvisError(
            f'channels={list(channels)!r} is not accepted by Preprocess; accepted: "RGB", "L" or names of bands.'
        )
    if shown is not None and (len(set(shown)) != 3 or len(shown) != 3 or not set(shown) <= set(known)):
        raise DeepvisError(
            f"shown={list(shown)!r} is not accepted by Preprocess; accepted: the names of three of the bands."
        )
    if not len(mean) == len(std) == len(channels) or min(std) <= 0:
        others = '3 for "RGB" and 1 for "L" (others need the names of their bands as channels)'
        raise DeepvisError(
            f"mean and std must have one number per channel, {len(known) or others}, and std must be above 0; "
            f"there are {len(mean)} and {len(std)}."
        )


def check_window(window: Window | None) -> None:
    """Raises DeepvisError where a window is not two finite numbers, the lower one first.

    >>> check_window((0, 4095))
    """
    if window is not None and not (len(window) == 2 and -math.inf < window[0] < window[1] < math.inf):
        raise DeepvisError(f"window={window!r} is not accepted by Preprocess; accepted: (low, high), low first.")


def places_of(shown: Sequence[int], channels: int) -> tuple[int, ...]:
    """Returns for each channel its band in a view, whose first bands are the channels `shown`.

    >>> places_of([2, 1, 0], 4)
    (2, 1, 0, 3)
    """
    bands = [*shown, *(channel for channel in range(channels) if channel not in shown)]
    return tuple(bands.index(channel) for channel in range(channels))
