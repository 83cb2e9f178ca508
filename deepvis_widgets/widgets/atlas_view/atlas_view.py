"""An atlas to leaf through: a sheet for each layer, a page for each unit."""

from __future__ import annotations

import html
import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

import ipywidgets

from ...atlas import Atlas, Top
from ...core.errors import DeepvisError
from ...core.picture.picture import to_bytes
from ...engine.client import Client
from ..kit.arguments import as_network
from ..kit.layout import box, button, classed, close_all, display, dropdown
from ..kit.layout import html as text
from ..kit.root import RootWidget
from ..link.protocol import Frame
from ..link.push import push
from ..page.parts import Page
from ..remake.atlases import as_atlas, atlas_argument
from ..remake.recipe import Call, Explanation, Named
from ..views.stage import Stage
from . import handout
from .address import link_to, page_address, page_link
from .contact_sheet import AtlasSheet
from .feed import AtlasFeed
from .pattern_gallery import AtlasWanted
from .pattern_session import PatternSession
from .state import AtlasState
from .unit_panes import AtlasPanes


class AtlasView(AtlasState, RootWidget):
    """The layers of an atlas as contact sheets, and a page for each unit: strongest pictures, deconvs,
    synthesized pictures (drawn on demand where the atlas has none), histogram, classes, similar units.

    `atlas` is a dv.Atlas, or the folder of one; `network` a Network, a module or a name for dv.load, which may be left
    out for a dv.Atlas. `atlas` None is the one that ships with an embedded network. `address`, a layer as in
    "features.relu5" or a unit as in "features.relu5:12", is where it opens, and the trait that says where it is; it may
    be set, observed and linked. On a page of Voilà the link of the page goes before: `?unit=features.relu5:12`.

    Raises DeepvisError where the atlas is of another network, or has no such address.

    >>> import deepvis_widgets as dv
    >>> view = dv.AtlasView(None, "husky-wolf", "features.relu5:12")
    >>> view.go("features.relu3", 4)
    >>> view.address
    'features.relu3:4'
    >>> view.close()
    """

    ARGUMENTS = "atlas", "network", "address"

    def __init__(self, atlas: Any = None, network: Any = None, address: str | None = None) -> None:
        super().__init__(_opened(atlas, network), address)
        self.network = self.atlas.network
        self._source = None if atlas is None else str(self.atlas.folder)
        self.client = Client(self.network, self._say)
        self._make(uuid.uuid4().hex)
        self._start()

    def _make(self, group: str) -> None:
        self._make_bar()
        self.panes = AtlasPanes(self.network, group, self.go, self._show_top)
        self.feed = AtlasFeed(self.network, self.client.engine, self.panes)
        self.feed.atlas = self.atlas
        self.sheet = AtlasSheet(self.atlas, self.network.labels, group, self.go)
        self.stage = Stage(
            group=group, zoom=320, draw_occluder=False, label="The picture, and what the unit sees of it"
        )
        self.patterns = PatternSession(self.client)
        self.wanted = AtlasWanted(self.atlas, self.patterns, group)
        pages = [self.panes.top, self.stage, self.panes.deconv, self.wanted, self.panes.facts, self.panes.similar]
        self.unit_page = classed(ipywidgets.VBox(pages), "dv-atlas-page")
        self._content = ipywidgets.VBox()
        self.children = [self._bar, self._link, self._said, self._content]
        self.add_class("dv-atlas-view")

    def _make_bar(self) -> None:
        self._layer = dropdown("Layer", self.atlas.layers, "Layer of the sheet")
        self._where = ipywidgets.Text(
            description="Go to", placeholder="layer:unit", continuous_update=False, tooltip="Address of a layer or unit"
        )
        self._back = button("All units of the layer", "All units of the layer", "th", self.go_to_layer)
        self._previous = button("", "Previous unit", "chevron-left", lambda: self.step(-1))
        self._next = button("", "Next unit", "chevron-right", lambda: self.step(1))
        self._link, self._said = text("dv-atlas-link"), text("dv-atlas-said")
        self._bar = box("dv-atlas-row")

    def _start(self) -> None:
        self.sheet.grid.on_frame("visible", self._visible)
        self.sheet.grid.on_frame("card", lambda frame: self.feed.answer_card(self.sheet.grid, frame))
        self._layer.observe(lambda change: self._go_to(change["new"]), names="value")
        self._where.observe(lambda change: self._go_to(change["new"]), names="value")
        self.observe(lambda _: self._show(), names="address")
        self._show()
        self._go_to(page_address() or "")  # a reader who follows a link wants what it says

    def argument(self, name: str) -> Any:
        """The present value of an argument of the construction."""
        return atlas_argument(self.atlas, self.network) if name == "atlas" else super().argument(name)

    def explanations(self) -> Sequence[Explanation]:
        """The strongest pictures of the unit whose page is open."""
        layer, channel = self.place
        if channel is None:
            return ()
        folder = self.argument("atlas")
        shipped = Call("shipped_atlas", (self.network,), where="atlas.shipped")
        opened = shipped if folder is None else Call("Atlas.open", (folder, self.network))
        unit = Call("unit", (layer, channel), of=Named("atlas"))
        return [
            Explanation("atlas", opened, "the page shown; found.top has its pictures"),
            Explanation("found", unit),
        ]

    def ending(self) -> None:
        """Stops reading, and frees what is out of sight."""
        self.patterns.stop()
        self.feed.close()
        self.client.close()
        controls = [self._layer, self._back, self._previous, self._next, self._where]
        close_all([*controls, self.sheet, self.unit_page, self.panes.finder])

    def page(self) -> Page:
        """The units round the one that is shown, or the first ones of the sheet, with all that is known of each."""
        layer, channel = self.place
        seen, known = partial(self.feed.picture, self.atlas), partial(self.feed.is_known, self.atlas)
        shelf = handout.Shelf(self.atlas, seen, known, self.feed.sheet_picture, self.wanted.known)
        if channel is None:
            return Page(self.called, handout.sheet(shelf, layer, self.sheet.units()))
        return Page(self.called, handout.around(shelf, layer, channel, self.network.layers[layer].channels))

    # --- pages ---

    def _show(self) -> None:
        layer, channel = self.place
        self._said.value, self._where.value = "", self.address
        self._link.value = _link_words(self.address, self._source)
        if channel is None:
            self._layer.value = layer
            self._bar.children = [self._layer, self._where]
            self.patterns.stop()
            self._content.children = [self.sheet]
            self.sheet.show(layer)
            return
        self._bar.children = [self._back, self._previous, self._next, self._where]
        display(self.stage, False)
        self._content.children = [self.unit_page]
        self.wanted.expect(layer, channel)
        self.feed.show(layer, channel)

    def _go_to(self, address: str) -> None:
        """Goes where a control says; a place that does not exist is a sentence, and the page stays."""
        if address != self.address and address.strip():
            try:
                self.address = address
            except DeepvisError as error:
                self._say(str(error))

    def _say(self, sentence: str) -> None:
        push(self._said, value=html.escape(sentence))

    def _visible(self, frame: Frame) -> None:
        layer = str(frame.meta["layer"])
        if layer == self.sheet.grid.layer:
            self.feed.fill(self.sheet.grid, layer, frame.arrays["units"].tolist(), frame.seq)
        else:
            self.sheet.grid.ack(frame.seq)

    def _show_top(self, top: Top) -> None:
        """Shows the whole picture of a patch, with what the unit sees of it."""
        try:
            picture = to_bytes(top.view)
        except DeepvisError as error:
            self._say(str(error))
            return
        self.stage.push("picture", arrays={"picture": picture, "fill": picture})
        self.stage.boxes = [{"box": list(top.box), "kind": "field", "label": self.address}]
        display(self.stage, True)


def _opened(atlas: Any, network: Any) -> Atlas:
    if network is None:
        if isinstance(atlas, Atlas):
            return atlas
        raise DeepvisError("AtlasView needs the network of its atlas: dv.AtlasView(atlas, network).")
    found = as_atlas(as_network(network), atlas)
    if found is None:
        raise DeepvisError("No atlas ships for this network; build one with dv.Atlas.build and give it as atlas=.")
    return found


def _link_words(address: str, folder: str | None) -> str:
    """A link where the page has one; in a notebook, whose link knows no widgets, the line that opens the page again."""
    page = page_link()
    if page is not None:
        link = html.escape(link_to(address, page))
        return f'Link to this page: <a href="{link}" target="_blank">{link}</a>'
    line = html.escape(f"dv.AtlasView({folder!r}, net, {address!r})")
    return (
        f"Address: <code>{html.escape(address)}</code> · "
        f"opens this page again, with net the same network: <code>{line}</code>"
    )
