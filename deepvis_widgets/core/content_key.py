"""A key made from content: equal parts give the same key in every process."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import blake2b
from pathlib import PurePath
from typing import Any

import numpy as np
import torch

from deepvis_widgets.core.errors import DeepvisError

DIGEST_BYTES = 20


def content_key(*parts: object) -> str:
    """Returns a digest of plain values, paths, enums, arrays, tensors, PIL images, and dataclasses and containers of
    them.

    Types count: 1, 1.0, True and "1" are four keys. Order counts except in dicts and sets. Of a tensor, values, dtype
    and shape count; device, strides and gradients do not. Raises DeepvisError for anything else.

    >>> content_key({"a": 1, "b": 2}) == content_key({"b": 2, "a": 1})
    True
    >>> content_key(1) == content_key(1.0)
    False
    """
    return _digest(parts).hex()


def _digest(value: Any) -> bytes:
    """Tag and chunks, each with its length in front: no two values share a byte sequence."""
    tag, chunks = _spell(value)
    digest = blake2b(digest_size=DIGEST_BYTES)
    for chunk in (tag.encode(), *chunks):
        view = memoryview(chunk)
        digest.update(struct.pack("<Q", view.nbytes))
        digest.update(view)
    return digest.digest()


def _spell(value: Any) -> tuple[str, Iterable[Any]]:
    """A name for the type and the content as byte buffers."""
    if isinstance(value, Enum):
        return f"enum {_type_name(value)}", [value.name.encode()]
    if is_dataclass(value) and not isinstance(value, type):
        return f"dataclass {_type_name(value)}", _dataclass_chunks(value)
    if isinstance(value, torch.Tensor):
        return "tensor", _tensor_chunks(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return "array", _array_chunks(np.asarray(value))
    if is_pil(value):
        return "image", _image_chunks(value)
    return _spell_plain(value)


def _spell_plain(value: Any) -> tuple[str, Iterable[Any]]:
    if value is None or isinstance(value, (bool, int, float, complex, torch.dtype, torch.device)):
        return type(value).__name__, [_number(value)]
    if isinstance(value, (str, PurePath)):
        return "str" if isinstance(value, str) else "path", [str(value).encode("utf-8", "surrogatepass")]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "bytes", [bytes(value)]
    if isinstance(value, dict):
        return "dict", sorted(_digest(key) + _digest(item) for key, item in value.items())
    if isinstance(value, (set, frozenset)):
        return "set", sorted(map(_digest, value))
    if isinstance(value, (list, tuple)):
        return "list" if isinstance(value, list) else "tuple", list(map(_digest, value))
    raise DeepvisError(f"A {type(value).__name__} has no content key: give arrays, numbers, text or dataclasses.")


def _number(value: Any) -> bytes:
    return (float.hex(value) if isinstance(value, float) else repr(value)).encode()


def _type_name(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _dataclass_chunks(value: Any) -> list[bytes]:
    return [chunk for f in fields(value) for chunk in (f.name.encode(), _digest(getattr(value, f.name)))]


def _tensor_chunks(tensor: torch.Tensor) -> list[Any]:
    if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_meta:
        raise DeepvisError("A sparse, quantized or meta tensor has no content key: give a dense one with values.")
    plain = tensor.detach().resolve_conj().resolve_neg().cpu().contiguous().reshape(-1)
    return [str(tensor.dtype).encode(), repr(tuple(tensor.shape)).encode(), plain.view(torch.uint8).numpy()]


def _array_chunks(array: np.ndarray[Any, Any]) -> list[Any]:
    if array.dtype.hasobject:
        raise DeepvisError("An array of Python objects has no content key: give an array of numbers.")
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    dtype = array.dtype.descr if array.dtype.names else array.dtype.str
    return [repr(dtype).encode(), repr(array.shape).encode(), flat]


def _image_chunks(image: Any) -> list[bytes]:
    palette = image.getpalette() if image.mode == "P" else None
    return [image.mode.encode(), repr(image.size).encode(), repr(palette).encode(), image.tobytes()]


def is_pil(item: object) -> bool:
    """Returns whether it is a PIL image, told without importing PIL."""
    return all(hasattr(item, name) for name in ("getbands", "tobytes", "mode", "size"))
