"""What a user's preprocessing does to colours, found from what it gives for a few pictures.

It decides what is on screen, and never what a network is fed: that is what the callable gives.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..content_key import content_key
from ..errors import DeepvisError
from .callables import CHANCE, Call, called, draws, undrawn

SIZE = (320, 256)  # of the pictures shown to it, (width, height) as PIL has it
COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
CALLS, DRAWN_CALLS = 8, 32  # with one picture; the second where random numbers are drawn
CLEAR = 0.5  # what another colour may do to a channel that shows one, as a share of what that one does


@dataclass(frozen=True)
class Probed:
    """What was found: the shape (C, H, W), for each channel the number that black becomes and what white adds to it,
    the channels that are red, green and blue on screen, the type of the numbers, whether random numbers are drawn, and
    a key of how pictures are prepared.
    """

    shape: tuple[int, int, int]
    black: tuple[float, ...]
    gain: tuple[float, ...]
    colours: tuple[int, ...]
    dtype: torch.dtype
    draws: bool
    key: str


def probe(call: Call) -> Probed:
    """Calls it with plain pictures and one of noise.

    Raises DeepvisError where it fails, does not give floats (C, H, W) of one size, or leaves something to chance.

    >>> probe(lambda image: np.asarray(image.resize((4, 4)), np.float32).transpose(2, 0, 1)[::-1]).colours
    (2, 1, 0)
    """
    with undrawn():
        noise = _noise()
        first = called(call, noise)
        drawing = draws(call, noise)
        for _ in range(DRAWN_CALLS if drawing else CALLS):
            if not torch.equal(called(call, noise), first):
                raise DeepvisError(CHANCE)
        black, white = (_same(called(call, Image.new("RGB", SIZE, (level,) * 3)), first) for level in (0, 255))
        pure = [_same(called(call, Image.new("RGB", SIZE, colour)), first) for colour in COLOURS.values()]
    places = (white - black).abs().flatten(1).argmax(1)  # where there is most of the picture: no border, no shade
    low = _at(black, places)
    gain = _at(white, places) - low
    answers = torch.stack([_at(answer, places) - low for answer in pure], 1).abs()
    low, gain = _filled(low, gain, first)
    return Probed(
        (first.shape[0], first.shape[1], first.shape[2]),
        tuple(low.tolist()),
        tuple(gain.tolist()),
        _colours(answers),
        first.dtype,
        drawing,
        content_key("preprocess", first, white),
    )


def _noise() -> Image.Image:
    """Noise, coarse and fine, with something of its own in every corner."""
    generator = np.random.default_rng(0)
    coarse = Image.fromarray(generator.integers(0, 256, (8, 10, 3), np.uint8)).resize(SIZE, Image.Resampling.BICUBIC)
    fine = generator.integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
    return Image.fromarray((np.asarray(coarse, np.float32) * 0.7 + fine * 0.3).astype(np.uint8))


def _same(given: Tensor, first: Tensor) -> Tensor:
    if given.shape != first.shape:
        raise DeepvisError(
            f"preprocess gave {tuple(given.shape)} for one picture and {tuple(first.shape)} for another of the same "
            "size; it must always give one size."
        )
    return given


def _at(picture: Tensor, places: Tensor) -> Tensor:
    """The value of each channel at its place: (C,)."""
    return picture.double().flatten(1).gather(1, places[:, None])[:, 0]


def _filled(low: Tensor, gain: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Channels that say nothing of black and white (edges, hues, what is standardised in each picture) are shown by
    the range of what they gave for noise.
    """
    silent = gain.abs() < 1e-6
    if silent.any():
        least, most = noise[silent].double().min(), noise[silent].double().max()
        low = torch.where(silent, least, low)
        gain = torch.where(silent, most - least if most > least else torch.ones_like(least), gain)
    return low, gain


def _colours(answers: Tensor) -> tuple[int, ...]:
    """The channels that show red, green and blue, from what each (C, 3) answers to them; the first three where that is
    not clear.
    """
    first = tuple(range(min(3, len(answers))))
    strongest, beside = answers.max(1), answers.sort(1).values[:, 1]
    clear = beside < CLEAR * strongest.values
    found = [((strongest.indices == colour) & clear).nonzero()[:1, 0].tolist() for colour in range(3)]
    return tuple(channel for channels in found for channel in channels) if all(found) else first
