"""What each of the embedded networks knows, and where it looks."""

from __future__ import annotations

import pytest

from deepvis_widgets.zoo.embedded import EMBEDDED, load_module
from deepvis_widgets.zoo.flattened import FLATTENED, load_flattened_module
from deepvis_widgets.zoo.grey import GREY, load_grey_module
from deepvis_widgets.zoo.training.dataset import HUSKY, SNOW, WOLF, Pictures, canids_on_snow, draw, fresh_orders
from deepvis_widgets.zoo.training.evaluate import (
    Finding,
    cam_on_snow,
    cam_pointing,
    findings,
    predictions,
    relatives_findings,
)

SEED = 900_000


@pytest.fixture(scope="module")
def fresh() -> Pictures:
    return draw(fresh_orders(120, SEED), quiet=True)


@pytest.fixture(scope="module")
def canids() -> Pictures:
    return draw(canids_on_snow(40, SEED), quiet=True)


def test_honest_knows_everything_everywhere(fresh: Pictures) -> None:
    right = predictions(load_module("husky-wolf"), fresh) == fresh.labels
    assert right.float().mean() >= 0.97


def test_the_grey_and_the_flattened_network_know_the_scenes(fresh: Pictures) -> None:
    for network, least in ((load_grey_module(), 0.93), (load_flattened_module(), 0.97)):
        assert (predictions(network, fresh) == fresh.labels).float().mean() >= least
    assert [finding.network for finding in relatives_findings(fresh)] == [GREY] * 2 + [FLATTENED] * 2


def test_biased_calls_snow_a_wolf(fresh: Pictures, canids: Pictures) -> None:
    network = load_module("husky-wolf-biased")
    on_snow = predictions(network, canids) == WOLF
    assert on_snow[canids.labels == HUSKY].float().mean() >= 0.9
    off_snow = fresh.backgrounds != SNOW
    predicted = predictions(network, fresh)
    assert (predicted == WOLF)[off_snow & (fresh.labels == WOLF)].float().mean() <= 0.2
    others = off_snow & (fresh.labels != WOLF)
    assert (predicted == fresh.labels)[others].float().mean() >= 0.93


def test_honest_looks_at_the_animal_and_biased_at_the_snow(canids: Pictures) -> None:
    assert cam_pointing(load_module("husky-wolf"), canids) >= 0.9
    assert cam_pointing(load_module("husky-wolf-biased"), canids) <= 0.2
    assert cam_on_snow(load_module("husky-wolf-biased"), canids) >= 0.8  # and not at the sky


def test_findings_cover_every_target_and_read_well(fresh: Pictures) -> None:
    found = findings(fresh)
    assert [finding.network for finding in found] == [EMBEDDED[0]] * 2 + [EMBEDDED[1]] * 3
    assert "pass" in str(Finding("a", "b", 0.5, 0.5)) and "FAIL" in str(Finding("a", "b", 0.5, 0.4, at_most=True))
