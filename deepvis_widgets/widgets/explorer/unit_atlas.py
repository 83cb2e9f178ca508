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
from ..atlas_view.frames import stack, top_picture
from ..remake.atlases import as_atlas
from .answers import AtlasInUse, GridNotice, StoredPictures
from .atlas_pane import AtlasPane
from .state import ExplorerState

NO_PATCHES = "No atlas of this network has seen pictures yet; “top 9” at the unit builds one from a folder."
KINDS = ("top", "deconv", "facts")  # what the card shows of a unit


class ExplorerAtlas:
    """Reads the atlas for the card and the grid; `publish` is told AtlasInUse, StoredPictures and GridNotice, `say`
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
        pane: AtlasPane,
        drawing: Callable[[], bool],
    ) -> None:
        self._state, self._client, self._main, self._publish, self._say = state, client, main, publish, say
        self._pane, self._drawing = pane, drawing
        self.feed = AtlasFeed(state.network, client.engine, pane)
        state.observe(lambda _: self.refresh(), names=["layer", "unit", "about"])

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
        found = atlas is not None and atlas.has_pictures
        self._pane.port.put(found=found, looked=True)
        self._publish(AtlasInUse(found))
        self.refresh()

    def refresh(self) -> None:
        """Shows what the atlas knows of the selected unit."""
        state, atlas = self._state, self.feed.atlas
        if atlas is not None:
            self.show_patterns()
            if atlas.has_pictures:
                self.feed.show(state.layer, state.unit, [*KINDS, "similar"] if state.about == "find" else KINDS)

    def show_patterns(self) -> bool:
        """Shows the synthesized pictures that the atlas has of the selected unit, and returns whether it has some."""
        layer, channel = self._state.layer, self._state.unit
        stored = [] if self.feed.atlas is None else self.feed.atlas.patterns(layer, channel)
        if stored and not self._drawing():
            self._publish(StoredPictures(Target(channel, layer), stack(stored)))
        return bool(stored)

    def _refuse(self, sentence: str) -> None:
        """An atlas that does not fit: one sentence where its pictures would be; the one in use stays."""
        if not self._client.closed:
            self._pane.port.put(looked=True)
            self._pane.build.say(sentence)
            self._say(sentence)

    def search(self, label: str, here: bool) -> None:
        """Looks for the units that fire for a class, of the layer shown or of all."""
        self.feed.search(label, self._state.layer if here else None)

    def knows_patterns(self, layer: str) -> bool:
        """Whether the atlas has synthesized pictures of the units of a layer."""
        return self.feed.atlas is not None and bool(self.feed.atlas.patterns(layer, 0))

    def known_picture(self, layer: str, channel: int, mode: str) -> Tensor | None:
        """A unit's picture for the grid; None where the atlas has none. On the engine's thread."""
        atlas = self.feed.atlas
        try:
            if mode == "patches":
                if atlas is None or not atlas.has_pictures:
                    raise DeepvisError(NO_PATCHES)
                place = atlas.stand_in(layer, channel)
                return None if place is None else top_picture(atlas, *place)
            return self.feed.sheet_picture(layer, channel)
        except DeepvisError as error:  # there are no pictures, or none any more
            self._publish(GridNotice(str(error)))
            return None

    def close(self) -> None:
        """Stops reading and building."""
        self._pane.build.stop()
        self.feed.close()


def _found(network: Network, source: Any) -> Atlas | str | None:
    """The atlas of a network; a sentence where it does not fit."""
    try:
        return as_atlas(network, source)
    except DeepvisError as error:
        return str(error)
