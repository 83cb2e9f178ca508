"""All units of a layer as their strongest pictures, in an order of one's choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets
import numpy as np

from ...atlas import Atlas
from ...core.errors import DeepvisError
from ..kit.layout import box, class_field, display, dropdown
from ..views.unit_grid import UnitGrid

ORDERS = {"number": "number", "maximum": "maximum", "share of silent positions": "dead", "correlation with": "class"}


class AtlasSheet(ipywidgets.VBox):
    """A contact sheet of the layers of an atlas; `on_unit(layer, channel)` is called when a unit is chosen."""

    def __init__(self, atlas: Atlas, labels: Sequence[str], group: str, on_unit: Callable[[str, int], None]) -> None:
        self.atlas, self._on_unit = atlas, on_unit
        self.order = dropdown("Order by", list(ORDERS.items()), "Which units come first", value="number")
        self.label = class_field(labels, "The class of the correlation, by name or number", value=labels[0])
        self.grid = UnitGrid(group=group, mode="pictures", tile=84, unit=-1, cards=True, label="Units of the layer")
        super().__init__([box("dv-atlas-row", self.order, self.label), self.grid])
        self.add_class("dv-atlas-sheet")
        self.order.observe(lambda _: self._sort(), names="value")
        self.label.observe(lambda _: self._sort(), names="value")
        self.grid.observe(self._chosen, names="unit")
        self._show_label()

    def show(self, layer: str) -> None:
        """Shows a layer."""
        if layer != self.grid.layer:
            self.grid.forget()
            self.grid.layer, self.grid.count = layer, len(self.atlas.layer(layer).mean)
            self._sort()
        self.grid.unit = -1  # chosen is what is on a page of its own

    def scores(self) -> np.ndarray | None:
        """What the units are ordered by, the largest first; None: by number."""
        summary = self.atlas.layer(self.grid.layer)
        if self.order.value == "maximum":
            return summary.maximum
        if self.order.value == "dead":
            return summary.dead
        if self.order.value == "class":
            words = str(self.label.value).strip()
            index = self.atlas.network.class_index(int(words) if words.isdecimal() else words)
            found: np.ndarray = summary.correlation[:, index]
            return found
        return None

    def units(self) -> list[int]:
        """The channels in the order in which they stand."""
        try:
            keys = self.scores()
        except DeepvisError:  # there is no such class: they stand as before it was named
            keys = None
        return list(range(self.grid.count)) if keys is None else np.argsort(-keys, kind="stable").tolist()

    def _sort(self) -> None:
        self._show_label()
        try:
            keys = self.scores()
        except DeepvisError as error:
            self.grid.notice = str(error)
            return
        self.grid.notice = ""
        if keys is None:
            self.grid.sort = "index"
            return
        values = keys.astype(np.float32)
        self.grid.push("stats", {"layer": self.grid.layer}, {"lo": values, "hi": values, "mean": values})
        # both orders are by these keys: the grid arranges itself anew when the name of its order changes
        self.grid.sort = "mean" if self.grid.sort == "max" else "max"

    def _show_label(self) -> None:
        display(self.label, self.order.value == "class")

    def _chosen(self, change: dict[str, int]) -> None:
        if change["new"] >= 0:
            self._on_unit(self.grid.layer, change["new"])
