"""Texts in pictures: a font with the signs of mathematics that looks the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import ImageFont

HERE = Path(__file__).parent
# where our own font lacks a sign: fonts of Windows, macOS and Linux with many more, found by name
WIDER = ("NotoSansCJK-Regular.ttc", "msyh.ttc", "PingFang.ttc", "Arial Unicode.ttf", "DejaVuSans.ttf", "segoeui.ttf")
UNKNOWN = "\uffff"


def font(size: float, bold: bool = False) -> Any:
    """Returns the font that pictures are written in, `size` pixels high.

    >>> font(26).getlength("wolf 87 %") > font(13).getlength("wolf 87 %")
    True
    """
    return _loaded(HERE / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"), round(size))


def font_of(text: str, size: float, bold: bool = False) -> Any:
    """Returns a font that has all signs of a text, where the machine has one; else the one that has the usual signs.

    >>> font_of("ΣR → 1.5 × ε", 13) is font(13)
    True
    """
    usual = font(size, bold)
    missing = [sign for sign in dict.fromkeys(text) if not _has(usual, sign)]
    return usual if not missing else next((found for found in _wider(size) if _has_all(found, missing)), usual)


def wrapped(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Returns the lines of a text that is at most `width` pixels wide; a word that is wider has a line of its own.

    >>> wrapped("a wolf in snow", 60, 13)
    ['a wolf in', 'snow']
    """
    found = font_of(text, size, bold)
    return [line for paragraph in text.split("\n") for line in _lines(paragraph.split(), width, found)]


def cut(text: str, width: float, size: float, bold: bool = False) -> str:
    """Returns a text that is at most `width` pixels wide, its end left out where it is longer.

    >>> cut("Eskimo dog, husky, wolf", 90, 13)
    'Eskimo dog…'
    """
    found, kept = font_of(text, size, bold), text
    while kept and found.getlength(kept if kept == text else f"{kept}…") > width:
        kept = kept[:-1]
    return kept if kept == text else f"{kept.rstrip(' ,')}…"


def _lines(words: Sequence[str], width: float, found: Any) -> list[str]:
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and found.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _wider(size: float) -> list[Any]:
    found = []
    for name in WIDER:
        try:
            found.append(_loaded(name, round(size)))
        except OSError:
            continue
    return found


def _has_all(found: Any, signs: Sequence[str]) -> bool:
    return all(_has(found, sign) for sign in signs)


def _has(found: Any, sign: str) -> bool:
    return sign.isspace() or _glyph(found, sign) != _glyph(found, UNKNOWN)


@lru_cache(maxsize=4096)
def _glyph(found: Any, sign: str) -> tuple[Any, bytes]:
    mask = found.getmask(sign)
    return mask.size, bytes(mask)


@lru_cache(maxsize=64)
def _loaded(name: str | Path, size: int) -> Any:
    return ImageFont.truetype(str(name), size)
