"""Pictures laid side by side, each at its own size, with a caption."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
from torch import Tensor

from ..link.frames import rgb_frame
from ..link.push import push
from ..views.map_view import MapView
from .layout import classed, close_all


class Strip(ipywidgets.Box):
    """Cards with pictures (3, h, w) in [0, 1], `scale` css pixels for each pixel of theirs.

    >>> import torch
    >>> strip = Strip("group", scale=2.0)
    >>> strip.add("grey", (64, 48), torch.full((3, 64, 48), 0.5), ["0.5 everywhere"])
    0
    >>> len(strip.cards)
    1
    >>> strip.close()
    """

    def __init__(self, group: str, scale: float) -> None:
        self._group, self._scale = group, scale
        self.cards: list[ipywidgets.Box] = []
        super().__init__([])
        self.add_class("dv-strip")

    def add(self, title: str, size: tuple[int, int], picture: Tensor | None = None, lines: Sequence[str] = ()) -> int:
        """Adds a card for a picture of this size (height, width), which may come later; returns its place."""
        side = max(16, round(self._scale * max(size)))
        shown = MapView(group=self._group, title=title, size=side, interactive=False, smooth=True, label=title)
        card = classed(ipywidgets.Box([shown], layout={"width": f"{max(side, 104)}px"}), "dv-strip-card")
        self.cards.append(card)
        self.children = tuple(self.cards)
        if picture is not None:
            self.put(len(self.cards) - 1, picture, lines)
        return len(self.cards) - 1

    def put(self, place: int, picture: Tensor, lines: Sequence[str] = ()) -> None:
        """Shows a picture on the card at a place; on any thread."""
        if place < len(self.cards):
            shown = self.cards[place].children[0]
            push(shown, label=" · ".join([shown.title, *lines]))
            shown.push("rgb", *rgb_frame(picture, list(lines)))

    def clear(self) -> None:
        """Takes all cards away."""
        cards, self.cards = self.cards, []
        self.children = ()
        close_all(cards)
