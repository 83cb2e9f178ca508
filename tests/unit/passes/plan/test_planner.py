"""The cheapest way is taken, and left when it turns out not to be: with costs that are made up, and no clock but one
that these add to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from deepvis_widgets.passes.plan.costs import Costs
from deepvis_widgets.passes.plan.planner import Planner
from deepvis_widgets.passes.plan.ways import FUSED, GROUPS, PLAIN, SINGLE, Load, Way, ways

ALL = {PLAIN, FUSED, GROUPS, SINGLE}
PLAIN_SECONDS = 1.0
COSTS = {"plain 1": 1.0, "plain 4": 0.9, "plain 16": 0.8, "fused 1": 0.7, "fused 4": 0.6, "fused 16": 0.5}
NEAR, FAR = Load(16, 0.25, 0.2), Load(16, 0.95, 0.9)  # windows that touch little, and nearly all


class Passes:
    """Passes that take what `costs` says for a unit, and what they took."""

    def __init__(self, costs: Mapping[str, float], known: Mapping[str, float] | None = None) -> None:
        self.costs, self.now, self.taken = dict(costs), 0.0, Counter[str]()
        self.planner = Planner(ways(ALL, 16, 64), Costs(known or {}, PLAIN_SECONDS), lambda: self.now)

    def run(self, load: Load, times: int = 1) -> str:
        """Passes such windows so often; the way of the last time."""
        way = self.planner.choose(load)
        for _ in range(times):
            way = self.planner.choose(load)
            self.planner.timed(way, load, lambda way=way: self._pass(way, load))  # type: ignore[misc]
        return str(way)

    def _pass(self, way: Way, load: Load) -> None:
        self.taken[str(way)] += 1
        self.now += self.costs[str(way)] * load.units(way.kind)


@pytest.mark.parametrize(
    ("local", "near", "far"),
    (
        ({"groups 64": 0.5, "single 8": 2.0}, "groups 64", "groups 64"),
        ({"groups 64": 0.8, "single 8": 2.0}, "groups 64", "fused 16"),
        ({"groups 64": 2.5, "single 8": 4.0}, "fused 16", "fused 16"),
        ({"groups 64": 1.0, "single 8": 0.9}, "single 8", "fused 16"),
    ),
)
def test_the_cheapest_is_found_for_each_load(local: dict[str, float], near: str, far: str) -> None:
    passes = Passes({**COSTS, **local})
    for _ in range(12):
        passes.run(NEAR), passes.run(FAR)
    assert (passes.run(NEAR), passes.run(FAR)) == (near, far)


def test_plain_passes_where_those_are_best() -> None:
    passes = Passes({**{name: 5.0 for name in COSTS}, "plain 4": 0.9, "groups 64": 9.0, "single 8": 9.0})
    passes.run(FAR, 12)
    assert passes.run(FAR) == "plain 4"


def test_what_cannot_be_a_gain_is_never_tried() -> None:
    """Groups that take a fifth of a plain pass: no full pass could be quicker."""
    passes = Passes({**COSTS, "groups 64": 0.4, "single 8": 1.0})
    passes.run(NEAR, 40)
    assert set(passes.taken) == {"groups 64"}


def test_finding_out_takes_a_small_share_of_a_sweep() -> None:
    passes = Passes({**COSTS, "groups 64": 0.5, "single 8": 0.9})
    for _ in range(20):
        passes.run(NEAR), passes.run(FAR)
    best = 20 * (0.5 * NEAR.units(GROUPS) + min(0.5 * FAR.units(GROUPS), 0.5 * FAR.units(FUSED)))
    assert passes.now < 1.1 * best


def test_a_calibration_found_wrong_is_left() -> None:
    """Costs of another time say that groups are quickest, and a machine that is busy now says otherwise."""
    known = {**COSTS, "groups 64": 0.5, "single 8": 2.0}
    passes = Passes({**COSTS, "groups 64": 3.0, "single 8": 9.0}, known)
    assert passes.run(NEAR) == "groups 64"
    passes.run(NEAR, 12)
    assert passes.run(NEAR) == "fused 16" and passes.taken["groups 64"] <= 3
    assert passes.planner.costs.learned()["groups 64"] == pytest.approx(3.0)


def test_a_way_that_becomes_slower_is_left_and_taken_again() -> None:
    passes = Passes({**COSTS, "groups 64": 0.5, "single 8": 9.0})
    assert passes.run(NEAR, 10) == "groups 64"
    passes.costs["groups 64"] = 4.0
    assert passes.run(NEAR, 16) == "fused 16"
    passes.costs.update({name: 20.0 for name in COSTS})
    passes.run(NEAR, 12)
    assert passes.run(NEAR) == "groups 64"


def test_one_hiccup_changes_nothing() -> None:
    passes = Passes({**COSTS, "groups 64": 0.5, "single 8": 2.0})
    passes.run(NEAR, 6)
    passes.costs["groups 64"] = 50.0
    passes.run(NEAR)
    passes.costs["groups 64"] = 0.5
    assert passes.run(NEAR) == "groups 64"


def test_a_machine_that_is_busier_moves_what_is_known_of_full_passes_together() -> None:
    costs = Costs({"fused 8": 1.0, "plain 8": 3.0, "groups 64": 5.0}, PLAIN_SECONDS)
    for _ in range(3):
        costs.put(Way(FUSED, 8), 2.0)
    assert [costs.estimate(Way(*way)) for way in ((PLAIN, 8), (GROUPS, 64))] == [6.0, 5.0]


def test_full_passes_are_no_larger_than_the_windows_are_many() -> None:
    planner = Planner(ways({FUSED}, 32, 64), Costs({}, PLAIN_SECONDS))
    for count, most in ((1, 1), (2, 1), (3, 4), (8, 4), (9, 16), (16, 16), (17, 32), (300, 32)):
        costs = {str(way): 1 / way.count for way in planner.ways}
        planner.costs = Costs(costs, PLAIN_SECONDS)
        assert planner.choose(Load(count)).count == most


def test_what_cannot_be_made_is_dropped() -> None:
    passes = Passes({**COSTS, "groups 64": 9.0, "single 8": 9.0})
    passes.planner.drop(FUSED)
    passes.run(FAR, 8)
    assert passes.run(FAR) == "plain 16" and not any(name.startswith(FUSED) for name in passes.taken)
