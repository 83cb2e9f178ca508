"""Parts as one picture: what stands in for a widget where nothing runs."""

from __future__ import annotations

from functools import singledispatch

from PIL import Image

from .blocks import GAP, LINE, WHITE, Block, Look, column, row, text
from .charts import bars_block, chart_block, table_block
from .columns import columns_block
from .computed import standing_occluder, standing_sum
from .keys import key_block
from .paper import Paper
from .parts import (
    Bars,
    Chart,
    Choice,
    Column,
    Columns,
    Drawing,
    Key,
    Live,
    Map,
    Occluder,
    Page,
    Part,
    Picture,
    Row,
    Sum,
    Table,
    Text,
)
from .pictured import map_block, picture_block

WIDTH, MARGIN = 1000, 16  # css px of the picture and round it


def drawn(part: Part, density: float = 2.0, width: int = WIDTH) -> Image.Image:
    """Returns parts as a picture at most `width` css px wide, on white, with `density` pixels for each of them.

    >>> drawn(Text("A wolf in snow", "title"), density=1).size[1] > 40
    True
    """
    look = Look(density)
    shown = block(part, look).draw(width - 2 * MARGIN)
    margin = round(MARGIN * density)
    sheet = Image.new("RGB", (shown.width + 2 * margin, shown.height + 2 * margin), WHITE)
    sheet.paste(shown, (margin, margin))
    return sheet


@singledispatch
def block(part: Part, look: Look) -> Block:
    """Returns the block that a part is drawn as."""
    raise TypeError(f"A part of the kind {type(part).__name__} cannot be drawn.")


@block.register
def _(part: Text, look: Look) -> Block:
    return text(part.text, look, part.role)


block.register(Picture, picture_block)
block.register(Map, map_block)
block.register(Bars, bars_block)
block.register(Chart, chart_block)
block.register(Columns, columns_block)
block.register(Key, key_block)
block.register(Table, table_block)


@block.register
def _(part: Drawing, look: Look) -> Block:
    height, width = part.size

    def draw(most: int) -> Image.Image:
        scale = min(1.0, most / width)
        paper = Paper((height, width), WHITE, look.density * scale)
        part.paint(paper, False)
        return paper.picture

    return Block(width, draw)


@block.register
def _(part: Row, look: Look) -> Block:
    return row([block(inner, look) for inner in part.parts], look)


@block.register
def _(part: Column, look: Look) -> Block:
    return column([block(inner, look) for inner in part.parts], look)


@block.register
def _(part: Choice, look: Look) -> Block:
    return column([text(choice_line(part), look, "note"), block(part.parts[part.chosen], look)], look, GAP // 2)


@block.register
def _(part: Sum, look: Look) -> Block:
    return _titled(part.title, block(standing_sum(part), look), look)


@block.register
def _(part: Occluder, look: Look) -> Block:
    return block(standing_occluder(part), look)


@block.register
def _(part: Live, look: Look) -> Block:
    return block(part.drawn, look)


@block.register
def _(part: Page, look: Look) -> Block:
    return column([text(part.title, look, "title"), _rule(look), block(part.part, look)], look, GAP // 2)


def choice_line(part: Choice) -> str:
    """Returns what says which part of a choice is seen.

    >>> choice_line(Choice(["row 0", "row 1"], [], "Step", chosen=1, steps=True))
    'Step 2 of 2: row 1'
    """
    label = part.labels[part.chosen]
    if part.steps:
        return f"{part.title or 'Step'} {part.chosen + 1} of {len(part.labels)}" + (f": {label}" if label else "")
    return f"{part.title}: {label}" if part.title else label


def _titled(title: str, shown: Block, look: Look) -> Block:
    return column([text(title, look, bold=True), shown], look, 4) if title else shown


def _rule(look: Look) -> Block:
    thick = max(1, round(look.density))
    return Block(0, lambda width: Image.new("RGB", (round(width * look.density), thick), LINE), grows=True)
