"""Small maps side by side, each over a button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import ipywidgets
from torch import Tensor

from ..kit.layout import button, classed, display
from ..link.frames import plane_frame, symmetric_range
from ..link.push import push
from ..views.map_view import MapView

SMALL = 136  # css px of a map: eight are as wide as a notebook
LARGER = 220  # five are


class MapRow(ipywidgets.Box):
    """`on_pick(place)` is called for a button or, if asked, its map. `show` and `mark` may be called on any thread.

    With `pictured` there is room in `pairs` for a picture of each, twice as wide as high, between map and button.
    """

    def __init__(
        self,
        count: int,
        group: str,
        on_pick: Callable[[int], None],
        maps_too: bool,
        size: int = SMALL,
        pictured: bool = False,
    ) -> None:
        places = range(count)
        self.maps = [MapView(group=group, size=size, colormap="blue-red", signed=True) for _ in places]
        self.pairs = [MapView(size=size, interactive=False, smooth=True) for _ in places if pictured]
        self.buttons = [button(width=f"{size}px", on_click=partial(on_pick, place)) for place in places]
        columns = zip(self.maps, *([self.pairs] if pictured else []), self.buttons, strict=True)
        self.cards = [classed(ipywidgets.VBox(list(column)), "dv-lab-card") for column in columns]
        super().__init__(self.cards)
        self.add_class("dv-lab-row")
        for place, shown in enumerate(self.maps if maps_too else ()):
            shown.observe(lambda change, place=place: self._clicked(change, place, on_pick), names="position")

    def show(
        self,
        maps: Tensor,
        size: tuple[int, int],
        names: Sequence[str],
        lines: Sequence[str],
        tips: Sequence[str],
        between: tuple[float, float] | None = None,
    ) -> None:
        """Shows maps (n, h, w), all in the same colours, and hides the places that are left."""
        for place, card in enumerate(self.cards):
            display(card, place < len(maps))
        for place, values in enumerate(maps):
            push(self.maps[place], label=tips[place])
            self.maps[place].push(
                "map", *plane_frame(values, size, between or symmetric_range(maps), lines[place].split("\n"))
            )
            push(self.buttons[place], description=names[place], tooltip=tips[place])

    def mark(self, chosen: Sequence[int], name: str = "dv-chosen") -> None:
        """Marks the cards at these places, and no others."""
        for place, card in enumerate(self.cards):
            others = tuple(other for other in card._dom_classes if other != name)
            push(card, _dom_classes=(*others, name) if place in chosen else others)

    def _clicked(self, change: dict[str, object], place: int, on_pick: Callable[[int], None]) -> None:
        if change["new"] is not None:
            self.maps[place].position = None
            on_pick(place)
