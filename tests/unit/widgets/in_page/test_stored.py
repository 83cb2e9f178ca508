"""Frames that a page keeps."""

from __future__ import annotations

import io
import json

import numpy as np
from PIL import Image

from deepvis_widgets.widgets.in_page.stored import Store


def smooth(count: int, height: int, width: int) -> np.ndarray:
    rows, cols = np.meshgrid(np.linspace(40, 200, height), np.linspace(60, 180, width), indexing="ij")
    pictures = [np.stack([rows + place, cols, rows / 2 + cols / 2], -1) for place in range(count)]
    return np.stack(pictures).astype(np.uint8)


def test_frames_come_back_by_what_they_are_about() -> None:
    store, numbers, pictures = Store(), np.arange(6, dtype=np.float32).reshape(2, 3), smooth(3, 20, 24)
    store.add("conv1:3", ("unit/map", {"lo": 0.5}, {"values": numbers}), ("atlas/top", {}, {"pictures": pictures}))
    store.add("conv1:3", ("atlas/set", {"captions": ["a"]}, {}))
    files = store.files()
    index, kept = json.loads(files["index"]), files["stored"]
    assert list(index) == ["conv1:3"] and "conv1:3" in store and "conv1:4" not in store
    plain, shown, values = index["conv1:3"]
    assert (plain["kind"], plain["meta"], values["meta"]) == ("unit/map", {"lo": 0.5}, {"captions": ["a"]})
    (entry,) = plain["arrays"]
    assert np.array_equal(np.frombuffer(kept[slice(*entry["at"])], np.float32).reshape(entry["shape"]), numbers)
    (entry,) = shown["arrays"]
    sheet = np.asarray(Image.open(io.BytesIO(kept[slice(*entry["at"])])))
    assert entry["jpeg"] and entry["shape"] == [3, 20, 24, 3] and len(kept) == len(store)
    assert np.abs(sheet.reshape(entry["shape"]).astype(int) - pictures).mean() < 3


def test_an_empty_stack_of_pictures_stays_empty() -> None:
    store = Store()
    store.add("nothing", ("atlas/top", {}, {"pictures": np.zeros((0, 1, 1, 3), np.uint8)}))
    (entry,) = json.loads(store.files()["index"])["nothing"][0]["arrays"]
    assert not entry["jpeg"] and entry["shape"] == [0, 1, 1, 3] and len(store) == 0
