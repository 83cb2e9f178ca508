"""Whatever file or object a user hands over becomes the right pixels, or one clear sentence."""

from __future__ import annotations

import io
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.picture.picture import LONGEST, to_bytes, to_pil, to_tensor
from deepvis_widgets.core.picture.preprocess import Preprocess

SENTENCE = re.compile(r"^[^\n]{15,400}\.$")
PIXELS = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [10, 20, 30]], [[1, 2, 3], [250, 251, 252]]], np.uint8)


def file(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def levels(source: Any) -> np.ndarray:
    return to_bytes(to_tensor(source))


def refusal(source: Any) -> str:
    with pytest.raises(DeepvisError) as caught:
        to_tensor(source)
    assert SENTENCE.match(str(caught.value)), str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("format", ("PNG", "BMP", "TIFF", "WEBP", "GIF"))
def test_lossless_files_keep_every_pixel(tmp_path: Path, format: str) -> None:
    path = tmp_path / f"picture.{format.lower()}"
    options = {"lossless": True} if format == "WEBP" else {}
    path.write_bytes(file(Image.fromarray(PIXELS), format, **options))
    for source in (path, str(path), path.read_bytes(), memoryview(path.read_bytes())):
        assert np.array_equal(levels(source), PIXELS)


def test_arrays_tensors_and_pil_agree() -> None:
    tensor = torch.from_numpy(PIXELS).permute(2, 0, 1) / 255
    for source in (PIXELS, Image.fromarray(PIXELS), tensor, tensor.double(), PIXELS[:, ::-1][:, ::-1]):
        assert np.array_equal(levels(source), PIXELS)
    assert to_tensor(PIXELS).dtype == torch.float32


def test_bytes_survive_the_round_trip() -> None:
    every = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, 2)
    assert np.array_equal(levels(to_pil(to_tensor(every))), every)


def test_grey() -> None:
    grey = PIXELS[..., 0]
    expected = grey[..., None].repeat(3, 2)
    for source in (grey, grey[..., None], Image.fromarray(grey), torch.from_numpy(grey)[None] / 255):
        assert np.array_equal(levels(source), expected)


def test_black_and_white() -> None:
    bits = Image.fromarray(np.array([[True, False]]))
    assert bits.mode == "1" and np.array_equal(levels(bits), [[[255] * 3, [0] * 3]])


def test_palette_and_its_transparency() -> None:
    palette = Image.new("P", (2, 1))
    palette.putpalette([200, 10, 20, 30, 40, 50])
    palette.putdata([0, 1])
    assert np.array_equal(levels(file(palette)), [[[200, 10, 20], [30, 40, 50]]])
    assert np.array_equal(levels(file(palette, transparency=1)), [[[200, 10, 20], [255, 255, 255]]])


def test_alpha_is_laid_over_white() -> None:
    rgba = np.array([[[100, 0, 0, 255], [100, 0, 0, 0], [0, 0, 0, 51]]], np.uint8)
    for source in (rgba, Image.fromarray(rgba), file(Image.fromarray(rgba))):
        assert np.array_equal(levels(source), [[[100, 0, 0], [255, 255, 255], [204, 204, 204]]])
    grey_alpha = Image.fromarray(np.array([[[7, 255], [7, 0]]], np.uint8), "LA")
    assert np.array_equal(levels(grey_alpha), [[[7] * 3, [255] * 3]])


def test_cmyk() -> None:
    inks = Image.new("CMYK", (1, 1), (0, 255, 255, 0))
    assert np.array_equal(levels(inks), [[[255, 0, 0]]])
    red = levels(file(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG"))
    assert np.abs(red.astype(int) - [254, 0, 0]).max() <= 3


def test_sixteen_bits_are_scaled_not_clipped(tmp_path: Path) -> None:
    deep = np.array([[0, 257, 257 * 128, 65535]], np.uint16)
    expected = np.array([[0, 1, 128, 255]])[..., None].repeat(3, 2)
    path = tmp_path / "deep.png"
    Image.fromarray(deep).save(path)
    assert np.array_equal(levels(path), expected)
    Image.fromarray(deep).save(tmp_path / "deep.tiff")
    assert np.array_equal(levels(tmp_path / "deep.tiff"), expected)
    assert np.array_equal(levels(Image.fromarray(deep.astype(np.int32))), expected)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_set_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = levels(file(Image.fromarray(PIXELS), "PNG", exif=exif))
    expected = {
        1: PIXELS, 2: PIXELS[:, ::-1], 3: PIXELS[::-1, ::-1], 4: PIXELS[::-1],
        5: PIXELS.swapaxes(0, 1), 6: np.rot90(PIXELS, -1), 7: PIXELS[::-1, ::-1].swapaxes(0, 1), 8: np.rot90(PIXELS),
    }[orientation]  # fmt: skip
    assert np.array_equal(turned, expected)


def test_one_pixel() -> None:
    one = np.array([[[9, 8, 7]]], np.uint8)
    assert np.array_equal(levels(one), one)
    view = Preprocess().view(one)
    assert view.shape == (3, 224, 224) and np.array_equal(to_bytes(view), np.broadcast_to(one, (224, 224, 3)))


@pytest.mark.parametrize("format", ("PNG", "JPEG"))
def test_twelve_thousand_pixels_wide(format: str) -> None:
    wide = Image.new("RGB", (12_000, 30), (0, 0, 200))
    wide.paste((200, 0, 0), (0, 0, 6_000, 30))
    tensor = to_tensor(file(wide, format))
    assert tensor.shape[2] == LONGEST and tensor.shape[1] == 10
    found = to_bytes(tensor).astype(int)
    assert np.abs(found[5, 100] - [200, 0, 0]).max() < 4 and np.abs(found[5, -100] - [0, 0, 200]).max() < 4


@pytest.mark.parametrize("mode", ("I;16", "P", "L", "RGBA", "CMYK", "1"))
def test_huge_pictures_of_every_mode(mode: str) -> None:
    size = (LONGEST + 900, 8)
    image = Image.new(mode, size, 65535) if mode == "I;16" else Image.new("L", size, 255).convert(mode)
    assert (to_tensor(image) > 0.99).all() and to_tensor(image).shape[2] == LONGEST


def test_a_strip_is_cropped_without_making_it_enormous(monkeypatch: pytest.MonkeyPatch) -> None:
    strip = np.zeros((1, 4000, 3), np.uint8)
    strip[0, 1999:2001] = (50, 100, 150)
    sizes: list[tuple[int, int]] = []
    resize = Image.Image.resize

    def listed(self: Image.Image, size: tuple[int, int], *args: Any, **kwargs: Any) -> Image.Image:
        sizes.append(size)
        return resize(self, size, *args, **kwargs)

    monkeypatch.setattr(Image.Image, "resize", listed)
    view = to_bytes(Preprocess().view(strip))
    assert np.array_equal(view, np.broadcast_to(np.array([50, 100, 150]), (224, 224, 3)))
    assert max(wide * high for wide, high in sizes) <= 224 * 224


def test_the_strip_s_way_gives_the_same_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (50, 333, 3), np.uint8)
    usual = to_bytes(Preprocess((40, 48), 64).view(noise)).astype(int)
    monkeypatch.setattr("deepvis_widgets.core.picture.preprocess.MOST_RESIZED", 1)
    assert np.abs(to_bytes(Preprocess((40, 48), 64).view(noise)).astype(int) - usual).max() <= 1


def test_the_caller_s_image_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    path.write_bytes(file(Image.new("RGB", (9000, 16), "red"), "JPEG"))
    with Image.open(path) as image:
        to_tensor(image)
        assert image.size == (9000, 16) and image.mode == "RGB"


def test_arrays_and_tensors_are_not_shared() -> None:
    array, tensor = PIXELS.copy(), torch.full((3, 2, 2), 0.5)
    to_tensor(array).zero_()
    to_tensor(tensor).zero_()
    assert np.array_equal(array, PIXELS) and (tensor == 0.5).all()


# --- what is refused ---


def test_missing_folder_and_empty(tmp_path: Path) -> None:
    assert "no file" in refusal(tmp_path / "nothing.png")
    assert "no file" in refusal(tmp_path / "nothing.png" / "inside.png")
    assert "folder" in refusal(tmp_path)
    (tmp_path / "empty.png").touch()
    assert "empty" in refusal(tmp_path / "empty.png")
    assert refusal("x" * 5000)
    assert refusal(b"")


def test_not_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "notes.png"
    path.write_text("these are notes")
    assert "not a picture" in refusal(path) and "notes.png" in refusal(path)


@pytest.mark.parametrize("format", ("JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP"))
def test_a_truncated_file(format: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    whole = file(Image.fromarray(noise), format)
    assert "damaged" in refusal(whole[: len(whole) // 2]) or "not a picture" in refusal(whole[: len(whole) // 2])


@pytest.mark.parametrize("format", ("JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP"))
def test_damaged_files_never_end_in_a_traceback(format: str) -> None:
    generator = np.random.default_rng(1)
    noise = generator.integers(0, 256, (16, 16, 3), np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = file(Image.fromarray(noise), format, **({} if format in ("GIF", "BMP", "TIFF") else {"exif": exif}))
    for _ in range(60):
        broken = bytearray(whole)
        for place in generator.integers(0, min(len(broken), 300), 4):
            broken[place] = generator.integers(0, 256)
        try:
            assert to_tensor(bytes(broken)).shape[0] == 3
        except DeepvisError as error:
            assert "\n" not in str(error)


def test_a_bomb() -> None:
    header = file(Image.new("RGB", (1, 1)))
    bomb = header[:16] + struct.pack(">II", 60_000, 60_000) + header[24:]
    import zlib

    checksum = struct.pack(">I", zlib.crc32(bomb[12:29]))
    assert "too many pixels" in refusal(bomb[:29] + checksum + bomb[33:])


@pytest.mark.parametrize(
    "source",
    (
        torch.full((3, 4, 4), float("nan")),
        torch.full((3, 4, 4), 128.0),
        torch.full((3, 4, 4), -0.5),
        torch.zeros(3, 4, 4, dtype=torch.uint8),
        torch.zeros(1, 3, 4, 4),
        torch.zeros(4, 4, 3),
        torch.zeros(3, 0, 4),
        np.zeros((4, 4, 3)),
        np.zeros((4, 4, 2), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros(4, np.uint8),
        Image.fromarray(np.zeros((2, 2), np.float32)),
        None,
        42,
        [1, 2],
    ),
)
def test_what_is_no_picture_is_refused(source: Any) -> None:
    assert refusal(source)


def test_embedded_scenes_are_pictures() -> None:
    class Scene:
        image = Image.fromarray(PIXELS)

    assert np.array_equal(levels(Scene()), PIXELS)
