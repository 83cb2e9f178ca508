"""The Explorer on networks of five bands, and with a preprocessing of the user's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.fills import fill_picture, occlude
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.methods import explain
from deepvis_widgets.widgets.explorer.explorer import Explorer
from deepvis_widgets.widgets.explorer.panes import remark
from tests.small_nets import Plain, seeded

SIDE = 32
BANDS = ("blue", "green", "red", "near", "far")
FIVE = Preprocess((SIDE, SIDE), None, (0.2,) * 5, (0.1,) * 5, channels=BANDS, shown=BANDS[2::-1], window=(0, 510))


def flipped(image: Image.Image) -> np.ndarray:
    """Mirrored, and in the order BGR."""
    return np.asarray(image.resize((SIDE, SIDE)), np.float32)[:, ::-1, ::-1].transpose(2, 0, 1) / 128 - 1


def photo(bands: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, bands), np.uint8)


CASES: dict[str, tuple[Any, np.ndarray, np.ndarray]] = {
    "five bands": (FIVE, photo(5).astype(np.uint16) * 2, photo(5)[..., 2::-1]),
    "own way": (flipped, photo(3), photo(3)[:, ::-1]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_drag_answers_for_all_that_the_network_is_fed(case: str) -> None:
    preprocess, picture, seen = CASES[case]
    net = Network(seeded(Plain(picture.shape[2])), preprocess)
    explorer = Explorer(net, picture)
    try:
        assert explorer.session.idle(60)
        stage = explorer.panes.stage
        frame = stage.port.last("picture")
        assert frame is not None and np.array_equal(frame.arrays["picture"], seen)
        explorer.occluder = (4, 5, 9, 10)
        explorer.tiles, explorer.method = "gradient", "grad_cam"
        assert explorer.session.idle(60)
        view = net.view(picture)
        covered = occlude(view, fill_picture(view, "grey"), (4, 5, 9, 10))
        bars = explorer.panes.bars.port.last("values")
        assert bars is not None
        expected = net.probabilities(covered[None])[0].sort().values
        np.testing.assert_allclose(np.sort(bars.arrays["values"]), expected.numpy(), rtol=1e-4)
        overlay, explained = stage.port.last("overlay"), explain(net, covered, "grad_cam")
        assert overlay is not None and isinstance(explained, HeatMap) and explained.coarse is not None
        low, high = overlay.meta["lo"], overlay.meta["hi"]
        found = low + (high - low) * overlay.arrays["values"].astype(float) / 255
        np.testing.assert_allclose(found, explained.coarse.numpy(), atol=0.01 * float(explained.coarse.max()))
        assert stage.port.values.get("notice", "") == ""
    finally:
        explorer.close()


def test_a_window_is_read_beside_the_picture() -> None:
    net = Network(seeded(Plain(5)), FIVE)
    assert remark(net, None).endswith("red, green, blue shown · 0 is black, 510 white")


def test_a_picture_of_other_bands_is_one_sentence() -> None:
    net = Network(seeded(Plain(5)), FIVE)
    with pytest.raises(DeepvisError, match="has 3 bands and the network takes 5"):
        Explorer(net, torch.rand(3, SIDE, SIDE))
