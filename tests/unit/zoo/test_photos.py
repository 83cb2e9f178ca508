"""Photos from scikit-image's wheel."""

from __future__ import annotations

import sys

import pytest
from PIL import Image

import deepvis_widgets as dv
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.zoo.photos import PHOTOS


@pytest.mark.parametrize("name", PHOTOS)
def test_a_photo_is_a_picture_in_colour(name: str) -> None:
    found = dv.photo(name)
    assert isinstance(found, Image.Image) and found.mode == "RGB" and min(found.size) >= 300
    assert len(found.getcolors(2**24) or ()) > 1000
    assert found.info["title"] == name, "menus of pictures say it"


@pytest.mark.parametrize("name", ["chelsy", "", "../chelsea", 3, ["chelsea"]])
def test_another_name_is_one_sentence(name: object) -> None:
    with pytest.raises(DeepvisError, match=r"^There is no photo .*; the photos are chelsea, .*, astronaut\.$"):
        dv.photo(name)  # type: ignore[arg-type]


def test_says_so_without_scikit_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "skimage", None)
    with pytest.raises(DeepvisError, match="scikit-image's; install it with: pip install scikit-image"):
        dv.photo("chelsea")


def test_each_names_its_source_and_licence() -> None:
    from deepvis_widgets.zoo import photos

    rows = [line for line in (photos.__doc__ or "").splitlines() if line.startswith("| ")][1:]
    assert [row.split("|")[1].strip() for row in rows] == list(PHOTOS)
    assert all(cell.strip() for row in rows for cell in row.split("|")[1:-1])
    assert all(f'"{name}"' in (dv.photo.__doc__ or "") for name in PHOTOS)
