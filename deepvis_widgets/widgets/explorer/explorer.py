"""The Explorer: the Deep Visualization Toolbox in a notebook cell."""

from __future__ import annotations

import uuid
from typing import Any

import ipywidgets
import traitlets

from ...atlas import Atlas, Top
from ...core.errors import DeepvisError
from ...core.picture.fills import FILLS
from ...core.picture.reduce import VIEWS
from ...methods import serving
from ..atlas_view.frames import left_out
from ..kit.arguments import as_box, as_network, as_pictures, default_layer, default_method
from ..link.traits import whole_numbers
from .commands import Wiring
from .panes import Panes
from .session import Updates
from .state import BACKWARD_MODES, TABS, ZOOMS
from .unit_tabs import ExplorerAtlas


class Explorer(ipywidgets.VBox):
    """Every layer and unit of an image network on one picture, live.

    `network` is a Network, a module, or a name for dv.load; `picture` anything a picture can be made of (None: the
    first ready scene); `pictures` further ones to choose from: a folder, or a list. `names` gives layers prettier
    titles. `atlas` is a dv.Atlas of the network, or the folder of one; None: the one that ships with the package, if
    there is one, else a form offers to build one.

    The traits below may be set, observed and linked from Python; the browser and Python always agree on them. Setting
    one to something that does not exist raises DeepvisError and changes nothing. `close()` ends the thread and frees
    cache and graph.
    """

    image = traitlets.Any(help="the picture shown; setting it opens another")
    layer = traitlets.Unicode(help="dotted name of the layer shown")
    unit = traitlets.Int(0, help="channel selected in that layer")
    position = traitlets.Any(None, allow_none=True, help="(row, col) of the unit, or None: its strongest")
    target = traitlets.Any(
        None, allow_none=True, help="class index explained, or None: the top class; a label may be set"
    )
    method = traitlets.Unicode(allow_none=True, help="name of the method drawn over the picture, or None")
    occluder = traitlets.Any(None, allow_none=True, help="(top, left, height, width) in picture pixels, or None")
    fill = traitlets.Enum(FILLS, "grey", help="what the occluder shows")
    localize = traitlets.Bool(False, help="whether the box round the overlay's largest strong part is drawn")
    backward = traitlets.Enum(BACKWARD_MODES, "deconvnet", help="mode of the backward pane")
    backward_view = traitlets.Enum(VIEWS, "raw", help="how the backward pane is drawn")
    frozen = traitlets.Bool(False, help="whether the backward pane keeps its unit while others are browsed")
    tiles = traitlets.Enum(("activation", "gradient", "pictures"), "activation", help="what the unit grid shows")
    zoom = traitlets.Enum(ZOOMS, "", help="the pane that is enlarged")
    about = traitlets.Enum(TABS, "synthesized", help="what is shown about the selected unit; others need an atlas")

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
        self.network = as_network(network)
        self.group = uuid.uuid4().hex
        choices = as_pictures(pictures)
        self.panes = Panes(self.network, self.group, choices, names or {}, self)
        super().__init__(self.panes.rows)
        self.add_class("dv-explorer")
        first = choices[0][1] if picture is None else picture
        self.layer = layer or default_layer(self.network)
        self.unit, self.target = unit, target
        self.method = default_method(self.network)
        self.updates = Updates(self)
        self.panes.bind(self)
        self.wiring = Wiring(self, self.updates)
        self.about = TABS[0] if atlas is None else TABS[1]
        self._atlas = ExplorerAtlas(self, atlas)
        self.image = first
        self.panes.pictures.point(0 if picture is None else None)
        self.updates.survey_methods()

    # --- what may be set ---

    @traitlets.validate("layer")
    def _check_layer(self, proposal: Any) -> str:
        return self.network.layers[proposal["value"]].name

    @traitlets.validate("unit")
    def _check_unit(self, proposal: Any) -> int:
        self.network.target(None, self.layer, proposal["value"])
        return int(proposal["value"])

    @traitlets.validate("position")
    def _check_position(self, proposal: Any) -> tuple[int, int] | None:
        if proposal["value"] is None:
            return None
        place = whole_numbers(proposal["value"], 2)
        if place is None:
            raise DeepvisError(f"{proposal['value']!r} is no position; accepted is (row, col), or None.")
        self.network.target(None, self.layer, (self.unit, (place[0], place[1])))
        return place[0], place[1]

    @traitlets.validate("target")
    def _check_target(self, proposal: Any) -> int | None:
        return None if proposal["value"] is None else self.network.class_index(proposal["value"])

    @traitlets.validate("method")
    def _check_method(self, proposal: Any) -> str | None:
        if proposal["value"] is None:
            return None
        serving(proposal["value"], self.network)
        return str(proposal["value"])

    @traitlets.validate("occluder")
    def _check_occluder(self, proposal: Any) -> tuple[int, int, int, int] | None:
        return as_box(proposal["value"], self.network.size)

    @traitlets.validate("image")
    def _check_image(self, proposal: Any) -> Any:
        self.updates.open(proposal["value"])
        return proposal["value"]

    # --- commands ---

    def show(self, picture: Any, name: str = "") -> None:
        """Show another picture; one that cannot be read leaves a sentence on the stage and the old picture in place."""
        try:
            self.image = picture
        except DeepvisError as error:
            self.panes.stage.notice = str(error)

    def pick(self, index: int) -> None:
        """Explain a class and show its map; the class that is explained already is let go for the top class again."""
        self.target = None if index == self.target else index
        if self.method is None:
            self.method = default_method(self.network)

    def press(self, command: str) -> None:
        """Do what a key does; `command` is one of those in explorer_keys.KEYS."""
        self.wiring.commands[command]()

    # --- the atlas ---

    @property
    def atlas(self) -> Atlas | None:
        """The atlas in use; None while there is none, or it is being opened. Set it to an Atlas or a folder."""
        return self._atlas.feed.atlas

    @atlas.setter
    def atlas(self, source: Any) -> None:
        self._atlas.open(source)

    def use_atlas(self, atlas: Atlas) -> None:
        """Show an atlas of this very network object, as it was built or opened in the pane."""
        self._atlas.use(atlas)
        if said := left_out(atlas):
            self.panes.stage.notice = said

    def visit(self, layer: str, unit: int) -> None:
        """Go to a unit."""
        self._atlas.visit(layer, unit)

    def show_top(self, top: Top) -> None:
        """Show one of a unit's strongest pictures, and the place where the unit is strongest in it."""
        self._atlas.show_top(top)

    def close(self) -> None:
        """End the thread, free cache and graph, and take the widgets off the page."""
        if self.comm is not None:
            self._atlas.close()
            self.updates.close()
            self.panes.close()
        super().close()
