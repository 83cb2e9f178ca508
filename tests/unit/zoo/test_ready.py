"""Ready scenes: stored files that equal what would be drawn, and open at once."""

import time

import numpy as np
import pytest

from deepvis_widgets.zoo.scenes import READY, ready_scenes, scene


def test_a_dozen_with_both_canids_on_and_off_snow() -> None:
    assert len(READY) == len(set(READY)) == 12
    places = {(label, background == "snow") for label, background, _ in READY}
    assert {("husky", True), ("husky", False), ("wolf", True), ("wolf", False)} <= places


@pytest.mark.parametrize("index", range(12))
def test_stored_equals_drawn(index: int) -> None:
    stored, drawn = ready_scenes()[index], scene(*READY[index])
    assert (stored.label, stored.background, stored.seed) == READY[index]
    assert stored.image.tobytes() == drawn.image.tobytes()
    assert np.array_equal(stored.mask, drawn.mask)


def test_they_open_at_once() -> None:
    def elapsed() -> float:
        start = time.perf_counter()
        ready_scenes()
        return time.perf_counter() - start

    assert min(elapsed() for _ in range(5)) < 0.05
