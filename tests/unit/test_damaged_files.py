"""Five hundred files that were damaged on their way: each is read as it was, or refused in one sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

import deepvis_widgets as dv
from tests.small_nets import Plain, seeded
from tests.unit.atlas.small import LAYERS, draw_pictures, small_network

PICTURES = ("png", "jpg", "webp", "gif", "bmp", "tif")
HEAD = 4000  # bytes in which a file says what it holds


def damaged(content: bytes, random: np.random.Generator) -> bytes:
    """Cut off, with flipped bits, with noise in the middle, or with zeros there."""
    way = random.integers(4)
    start = int(random.integers(len(content)))
    found = bytearray(content)
    if way == 0:
        return content[:start]
    if way == 1:
        for place in random.integers(len(found), size=random.integers(1, 9)):
            found[place] ^= 1 << int(random.integers(8))
        return bytes(found)
    stop = min(len(found), start + int(random.integers(1, HEAD)))
    noise = random.integers(0, 256, stop - start, dtype=np.uint8) if way == 2 else np.zeros(stop - start, np.uint8)
    found[start:stop] = noise.tobytes()
    return bytes(found)


def in_head(content: bytes, random: np.random.Generator) -> bytes:
    """Damaged where it hurts: in the first bytes."""
    head = damaged(content[:HEAD], random)
    return head + content[HEAD:] if len(head) == HEAD else head


def told(read: object, *arguments: object) -> str:
    """What reading a file ends with: "" or a sentence; any other error is the test's."""
    try:
        read(*arguments)
    except dv.DeepvisError as error:
        return str(error)
    return ""


@pytest.fixture(scope="module")
def atlas(tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("atlas")
    shown = draw_pictures(folder / "pictures", 12)
    made = folder / "made"
    options = {"layers": LAYERS[-3:], "top": 2, "pictures": True, "keep": True, "workers": 0, "quiet": True}
    dv.Atlas.build(small_network(), shown, made, **options)
    return {file.name: file.read_bytes() for file in made.iterdir()}


def look(folder: Path, network: dv.Network) -> None:
    opened = dv.Atlas.open(folder, network)
    for layer in opened.layers:
        unit = opened.unit(layer, 1)
        assert repr(unit)
        for top in unit.top:
            assert all(picture.shape[0] == 3 for picture in (top.patch, top.deconv, top.view))
    assert len(opened.names) and isinstance(opened.problems, list) and repr(opened)
    opened.search(0)


def test_an_atlas(atlas, tmp_path):
    network, sentences = small_network(), []
    for seed in range(100):
        random = np.random.default_rng(seed)
        bad = "tiles.bin" if seed % 4 == 0 else "atlas.sqlite"
        for name, content in atlas.items():
            (tmp_path / name).write_bytes(damaged(content, random) if name == bad else content)
        sentences.append(told(look, tmp_path, network))
    assert sum(map(bool, sentences)) > 30
    assert not [said for said in sentences if "\n" in said]


def test_an_atlas_cannot_name_a_picture_outside_its_folder(tmp_path):
    network, shown = small_network(), draw_pictures(tmp_path / "pictures", 3)
    dv.Atlas.build(network, shown, tmp_path / "a", layers=["pool"], workers=0, quiet=True)
    Image.new("RGB", (12, 12)).save(tmp_path / "secret.png")
    for name in ("../secret.png", str(tmp_path / "secret.png")):
        with closing(sqlite3.connect(tmp_path / "a" / "atlas.sqlite")) as index, index:
            index.execute("UPDATE images SET name = ? WHERE id = 0", (name,))
        with pytest.raises(dv.DeepvisError, match="names a picture outside its folder"):
            dv.Atlas.open(tmp_path / "a", network)


def pictures(folder: Path) -> Iterator[bytes]:
    noise = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    for ending in PICTURES:
        Image.fromarray(noise).save(folder / f"whole.{ending}")
        yield (folder / f"whole.{ending}").read_bytes()


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of tags that are damaged
def test_a_picture(tmp_path):
    network, sentences = small_network(), []
    for content in pictures(tmp_path):
        for seed in range(40):
            file = tmp_path / "picture"
            file.write_bytes(damaged(content, np.random.default_rng(seed)))
            sentences.append(told(network.view, file))
    assert sum(map(bool, sentences)) > 60
    assert not [said for said in sentences if "\n" in said]


@pytest.mark.parametrize("ending", ["safetensors", "pt"])
def test_weights(ending, tmp_path):
    whole, file = tmp_path / f"whole.{ending}", tmp_path / f"weights.{ending}"
    state = seeded(Plain(), 1).state_dict()
    save_file(state, whole) if ending == "safetensors" else torch.save(state, whole)
    module, content, sentences = seeded(Plain(), 0), whole.read_bytes(), []
    size = dv.Preprocess((12, 12), None)
    for seed in range(80):
        damage = in_head if seed % 2 else damaged
        file.write_bytes(damage(content, np.random.default_rng(seed)))
        sentences.append(told(lambda: dv.load(module, weights=file, preprocess=size)))
    assert sum(map(bool, sentences)) > 40
    assert not [said for said in sentences if "\n" in said]
