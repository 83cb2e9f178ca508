"""The plate: which rows there are, that every picture is the ascent's own, and one PNG of all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import deepvis_widgets as dv
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods.synthesis import Ascent
from deepvis_widgets.methods.synthesis.plate import Drawn, plate, plate_params, plate_rows
from deepvis_widgets.methods.synthesis.plate_image import plate_image
from tests.small_nets import Plain
from tests.untouched import Untouched

SIDE = 24


def network() -> Network:
    torch.manual_seed(0)
    return Network(Plain(), Preprocess((SIDE, SIDE), None), labels=list("abcde"))


def dense() -> Network:
    torch.manual_seed(0)
    made = nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(4 * 11 * 11, 9),
        nn.ReLU(),
        nn.Linear(9, 5),
    )
    return Network(made, Preprocess((SIDE, SIDE), None))


def test_rows_see_more_and_more_up_to_the_classes() -> None:
    rows = plate_rows(network())
    assert [row.layer for row in rows] == ["features.1", "features.4", None]
    assert [row.size for row in rows] == [(3, 3), (8, 8), (SIDE, SIDE)]
    assert rows[0].channels == (0, 2, 4) and rows[2].words == ("a", "b", "d")


def test_hidden_linear_layers_have_rows() -> None:
    rows = plate_rows(dense(), units=2)
    assert [(row.layer, row.size) for row in rows] == [("1", (3, 3)), ("5", (SIDE, SIDE)), (None, (SIDE, SIDE))]
    made = plate(dense(), ["5"], units={"5": [8]}, runs=2, steps=3)
    assert made.pictures[0, 0].shape == (2, 3, SIDE, SIDE) and made.pictures[0, 0].std() > 0


def test_every_picture_is_that_of_the_ascent_and_the_network_is_left_alone() -> None:
    net = network()
    told: list[tuple[float, object | None]] = []
    before = Untouched(net.module)
    made = plate(
        net,
        ["features.4", "classes"],
        units={"features.4": [1, 6]},
        runs=2,
        steps=4,
        seed=3,
        report=lambda fraction, partial=None: told.append((fraction, partial)),
    )
    before.check()
    assert [row.channels for row in made.rows] == [(1, 6), (0, 1, 3)]
    params = plate_params(2, steps=4, seed=3)
    for (i, j), pictures in made.pictures.items():
        ascent = Ascent(net, made.rows[i].target(j), params)
        while not ascent.done:
            ascent.step()
        top, left, height, width = ascent.frame.box
        assert torch.equal(pictures, ascent.pictures()[..., top : top + height, left : left + width])
    finished = [(part.row, part.place) for _, part in told if isinstance(part, Drawn) and part.done]
    assert finished == [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)] and told[-1][0] == 1.0


def test_the_sheet_holds_every_picture_at_its_true_size(tmp_path: Path) -> None:
    made = plate(network(), ["features.1", "features.4"], units=1, runs=4, steps=2)
    made.save(tmp_path / "plate.png")
    page = np.asarray(Image.open(tmp_path / "plate.png"))
    assert np.array_equal(page, np.asarray(made.image()))
    for scale in (1, 3):
        page = np.asarray(made.image(scale))
        for pictures in made.pictures.values():
            for picture in pictures:
                wanted = (picture * 255).round().permute(1, 2, 0).numpy().astype(np.uint8)
                assert found(page, wanted.repeat(scale, 0).repeat(scale, 1))


def found(page: np.ndarray, part: np.ndarray) -> bool:
    """Whether a picture stands somewhere on the page, pixel for pixel."""
    height, width = part.shape[:2]
    starts = np.argwhere((page[: len(page) - height + 1, : page.shape[1] - width + 1] == part[0, 0]).all(2))
    return any(np.array_equal(page[top : top + height, left : left + width], part) for top, left in starts)


def test_missing_pictures_leave_their_room() -> None:
    there = plate_image([("conv", (4, 6), [("a", torch.zeros(3, 3, 4, 6)), ("b", torch.zeros(3, 3, 4, 6))])], 3, 8)
    half = plate_image([("conv", (4, 6), [("a", torch.zeros(3, 3, 4, 6)), ("b", None)])], 3, 8)
    assert there.size == half.size and there.tobytes() != half.tobytes()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"layers": []}, "layers is empty"),
        ({"layers": ["nowhere"]}, "nowhere"),
        ({"units": 0}, "units=0 is not accepted"),
        ({"units": True}, "units=True is not accepted"),
        ({"units": {"features.4": [99]}}, "99"),
        ({"units": {"classes": [99]}}, "99"),
        ({"runs": 17}, "pictures=17 is not accepted by plate"),
        ({"pictures": 2}, "give runs="),
        ({"speed": 2}, 'plate has no parameter "speed"'),
    ],
)
def test_what_does_not_exist_is_refused_in_a_sentence(arguments: dict[str, object], sentence: str) -> None:
    with pytest.raises(DeepvisError, match=".*" + sentence.replace("(", r"\(")):
        dv.plate(network(), **arguments)  # type: ignore[arg-type]


def test_where_nothing_can_be_written_one_sentence_says_so(tmp_path: Path) -> None:
    made = plate(network(), ["features.1"], units=1, runs=1, steps=1)
    with pytest.raises(DeepvisError, match="cannot be written"):
        made.save(tmp_path / "nowhere" / "plate.png")
