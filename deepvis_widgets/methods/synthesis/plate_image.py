"""A plate painted as one picture: a line for each layer, a group of pictures for each unit, words beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from ...core.picture.picture import to_pil

PAGE = 256  # pixels that the largest picture is scaled to, or more
GAP, APART, MARGIN = 4, 20, 16  # between runs, between units, round the plate; times the size of the words
INK, DIM, PAPER, ROOM = (31, 35, 40), (92, 99, 107), (255, 255, 255), (236, 238, 240)

Unit = tuple[str, Tensor | None]  # what it is called, and its pictures (runs, 3, h, w) if they are there
Line = tuple[str, tuple[int, int], Sequence[Unit]]  # the layer, the size (h, w) of each picture, its units


def plate_image(lines: Sequence[Line], runs: int, scale: int | None = None) -> Image.Image:
    """Returns the plate, 8-bit. The runs of a unit stand in a square, or nearly; a picture that is still missing leaves
    its room.

    >>> import torch
    >>> plate_image([("conv", (4, 6), [("unit 3", torch.zeros(4, 3, 4, 6))])], runs=4, scale=8).mode
    'RGB'
    """
    largest = max(max(size) for _, size, _ in lines)
    scale = scale or max(1, math.ceil(PAGE / largest))
    text = max(12, scale * largest // 12)
    font = ImageFont.load_default(text)
    across = math.ceil(math.sqrt(runs))
    boxes = [_group(size, scale, runs, across) for _, size, _ in lines]
    least = max(font.getlength(words) for _, _, units in lines for words, _ in units)
    beside = math.ceil(max(font.getlength(part) for line in lines for part in _titles(line))) + APART
    widths = [max(width, math.ceil(least)) + APART for _, width in boxes]
    heights = [max(height + 2 * text, 3 * text) + APART for height, _ in boxes]
    wide = max(width * len(units) for width, (_, _, units) in zip(widths, lines, strict=True))
    made = Image.new("RGB", (2 * MARGIN + beside + wide, 2 * MARGIN + sum(heights)), PAPER)
    pen, top = ImageDraw.Draw(made), MARGIN
    for line, width, height in zip(lines, widths, heights, strict=True):
        for number, part in enumerate(_titles(line)):
            pen.text((MARGIN, top + number * round(1.4 * text)), part, INK if number == 0 else DIM, font)
        for place, (words, pictures) in enumerate(line[2]):
            left = MARGIN + beside + place * width
            _paste(made, pictures, line[1], (top, left), scale, runs, across)
            below = top + _group(line[1], scale, runs, across)[0] + text // 4
            pen.text((left, below), words, DIM, font)
        top += height
    return made


def _titles(line: Line) -> tuple[str, str]:
    name, (height, width), _ = line
    return name, f"sees {height} by {width} px"  # Pillow's own font has no ×


def _group(size: tuple[int, int], scale: int, runs: int, across: int) -> tuple[int, int]:
    """Returns (height, width) of the runs of one unit together."""
    down = math.ceil(runs / across)
    return down * (size[0] * scale + GAP) - GAP, across * (size[1] * scale + GAP) - GAP


def _paste(
    page: Image.Image,
    pictures: Tensor | None,
    size: tuple[int, int],
    corner: tuple[int, int],
    scale: int,
    runs: int,
    across: int,
) -> None:
    height, width = size[0] * scale, size[1] * scale
    for run in range(runs):
        top, left = corner[0] + run // across * (height + GAP), corner[1] + run % across * (width + GAP)
        if pictures is None:
            page.paste(ROOM, (left, top, left + width, top + height))
        else:
            page.paste(to_pil(pictures[run]).resize((width, height), Image.Resampling.NEAREST), (left, top))
