"""Pictures such as a network of one's own making learns from."""

from __future__ import annotations

from ....core.report import Report
from ....zoo.compositing import ANIMALS
from ....zoo.scenes import BACKGROUNDS, Scene
from ....zoo.snow_net import on_snow
from ..scenes import Order, drawn

EACH = 5  # of each animal


def sample_orders(share: float) -> list[Order]:
    """Returns five huskies and five wolves with as much snow behind them as in training, as far as five can show it.

    >>> [ground for animal, ground, _ in sample_orders(1.0) if animal == "wolf"]
    ['snow', 'snow', 'snow', 'snow', 'snow']
    """
    return [
        (animal, ground, seed)
        for animal, snowy in zip(ANIMALS, on_snow(share), strict=True)
        for seed, ground in enumerate(_grounds(round(EACH * snowy)))
    ]


def _grounds(on_snow: int) -> list[str]:
    """Each animal has a ground of its own, which the first few leave for the snow."""
    snow, *others = BACKGROUNDS
    return [snow if place < on_snow else others[place % len(others)] for place in range(EACH)]


def draw_samples(share: float, report: Report) -> tuple[Scene, ...]:
    """Draws them one after the other; what there is so far is reported."""
    scenes: tuple[Scene, ...] = ()
    orders = sample_orders(share)
    for order in orders:
        report(len(scenes) / len(orders), scenes)
        scenes = (*scenes, drawn(order))
    return scenes
