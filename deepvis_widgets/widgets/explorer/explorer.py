"""The Explorer: the Deep Visualization Toolbox in a notebook cell."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import ipywidgets
import traitlets
from torch import Tensor

from ...atlas import Atlas, Top
from ...core.attention.heads import Heads
from ...core.errors import DeepvisError
from ..atlas_view.frames import left_out
from ..kit.arguments import as_network, as_pictures, default_method, given_pictures
from ..kit.root import LiveRoot
from ..link.live_widget import STYLE, built
from ..link.port import Port
from ..page.html import PATIENCE, checked, write_page
from ..page.parts import Page
from ..remake.atlases import atlas_argument
from ..remake.networks import class_said
from ..remake.recipe import Explanation
from .answers import AtlasInUse, Tiles
from .atlas_pane import AtlasActs, AtlasPane
from .commands import Commands
from .handout.living import living
from .handout.shown import shown
from .in_page.network_pane import NetworkPane
from .panes import Acts, Done, Panes
from .remake.recipe import SETTINGS, explanations, held, settings
from .session import Session
from .state import TABS, ExplorerState, Follows
from .unit_atlas import ExplorerAtlas
from .unit_pictures import PICTURED, Synthesis
from .why.circuit_below import CircuitBelow, Given


class Explorer(ExplorerState, LiveRoot):
    """Every layer and unit of an image network on one picture, live.

    `network` is a Network, a module, or a name for dv.load; `picture` anything a picture can be made of (None: the
    first ready scene); `pictures` further ones to choose from: a folder, or a list. `names` gives layers prettier
    titles. `atlas` is a dv.Atlas of the network, or the folder of one; None: the one that ships with the package, if
    there is one, else a form offers to build one.

    Its traits, which ExplorerState names, may be set, observed and linked from Python; the browser and Python always
    agree on them. Setting one to something that does not exist raises DeepvisError and changes nothing. `close()` ends
    the thread and frees cache and graph.

    >>> import deepvis_widgets as dv
    >>> explorer = dv.Explorer("husky-wolf", dv.scene("wolf", seed=3))
    >>> explorer.layer, explorer.unit = "features.conv2", 5
    >>> explorer.occluder = (40, 40, 32, 32)
    >>> explorer.close()
    """

    ARGUMENTS = "network", "picture", "pictures", "layer", "unit", "target", "names", "atlas"
    SETTINGS = SETTINGS
    STARTED = ("unit",)

    circuit_board = Follows(
        None, "the sheet “why” opens it", help="the circuit board under the Explorer, None while there is none"
    ).tag(sync=True, **ipywidgets.widget_serialization)

    _esm = built("explorer.js")
    _css = STYLE

    def __init__(
        self,
        network: Any = "husky-wolf",
        picture: Any = None,
        *,
        pictures: Any = None,
        layer: str | None = None,
        unit: int | None = None,
        target: int | str | None = None,
        names: dict[str, str] | None = None,
        atlas: Any = None,
    ) -> None:
        loaded, choices = as_network(network), as_pictures(pictures)
        self.begin(loaded, choices[0][1] if picture is None else picture, layer, unit, target)
        self.about = TABS[0] if atlas is None else TABS[1]
        self._titles, self._given_atlas = names, atlas
        super().__init__(group=uuid.uuid4().hex)
        self.session = session = Session(self, self.together)
        self.unit_pictures = Synthesis(self, session.client, session.publish)
        self.commands = Commands(self, lambda by: self.panes.pictures.step(by), self.unit_pictures.toggle)
        self.panes = Panes(self, self, self.blocks, choices, names or {}, self._acts())
        self._pane = AtlasPane(loaded, Port(self, "atlas"), lambda: session.client.engine, self._atlas_acts())
        self._atlas = ExplorerAtlas(
            self,
            session.client,
            session.main,
            session.publish,
            session.say,
            self._pane,
            lambda: self.unit_pictures.running,
        )
        self.unit_pictures.known_picture = self._atlas.known_picture
        self.panes.follow(session.subscribe)
        self.panes.why.ask_with(session.client, self.unit_pictures.known)
        given = Given(lambda: given_pictures(self.panes.pictures.choices), lambda: self.atlas)
        self._below = CircuitBelow(self, self.panes.why, given, lambda board: self.set_trait("circuit_board", board))
        ribbon, engine = self.panes.ribbon, session.client.engine
        self._in_page = NetworkPane(self, Port(self, "in_page"), lambda: ribbon.titles, lambda: engine.cache)
        self._in_page.follow(session.subscribe)
        page = self.panes.page
        page.on_frame("code", lambda _: page.put(code=self.code(), saved=""))
        page.on_frame("save", lambda _: page.put(saved=self.save_beside()))
        session.subscribe(AtlasInUse, self._follow_atlas)
        self.observe(lambda _: self._suit_tiles(), names="layer")
        session.subscribe(Tiles, self._follow_tiles)
        session.refresh()
        self._atlas.open(atlas)
        session.survey_methods()

    def _acts(self) -> Acts:
        session, pictures = self.session, self.unit_pictures
        return Acts(
            show=self.show,
            pick=self.pick,
            drag=session.drag,
            scroll=self._scroll,
            film=session.film,
            press=self.press,
            stop_method=session.explanations.stop,
            say=session.say,
            show_pictures=self._show_pictures,
            draw_pictures=pictures.draw,
            stop_pictures=pictures.stop,
            ask_card=lambda port, frame: self._atlas.feed.answer_card(port, frame),
        )

    def _atlas_acts(self) -> AtlasActs:
        main = self.session.main
        return AtlasActs(
            visit=self.visit,
            show_top=self.show_top,
            search=lambda label, here: self._atlas.search(label, here),
            use_atlas=lambda atlas: main.run(self.use_atlas, atlas),
        )

    def _show_pictures(self) -> None:
        """What the selected unit wants to see: drawn now, unless the atlas has it."""
        if not self._atlas.show_patterns():
            self.unit_pictures.draw()

    def _scroll(self, units: Tensor, done: Done) -> None:
        self.session.scroll(units, done)
        if self.tiles in PICTURED:
            self.unit_pictures.fill_grid()

    def _follow_atlas(self, _: AtlasInUse) -> None:
        self._suit_tiles()
        self.unit_pictures.fill_grid()

    def _suit_tiles(self) -> None:
        """Shows what units want to see wherever that is known, else their maps, unless something was chosen."""
        if not self.tiles_chosen:
            self.tiles = "pictures" if self._atlas.knows_patterns(self.layer) else "activation"
            self.tiles_chosen = False

    def _follow_tiles(self, tiles: Tiles) -> None:
        """Selects the strongest unit of a layer in which none was selected before; on the engine's thread."""
        if not self.unit_chosen and not tiles.gradient:
            self.session.main.run(self.choose_unit, tiles.maps.layer.name, int(tiles.maps.high.argmax()))

    # --- how it is made again ---

    def argument(self, name: str) -> Any:
        """The present value of an argument of the construction."""
        if name in ("layer", "unit"):
            return held(self).layer if name == "layer" else held(self).channel
        if name in ("names", "target"):
            return self._titles if name == "names" else class_said(self.network, self.target)
        if name == "atlas":
            return atlas_argument(self._given_atlas, self.network)
        return given_pictures(self.panes.pictures.choices) if name == "pictures" else super().argument(name)

    def settings(self) -> Iterator[tuple[str, Any]]:
        """The traits to be set, one after the other."""
        return settings(self, self.argument("atlas") is not None)

    def explanations(self) -> Sequence[Explanation]:
        """The map over the picture, and the backward pane."""
        return list(explanations(self))

    # --- commands ---

    def show(self, picture: Any) -> None:
        """Shows another picture; one that cannot be read leaves a sentence on the stage, and the old picture stays."""
        try:
            self.image = picture
        except DeepvisError as error:
            self.session.say(str(error))

    def pick(self, index: int) -> None:
        """Explains a class and shows its map; the class that is explained already is let go for the top class again."""
        self.target = None if index == self.target else index
        if self.method is None:
            self.method = default_method(self.network)

    def press(self, command: str) -> None:
        """Does what a key does; `command` is one of those in keys.KEYS."""
        self.commands.press(command)

    # --- taken away ---

    def page(self) -> Page:
        """Returns what it shows now, as parts of a page."""
        return Page(self.called, shown(self, self.panes, self.last("atlas/top")))

    def living_page(self, units: Sequence[int] | None = None, network: bool = True) -> Page:
        """Returns a page that runs the network: the occluder drags, units light up, answers move.

        What a page cannot compute, the way back and what units want to see, is stored for `units` of the layer shown;
        None: for those on screen, as many as 1.2 MB hold. Where the network cannot be exported to ONNX, or with
        network=False, the page holds what is shown now, and the answers to 12 × 12 places of the occluder.
        """
        return Page(self.called, living(self, self.panes, self.atlas, units, network))

    def handout(
        self, path: Any, title: str | None = None, *, units: Sequence[int] | None = None, network: bool = True
    ) -> Path:
        """Writes it as one file of HTML that lives without a kernel; `units` and `network` as in `living_page`."""
        checked(path)
        self.idle(PATIENCE)
        return write_page([self.living_page(units, network)], path, title or self.called)

    # --- the atlas ---

    @property
    def atlas(self) -> Atlas | None:
        """The atlas in use; None while there is none, or it is being opened. Set it to an Atlas or a folder."""
        return self._atlas.feed.atlas

    @atlas.setter
    def atlas(self, source: Any) -> None:
        self._given_atlas = source
        self._atlas.open(source)

    def use_atlas(self, atlas: Atlas) -> None:
        """Shows an atlas of this very network object, as it was built or opened in the pane."""
        self._given_atlas = atlas
        self._atlas.use(atlas)
        if said := left_out(atlas):
            self.session.say(said)

    def visit(self, layer: str, unit: int) -> None:
        """Goes to a unit."""
        self.layer = layer
        self.unit = unit

    def show_top(self, top: Top) -> None:
        """Shows one of a unit's strongest pictures, and the place where the unit is strongest in it (on a head of an
        attention the position is the token that looks, and stays).
        """
        try:
            self.image = top.view
            if not isinstance(self.network.layers[self.layer].layout, Heads):
                self.position = top.position
        except DeepvisError as error:
            self.session.say(str(error))

    # --- what the browser sets ---

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Takes what the browser set; what is not accepted is said, and the browser gets the last good value back."""
        for name, value in sync_data.items():
            if name in self.keys:
                read = self.trait_metadata(name, "from_json", self._trait_from_json)
                try:
                    with self._lock_property(**{name: value}):
                        self.set_trait(name, read(value, self))
                except (DeepvisError, traitlets.TraitError) as error:
                    self.session.say(str(error))
                    self.send_state(name)

    def ending(self) -> None:
        self._below.close()
        self._atlas.close()
        self._in_page.close()
        self.session.close()
        self.panes.close()
