"""The bars of the class probabilities."""

from __future__ import annotations

import torch

from deepvis_widgets.widgets.kit.class_bars import MOST, Probabilities

LABELS = [f"class {index}" for index in range(12)]


def shown(shares: list[float], chosen: int, rank: bool, pane: Probabilities) -> list[str]:
    pane.show(torch.tensor(shares), chosen, rank)
    return list(pane._bars.x)[::-1]


def spread(*strong: int) -> list[float]:
    shares = [0.001 * (12 - index) for index in range(12)]
    for place, index in enumerate(strong):
        shares[index] = 0.9 - 0.1 * place
    return shares


def test_the_strongest_come_first() -> None:
    names = shown(spread(5, 3), 5, True, Probabilities(LABELS, print))
    assert names[:3] == ["class 5", "class 3", "class 0"] and len(names) == MOST


def test_bars_stay_in_place_while_the_picture_is_covered() -> None:
    pane = Probabilities(LABELS, print)
    before = shown(spread(5, 3), 5, True, pane)
    assert shown(spread(3, 5), 5, False, pane) == before


def test_a_new_winner_and_the_chosen_class_get_a_bar() -> None:
    pane = Probabilities(LABELS, print)
    shown(spread(5, 3), 5, True, pane)
    names = shown(spread(11), 10, False, pane)
    assert {"class 11", "class 10", "class 5"} <= set(names) and len(names) == MOST


def test_a_click_picks_the_class_of_the_bar() -> None:
    picked: list[int] = []
    pane = Probabilities(LABELS, picked.append)
    shown(spread(5, 3), 5, True, pane)
    pane._clicked(None, {"data": {"index": MOST - 1}})  # bqplot counts from the bottom
    pane._clicked(None, {"data": {"index": MOST - 2}})
    assert picked == [5, 3]


def test_long_labels_that_begin_alike_keep_a_bar_each() -> None:
    pane = Probabilities([f"a very long label of number {index}" for index in range(12)], print)
    assert len(set(shown(spread(2, 3), 2, True, pane))) == MOST
