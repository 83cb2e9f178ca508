"""The Explorer: the Deep Visualization Toolbox in a notebook cell."""

from __future__ import annotations

import uuid
from typing import Any

from torch import Tensor

from ...atlas import Atlas, Top
from ...core.errors import DeepvisError
from ..atlas_view.frames import left_out
from ..kit.arguments import as_network, as_pictures, default_method
from ..kit.root import RootWidget
from .answers import AtlasInUse
from .commands import Commands
from .panes import Acts, Done, Panes
from .session import Session
from .state import TABS, ExplorerState
from .unit_atlas import ExplorerAtlas
from .unit_pictures import Synthesis


class Explorer(ExplorerState, RootWidget):
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

    def __init__(
        self,
        network: Any = "husky-wolf",
        picture: Any = None,
        *,
        pictures: Any = None,
        layer: str | None = None,
        unit: int = 0,
        target: int | str | None = None,
        names: dict[str, str] | None = None,
        atlas: Any = None,
    ) -> None:
        loaded, choices = as_network(network), as_pictures(pictures)
        self.begin(loaded, choices[0][1] if picture is None else picture, layer, unit, target)
        self.about = TABS[0] if atlas is None else TABS[1]
        self.group = uuid.uuid4().hex
        self.session = session = Session(self)
        self.unit_pictures = Synthesis(self, session.client, session.publish)
        self.commands = Commands(self, lambda by: self.panes.pictures.step(by), self.unit_pictures.toggle)
        self.panes = Panes(self, self.group, choices, names or {}, self._acts())
        self._atlas = ExplorerAtlas(
            self,
            session.client,
            session.main,
            session.publish,
            session.say,
            self.panes.tabs,
            lambda: self.unit_pictures.running,
        )
        self.unit_pictures.known_picture = self._atlas.known_picture
        super().__init__(self.panes.rows)
        self.add_class("dv-explorer")
        self.observe(self._zoom, names="zoom")
        self.panes.pictures.point(0 if picture is None else None)
        self.panes.follow(session.subscribe)
        session.subscribe(AtlasInUse, lambda _: self.unit_pictures.fill_grid())
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
            say=session.say,
            press=self.press,
            stop_method=session.explanations.stop,
            draw_pictures=pictures.draw,
            stop_pictures=pictures.stop,
            ask_card=lambda frame: self._atlas.answer_card(self.panes.grid, frame),
            visit=self.visit,
            show_top=self.show_top,
            use_atlas=lambda atlas: session.main.run(self.use_atlas, atlas),
            engine=lambda: session.client.engine,
        )

    def _scroll(self, units: Tensor, done: Done) -> None:
        self.session.scroll(units, done)
        if self.tiles == "pictures":
            self.unit_pictures.fill_grid()

    def _zoom(self, change: dict[str, str]) -> None:
        if change["old"]:
            self.remove_class(f"dv-zoom-{change['old']}")
        if change["new"]:
            self.add_class(f"dv-zoom-{change['new']}")

    # --- commands ---

    def show(self, picture: Any, name: str = "") -> None:
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

    # --- the atlas ---

    @property
    def atlas(self) -> Atlas | None:
        """The atlas in use; None while there is none, or it is being opened. Set it to an Atlas or a folder."""
        return self._atlas.feed.atlas

    @atlas.setter
    def atlas(self, source: Any) -> None:
        self._atlas.open(source)

    def use_atlas(self, atlas: Atlas) -> None:
        """Shows an atlas of this very network object, as it was built or opened in the pane."""
        self._atlas.use(atlas)
        if said := left_out(atlas):
            self.session.say(said)

    def visit(self, layer: str, unit: int) -> None:
        """Goes to a unit."""
        self.layer = layer
        self.unit = unit

    def show_top(self, top: Top) -> None:
        """Shows one of a unit's strongest pictures, and the place where the unit is strongest in it."""
        self.panes.pictures.leave()
        try:
            self.image = top.view
            self.position = top.position
        except DeepvisError as error:
            self.session.say(str(error))

    def ending(self) -> None:
        self._atlas.close()
        self.session.close()
        self.panes.close()
