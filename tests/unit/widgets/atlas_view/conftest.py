"""An atlas of a small network for the tests of what shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

import deepvis_widgets as dv
from tests.unit.atlas.small import draw_pictures, small_network


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of pictures, and an atlas of the small network over it."""
    place = tmp_path_factory.mktemp("atlas")
    folder = draw_pictures(place / "pictures", 24)
    dv.Atlas.build(small_network(), folder, place / "atlas", workers=0, quiet=True)
    return folder, place / "atlas"
