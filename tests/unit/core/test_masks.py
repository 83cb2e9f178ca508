"""The mask that a picture brings, where it may be missing or out of sight."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.masks import known_mask, mask_view
from deepvis_widgets.zoo.load import load
from deepvis_widgets.zoo.scenes import scene


def test_a_known_mask_is_the_one_that_the_picture_brings() -> None:
    network, picture = load("husky-wolf"), scene("wolf", "snow", 3)
    found, expected = known_mask(network, picture), mask_view(network, picture)
    assert found is not None and expected is not None and bool((found == expected).all())
    assert known_mask(network, picture.image) is None


def test_a_mask_of_which_nothing_is_seen_is_none() -> None:
    network, picture = load("husky-wolf"), scene("wolf", "snow", 3)
    unseen = replace(picture, mask=np.zeros_like(picture.mask))
    with pytest.raises(DeepvisError, match="marks nothing"):
        mask_view(network, unseen)
    assert known_mask(network, unseen) is None
