"""One explanation scored: the mask goes where the picture goes, and what does not fit is told in a sentence."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torchvision.transforms import v2

import deepvis_widgets as dv
from deepvis_widgets.core.errors import Cancelled, DeepvisError
from deepvis_widgets.core.masks import mask_view
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.scores import SCORES, curves, mass, measure, pointing
from tests.families import make, network, picture
from tests.untouched import Untouched


def disc(height: int, width: int) -> np.ndarray:
    rows, cols = np.mgrid[:height, :width]
    return np.hypot(rows - 0.45 * height, cols - 0.6 * width) < 0.25 * min(height, width)


def as_picture(mask: np.ndarray) -> Image.Image:
    """A picture in which the object itself is white and everything else black."""
    return Image.fromarray(np.repeat(mask[:, :, None], 3, 2).astype(np.uint8) * 255)


def cropping(image: Image.Image) -> Tensor:
    """A preprocessing of a user's own: cuts off the left third, then resizes."""
    left = image.width // 3
    kept = image.crop((left, 0, image.width, image.height)).resize((24, 24), Image.Resampling.BICUBIC)
    return v2.functional.normalize(v2.functional.to_dtype(v2.functional.pil_to_tensor(kept), scale=True), [0.4], [0.3])


WAYS = {
    "crop": Preprocess((24, 24), None),
    "resize and crop": Preprocess((24, 24), 40),
    "stretch": Preprocess((24, 24), None, fit="stretch"),
    "a callable": cropping,
}


@pytest.mark.parametrize("size", ((50, 80), (90, 30), (24, 24), (24, 60)))
@pytest.mark.parametrize("way", WAYS)
def test_the_mask_lies_where_the_object_is_seen(way: str, size: tuple[int, int]) -> None:
    net = Network(make("plain"), WAYS[way])
    mask = disc(*size)
    white = net.view(as_picture(mask))[0]
    seen = mask_view(net, as_picture(mask), mask)
    assert seen is not None and seen.dtype == torch.bool and tuple(seen.shape) == net.size
    assert torch.equal(seen, white >= 0.5) and 0 < int(seen.sum()) < seen.numel()


def test_a_mask_of_the_view_is_taken_as_it_is() -> None:
    net, view_mask = network("plain"), disc(24, 24)
    seen = mask_view(net, Image.new("RGB", (60, 90)), torch.from_numpy(view_mask))
    assert seen is not None and np.array_equal(seen.numpy(), view_mask)


def test_a_scene_brings_its_mask_also_to_a_network_of_another_size() -> None:
    scene = dv.scene("wolf", "snow", 3)
    net = Network(make("plain"), Preprocess((24, 24), None))
    seen = mask_view(net, scene)
    assert seen is not None
    assert float(seen.float().mean()) == pytest.approx(float(scene.mask.mean()), abs=0.03)
    assert mask_view(net, scene.image) is None


@pytest.mark.parametrize(
    ("mask", "sentence"),
    [
        (np.ones((50, 79), dtype=bool), "The mask is 50×79 and the picture 50×80; give a mask of the picture's size"),
        (np.ones((50, 80)), "An array of float64 with shape .50, 80. is not a mask; accepted is bool"),
        (np.ones((50, 80, 3), dtype=bool), "is not a mask"),
        (np.zeros((50, 80), dtype=bool), "The mask marks nothing in the part of the picture that the network sees"),
        (None, "pointing and mass need the mask of the object; give mask="),
    ],
)
def test_a_mask_that_does_not_fit_is_refused(mask: Any, sentence: str) -> None:
    net = Network(make("plain"), Preprocess((24, 24), None))
    with pytest.raises(DeepvisError, match=sentence):
        dv.score(net, Image.new("RGB", (80, 50)), "gradient", mask=mask)


def test_an_object_outside_the_crop_is_refused() -> None:
    mask = np.zeros((24, 80), dtype=bool)
    mask[:, :8] = True
    with pytest.raises(DeepvisError, match="marks nothing in the part of the picture"):
        dv.score(network("plain"), Image.new("RGB", (80, 24)), "gradient", mask=mask)


def test_the_scores_are_those_of_the_explanation() -> None:
    net, mask = network("plain"), disc(24, 24)
    found = dv.score(net, picture(24), "occlusion", mask=mask, target="class 2", window=8, stride=4)
    heat = dv.explain(net, picture(24), "occlusion", target=2, window=8, stride=4).heatmap
    drawn = curves(net, picture(24), heat, 2)
    assert found == {
        "pointing": float(pointing(heat, torch.from_numpy(mask))),
        "mass": mass(heat, torch.from_numpy(mask)),
        "insertion": drawn.insertion_area,
        "deletion": drawn.deletion_area,
    }
    assert tuple(found) == SCORES


def test_no_target_is_the_top_class() -> None:
    net = network("crafty")
    top = int(net.logits(picture(24)[None]).argmax())
    given = {"scores": ("insertion", "deletion")}
    assert dv.score(net, picture(24), "gradient", **given) == dv.score(
        net, picture(24), "gradient", target=top, **given
    )
    assert dv.score(net, picture(24), "gradient", **given) != dv.score(
        net, picture(24), "gradient", target=(top + 1) % net.classes, **given
    )


def test_only_what_is_asked_is_computed(monkeypatch: Any) -> None:
    monkeypatch.setattr(import_module("deepvis_widgets.scores.score"), "curves", None)
    assert list(dv.score(network("plain"), picture(24), "gradient", mask=disc(24, 24), scores=["mass"])) == ["mass"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"scores": ["luck"]}, "accepted: a list of pointing, mass, insertion, deletion"),
        ({"scores": []}, "accepted: a list of"),
        ({"scores": "mass"}, "accepted: a list of"),
        ({"method": "activation_maximization"}, "gives pictures of its own, and scores are of heat maps only"),
        ({"method": "voodoo"}, 'There is no method "voodoo"'),
        ({"target": "unicorn"}, 'There is no class "unicorn"'),
        ({"size": 3}, 'gradient has no parameter "size"'),
        ({"network": torch.nn.Identity()}, "A Identity is not a deepvis network"),
    ],
)
def test_what_cannot_be_scored_is_refused(asked: dict[str, Any], sentence: str) -> None:
    given = {"network": network("plain"), "method": "gradient", "mask": disc(24, 24)} | asked
    with pytest.raises(DeepvisError, match=sentence):
        dv.score(given.pop("network"), picture(24), given.pop("method"), **given)


def test_a_finished_map_needs_its_mask_too() -> None:
    net = network("plain")
    found = dv.explain(net, picture(24), "gradient", target=1)
    with pytest.raises(DeepvisError, match="mass need the mask"):
        measure(net, found, 1, scores=["mass"])
    assert measure(net, found, 1, torch.from_numpy(disc(24, 24)), ["mass"])["mass"] > 0


@pytest.mark.parametrize("at", (1, 2, 4))
def test_the_model_is_left_alone_when_cancelled_half_way(at: int) -> None:
    net = network("training")
    before = Untouched(net.module)
    shares: list[float] = []

    def report(fraction: float, partial: Any = None) -> None:
        shares.append(fraction)
        if len(shares) == at:
            raise Cancelled

    with pytest.raises(Cancelled):
        dv.score(net, picture(24), "occlusion", mask=disc(24, 24), window=4, stride=2, report=report)
    before.check()
    assert shares == sorted(shares)
