"""The CAM board's five classes with the right one, and the pictures of the units whose terms stand side by side."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch.nn.functional as F
from torch import Tensor

import deepvis_widgets as dv
from deepvis_widgets.atlas.shipped import shipped_atlas
from deepvis_widgets.core.known_class import known_class
from deepvis_widgets.core.picture.picture import to_bytes
from deepvis_widgets.methods.class_evidence import ClassEvidence
from deepvis_widgets.widgets.cam.answers import CLASSES, Explained, Recorded
from deepvis_widgets.widgets.cam.cam_board import CamBoard
from deepvis_widgets.widgets.cam.panes import TERMS
from deepvis_widgets.widgets.kit import unit_pictures

WOLF = dv.scene("wolf", "snow", 3)
SIDE = unit_pictures.SIDE


@pytest.fixture(scope="module")
def net() -> dv.Network:
    return dv.load("husky-wolf")


@pytest.fixture
def board(net: dv.Network) -> Iterator[CamBoard]:
    made = CamBoard(net, WOLF)
    assert made.engine.idle(60)
    yield made
    made.close()


def test_the_right_class_is_marked(board: CamBoard) -> None:
    row = board.panes.classes
    wolf = board.network.class_index("wolf")
    assert [made.description for made in row.buttons if "✓" in made.description] == ["✓ wolf"]
    assert [place for place, card in enumerate(row.cards) if "dv-right" in card._dom_classes] == [
        row.classes.index(wolf)
    ]
    assert "✓ is what the picture shows: wolf" in row.title.value
    board.image = WOLF.image  # which does not say what it shows
    assert board.engine.idle(60)
    assert not any("✓" in made.description for made in row.buttons) and "✓" not in row.title.value
    assert not any("dv-right" in card._dom_classes for card in row.cards)


def test_a_right_class_that_is_none_of_the_five_stands_beside_them(net: dv.Network) -> None:
    evidence = ClassEvidence.of(net, net.view(WOLF))
    *_, second_weakest, weakest = evidence.strongest(net.classes)
    recorded = Recorded(net.view(WOLF), evidence, None, weakest)
    assert Explained.of(recorded, None).classes == [*evidence.strongest(CLASSES), weakest]
    assert Explained.of(recorded, weakest).classes == [*evidence.strongest(CLASSES), weakest]
    both = [*evidence.strongest(CLASSES - 1), second_weakest, weakest]
    assert Explained.of(recorded, second_weakest).classes == both


def test_photos_know_what_they_show_where_imagenet_has_a_name_for_it() -> None:
    net = dv.load("efficientnet_lite0", weights="random")
    found = {name: known_class(net, dv.photo(name)) for name in ("chelsea", "coffee", "rocket")}
    assert found == {"chelsea": net.class_index("tabby"), "coffee": net.class_index("espresso"), "rocket": None}
    assert known_class(dv.load("husky-wolf"), dv.photo("chelsea")) is None


def test_each_term_has_what_its_unit_wants_to_see_and_its_strongest_patch(net: dv.Network, board: CamBoard) -> None:
    atlas, terms = shipped_atlas(net), board.session.explained
    assert atlas is not None and terms is not None and terms.terms is not None
    for place, unit in enumerate(terms.terms.units[:TERMS].tolist()):
        frame = board.panes.terms.pairs[place].last("rgb")
        assert frame is not None
        shown = frame.arrays["picture"]
        patch = atlas.unit("features.relu8", unit).top[0].patch
        np.testing.assert_array_equal(shown[:, -SIDE:], to_bytes(resized(patch)))
        how = {"layer": "features.relu8", "unit": unit, "pictures": 1, "steps": unit_pictures.STEPS}
        drawn = dv.explain(net, None, "activation_maximization", **how)
        np.testing.assert_array_equal(shown[:, :SIDE], to_bytes(resized(drawn.crops[0])))  # type: ignore[attr-defined]


def test_another_page_has_the_pictures_of_its_own_units(board: CamBoard) -> None:
    terms = board.panes.terms
    first = terms.pairs[0].last("rgb")
    board.step = TERMS + 1
    assert board.engine.idle(60)
    explained = board.session.explained
    assert explained is not None and explained.terms is not None
    assert terms.pairs[0].label.startswith(f"Unit {int(explained.terms.units[TERMS])}:")
    second = terms.pairs[0].last("rgb")
    assert first is not None and second is not None
    assert not np.array_equal(first.arrays["picture"], second.arrays["picture"])
    late = unit_pictures.UnitPicture(int(explained.terms.units[0]), 0)  # of the page before
    terms.put(late)
    assert np.array_equal(second.arrays["picture"], terms.pairs[0].last("rgb").arrays["picture"])  # type: ignore[union-attr]


def resized(picture: Tensor) -> Tensor:
    made = F.interpolate(picture[None], (SIDE, SIDE), mode="bilinear", align_corners=False, antialias=True)
    return made[0].clamp(0, 1)
