"""The camera: which sizes it takes."""

from __future__ import annotations

from typing import Any

import pytest
import traitlets

from deepvis_widgets.widgets.views.camera import Camera


def test_a_size_is_height_and_width() -> None:
    assert Camera(size=(128, 96)).size == [128, 96]


@pytest.mark.parametrize("size", [[0, 224], [224], [1, 2, 3]])
def test_another_size_is_refused(size: Any) -> None:
    with pytest.raises(traitlets.TraitError, match="A camera's size is"):
        Camera(size=size)
