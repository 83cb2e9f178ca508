"""Parts as JSON, their arrays and pictures in a store; js/src/handout/parts.ts is its mirror image."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import singledispatch
from typing import Any

import numpy as np
import torch
from PIL import Image

from ..link.frames import quantise
from ..link.live_widget import LiveWidget
from .parts import Drawing, Later, Live, Map, Page, Part, Picture
from .pictured import between, chosen_colormap
from .recording import Recorder
from .store import Store

LEVELS = 65535
QUALITY = 88  # of pictures that need not be exact


@singledispatch
def encoded(value: Any, store: Store) -> Any:
    """Returns a part, or anything that its fields hold, as what JSON can say.

    >>> from .parts import Text
    >>> encoded(Text("A wolf"), Store())
    {'part': 'Text', 'text': 'A wolf', 'role': 'plain'}
    """
    raise TypeError(f"A {type(value).__name__} cannot stand on a page.")


@encoded.register
def _(value: None, store: Store) -> None:
    return None


@encoded.register(str)
@encoded.register(bool)
@encoded.register(int)
def _(value: Any, store: Store) -> Any:
    return value


@encoded.register(float)
@encoded.register(np.generic)
def _(value: Any, store: Store) -> Any:
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain


@encoded.register(list)
@encoded.register(tuple)
@encoded.register(Later)
def _(value: Sequence[Any], store: Store) -> list[Any]:
    return [encoded(item, store) for item in value]


@encoded.register(dict)
def _(value: Mapping[str, Any], store: Store) -> dict[str, Any]:
    return {str(name): encoded(item, store) for name, item in value.items()}


@encoded.register
def _(value: bytes, store: Store) -> dict[str, str]:
    return {"bytes": store.add(value)}


@encoded.register
def _(value: np.ndarray, store: Store) -> dict[str, Any]:
    if value.dtype == np.uint8 and value.ndim == 3 and value.shape[2] == 3 and value.size:
        return _picture(value, store)
    kept = value.astype(np.float32) if value.dtype.kind == "f" else value
    if kept.dtype.kind in "iu" and kept.dtype not in (np.uint8, np.uint16):
        kept = kept.astype(np.int32)
    little = np.ascontiguousarray(kept.astype(kept.dtype.newbyteorder("<")))
    return {"array": store.add(little.tobytes()), "dtype": kept.dtype.name, "shape": list(value.shape)}


@encoded.register
def _(part: Part, store: Store) -> dict[str, Any]:
    held = {field.name: encoded(getattr(part, field.name), store) for field in fields(part)}  # type: ignore[arg-type]
    return {"part": type(part).__name__, **held}


@encoded.register
def _(part: Page, store: Store) -> dict[str, Any]:
    return {"part": "Page", "title": part.title, "inner": encoded(part.part, store)}


@encoded.register
def _(part: Picture, store: Store) -> dict[str, Any]:
    """Without `exact`, which says how its pixels are kept."""
    held = {field.name: getattr(part, field.name) for field in fields(part) if field.name not in ("pixels", "exact")}
    return {"part": "Picture", "pixels": _picture(part.pixels, store, part.exact), **encoded(held, store)}


@encoded.register
def _(part: Map, store: Store) -> dict[str, Any]:
    """The values are whole numbers between `lo` and `hi`; `ends` and the colours are found already."""
    values = torch.from_numpy(np.array(part.values, np.float32))
    low, high = (values.min(), values.max()) if values.numel() else (torch.zeros(()), torch.zeros(()))
    held = {field.name: getattr(part, field.name) for field in fields(part)}
    ends = between(part) if values.numel() else (0.0, 1.0)
    held |= {"values": quantise(values, low, high, LEVELS), "ends": ends, "colormap": chosen_colormap(part)}
    return {"part": "Map", "lo": float(low), "hi": float(high), **encoded(held, store)}


@encoded.register
def _(part: Drawing, store: Store) -> dict[str, Any]:
    """What is drawn on light and on dark, as names of calls with their arguments."""
    size, calls = list(part.size), []
    for dark in (False, True):
        recorder = Recorder()
        part.paint(recorder, dark)
        drawn = json.dumps([[name, [_drawn(item, store) for item in given]] for name, given in recorder.calls])
        calls.append({"bytes": store.add(drawn.encode())})
    return {"part": "Drawing", "size": size, "alt": part.alt, "light": calls[0], "dark": calls[1]}


@encoded.register
def _(part: Live, store: Store) -> dict[str, Any]:
    """The module, the traits that it shares with Python, and its last frames; see js/src/handout/live.ts."""
    widget: LiveWidget = part.widget
    traits = {name: value for name, value in widget.get_state().items() if not name.startswith("_")}
    frames = [{"message": message, "buffers": encoded(buffers, store)} for message, buffers in widget.kept()]
    return {
        "part": "Live",
        "module": store.add(str(widget._esm).encode()),
        "traits": {name: value for name, value in traits.items() if _is_plain(value)},
        "frames": frames,
        "data": {name: store.add(data) for name, data in part.data.items()},
        "drawn": encoded(part.drawn, store),
    }


def _drawn(given: Any, store: Store) -> Any:
    """What a call of a canvas was given: its pixels in the store, all else as lists of numbers."""
    if isinstance(given, np.ndarray):
        pixels = given.ndim == 3 and given.dtype == np.uint8
        return encoded(given, store) if pixels else np.round(given, 2).tolist()
    if isinstance(given, list | tuple):
        return [_drawn(item, store) for item in given]
    return round(float(given), 2) if isinstance(given, float | np.floating) else given


def _is_plain(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return not (isinstance(value, str) and value.startswith("IPY_MODEL_"))


def _picture(pixels: np.ndarray, store: Store, exact: bool = True) -> dict[str, Any]:
    file, image = io.BytesIO(), Image.fromarray(np.ascontiguousarray(pixels))
    if exact:
        image.save(file, "png", optimize=True)
    else:
        image.save(file, "jpeg", quality=QUALITY)
    return {"picture": store.add(file.getvalue()), "height": pixels.shape[0], "width": pixels.shape[1]}
