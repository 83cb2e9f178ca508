"""A scene taken apart: the object over its ground, anywhere, against compositing by hand."""

from __future__ import annotations

import numpy as np
import pytest

from deepvis_widgets.zoo.moved import movable
from deepvis_widgets.zoo.scenes.compose import backdrop, cutout


def test_the_object_stands_where_its_scene_has_it() -> None:
    made = movable("car", "desert", 8)
    thing, ground = cutout("car", 8, 128), backdrop("desert", 8, 128)
    whole = np.clip(thing[:3] + (1 - thing[3:]) * ground, 0, 1)
    assert np.abs(made.picture(*made.home).numpy() - whole).max() < 0.06  # all but a thin rim of its cover


def test_elsewhere_the_ground_is_left_as_it_is() -> None:
    made = movable("leopard", "desert", 3, 0.5)
    height, width = made.size
    for row, col in ((0, 0), made.reach, (7, 11)):
        picture = made.picture(row, col)
        changed = (picture != made.ground).any(0).nonzero()
        assert (
            changed.amin(0).tolist() >= [row, col]
            and (changed.amax(0) < changed.new_tensor([row + height, col + width])).all()
        )
        inside = made.picture(row, col)[:, row : row + height, col : col + width]
        thing, behind = made.thing, made.ground[:, row : row + height, col : col + width]
        np.testing.assert_allclose(inside, (thing[:3] + (1 - thing[3:]) * behind).clamp(0, 1), atol=1e-6)


def test_a_smaller_object_keeps_its_feet_and_its_middle() -> None:
    whole, half = movable("wolf", "snow", 3), movable("wolf", "snow", 3, 0.5)
    assert half.size == tuple(round(side / 2) for side in whole.size)
    assert half.home[0] + half.size[0] == whole.home[0] + whole.size[0]
    assert abs(half.home[1] + half.size[1] / 2 - whole.home[1] - whole.size[1] / 2) <= 1


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no class 'cat'"):
        movable("cat", "snow")
