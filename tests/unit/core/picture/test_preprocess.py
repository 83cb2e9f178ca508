"""The picture a network sees is, to the byte, the one torchvision's presets make."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torchvision import models
from torchvision.transforms import functional as TF

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.picture.picture import to_bytes
from deepvis_widgets.core.picture.preprocess import Preprocess, understand
from deepvis_widgets.zoo.torchvision_models import preprocess_of

SIZES = ((300, 200), (257, 511), (31, 77), (640, 333), (224, 300), (225, 225), (1, 9), (256, 256))
PRESETS = ("ResNet18_Weights", "EfficientNet_B0_Weights", "Inception_V3_Weights", "ConvNeXt_Tiny_Weights")


def photo(size: tuple[int, int]) -> Image.Image:
    noise = np.random.default_rng(size[0]).integers(0, 256, (size[1] // 3 + 1, size[0] // 3 + 1, 3), np.uint8)
    return Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", PRESETS)
def test_equals_torchvision_s_presets(name: str, size: tuple[int, int]) -> None:
    preset = getattr(models, name).DEFAULT.transforms()
    image, ours = photo(size), understand(preset)
    resized = TF.resize(image, preset.resize_size, preset.interpolation)
    expected = np.asarray(TF.center_crop(resized, preset.crop_size))
    assert np.array_equal(to_bytes(ours.view(image)), expected)
    torch.testing.assert_close(ours(image), preset(image), rtol=0, atol=1e-6)


def test_what_the_network_sees_is_left_alone() -> None:
    exact = photo((224, 224))
    assert np.array_equal(to_bytes(Preprocess().view(exact)), np.asarray(exact))


def test_crop_that_just_fits_and_stretch() -> None:
    image = photo((90, 60))
    fits = to_bytes(Preprocess((30, 30), None).view(image))
    scaled = image.resize((45, 30), Image.Resampling.BILINEAR)
    assert np.array_equal(fits, np.asarray(scaled.crop((8, 0, 38, 30))))
    stretched = to_bytes(Preprocess((30, 40), fit="stretch").view(image))
    assert np.array_equal(stretched, np.asarray(image.resize((40, 30), Image.Resampling.BILINEAR)))


def test_rows_are_rows() -> None:
    tall = Preprocess((40, 20), None).view(photo((200, 100)))
    assert tall.shape == (3, 40, 20)


def test_normalisation_by_hand() -> None:
    view = torch.tensor([0.2, 0.4, 0.6]).view(3, 1, 1)
    fed = Preprocess((1, 1), None, (0.1, 0.2, 0.3), (0.5, 0.25, 0.1)).normalize(view)
    torch.testing.assert_close(fed.flatten(), torch.tensor([0.2, 0.8, 3.0]))
    grey = Preprocess((1, 1), None, (0.5,), (0.5,)).normalize(view)
    torch.testing.assert_close(grey.flatten(), torch.tensor([(0.299 * 0.2 + 0.587 * 0.4 + 0.114 * 0.6 - 0.5) / 0.5]))


def own(image: Image.Image, size: tuple[int, int] = (20, 30), grey: bool = False) -> Tensor:
    """A user's callable; grey: one channel."""
    image = image.convert("L" if grey else "RGB").resize(size[::-1])
    tensor = TF.to_tensor(image)
    mean, std = ((0.4,), (0.2,)) if grey else ((0.1, 0.2, 0.3), (0.5, 0.25, 0.1))
    return TF.normalize(tensor, mean, std)


@pytest.mark.parametrize("grey", (False, True))
def test_a_callable_is_probed(grey: bool) -> None:
    call = partial(own, grey=grey)
    probed, image = understand(call), photo((77, 55))
    assert probed.size == (20, 30) and len(probed.mean) == (1 if grey else 3)
    torch.testing.assert_close(probed(image), call(image), rtol=0, atol=1e-4)
    seen = to_bytes(probed.view(image)).astype(int)
    expected = np.asarray(image.convert("L" if grey else "RGB").resize((30, 20)).convert("RGB")).astype(int)
    assert np.abs(seen - expected).max() <= 1
    assert torch.equal(probed.view(probed.view(image)), probed.view(image))


def test_numpy_callables_are_accepted() -> None:
    probed = understand(lambda image: own(image).numpy())
    assert probed.view(photo((50, 50))).shape == (3, 20, 30)


def test_a_callable_that_gives_two_sizes_is_refused() -> None:
    probed = understand(lambda image: TF.to_tensor(image) if image.size != (50, 40) else TF.to_tensor(image)[:, :9])
    with pytest.raises(DeepvisError, match="one size"):
        probed.view(photo((50, 40)))


@pytest.mark.parametrize(
    "wrong",
    (
        {"size": 224},
        {"size": (0, 3)},
        {"size": (2.5, 3)},
        {"fit": "squeeze"},
        {"interpolation": "best"},
        {"mean": (0.5, 0.5)},
        {"mean": (0.5,), "std": (0.1, 0.1, 0.1)},
        {"std": (0.0, 1.0, 1.0)},
    ),
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(DeepvisError, match="accepted|must"):
        Preprocess(**wrong)


def test_settings_are_taken_as_they_are() -> None:
    given = Preprocess((8, 8))
    assert understand(None) == Preprocess() and understand(given) is given


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_read_where_networks_are_loaded_by_name(name: str) -> None:
    preset = getattr(models, name).DEFAULT.transforms()
    read, image = preprocess_of(preset), photo((300, 200))
    assert type(read) is Preprocess and torch.equal(read(image), preset(image))
    exact = photo(read.size[::-1])
    assert np.array_equal(to_bytes(read.view(exact)), np.asarray(exact))
