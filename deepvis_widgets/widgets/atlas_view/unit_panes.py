"""The panes of a unit in an atlas: its strongest pictures, their deconvs, its numbers, and units to go on to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets

from ...atlas import Top, Unit
from ...core.network.network import Network
from ..kit.layout import box, class_field, dropdown
from ..link.frames import no_pictures
from ..link.protocol import Array
from ..link.push import push
from .answers import TopAnswer, UnitsAnswer
from .frames import stack
from .unit_list import PickGallery, UnitList
from .unit_statistics import UnitFacts

SIZE = 88
Go = Callable[[str, int], None]


class AtlasPanes:
    """`top`, `deconv`, `facts`, `finder` and `similar` of one unit. A click on one of its pictures calls `on_picture`
    with its Top, one on another unit `on_unit` with layer and channel. A UnitListener: answers may come on any thread.
    """

    def __init__(self, network: Network, group: str, on_unit: Go, on_picture: Callable[[Top], None]) -> None:
        self.top = TopPictures(group, "Strongest pictures", on_picture)
        self.deconv = TopPictures(group, "What in them it responds to", on_picture)
        self.facts = UnitFacts(network.labels)
        self.finder = ClassFinder(network.labels, group, on_unit)
        self.similar = UnitList(group, on_unit)
        self.similar.title = "Similar units"
        self._tops = {"top": self.top, "deconv": self.deconv}
        self._lists = {"similar": self.similar, "find": self.finder.units}

    def show_top(self, answer: TopAnswer) -> None:
        """Shows the strongest pictures, or their deconvs, as far as they are there."""
        self._tops[answer.kind].show(answer)

    def show_units(self, answer: UnitsAnswer) -> None:
        """Shows units to go on to."""
        self._lists[answer.kind].show(answer)

    def show_facts(self, unit: Unit, name: str) -> None:
        """Shows the numbers of a unit."""
        self.facts.show(unit, name)

    def refuse(self, kind: str, sentence: str) -> None:
        """Shows why there is nothing to show."""
        if kind in self._tops:
            self._tops[kind].refuse(sentence)
        elif kind in self._lists:
            push(self._lists[kind], notice=sentence)


class TopPictures(PickGallery):
    """The strongest pictures of a unit, or what it responded to in them; a click calls `on_pick` with the Top."""

    def __init__(self, group: str, title: str, on_pick: Callable[[Top], None]) -> None:
        super().__init__(group=group, title=title, size=SIZE, placeholder="No pictures of this unit.")
        self.add_class("dv-atlas-tops")
        self.unit: Unit | None = None
        self._on_pick = on_pick

    def show(self, answer: TopAnswer) -> None:
        """Says whose pictures come next, or shows the first of them."""
        if answer.pictures is None:
            self.unit = answer.unit
            captions = [f"{top.activation:.3g} · {top.name}" for top in answer.unit.top]
            push(self, captions=captions, notice="")
        else:
            self._show_pictures(answer.name, stack(answer.pictures) if answer.pictures else no_pictures())

    def refuse(self, sentence: str) -> None:
        """Shows why there is nothing to show."""
        self.unit = None
        push(self, notice=sentence)
        self._show_pictures("", no_pictures())

    def _show_pictures(self, caption: str, pictures: Array) -> None:
        self.push("pictures", {"caption": caption}, {"pictures": pictures})

    def pick(self, index: int) -> None:
        """Tells which of the pictures was clicked."""
        if self.unit is not None and index < len(self.unit.top):
            self._on_pick(self.unit.top[index])


class ClassFinder(ipywidgets.VBox):
    """What fires for a class: a field for the class, and the units that go with it best. `on_ask()` is set from
    outside and called when `label` or `here`, one layer instead of all, changes.
    """

    def __init__(self, labels: Sequence[str], group: str, on_unit: Go) -> None:
        self.on_ask: Callable[[], None] = lambda: None
        self._label = class_field(labels, "A class, by name or number", description="What fires for")
        self._where = dropdown("", [("in every layer", False), ("in this layer", True)], "Layers to search")
        self.units = UnitList(group, on_unit)
        self.units.placeholder = "Choose a class to see the units that go with it."
        super().__init__([box("dv-atlas-row", self._label, self._where), self.units])
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
