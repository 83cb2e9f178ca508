"""The tabs about the selected unit: its synthesized pictures, and what an atlas knows of it."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from ...atlas import Atlas, Top
from ...core.network.network import Network
from ...engine.engine import Engine
from ..atlas_view.build_form import AtlasBuilder
from ..atlas_view.unit_panes import AtlasPanes
from ..kit.layout import close_all
from .state import TABS

TITLES = ("synthesized", "top 9", "top 9 deconv", "facts", "find units")
TOOLTIPS = (
    "Pictures made for the unit",
    "The pictures on which the unit is strongest",
    "What in them the unit responds to (deconvnet)",
    "How its activations are spread, and its classes",
    "Units for a class, and units like this one",
)


class UnitTabs(ipywidgets.VBox):
    """One pane with what there is about the selected unit, behind a row of buttons."""

    def __init__(
        self,
        network: Network,
        group: str,
        synthesized: ipywidgets.Widget,
        on_unit: Callable[[str, int], object],
        on_picture: Callable[[Top], object],
        engine: Callable[[], Engine],
        on_atlas: Callable[[Atlas], object],
    ) -> None:
        self.choice = ipywidgets.ToggleButtons(
            options=list(zip(TITLES, TABS, strict=True)), tooltips=list(TOOLTIPS), tooltip="About the unit"
        )
        self.content = ipywidgets.VBox([synthesized]).add_class("dv-tab")
        self.panes = AtlasPanes(network, group, on_unit, on_picture)  # type: ignore[arg-type]
        self.builder = AtlasBuilder(network, engine, on_atlas)
        find = ipywidgets.VBox([self.panes.finder, self.panes.similar]).add_class("dv-atlas-find")
        parts = (synthesized, self.panes.top, self.panes.deconv, self.panes.facts, find)
        self._parts = dict(zip(TABS, parts, strict=True))
        super().__init__([self.choice, self.content])
        self.add_class("dv-unit-tabs")

    def show(self, tab: str, has_atlas: bool) -> None:
        """Shows a tab; what needs an atlas is the form that builds one while there is none."""
        part = self._parts[tab] if has_atlas or tab == TABS[0] else self.builder
        if self.content.children != (part,):
            self.content.children = [part]

    def close(self) -> None:
        """Frees all parts, those out of sight too."""
        if self.comm is not None:
            close_all([self.choice, *self._parts.values(), self.builder, self.content])
        super().close()
