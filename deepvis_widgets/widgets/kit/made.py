"""Parts made of what networks and methods answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from ...core.answers.base import Answers
from ...core.picture.picture import to_bytes
from ...core.results import HeatMap
from ..link.live_widget import LiveWidget
from ..page.html_text import html_parts
from ..page.parts import Bars, Map, Picture, Pixels, Table, Text, Values

MOST = 8  # bars, as on screen


def pixels(picture: Tensor) -> Pixels:
    """Returns a picture (3, H, W) in [0, 1] as uint8 (H, W, 3)."""
    return to_bytes(picture)


def values(found: Tensor) -> Values:
    """Returns a map (h, w) as float32.

    >>> import torch
    >>> values(torch.ones(2, 2, dtype=torch.float64)).dtype
    dtype('float32')
    """
    return np.ascontiguousarray(found.detach().float().cpu().numpy())


def map_of(result: HeatMap, title: str, picture: Pixels | None = None, small: bool = False, **more: Any) -> Map:
    """Returns a heat map over its picture, as it is drawn everywhere else; `small` takes the map before it was resized,
    where there was one, and `picture` are the pixels where they were made before.
    """
    shown = result.coarse if small and result.coarse is not None else result.heatmap
    below = pixels(result.picture) if picture is None else picture
    looks = {"colormap": "blue-red" if result.signed else "inferno", "ends": result.ends, **more}
    return Map(values(shown), title, picture=below, signed=result.signed, fine=result.fine, **looks)


def signed_map(found: Tensor, picture: Pixels, title: str, **more: Any) -> Map:
    """Returns a map (h, w) that speaks for and against something, over its picture; the colours of both end alike."""
    most = float(found.detach().abs().max())
    looks = {"ends": (-most, most), "opacity": 0.55, **more}
    return Map(values(found), title, picture=picture, colormap="blue-red", signed=True, **looks)


def bars_of(answers: Answers, shares: Tensor, chosen: int, title: str | None = None) -> Bars:
    """Returns the strongest answers of `shares` (n,) as bars, the explained one `chosen` among them.

    >>> import torch
    >>> from ...core.answers.classes import Classes
    >>> bars_of(Classes(["husky", "wolf"]), torch.tensor([0.2, 0.8]), 0).words
    ['80.0%', '20.0%']
    """
    order = shares.argsort(descending=True)[:MOST].tolist()
    order = order if chosen in order else [*order[: MOST - 1], chosen]
    shown = [float(shares[index]) for index in order]
    words = [answers.words(index, value) for index, value in zip(order, shown, strict=True)]
    names = [answers.labels[index] for index in order]
    return Bars(names, shown, words, answers.title if title is None else title, order.index(chosen))


def last_picture(view: LiveWidget, caption: str, size: int) -> Picture | None:
    """Returns the picture that a view shows, None where it shows none."""
    frame = view.last("rgb")
    return None if frame is None else Picture(np.array(frame.arrays["picture"]), caption, size)


def facts(rows: Sequence[tuple[str, str]], of: str) -> Table:
    """Returns what is said `of` something: its numbers, each with its name."""
    return Table((of, ""), rows)


def note(sentence: str) -> Text:
    """Returns a sentence on what is missing, or how something was made."""
    return Text(sentence, role="note")


def heading(text: str) -> Text:
    """Returns the title of what follows."""
    return Text(text, role="heading")


def told(markup: str) -> Text:
    """Returns what HTML says, as text; blocks become lines.

    >>> told("<p>A <b>wolf</b> &amp; a husky.</p><p>Snow.</p>").text
    'A wolf & a husky.\\nSnow.'
    """
    return Text("\n".join(part.text for part in html_parts(markup) if isinstance(part, Text)))
