"""Which scenes and networks a lesson takes."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.husky_wolf.scenes import (
    BIASED,
    HONEST,
    ORDERS,
    SEEDS,
    chance_of,
    drawn,
    drawn_seed,
    fresh_orders,
    network_order,
    orders,
)
from deepvis_widgets.zoo.scenes import BACKGROUNDS, scene
from tests.untouched import torch_state


def test_a_scene_is_drawn_once() -> None:
    assert drawn(ORDERS[0]) is drawn(ORDERS[0])
    assert (drawn(ORDERS[0]).label, drawn(ORDERS[0]).background, drawn(ORDERS[0]).seed) == ORDERS[0]


def test_given_scenes_are_what_is_voted_on() -> None:
    assert orders(None) == list(ORDERS)
    assert orders([scene("wolf", "snow", 3)]) == [("wolf", "snow", 3)]


@pytest.mark.parametrize("given", [[], "snow", [1], [scene("zebra", "meadow", 6)]])
def test_other_scenes_are_refused(given: Any) -> None:
    with pytest.raises(DeepvisError, match="scenes of huskies"):
        orders(given)


def test_fresh_scenes_put_the_same_animals_on_every_ground() -> None:
    found = fresh_orders(random.Random(0), 2)
    assert Counter(ground for _, ground, _ in found) == dict.fromkeys(BACKGROUNDS, 4)
    assert len({seed for _, _, seed in found}) == 2 and all(SEEDS[0] <= seed <= SEEDS[1] for _, _, seed in found)
    assert fresh_orders(random.Random(0), 2) == found


@pytest.mark.parametrize("each", [0, 51, 1.5, True, "3"])
def test_a_number_of_fresh_scenes_that_does_not_fit_is_refused(each: Any) -> None:
    with pytest.raises(DeepvisError, match="fresh="):
        fresh_orders(random.Random(0), each)


def test_the_first_network_is_chosen_or_drawn() -> None:
    assert network_order(random.Random(0), "biased") == [BIASED, HONEST]
    assert network_order(random.Random(0), "honest") == [HONEST, BIASED]
    found = [network_order(chance_of(seed), None) for seed in (1, 1, *range(6))]
    assert found[0] == found[1] and {order[0] for order in found} == {HONEST, BIASED}
    with pytest.raises(DeepvisError, match="first="):
        network_order(random.Random(0), "worst")


@pytest.mark.parametrize("seed", [-1, 0.5, True, "x"])
def test_a_seed_is_a_whole_number(seed: Any) -> None:
    with pytest.raises(DeepvisError, match="seed="):
        chance_of(seed)


def test_a_seed_drawn_by_chance_leaves_the_users_random_numbers_alone() -> None:
    before = torch_state()
    assert drawn_seed(None) != drawn_seed(None)
    assert torch_state() == before
    assert drawn_seed(7) == 7
