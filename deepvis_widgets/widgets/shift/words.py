"""What the curves come to, in sentences; every number is measured on the way that is shown."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.network.network import Network
from ...methods import method
from .answers import Curve, Here

CLEAR = 0.03  # so much further must one network's probability stray for the other to be called steadier


def way_words(network: Network, curve: Curve) -> str:
    """Returns how far a network's answer and its hidden units hold along the way."""
    low, high = float(curve.probabilities.min()), float(curve.probabilities.max())
    return (
        f"{network.name}: {curve.asked.label} between {low:.0%} and {high:.0%}, straying by {curve.strays:.2f}; "
        f"its hidden units keep {curve.kept:.0%} of their most."
    )


def here_words(network: Network, label: str, found: Here) -> str:
    """Returns what a network says of the picture as it stands."""
    said = f"{network.name}: {label} {found.probability:.0%}"
    return said if found.answer == label else f"{said}, calls it {found.answer} ({found.share:.0%})"


def pools(network: Network) -> bool:
    """Whether the class scores are a mean over places: whether class activation maps are exact."""
    return method("cam").refuses(network) is None


def lesson_words(networks: Sequence[Network], curves: Sequence[Curve]) -> str:
    """Returns what follows from two curves: which network is steadier, and why where one pools and one does not."""
    steady, other = sorted(zip(networks, curves, strict=True), key=lambda pair: pair[1].strays)[:2]
    if other[1].strays < steady[1].strays + CLEAR:
        return "On this way one strays about as far as the other."
    said = f"On this way {steady[0].name} is the steadier one ({steady[1].strays:.2f} against {other[1].strays:.2f})."
    if pools(steady[0]) and not pools(other[0]):
        return (
            f"{said} A mean over places takes a unit's activity wherever it is; flattened, every place has weights of "
            "its own, which know only what stood there while they learnt."
        )
    if pools(other[0]) and not pools(steady[0]):
        return f"{said} Here flattening loses nothing: its weights know the object at all these places."
    return said
