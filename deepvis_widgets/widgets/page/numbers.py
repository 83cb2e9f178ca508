"""Numbers as a person reads them; js/src/arithmetic/number_format.ts writes them alike."""

from __future__ import annotations

import math


def decimal(value: float) -> str:
    """Returns a number with about four digits that count.

    >>> decimal(0.12345), decimal(-2.0), decimal(123456.0), decimal(0.00001)
    ('0.1235', '−2', '123456', '1.0e−5')
    """
    if not math.isfinite(value):
        return str(value)
    size = abs(value)
    if size and not 1e-3 <= size < 1e6:
        digits, power = f"{value:.1e}".split("e")
        return f"{digits}e{int(power)}".replace("-", "−")
    places = max(0, 3 - math.floor(math.log10(size))) if size else 0
    return (
        f"{round(value, places) + 0.0:.{places}f}".rstrip("0").rstrip(".").replace("-", "−")
        if places
        else f"{value:.0f}"
    )


def percent(share: float) -> str:
    """Returns a share of one.

    >>> percent(0.874), percent(0.0412), percent(0.0002)
    ('87 %', '4.1 %', '< 0.1 %')
    """
    value = 100 * share
    if value >= 9.95:
        return f"{value:.0f} %"
    if value >= 0.095:
        return f"{value:.1f} %"
    return "< 0.1 %" if value > 0.0005 else "0 %"
