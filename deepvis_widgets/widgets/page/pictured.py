"""Pictures and maps as blocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from ...core.picture.colormap import colour, tables
from ...core.picture.map_over import ends, map_over
from ...core.picture.picture import to_bytes
from .blocks import DIM, GAP, INK, MARKED, WHITE, Block, Look, column, text
from .keys import key_block
from .numbers import decimal
from .paper import Paper
from .parts import Key, Map, Picture, Pixels

DIVERGING = ("blue-red", "green-red")
SQUARES_FROM = 3  # css px of one pixel or cell from which on they are drawn as squares
LEGEND = 8  # css px: how high the bar of colours is
Box = tuple[int, int, int, int]


def picture_block(part: Picture, look: Look) -> Block:
    """Returns a picture with its caption below."""
    return _captioned(part.pixels, part.size, look, part.boxes, [], [part.caption], part.marked)


def map_block(part: Map, look: Look) -> Block:
    """Returns a map over its picture, with its title above, what its colours mean and what is said of it below."""
    if not part.values.size:
        return column([text(part.title or "Nothing to show yet.", look, "note")], look)
    low, high = between(part)
    legend = Block(part.size, lambda width: _legend(width, look, chosen_colormap(part), low, high))
    if part.palette:
        legend = narrowed(key_block(Key([(colour, words) for _, colour, words in part.palette]), look), part.size)
    drawn = _captioned(coloured(part), part.size, look, part.boxes, [part.title], [], smooth=part.smooth)
    notes = [text(line, look, "note") for line in part.lines if line]
    return column([drawn, legend, *(narrowed(note, part.size) for note in notes)], look, GAP // 3)


def between(part: Map) -> tuple[float, float]:
    """Returns the values that the ends of a map's colours stand for."""
    return part.ends or ends(torch.from_numpy(np.array(part.values)), part.signed, part.fine)


def chosen_colormap(part: Map) -> str:
    """Returns the colours of a map: signed ones have those of two sides."""
    return part.colormap if not part.signed or part.colormap in DIVERGING else DIVERGING[0]


def coloured(part: Map) -> Pixels:
    """Returns a map as pixels (h, w, 3): over its picture, as large as that, where it has one; else as large as it is.

    >>> coloured(Map(np.eye(2, dtype=np.float32), colormap="gray"))[:, :, 0].tolist()
    [[255, 0], [0, 255]]
    >>> coloured(Map(np.eye(2, dtype=np.float32), palette=[("wolf", "#ff0000", ""), ("husky", "#00ff00", "")]))[0, 0]
    array([  0, 255,   0], dtype=uint8)
    """
    if part.palette:
        table = np.array([list(bytes.fromhex(colour[1:])) for _, colour, _ in part.palette], np.uint8)
        return table[part.values.astype(int)]
    values, limits = torch.from_numpy(np.array(part.values, np.float32)), between(part)
    if part.picture is None:
        return to_bytes(colour(values, chosen_colormap(part), part.signed, limits))
    picture = torch.from_numpy(np.array(part.picture)).permute(2, 0, 1).float() / 255
    fitted = fit(values, (picture.shape[1], picture.shape[2]))
    return to_bytes(map_over(picture, fitted, chosen_colormap(part), part.signed, part.fine, part.opacity, limits))


def fit(values: Tensor, size: tuple[int, int]) -> Tensor:
    """Returns a map (h, w) at another size, bilinear between the middles of its cells."""
    if values.shape == size:
        return values
    return F.interpolate(values[None, None], size, mode="bilinear", align_corners=False)[0, 0]


def narrowed(block: Block, width: int) -> Block:
    """Returns a block that is at most `width` css px wide."""
    return Block(min(block.natural, width), block.draw)


def _captioned(
    pixels: Pixels,
    size: int,
    look: Look,
    boxes: Sequence[Box],
    above: Sequence[str],
    under: Sequence[str],
    marked: bool = False,
    smooth: bool = True,
) -> Block:
    height, width = pixels.shape[:2]
    wide = max(1, round(size * width / max(height, width)))
    shown = Block(wide, lambda most: _scaled(pixels, min(most, wide), look, boxes, marked, smooth))
    words = [text(line, look, "plain", bold=True) for line in above if line]
    notes = [text(line, look, "note", colour=MARKED if marked else INK) for line in under if line]
    room = max(wide, 96)  # css px that a caption has at least
    return column(
        [*(narrowed(block, room) for block in words), shown, *(narrowed(block, room) for block in notes)], look, 4
    )


def _scaled(pixels: Pixels, width: int, look: Look, boxes: Sequence[Box], marked: bool, smooth: bool) -> Image.Image:
    """Pixels `width` css px wide, with outlined boxes; large pixels are squares unless they are to be smooth."""
    rows, cols = pixels.shape[:2]
    wide = max(1, round(width * look.density))
    high = max(1, round(wide * rows / cols))
    squares = not smooth or width / cols >= 4 * SQUARES_FROM
    way = Image.Resampling.NEAREST if squares and wide >= cols else Image.Resampling.BICUBIC
    shown = Image.fromarray(np.ascontiguousarray(pixels)).resize((wide, high), way)
    paper = Paper.over(shown, look.density)
    scale = width / cols
    for top, left, height, across in boxes:
        _outlined(paper, (top * scale, left * scale, height * scale, across * scale))
    if marked:
        paper.stroke_style, paper.line_width = MARKED, 3
        paper.stroke_rect(0, 0, width, high / look.density)
    return paper.picture


def _outlined(paper: Paper, box: tuple[float, float, float, float]) -> None:
    """A box that is seen on dark and on light."""
    top, left, height, width = box
    for style, thick in (("#000000", 3.0), ("#ffd166", 1.5)):
        paper.stroke_style, paper.line_width = style, thick
        paper.stroke_rect(left, top, width, height)


def _legend(width: int, look: Look, colormap: str, low: float, high: float) -> Image.Image:
    """A bar of the colours between the numbers that its ends stand for."""
    height, ends_of = 16, (decimal(low), decimal(high))
    paper = Paper((height, width), WHITE, look.density)
    paper.font, paper.fill_style = "11px", DIM
    room = [paper.width_of(words) + 6 for words in ends_of]
    paper.fill_text(ends_of[0], 0, height / 2)
    paper.text_align = "right"
    paper.fill_text(ends_of[1], width, height / 2)
    long = max(1, round((width - sum(room)) * look.density))
    strip = Image.fromarray(tables()[colormap][None]).resize((long, round(LEGEND * look.density)))
    paper.picture.paste(strip, (round(room[0] * look.density), round((height - LEGEND) / 2 * look.density)))
    return paper.picture
