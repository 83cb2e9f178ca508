"""Pictures of any number of bands, of 8 and 16 bits and of floats: what is read, what is shown, what is fed."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.picture.bands import packed, planes
from deepvis_widgets.core.picture.picture import to_bytes
from deepvis_widgets.core.picture.preprocess import Preprocess

FIVE = ("blue", "green", "red", "near infrared", "far infrared")
MEAN, STD = (0.1, 0.2, 0.3, 0.4, 0.5), (0.5, 0.4, 0.3, 0.2, 0.1)
SIZE = (6, 8)


def preprocess(**changes: Any) -> Preprocess:
    """For a network of five bands that shows what a camera would."""
    given: dict[str, Any] = {"channels": FIVE, "shown": ("red", "green", "blue"), "mean": MEAN, "std": STD}
    return Preprocess(**{"size": SIZE, "resize": None, **given, **changes})


def levels(size: tuple[int, int] = SIZE, bands: int = 5, most: int = 60_000, dtype: Any = np.uint16) -> np.ndarray:
    return np.random.default_rng(size[0]).integers(0, most, (*size, bands)).astype(dtype)


def fed(picture: np.ndarray, low: float, high: float) -> Tensor:
    """What a network is to be fed for a picture of its own size, by hand."""
    share = ((picture.astype(np.float64) - low) / (high - low)).clip(0, 1)
    return torch.from_numpy((share - MEAN) / STD).permute(2, 0, 1).float()


@pytest.mark.parametrize(
    ("picture", "window", "ends"),
    (
        (levels(most=256, dtype=np.uint8), None, (0, 255)),
        (levels(), None, (0, 65535)),
        (levels(), (10_000, 30_000), (10_000, 30_000)),
        (levels(most=256, dtype=np.uint8), (50, 100), (50, 100)),
        (levels().astype(np.int16), (-1000, 400), (-1000, 400)),
        (levels() / 60_000, None, (0, 1)),
        ((levels() / 7).astype(np.float32), (-5.5, 4000), (-5.5, 4000)),
    ),
)
def test_a_picture_of_five_bands_is_fed_in_the_network_s_order(
    picture: Any, window: Any, ends: tuple[int, int]
) -> None:
    prepare = preprocess(window=window)
    torch.testing.assert_close(prepare(picture), fed(picture, *ends), rtol=0, atol=2e-6)
    if picture.dtype.kind == "f":
        tensor = torch.from_numpy(picture).permute(2, 0, 1)
        torch.testing.assert_close(prepare(tensor), fed(picture, *ends), rtol=0, atol=2e-6)


def test_the_colours_on_screen_are_the_bands_shown() -> None:
    picture = levels(most=256, dtype=np.uint8)
    assert np.array_equal(to_bytes(preprocess().view(picture)), picture[..., [2, 1, 0]])
    assert np.array_equal(to_bytes(preprocess(shown=None).view(picture)), picture[..., :3])
    false = preprocess(shown=("far infrared", "red", "green"))
    assert np.array_equal(to_bytes(false.view(picture)), picture[..., [4, 2, 1]])
    assert torch.equal(false(picture), preprocess()(picture))


def test_each_band_is_resized_by_itself() -> None:
    picture = levels((30, 20), most=65_536)
    view = preprocess(size=(6, 4), fit="stretch", shown=None).view(picture)
    for band in range(5):
        plane = Image.fromarray((picture[..., band] / 65535).astype(np.float32), "F")
        expected = np.asarray(plane.resize((4, 6), Image.Resampling.BILINEAR))
        np.testing.assert_allclose(view[band].numpy(), expected, rtol=0, atol=1e-6)
    assert view.unique().numel() > 100  # more than 8 bits are left
    extremes = ((levels((30, 20)) > 30_000) * 65_535).astype(np.uint16)
    sharp = preprocess(size=(60, 40), fit="stretch", interpolation="bicubic").view(extremes)
    assert float(sharp.min()) == 0 and float(sharp.max()) == 1


@pytest.mark.parametrize("bands", (1, 2, 3, 4, 7))
def test_a_view_holds_all_bands_and_at_least_three(bands: int) -> None:
    names = [f"band {number}" for number in range(bands)]
    prepare = Preprocess(SIZE, None, (0.25,) * bands, (0.5,) * bands, channels=names)
    picture = levels(bands=bands, most=256, dtype=np.uint8)
    view = prepare.view(picture)
    assert view.shape == (max(3, bands), *SIZE) and prepare.bands == max(3, bands)
    expected = (torch.from_numpy(picture / 255).permute(2, 0, 1) - 0.25) / 0.5
    torch.testing.assert_close(prepare(picture), expected.float(), rtol=0, atol=1e-6)
    assert prepare.view(view) is view


def test_a_view_is_not_windowed_again() -> None:
    prepare = preprocess(window=(0, 2))
    picture = torch.rand(5, *SIZE)
    view = prepare.view(picture)
    assert prepare.view(view.clone()).equal(view)
    torch.testing.assert_close(prepare.arranged(picture / 2), view + 0)
    torch.testing.assert_close(preprocess(window=(0, 1)).view(picture[:, :, :]), prepare.arranged(picture) + 0)


SCAN = (np.arange(48, dtype=np.uint16) * 100).reshape(SIZE)
SCANS: dict[str, Callable[[Path], Any]] = {
    "16-bit PNG": lambda folder: stored(Image.fromarray(SCAN), folder / "scan.png"),
    "16-bit TIFF": lambda folder: stored(Image.fromarray(SCAN), folder / "scan.tif"),
    "TIFF of floats": lambda folder: stored(Image.fromarray(SCAN.astype(np.float32)), folder / "scan.tiff"),
    "image of 32 bits": lambda _: Image.fromarray(SCAN.astype(np.int32)),
    "image of floats": lambda _: Image.fromarray(SCAN.astype(np.float32)),
    "array": lambda _: SCAN,
    "array of one band": lambda _: SCAN[..., None],
    "tensor": lambda _: torch.from_numpy(SCAN.astype(np.float32))[None],
    "bytes": lambda folder: stored(Image.fromarray(SCAN), folder / "scan.png").read_bytes(),
    ".npy": lambda folder: array_file(SCAN, folder / "scan.npy"),
}


def stored(image: Image.Image, path: Path) -> Path:
    image.save(path)
    return path


def array_file(array: np.ndarray, path: Path) -> Path:
    np.save(path, array)
    return path


@pytest.mark.parametrize("channels", ("L", "RGB"))
@pytest.mark.parametrize("kind", SCANS)
def test_a_window_is_linear_and_clipped(kind: str, channels: str, tmp_path: Path) -> None:
    ones = (1.0,) * len(channels)
    prepare = Preprocess(SIZE, None, (0.0,) * len(channels), ones, channels=channels, window=(1000, 3000))
    expected = torch.from_numpy(((SCAN - 1000.0) / 2000).clip(0, 1)).float().expand(len(channels), -1, -1)
    torch.testing.assert_close(prepare(SCANS[kind](tmp_path)), expected, rtol=0, atol=1e-6)
    assert "window=(1000, 3000)" in repr(prepare)


def test_pages_of_a_tiff_are_bands(tmp_path: Path) -> None:
    picture = levels()
    pages = [Image.fromarray(np.ascontiguousarray(picture[..., band])) for band in range(5)]
    pages[0].save(tmp_path / "field.tif", save_all=True, append_images=pages[1:])
    assert torch.equal(preprocess()(tmp_path / "field.tif"), preprocess()(picture))


def test_the_colours_of_a_file_are_the_bands_shown(tmp_path: Path) -> None:
    """And not the first three: a file in colours of a network that is fed blue, green, red."""
    photo = levels(bands=3, most=256, dtype=np.uint8)
    names, ones = ("blue", "green", "red"), (1.0, 1.0, 1.0)
    prepare = Preprocess(SIZE, None, (0.0,) * 3, ones, channels=names, shown=("red", "green", "blue"))
    expected = torch.from_numpy(photo / 255).permute(2, 0, 1).float()
    for source in (Image.fromarray(photo), stored(Image.fromarray(photo), tmp_path / "photo.png")):
        torch.testing.assert_close(prepare(source), expected.flip(0))
        assert np.array_equal(to_bytes(prepare.view(source)), photo)
        assert torch.equal(prepare.view(prepare.packed(source)), prepare.view(source))
    torch.testing.assert_close(prepare(photo), expected)


def test_named_bands_are_not_made_of_others() -> None:
    three = preprocess(channels=FIVE[:3], shown=None, mean=MEAN[:3], std=STD[:3])
    one = Preprocess(SIZE, None, (0.5,), (0.5,), channels=("infrared",))
    with pytest.raises(DeepvisError, match="has 1 band and the network takes 3"):
        three.view(levels(bands=1))
    with pytest.raises(DeepvisError, match="has 3 bands and the network takes 1"):
        one.view(Image.new("RGB", SIZE))
    clear = Image.fromarray(levels(bands=4, most=256, dtype=np.uint8), "RGBA")
    four = preprocess(channels=FIVE[:4], shown=None, mean=MEAN[:4], std=STD[:4])
    assert torch.equal(four(clear), four(np.asarray(clear)))


def test_a_photo_is_turned_upright(tmp_path: Path) -> None:
    photo, turned = Image.fromarray(levels((20, 30), bands=3, most=256, dtype=np.uint8)), Image.Exif()
    turned[0x0112] = 6
    photo.save(tmp_path / "photo.png", exif=turned)
    windowed = Preprocess((30, 20), None, (0.5,) * 3, (0.5,) * 3, window=(0, 255))
    plain = Preprocess((30, 20), None, (0.5,) * 3, (0.5,) * 3)
    torch.testing.assert_close(windowed(tmp_path / "photo.png"), plain(tmp_path / "photo.png"))


def test_colours_are_made_grey_and_grey_is_made_colours() -> None:
    photo = levels(bands=3, most=256, dtype=np.uint8)
    luma = (photo / 255) @ (0.299, 0.587, 0.114)
    torch.testing.assert_close(planes(photo, 1, None)[0], torch.from_numpy(luma).float())
    assert torch.equal(planes(photo[..., 0], 3, None), planes(photo[..., [0, 0, 0]], 3, None))
    clear = Image.fromarray(photo).convert("RGBA")
    assert torch.equal(planes(clear, 3, None), planes(photo, 3, None))
    clear.putalpha(0)
    assert float(planes(clear, 1, None).min()) == pytest.approx(1)


def test_16_bits_need_no_window() -> None:
    photo = levels(bands=3)
    plain = Preprocess(SIZE, None, (0.0,) * 3, (1.0,) * 3)
    torch.testing.assert_close(plain(photo), torch.from_numpy(photo / 65535).permute(2, 0, 1).float())


def test_what_is_packed_is_read_alike() -> None:
    prepare = preprocess(window=(0, 40_000))
    for picture in (levels(), torch.rand(5, *SIZE) * 50_000):
        assert torch.equal(prepare.view(prepare.packed(picture)), prepare.view(picture))
    assert Preprocess().packed(levels(bands=3, most=256, dtype=np.uint8)) is None
    assert np.array_equal(np.load(io.BytesIO(packed(levels(), 5))), levels())
    with pytest.raises(DeepvisError, match="view is no picture"):
        prepare.packed(prepare.view(levels()))


def test_a_mask_is_fitted_as_the_picture_is() -> None:
    mask = np.zeros((12, 30, 3), np.uint8)
    mask[:, 16:] = 255
    assert preprocess(window=(0, 9)).mask(mask).sum(1).tolist() == [4] * 6
    assert preprocess().extent(levels((12, 30))) == (12, 30)


@pytest.mark.parametrize(
    ("picture", "said"),
    (
        (levels(bands=3), "has 3 bands and the network takes 5; give a float tensor"),
        (levels(bands=1)[..., 0], "has 1 band and the network takes 5"),
        (torch.rand(4, 8, 8), "has 4 bands"),
        (levels().astype(np.int32), "outside \\[0, 1\\]; give the range that is seen.*window="),
        (torch.rand(5, 8, 8) * 3, "outside \\[0, 1\\]"),
        (torch.full((5, 8, 8), torch.nan), "NaN or infinity"),
        (np.zeros((2, 2, 2, 2)), "not a picture of bands"),
        (np.zeros((8, 8, 5), complex), "not a picture of bands"),
        (torch.rand(5, 8), "not a picture; accepted is"),
        (Path("nowhere.npy"), "cannot be read"),
        (b"\x93NUMPY, or so", "npy file cannot be read"),
        ("nowhere.tif", "There is no file"),
        (None, "NoneType is not a picture"),
    ),
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_picture_that_does_not_fit_is_refused(picture: Any, said: str) -> None:
    with pytest.raises(DeepvisError, match=said):
        preprocess().view(picture)


@pytest.mark.parametrize(
    ("wrong", "said"),
    (
        ({"channels": "BGR"}, "channels="),
        ({"channels": ("a", "a", "b", "c", "d")}, "channels="),
        ({"channels": ()}, "channels="),
        ({"channels": FIVE[:4]}, "one number per channel, 4"),
        ({"channels": "RGB", "shown": None}, "one number per channel, 3 for"),
        ({"shown": ("red", "green")}, "shown="),
        ({"shown": ("red", "green", "green")}, "shown="),
        ({"shown": ("red", "green", "violet")}, "shown="),
        ({"channels": "RGB", "shown": ("B", "G", "R"), "mean": MEAN[:3], "std": STD[:3]}, "shown="),
        ({"window": (3, 3)}, "window="),
        ({"window": (1, 2, 3)}, "window="),
        ({"window": (0, float("nan"))}, "window="),
    ),
    ids=str,
)
def test_settings_of_bands_that_make_no_sense_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(DeepvisError, match=said):
        preprocess(**wrong)
