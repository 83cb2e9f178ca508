"""Which scenes are drawn for training and for looking at what was learned."""

from __future__ import annotations

from deepvis_widgets.zoo.scenes import BACKGROUNDS, CLASSES
from deepvis_widgets.zoo.training.dataset import fresh_orders


def test_fresh_scenes_cover_all_classes_and_backgrounds() -> None:
    orders = fresh_orders(len(CLASSES) * len(BACKGROUNDS))
    assert len({(order.label, order.background) for order in orders}) == len(orders)
