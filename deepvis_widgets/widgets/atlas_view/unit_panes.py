"""The panes of a unit in an atlas: its strongest pictures, their deconvs, its numbers, and units to go on to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets

from ...atlas import Top, Unit
from ...core.network.network import Network
from ..link.frames import no_pictures
from ..link.protocol import Array
from ..views.gallery import Gallery
from .frames import captions, stack
from .unit_list import UnitList
from .unit_statistics import UnitFacts

SIZE = 88
Go = Callable[[str, int], None]


class AtlasPanes:
    """`top`, `deconv`, `facts`, `finder` and `similar` of one unit. A click on one of its pictures calls `on_picture`
    with its Top, one on another unit `on_unit` with layer and channel.
    """

    def __init__(self, network: Network, group: str, on_unit: Go, on_picture: Callable[[Top], None]) -> None:
        self.top = TopPictures(group, "Strongest pictures", on_picture)
        self.deconv = TopPictures(group, "What in them it responds to", on_picture)
        self.facts = UnitFacts(network.labels)
        self.finder = ClassFinder(network.labels, group, on_unit)
        self.similar = UnitList(group, on_unit)
        self.similar.title = "Similar units"


class TopPictures(Gallery):
    """The strongest pictures of a unit, or what it responded to in them; a click calls `on_pick` with the Top."""

    def __init__(self, group: str, title: str, on_pick: Callable[[Top], None]) -> None:
        super().__init__(group=group, title=title, size=SIZE, startable=False, placeholder="No pictures of this unit.")
        self.add_class("dv-atlas-tops")
        self.unit: Unit | None = None
        self._name = ""
        self._on_pick = on_pick
        self.observe(self._picked, names="chosen")

    def expect(self, unit: Unit, name: str) -> None:
        """Say whose pictures come next; `name` is that of the unit selected, which `unit` may stand in for."""
        self.unit, self._name, self.notice = unit, name, ""
        self.captions = captions(unit)

    def show(self, pictures: Sequence[object]) -> None:
        """Show the first of its pictures (3, h, w)."""
        if self.unit is not None:
            self._show(stack(pictures) if pictures else no_pictures())  # type: ignore[arg-type]

    def refuse(self, sentence: str) -> None:
        """Show why there is nothing to show."""
        self.unit, self.notice = None, sentence
        self.push("pictures", {"caption": ""}, {"pictures": no_pictures()})

    def _show(self, pictures: Array) -> None:
        self.push("pictures", {"caption": self._name}, {"pictures": pictures})

    def _picked(self, change: dict[str, int]) -> None:
        chosen = change["new"]
        if chosen >= 0:
            self.chosen = -1
            if self.unit is not None and chosen < len(self.unit.top):
                self._on_pick(self.unit.top[chosen])


class ClassFinder(ipywidgets.VBox):
    """What fires for a class: a field for the class, and the units that go with it best. `on_ask()` is set from
    outside and called when `label` or `here`, one layer instead of all, changes.
    """

    def __init__(self, labels: Sequence[str], group: str, on_unit: Go) -> None:
        self.on_ask: Callable[[], None] = lambda: None
        self._label = ipywidgets.Combobox(
            options=list(dict.fromkeys(labels)),
            description="What fires for",
            placeholder="a class, then Enter",
            continuous_update=False,
            tooltip="A class, by name or number",
        )
        self._where = ipywidgets.Dropdown(
            options=[("in every layer", False), ("in this layer", True)], tooltip="Layers to search"
        )
        self.units = UnitList(group, on_unit)
        self.units.placeholder = "Choose a class to see the units that go with it."
        row = ipywidgets.Box([self._label, self._where]).add_class("dv-atlas-row")
        super().__init__([row, self.units])
        self.add_class("dv-atlas-find")
        for control in (self._label, self._where):
            control.observe(lambda _: self.on_ask(), names="value")

    @property
    def label(self) -> str:
        """The class asked for, as it was typed; setting it asks."""
        return str(self._label.value).strip()

    @label.setter
    def label(self, label: str) -> None:
        self._label.value = label

    @property
    def here(self) -> bool:
        """Whether one layer is searched."""
        return bool(self._where.value)
