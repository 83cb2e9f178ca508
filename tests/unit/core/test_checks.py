"""Checks of what a caller gave."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepvis_widgets.core.checks import one_of, whole
from deepvis_widgets.core.errors import DeepvisError


def test_whole_numbers_of_every_kind() -> None:
    assert [whole(value) for value in (3, np.int64(3), np.uint8(3), torch.tensor(3))] == [3] * 4
    assert [whole(value) for value in (3.0, True, False, "3", None, (3,))] == [None] * 6


def test_one_of_those_accepted() -> None:
    assert one_of("fit", "crop", ("crop", "stretch")) == "crop"
    assert one_of("bins", 8, (4, 8)) == 8
    with pytest.raises(DeepvisError) as caught:
        one_of("fit", "squeeze", ("crop", "stretch"))
    assert str(caught.value) == "fit='squeeze' is not accepted; accepted: crop, stretch."
    with pytest.raises(DeepvisError) as caught:
        one_of("bins", 5, (4, 8), by="mine")
    assert str(caught.value) == "bins=5 is not accepted by mine; accepted: 4, 8."
