"""A video whose every picture says its own number."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

COUNT = 40
BITS = np.arange(6)


def picture_of(number: int) -> np.ndarray:
    """Six bars, which say the number in bits."""
    bars = np.where(number >> BITS & 1, 220, 30).astype(np.uint8)
    return np.repeat(np.repeat(bars, 16)[None, :, None], 48, 0).repeat(3, 2)


def write(path: Path, count: int = COUNT, rate: int = 12, between: int = 12) -> Path:
    """A video in which every picture but one of `between` needs those before it."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=Fraction(rate))
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 96, 48, "yuv420p", between
        for number in range(count):
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture_of(number), format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path
