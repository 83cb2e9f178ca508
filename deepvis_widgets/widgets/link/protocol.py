"""One codec for every frame between Python and the browser; js/src/link/protocol.ts is its mirror image."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

DTYPES = ("uint8", "uint16", "int32", "float32")
TOGETHER = "together"  # the kind of a message that carries several frames
Array = np.ndarray[Any, np.dtype[Any]]
Buffer = bytes | bytearray | memoryview


class ProtocolError(ValueError):
    """A message that is not a frame; its text is one sentence."""


@dataclass(frozen=True)
class Frame:
    """One decoded message: kind, sequence number, meta, and arrays by name."""

    kind: str
    seq: int = 0
    meta: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)


def pack(
    kind: str, seq: int = 0, meta: Mapping[str, Any] | None = None, arrays: Mapping[str, Array] | None = None
) -> tuple[dict[str, Any], list[bytes]]:
    """Returns message and buffers of one frame; buffers are little-endian C-ordered copies, one per array, in order."""
    entries, buffers = [], []
    for name, values in (arrays or {}).items():
        array = np.asarray(values)
        if array.dtype.name not in DTYPES:
            _fail(f"Array '{name}' must be uint8, uint16, int32 or float32, not {array.dtype.name}.")
        entries.append({"name": name, "dtype": array.dtype.name, "shape": list(array.shape)})
        buffers.append(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
    message = {"kind": kind, "seq": seq, "meta": dict(meta or {}), "arrays": entries}
    _check_head(message)
    return message, buffers


def unpack(message: Any, buffers: Sequence[Buffer] | None = None) -> Frame:
    """Returns the frame of one message; its arrays are read-only views of the buffers."""
    kind, seq, meta, entries = _check_head(message)
    buffers = buffers or []
    if len(entries) != len(buffers):
        _fail(f"Frame '{kind}' names {len(entries)} arrays and carries {len(buffers)} buffers.")
    arrays: dict[str, Array] = {}
    for entry, buffer in zip(entries, buffers, strict=True):
        name, dtype, shape = _check_entry(kind, entry)
        if name in arrays:
            _fail(f"Frame '{kind}' names array '{name}' twice.")
        arrays[name] = _view(name, dtype, shape, buffer)
    return Frame(kind, seq, meta, arrays)


def pack_together(
    frames: Sequence[tuple[dict[str, Any], list[bytes]]],
) -> tuple[dict[str, Any], list[bytes]]:
    """Returns message and buffers of several packed frames at once."""
    message = {"kind": TOGETHER, "seq": 0, "meta": {"frames": [head for head, _ in frames]}, "arrays": []}
    return message, [buffer for _, buffers in frames for buffer in buffers]


def _check_head(message: Any) -> tuple[str, int, dict[str, Any], list[Any]]:
    if not isinstance(message, dict):
        _fail("A frame must be an object with kind, seq, meta and arrays.")
    kind, seq, meta, arrays = (message.get(name) for name in ("kind", "seq", "meta", "arrays"))
    if not isinstance(kind, str) or not kind:
        _fail("A frame needs a kind, a text that is not empty.")
    if not isinstance(seq, int) or not _is_count(seq):
        _fail(f"Frame '{kind}' needs a seq, a whole number from 0.")
    if not isinstance(meta, dict):
        _fail(f"Frame '{kind}' needs meta, an object.")
    if not isinstance(arrays, list):
        _fail(f"Frame '{kind}' needs arrays, a list.")
    return kind, seq, meta, arrays


def _check_entry(kind: str, entry: Any) -> tuple[str, str, list[int]]:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"]:
        _fail(f"Frame '{kind}' has an array without a name.")
    name, dtype, shape = entry["name"], entry.get("dtype"), entry.get("shape")
    if dtype not in DTYPES:
        _fail(f"Array '{name}' must be uint8, uint16, int32 or float32, not {dtype}.")
    if not isinstance(shape, list) or not all(_is_count(size) for size in shape):
        _fail(f"Array '{name}' needs a shape, a list of whole numbers from 0.")
    return name, dtype, shape


def _view(name: str, dtype: str, shape: list[int], buffer: Buffer) -> Array:
    kind = np.dtype(dtype).newbyteorder("<")
    flat = memoryview(buffer).cast("B") if memoryview(buffer).nbytes else b""
    wanted = math.prod(shape) * kind.itemsize
    if len(flat) != wanted:
        _fail(f"Array '{name}' needs {wanted} bytes and got {len(flat)}.")
    array: Array = np.frombuffer(flat, dtype=kind).reshape(shape).astype(dtype, copy=False)
    array.flags.writeable = False
    return array


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _fail(sentence: str) -> NoReturn:
    raise ProtocolError(sentence)
