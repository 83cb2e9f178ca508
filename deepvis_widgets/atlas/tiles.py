"""Small pictures as WebP, and many of them in one file."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image
from torch import Tensor

from ..core.picture.picture import to_bytes as to_levels
from ..core.picture.picture import to_tensor

KINDS = ("patch", "deconv", "pattern")
QUALITY = 85
LOSSLESS = 32 * 32  # pixels; of so small a picture, every one counts


@dataclass(frozen=True)
class Tile:
    """A picture of a unit: its layer (number in the plan), channel, rank or seed, kind, and the encoded picture."""

    layer: int
    channel: int
    rank: int
    kind: str
    content: bytes


def encode(picture: Tensor, lossless: bool = False, quality: int = QUALITY) -> bytes:
    """Returns a picture (3, h, w) in [0, 1] as WebP of this quality (0 to 100); small ones without loss.

    >>> import torch
    >>> decode(encode(torch.ones(3, 8, 8))).shape
    torch.Size([3, 8, 8])
    """
    file = io.BytesIO()
    exact = lossless or picture.shape[1] * picture.shape[2] <= LOSSLESS
    Image.fromarray(to_levels(picture)).save(file, "WEBP", quality=quality, lossless=exact, method=4)
    return file.getvalue()


def decode(content: bytes) -> Tensor:
    """Returns the picture (3, h, w) in [0, 1] in an encoded one."""
    return to_tensor(content)


def to_bytes(made: Sequence[Tile]) -> bytes:
    """Returns one line of JSON that lists the tiles, and behind it their contents."""
    listed = [(tile.layer, tile.channel, tile.rank, tile.kind, len(tile.content)) for tile in made]
    return json.dumps(listed).encode() + b"\n" + b"".join(tile.content for tile in made)


def from_bytes(packed: bytes) -> list[Tile]:
    """Returns the tiles that `to_bytes` wrote."""
    end = packed.index(b"\n")
    found, offset = [], end + 1
    for layer, channel, rank, kind, length in json.loads(packed[:end]):
        found.append(Tile(layer, channel, rank, kind, packed[offset : offset + length]))
        offset += length
    return found
