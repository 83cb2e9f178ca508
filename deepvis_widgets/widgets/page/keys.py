"""What stands above and below charts: titles, and what their colours stand for."""

from __future__ import annotations

from PIL import Image

from .blocks import GAP, WHITE, Block, Look, column, row, text
from .paper import Paper
from .parts import Key

SWATCH = 16  # css px of a colour and the gap after it


def titled(title: str, block: Block, look: Look) -> Block:
    """Returns a block under its title, if it has one."""
    return column([text(title, look, "heading"), block], look, 4) if title else block


def key_block(part: Key, look: Look) -> Block:
    """Returns colours with their names, side by side."""
    return row([_entry(colour, name, look) for colour, name in part.entries], look, GAP)


def _entry(colour: str, name: str, look: Look) -> Block:
    words = text(name, look, "note")

    def draw(width: int) -> Image.Image:
        named = words.draw(width - SWATCH)
        height = named.height / look.density
        paper = Paper((round(height), width), WHITE, look.density)
        paper.fill_style = colour
        paper.fill_rect(0, min(height, 17) / 2 - 2, 11, 4)
        paper.picture.paste(named, (round(SWATCH * look.density), 0))
        return paper.picture

    return Block(words.natural + SWATCH, draw)
