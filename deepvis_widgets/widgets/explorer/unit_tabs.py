"""What an atlas adds to the Explorer: tabs about the selected unit, a grid of pictures, cards, ways to other units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets
from torch import Tensor

from ...atlas import Atlas, Top
from ...core.errors import DeepvisError
from ...core.network.network import Network
from ..atlas_view.build_form import AtlasBuilder
from ..atlas_view.feed import AtlasFeed
from ..atlas_view.frames import find_atlas, stack
from ..atlas_view.unit_panes import AtlasPanes
from ..kit.layout import close_all
from .state import TABS

if TYPE_CHECKING:
    from .explorer import Explorer

TITLES = ("synthesized", "top 9", "top 9 deconv", "facts", "find units")
TOOLTIPS = (
    "Pictures made for the unit",
    "The pictures on which the unit is strongest",
    "What in them the unit responds to (deconvnet)",
    "How its activations are spread, and its classes",
    "Units for a class, and units like this one",
)
SLOT = "atlas"


class UnitTabs(ipywidgets.VBox):
    """One pane with what there is about the selected unit, behind a row of buttons."""

    def __init__(self, explorer: Explorer, network: Network, group: str, synthesized: ipywidgets.Widget) -> None:
        self.choice = ipywidgets.ToggleButtons(
            options=list(zip(TITLES, TABS, strict=True)), tooltips=list(TOOLTIPS), tooltip="About the unit"
        )
        self.content = ipywidgets.VBox([synthesized]).add_class("dv-tab")
        self.panes = AtlasPanes(network, group, explorer.visit, explorer.show_top)
        self.builder = AtlasBuilder(network, lambda: explorer.updates.engine, explorer.use_atlas)
        find = ipywidgets.VBox([self.panes.finder, self.panes.similar]).add_class("dv-atlas-find")
        parts = (synthesized, self.panes.top, self.panes.deconv, self.panes.facts, find)
        self._parts = dict(zip(TABS, parts, strict=True))
        super().__init__([self.choice, self.content])
        self.add_class("dv-unit-tabs")

    def show(self, tab: str, has_atlas: bool) -> None:
        """Show a tab; what needs an atlas is the form that builds one while there is none."""
        part = self._parts[tab] if has_atlas or tab == TABS[0] else self.builder
        if self.content.children != (part,):
            self.content.children = [part]

    def close(self) -> None:
        """Free all parts, those out of sight too."""
        if self.comm is not None:
            close_all([self.choice, *self._parts.values(), self.builder, self.content])
        super().close()


class ExplorerAtlas:
    """Connects one Explorer with its atlas: the one given, the one that ships with the package, or one built here."""

    def __init__(self, explorer: Explorer, source: Any) -> None:
        self.explorer, self.tabs = explorer, explorer.panes.tabs
        self.feed = AtlasFeed(explorer.network, explorer.updates.engine, self.tabs.panes)
        self.panes = self.tabs.panes
        self.panes.finder.on_ask = self._search
        explorer.updates.known_picture = self._known_picture
        explorer.panes.grid.on_frame("card", lambda frame: self.feed.answer_card(explorer.panes.grid, frame))
        explorer.observe(lambda _: self.refresh(), names=["layer", "unit", "about"])
        explorer.observe(lambda _: self._layer_changed(), names="layer")
        self._show_tab()
        self.open(source)

    def open(self, source: Any) -> None:
        """Look for the atlas when the first answers are there, so that nothing waits for it."""
        explorer = self.explorer
        explorer.updates.engine.submit(
            SLOT,
            lambda _: _found(explorer.network, source),
            long=True,
            on_result=lambda found: self._refuse(found) if isinstance(found, str) else self.use(found),
            on_error=lambda sentence, _: self._refuse(sentence),
            doing="opening the atlas",
        )

    def use(self, atlas: Atlas | None) -> None:
        """Show this atlas from now on; None: none."""
        self.feed.atlas = atlas
        self.explorer.panes.grid.cards = atlas is not None
        self.explorer.panes.name_pictures(atlas is not None and not atlas.has_patterns)
        self.refresh()
        if self.explorer.tiles == "pictures":
            self.explorer.updates.draw_pattern()

    def refresh(self) -> None:
        """Show what the tab is about, for the selected unit."""
        explorer, tab = self.explorer, self.explorer.about
        self._show_tab()
        if self.feed.atlas is None:
            return
        if tab == TABS[0]:
            self._show_stored(self.feed.atlas)
            return
        if tab == "find":
            self._suggest()
        self.feed.show(explorer.layer, explorer.unit, ["similar" if tab == "find" else tab])

    def _show_stored(self, atlas: Atlas) -> None:
        """The synthesized pictures that the atlas has of the selected unit; Start draws others."""
        explorer, gallery = self.explorer, self.explorer.panes.gallery
        stored = atlas.patterns(explorer.layer, explorer.unit)
        if stored and not gallery.running:
            gallery.push("pictures", {"caption": f"{explorer.layer}:{explorer.unit}"}, {"pictures": stack(stored)})

    def _show_tab(self) -> None:
        self.tabs.show(self.explorer.about, self.feed.atlas is not None)

    def _refuse(self, sentence: str) -> None:
        """An atlas that does not fit: one sentence where its pictures would be; the one in use stays."""
        self.tabs.builder.say(sentence)
        if self.feed.atlas is not None:
            self.explorer.panes.stage.notice = sentence

    def _layer_changed(self) -> None:
        if self.explorer.about == "find" and self.panes.finder.here:
            self._search()

    def _search(self) -> None:
        self.feed.search(self.explorer.layer if self.panes.finder.here else None)

    def _suggest(self) -> None:
        """Begin with the class that is explained."""
        explorer, finder = self.explorer, self.panes.finder
        chosen = explorer.updates.top if explorer.target is None else explorer.target
        if not finder.label and chosen is not None:
            finder.label = explorer.network.labels[chosen]

    def _known_picture(self, layer: str, channel: int) -> Tensor | None:
        try:
            return self.feed.sheet_picture(layer, channel)
        except DeepvisError as error:  # its pictures are gone: the unit is drawn instead
            self.explorer.panes.grid.notice = str(error)
            return None

    def visit(self, layer: str, channel: int) -> None:
        """Go to a unit."""
        if layer != self.explorer.layer:
            self.explorer.layer = layer
        self.explorer.unit = channel

    def show_top(self, top: Top) -> None:
        """Show a picture that the unit is strongest on, and the place where it is."""
        explorer = self.explorer
        explorer.panes.pictures.leave()
        try:
            explorer.image = top.view
            explorer.position = top.position
        except DeepvisError as error:
            explorer.panes.stage.notice = str(error)

    def close(self) -> None:
        """Stop reading and building."""
        self.tabs.builder.stop()
        self.feed.close()


def _found(network: Network, source: Any) -> Atlas | str | None:
    """The atlas of a network; a sentence where it does not fit."""
    try:
        return find_atlas(network, source)
    except DeepvisError as error:
        return str(error)
