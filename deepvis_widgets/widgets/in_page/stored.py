"""Frames kept for a page, by what they are about; js/src/handout/engine/stored.ts reads them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from ..link.protocol import Array

QUALITY = 75  # of a JPEG: half the bytes of 90, and on tiles of 70 px nobody sees it
Kept = tuple[str, Mapping[str, Any], Mapping[str, Array]]  # kind, meta, arrays


class Store:
    """Takes frames, and gives them back as an index and bytes. Pictures are kept as JPEG, everything else as it is.

    >>> store = Store()
    >>> store.add("conv1:3", ("backward/rgb", {"lines": []}, {"picture": np.zeros((8, 8, 3), np.uint8)}))
    >>> sorted(store.files()), "conv1:3" in store
    (['index', 'stored'], True)
    """

    def __init__(self) -> None:
        self._index: dict[str, list[dict[str, Any]]] = {}
        self._bytes = bytearray()

    def __contains__(self, about: str) -> bool:
        return about in self._index

    def __len__(self) -> int:
        """Bytes that are stored."""
        return len(self._bytes)

    def count(self, kind: str) -> int:
        """Returns how many things a frame of this kind is kept of."""
        return sum(any(frame["kind"] == kind for frame in kept) for kept in self._index.values())

    def add(self, about: str, *frames: Kept) -> None:
        """Keeps frames under what they are about, after those that are kept there already."""
        kept = self._index.setdefault(about, [])
        for kind, meta, arrays in frames:
            entries = [self._entry(name, np.asarray(values)) for name, values in arrays.items()]
            kept.append({"kind": kind, "meta": dict(meta), "arrays": entries})

    def files(self) -> dict[str, bytes]:
        """Returns what a page is given."""
        return {"index": json.dumps(self._index).encode(), "stored": bytes(self._bytes)}

    def _entry(self, name: str, values: Array) -> dict[str, Any]:
        picture = values.dtype == np.uint8 and values.ndim in (3, 4) and values.shape[-1] == 3 and values.size > 0
        packed = _jpeg(values) if picture else np.ascontiguousarray(values).tobytes()
        first = len(self._bytes)
        self._bytes += packed
        place = {"at": [first, len(self._bytes)], "jpeg": picture}
        return {"name": name, "dtype": values.dtype.name, "shape": list(values.shape), **place}


def _jpeg(pictures: Array) -> bytes:
    """One picture, or several below each other."""
    sheet = pictures.reshape(-1, *pictures.shape[-2:])
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(sheet)).save(file, "jpeg", quality=QUALITY, subsampling=0)
    return file.getvalue()
