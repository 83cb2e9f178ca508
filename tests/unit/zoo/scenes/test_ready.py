"""Ready scenes: stored files that equal what would be drawn, and open at once."""

import numpy as np
import pytest

from deepvis_widgets.zoo.scenes import READY, compose, ready_scenes, scene


def test_a_dozen_with_both_canids_on_and_off_snow() -> None:
    assert len(READY) == len(set(READY)) == 12
    places = {(label, background == "snow") for label, background, _ in READY}
    assert {("husky", True), ("husky", False), ("wolf", True), ("wolf", False)} <= places


@pytest.mark.parametrize("index", range(12))
def test_stored_equals_drawn(index: int) -> None:
    stored, drawn = ready_scenes()[index], scene(*READY[index])
    assert (stored.label, stored.background, stored.seed) == READY[index]
    assert (stored.sky, stored.color) == (drawn.sky, drawn.color)
    apart = np.abs(np.asarray(stored.image, int) - np.asarray(drawn.image, int))
    # processors of different kinds round a power or a sine differently: a level, in a few of the 49,152 values
    assert apart.max() <= 1 and (apart > 0).sum() <= 20
    assert np.array_equal(stored.mask, drawn.mask)


def test_they_open_without_being_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(*_: object, **__: object) -> None:
        raise AssertionError("a ready scene was drawn")

    monkeypatch.setattr(compose, "render", draw)
    assert len(ready_scenes()) == len(READY)
    with pytest.raises(AssertionError, match="was drawn"):
        scene(*READY[0])
