"""Blocks of a picture: each knows how wide it wants to be, and draws itself at the width that it gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image

from .fonts.font import font_of, wrapped
from .paper import Paper

WHITE, INK, DIM, LINE, RAISED = "#ffffff", "#1f2328", "#5c636b", "#c4c8cd", "#f1f2f4"
PLAIN, CHOSEN, MARKED = "#7a93b4", "#e07b28", "#c62828"
GAP = 14  # css px between blocks
SIZES = {"title": 16, "heading": 13, "plain": 13, "note": 12}  # css px of texts by their role


@dataclass(frozen=True)
class Look:
    """What all blocks of a picture share: pixels for each css px."""

    density: float = 2.0


@dataclass(frozen=True)
class Block:
    """`natural` css px wide where there is room; `draw(width)` gives it at most `width` css px wide. One that `grows`
    takes the room that is left beside it.
    """

    natural: int
    draw: Callable[[int], Image.Image]
    grows: bool = False


def text(words: str, look: Look, role: str = "plain", bold: bool = False, colour: str | None = None) -> Block:
    """Returns a block of text, wrapped."""
    size, strong = SIZES[role], bold or role in ("title", "heading")
    ink = colour or (DIM if role == "note" else INK)
    pixels = size * look.density
    widest = max(font_of(line, pixels, strong).getlength(line) for line in words.split("\n")) / look.density

    def draw(width: int) -> Image.Image:
        lines, height = wrapped(words, width * look.density, pixels, strong), round(size * 1.4)
        paper = Paper((height * len(lines), width), WHITE, look.density)
        paper.font, paper.fill_style = f"{'600 ' if strong else ''}{size}px", ink
        for place, line in enumerate(lines):
            paper.fill_text(line, 0, (place + 0.5) * height)
        return paper.picture

    return Block(min(int(widest) + 2, 1000), draw)


def column(blocks: Sequence[Block], look: Look, gap: int = GAP) -> Block:
    """Returns blocks below each other."""

    def draw(width: int) -> Image.Image:
        return below(
            [block.draw(min(width, block.natural) if not block.grows else width) for block in blocks], look, gap
        )

    natural = max((block.natural for block in blocks), default=0)
    return Block(natural, draw, any(block.grows for block in blocks))


def row(blocks: Sequence[Block], look: Look, gap: int = 2 * GAP) -> Block:
    """Returns blocks side by side, in as many lines as they need."""

    def draw(width: int) -> Image.Image:
        lines = [
            beside([block.draw(wide) for block, wide in zip(line, shared(line, width, gap), strict=True)], look, gap)
            for line in broken(blocks, width, gap)
        ]
        return below(lines, look, GAP)

    natural = sum(block.natural for block in blocks) + gap * max(0, len(blocks) - 1)
    return Block(natural, draw, any(block.grows for block in blocks))


def broken(blocks: Sequence[Block], width: int, gap: int) -> list[list[Block]]:
    """Returns the blocks line by line: as many in each as there is room for.

    >>> square = Block(40, lambda width: Image.new("RGB", (width, 40)))
    >>> [len(line) for line in broken([square] * 5, 100, 10)]
    [2, 2, 1]
    """
    lines: list[list[Block]] = []
    used = 0
    for block in blocks:
        if lines and used + gap + block.natural <= width:
            lines[-1].append(block)
            used += gap + block.natural
        else:
            lines.append([block])
            used = block.natural
    return lines


def shared(line: Sequence[Block], width: int, gap: int) -> list[int]:
    """Returns how wide each block of a line is: those that grow share what is left.

    >>> shared([Block(40, lambda width: None), Block(20, lambda width: None, grows=True)], 100, 10)
    [40, 50]
    """
    left = max(0, width - sum(block.natural for block in line) - gap * (len(line) - 1))
    growing = sum(block.grows for block in line)
    return [min(width, block.natural + (left // growing if block.grows else 0)) for block in line]


def below(pictures: Sequence[Image.Image], look: Look, gap: int) -> Image.Image:
    """Returns pictures below each other; those without a pixel are left out."""
    shown = [picture for picture in pictures if picture.width and picture.height]
    space = round(gap * look.density)
    height = sum(picture.height for picture in shown) + space * max(0, len(shown) - 1)
    whole = Image.new("RGB", (max((picture.width for picture in shown), default=0), height), WHITE)
    top = 0
    for picture in shown:
        whole.paste(picture, (0, top))
        top += picture.height + space
    return whole


def beside(pictures: Sequence[Image.Image], look: Look, gap: int) -> Image.Image:
    """Returns pictures side by side; those without a pixel are left out."""
    shown = [picture for picture in pictures if picture.width and picture.height]
    space = round(gap * look.density)
    width = sum(picture.width for picture in shown) + space * max(0, len(shown) - 1)
    whole = Image.new("RGB", (width, max((picture.height for picture in shown), default=0)), WHITE)
    left = 0
    for picture in shown:
        whole.paste(picture, (left, 0))
        left += picture.width + space
    return whole
