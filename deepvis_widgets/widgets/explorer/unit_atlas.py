"""The atlas of one Explorer: the one given, the one that ships with the package, or one built here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from ...atlas import Atlas
from ...core.errors import DeepvisError
from ...core.network.network import Network
from ...core.network.target import Target
from ...engine.client import Client
from ...engine.main_thread import MainThread
from ..atlas_view.feed import AtlasFeed
from ..atlas_view.frames import find_atlas, stack
from ..link.protocol import Frame
from ..views.unit_grid import UnitGrid
from .answers import AtlasInUse, GridNotice, StoredPictures
from .state import TABS, ExplorerState
from .unit_tabs import UnitTabs


class ExplorerAtlas:
    """Reads the atlas for the tabs; `publish` is told AtlasInUse, StoredPictures and GridNotice, `say`
    what went wrong.

    `drawing()` says whether pictures of the unit are being drawn: those of the atlas wait then.
    """

    def __init__(
        self,
        state: ExplorerState,
        client: Client,
        main: MainThread,
        publish: Callable[[object], object],
        say: Callable[[str], object],
        tabs: UnitTabs,
        drawing: Callable[[], bool],
    ) -> None:
        self._state, self._client, self._main, self._publish, self._say = state, client, main, publish, say
        self._tabs, self._drawing = tabs, drawing
        self.feed = AtlasFeed(state.network, client.engine, tabs.panes)
        tabs.panes.finder.on_ask = self._search
        state.observe(lambda _: self.refresh(), names=["layer", "unit", "about"])
        state.observe(lambda _: self._follow_layer(), names="layer")
        self._show_tab()

    def open(self, source: Any) -> None:
        """Looks for the atlas when the first answers are there, so that nothing waits for it."""
        network = self._state.network
        self._client.ask(
            "atlas",
            lambda _: _found(network, source),
            lambda found: self._main.run(self._refuse if isinstance(found, str) else self.use, found),
            long=True,
            on_error=lambda sentence: self._main.run(self._refuse, sentence),
            doing="opening the atlas",
        )

    def use(self, atlas: Atlas | None) -> None:
        """Shows this atlas from now on; None: none. On the main thread."""
        if self._client.closed:
            return
        self.feed.atlas = atlas
        self._publish(AtlasInUse(atlas is not None, atlas is not None and not atlas.has_patterns))
        self.refresh()

    def refresh(self) -> None:
        """Shows what the tab is about, for the selected unit."""
        state, tab, atlas = self._state, self._state.about, self.feed.atlas
        self._show_tab()
        if atlas is None:
            return
        if tab == TABS[0]:
            self._show_stored(atlas)
            return
        if not atlas.has_pictures:
            return
        if tab == "find":
            self._suggest()
        self.feed.show(state.layer, state.unit, ["similar" if tab == "find" else tab])

    def _show_stored(self, atlas: Atlas) -> None:
        """The synthesized pictures that the atlas has of the selected unit; Start draws others."""
        layer, channel = self._state.layer, self._state.unit
        stored = atlas.patterns(layer, channel)
        if stored and not self._drawing():
            self._publish(StoredPictures(Target(channel, layer), stack(stored)))

    def _show_tab(self) -> None:
        atlas = self.feed.atlas
        self._tabs.show(self._state.about, atlas is not None and atlas.has_pictures)

    def _refuse(self, sentence: str) -> None:
        """An atlas that does not fit: one sentence where its pictures would be; the one in use stays."""
        if not self._client.closed:
            self._tabs.builder.say(sentence)
            if self.feed.atlas is not None:
                self._say(sentence)

    def _follow_layer(self) -> None:
        if self._state.about == "find" and self._tabs.panes.finder.here:
            self._search()

    def _search(self) -> None:
        finder = self._tabs.panes.finder
        self.feed.search(finder.label, self._state.layer if finder.here else None)

    def _suggest(self) -> None:
        """Begins with the class that is explained."""
        state, finder = self._state, self._tabs.panes.finder
        chosen = state.top if state.target is None else state.target
        if not finder.label and chosen is not None:
            finder.label = state.network.labels[chosen]

    def known_picture(self, layer: str, channel: int) -> Tensor | None:
        """A unit's picture for the grid; None where the atlas has none. On the engine's thread."""
        try:
            return self.feed.sheet_picture(layer, channel)
        except DeepvisError as error:  # its pictures are gone: the unit is drawn instead
            self._publish(GridNotice(str(error)))
            return None

    def answer_card(self, grid: UnitGrid, frame: Frame) -> None:
        """Sends the card of the unit that a grid asks for."""
        self.feed.answer_card(grid, frame)

    def close(self) -> None:
        """Stops reading and building."""
        self._tabs.builder.stop()
        self.feed.close()


def _found(network: Network, source: Any) -> Atlas | str | None:
    """The atlas of a network; a sentence where it does not fit."""
    try:
        return find_atlas(network, source)
    except DeepvisError as error:
        return str(error)
