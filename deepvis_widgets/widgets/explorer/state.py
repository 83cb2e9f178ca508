"""What decides what the Explorer shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import traitlets
from torch import Tensor

from ...core.attention.heads import Heads
from ...core.errors import DeepvisError
from ...core.network.layout import Position
from ...core.network.network import Network
from ...core.network.target import Target, unit_target
from ...core.picture.fills import FILLS, fill_picture
from ...core.picture.reduce import VIEWS
from ...methods import method, serving
from ...methods.backward import SEEDS
from ...methods.base import Method
from ...methods.deconvnet import checkers
from ..kit.arguments import as_box, as_params, default_method
from ..link.traits import COLORMAPS, Checked, Number, TileTrait, whole_numbers
from .blocks import Block, blocks, start_layer

BACKWARD_MODES = ("off", "gradient", "deconvnet", "guided_backprop")
TILES = ("activation", "gradient", "pictures", "patches")
SORTS = ("index", "max", "mean")
SCALES = ("layer", "unit")
ZOOMS = ("", "grid", "unit", "backward")
TABS = ("synthesized", "top", "deconv", "facts", "find")
SET_IMAGE = "set image instead"
NONE, AUTO = "none", "automatic"  # entries of menus: no method; the colour map that suits the overlay
TILE = 56  # px of the longest side of a map that is sent, while the tiles are as large as fits
FIRST = 64  # units that are on screen before the browser says which


class Follows(traitlets.Any):
    """A trait to read and observe, not to set: its value follows from elsewhere, as `why` says."""

    def __init__(self, default_value: Any, why: str, help: str) -> None:
        super().__init__(default_value, allow_none=True, help=help)
        self._why = why

    def __set__(self, obj: traitlets.HasTraits, value: Any) -> None:
        raise DeepvisError(f"{self.name} cannot be set: {self._why}.")


class ExplorerState(traitlets.HasTraits):
    """The Explorer's traits; what is set is checked, and what follows from it is set along with it.

    A trait set to something that does not exist raises DeepvisError and keeps its value, and so does one that only
    follows from others. State is changed on one thread, that of the kernel.

    >>> import deepvis_widgets as dv
    >>> state = ExplorerState()
    >>> state.begin(dv.load("husky-wolf"), dv.scene("wolf", seed=3))
    >>> state.layer, state.unit, state.method
    ('features.relu5', 0, 'cam')
    """

    network: Network
    blocks: list[Block]
    unit_chosen = False  # whether a unit of this layer was ever selected
    _given: Network | None = None
    _asked: tuple[Network, Any, Network] | None = None  # the last one that was made, of what and for which place
    tiles_chosen = False  # whether what the tiles show was ever set

    image = Checked(help="the picture shown; setting it opens another")
    layer = traitlets.Unicode(help="dotted name of the layer shown").tag(sync=True)
    unit = traitlets.Int(0, help="channel selected in that layer").tag(sync=True)
    inputs = Checked(help="what the network is given beside the picture: name → words, numbers or a picture")
    reference = Checked(help="the second picture of a similarity; None: the one that the network came with")
    off = Checked(help="units that are switched off: layer → their channels").tag(sync=True)
    why = traitlets.Bool(False, help="whether it is shown what the units below add to the selected one").tag(sync=True)
    place = traitlets.Any(
        None,
        allow_none=True,
        help="where pixels or boxes are asked about: (top, left, height, width) or an outline [(row, col), ...]",
    ).tag(sync=True)
    position = traitlets.Any(
        None,
        allow_none=True,
        help='(row, col) of the unit, the name of a token such as "class", or None: its strongest',
    ).tag(sync=True)
    target = traitlets.Any(
        None, allow_none=True, help="class index explained, or None: the top class; a label may be set"
    ).tag(sync=True)
    method = traitlets.Unicode(allow_none=True, help="name of the method drawn over the picture, or None").tag(
        sync=True
    )
    occluder = traitlets.Any(None, allow_none=True, help="(top, left, height, width) in picture pixels, or None").tag(
        sync=True
    )
    fill = traitlets.Enum(FILLS, "grey", help="what the occluder shows").tag(sync=True)
    localize = traitlets.Bool(False, help="whether the box round the overlay's largest strong part is drawn").tag(
        sync=True
    )
    backward = traitlets.Enum(BACKWARD_MODES, "deconvnet", help="mode of the backward pane").tag(sync=True)
    backward_view = traitlets.Enum(VIEWS, "raw", help="how the backward pane is drawn").tag(sync=True)
    backward_seed = traitlets.Enum(
        SEEDS,
        "map",
        help="what starts the way back: the whole map, the activation at one position, or 1.0 there",
    ).tag(sync=True)
    frozen = traitlets.Bool(False, help="whether the backward pane keeps its unit while others are browsed").tag(
        sync=True
    )
    tiles = traitlets.Enum(TILES, "activation", help="what the unit grid shows").tag(sync=True)
    zoom = traitlets.Enum(ZOOMS, "", help="the pane that is enlarged").tag(sync=True)
    about = traitlets.Enum(TABS, "synthesized", help="what is shown about the selected unit; others need an atlas").tag(
        sync=True
    )

    params = Checked(help="method name → its parameters, where they are not the defaults").tag(sync=True)
    opacity = Number(0.6, min=0.0, max=1.0, help="of the overlay").tag(sync=True)
    colormap = traitlets.Enum((AUTO, *COLORMAPS), AUTO, help="colour map of the overlay").tag(sync=True)
    gamma = Number(0.5, min=0.05, max=5.0, help="of the tiles and the selected unit's map").tag(sync=True)
    boost = Number(0.0, min=0.0, max=1.0, help="of the tiles and the selected unit's map").tag(sync=True)
    sort = traitlets.Enum(SORTS, "max", help="the order of the units in the grid").tag(sync=True)
    scale = traitlets.Enum(
        SCALES, "layer", help="whether tiles are as bright as in their layer, or each by itself"
    ).tag(sync=True)
    tile = TileTrait(0, help="side of a tile, in css px; 0: as large as lets all fit").tag(sync=True)
    filming = traitlets.Bool(False, help="whether the camera runs").tag(sync=True)
    camera_frozen = traitlets.Bool(False, help="whether the camera's last picture is held").tag(sync=True)
    help = traitlets.Bool(False, help="whether the table of keys is shown").tag(sync=True)
    shares = traitlets.Bool(True, help="whether the class probabilities are shown").tag(sync=True)

    # what follows from these, from answers, or from how far the browser has scrolled
    view = Follows(None, SET_IMAGE, help="the picture (3, H, W) as the network sees it, or None")
    cover = Follows(
        None, "set image or fill instead", help="what the occluder shows over all of it: (3, H, W), or None"
    )
    opened = Follows(0, SET_IMAGE, help="how many pictures were opened; those of the camera do not count")
    top = Follows(None, "set target instead", help="the top class of the uncovered picture, None: not known yet")
    held = Follows(None, "set frozen instead", help="the unit of the backward pane while it is frozen, or None")
    visible = Follows(
        torch.arange(0),
        "the browser says what is on screen",
        help="numbers of the units on screen; none: not known yet",
    )

    def begin(
        self,
        network: Network,
        picture: Any,
        layer: str | None = None,
        unit: int | None = None,
        target: int | str | None = None,
    ) -> None:
        """Sets what an Explorer opens with; DeepvisError where something of it does not exist. Without a unit the
        strongest one is selected when it is known.
        """
        self.network = network
        self.blocks = blocks(network)
        self.layer = layer or start_layer(network, self.blocks)
        self.target = target
        if unit is not None:
            self.unit = unit
        # what they say about places is worth seeing first
        self.method = None if network.answers.placed else default_method(network)
        if method("deconvnet").refuses(network):
            self.backward = "gradient"
        elif checkers(network, self.layer):  # a deconvnet shows little else there
            self.backward = "guided_backprop"
        self.image = picture

    @property
    def answering(self) -> Network:
        """The network with what it is given beside the picture, or compares it with, without the units that are
        switched off.
        """
        return self._given or self.network

    def _with(self, **changed: Any) -> Network:
        """The network with what it is given, some of it changed, without the units that are switched off."""
        now = {"inputs": self.inputs, "reference": self.reference, "off": self.off}
        return _made(self.network, **(now | changed))

    def switch(self, layer: str, unit: int) -> None:
        """Switches a unit off, or on again."""
        own = set(self.off.get(layer, ())) ^ {unit}
        others = {name: units for name, units in self.off.items() if name != layer}
        self.off = {**others, layer: sorted(own)} if own else others

    @property
    def asked(self) -> Network:
        """The same, asked about the place that was chosen."""
        if self.place is None:
            return self.answering
        made = self._asked
        if made is None or made[0] is not self.answering or made[1] != self.place:
            self._asked = made = (self.answering, self.place, self.answering.at(self.place))
        return made[2]

    @property
    def selected(self) -> Target:
        """The unit that is selected; the position in a layer of attention is the token that looks."""
        if isinstance(self.network.layers[self.layer].layout, Heads):
            return Target(self.unit, self.layer, looking=self.position)
        return Target(self.unit, self.layer, self.position)

    @property
    def on_screen(self) -> Tensor:
        """Numbers of the layer's units that are on screen."""
        count = self.network.layers[self.layer].channels
        shown: Tensor = self.visible[self.visible < count]
        return shown if len(self.visible) else torch.arange(min(count, FIRST))

    @property
    def chosen_params(self) -> dict[str, Any]:
        """The parameters of the method that is drawn."""
        return {} if self.method is None else dict(self.params.get(self.method, {}))

    @property
    def _units(self) -> dict[str, int]:
        """Layer → the unit that was selected in it last."""
        return self.__dict__.setdefault("_selected_units", {})

    def film(self, view: Tensor | None) -> None:
        """Shows a picture (3, H, W) of the camera; None: none."""
        self.set_trait("view", view)

    def scroll(self, units: Tensor) -> None:
        """Takes note of the units that are on screen now."""
        self.set_trait("visible", units)

    def know_top(self, view: Tensor, top: int) -> None:
        """Takes note of the top class of a picture, if it is still the one shown."""
        if self.view is view:
            self.set_trait("top", top)

    # --- what may be set ---

    @traitlets.validate("layer")
    def _check_layer(self, proposal: Any) -> str:
        return self.network.layers[proposal["value"]].name

    @traitlets.validate("unit")
    def _check_unit(self, proposal: Any) -> int:
        self.network.target(None, self.layer, proposal["value"])
        self.unit_chosen, self._units[self.layer] = True, int(proposal["value"])
        return int(proposal["value"])

    @traitlets.validate("tiles")
    def _check_tiles(self, proposal: Any) -> str:
        self.tiles_chosen = True
        return str(proposal["value"])

    @traitlets.validate("position")
    def _check_position(self, proposal: Any) -> Position | None:
        given = proposal["value"]
        if given is None:
            return None
        place = given if isinstance(given, str) else whole_numbers(given, 2)
        if place is None:
            raise DeepvisError(f"{given!r} is no position; accepted is (row, col), the name of a token, or None.")
        return unit_target(self.network.layers[self.layer], (self.unit, place)).position

    @traitlets.validate("target")
    def _check_target(self, proposal: Any) -> int | None:
        return None if proposal["value"] is None else self.network.class_index(proposal["value"])

    @traitlets.validate("place")
    def _check_place(self, proposal: Any) -> Any:
        if proposal["value"] is not None:
            self.network.at(proposal["value"])
        return proposal["value"]

    @traitlets.default("inputs")
    def _no_inputs(self) -> dict[str, Any]:
        return {}

    @traitlets.validate("inputs")
    def _check_inputs(self, proposal: Any) -> dict[str, Any]:
        values = proposal["value"]
        if not isinstance(values, Mapping):
            raise DeepvisError(f'inputs={values!r} is not accepted; accepted: {{"question": "what is this"}}.')
        self._given = self._with(inputs=values)
        return dict(values)

    @traitlets.validate("reference")
    def _check_reference(self, proposal: Any) -> Any:
        self._given = self._with(reference=proposal["value"])
        return proposal["value"]

    @traitlets.default("off")
    def _nothing_off(self) -> dict[str, list[int]]:
        return {}

    @traitlets.validate("off")
    def _check_off(self, proposal: Any) -> dict[str, list[int]]:
        values = proposal["value"]
        if not isinstance(values, Mapping):
            raise DeepvisError(
                f'off={values!r} is not accepted; accepted: {{"{self.layer}": [3, 5]}}, or {{}} for none.'
            )
        self._given = found = self._with(off=values)
        return {layer: list(units) for layer, units in found.off.units.items()}

    @traitlets.validate("method")
    def _check_method(self, proposal: Any) -> str | None:
        if proposal["value"] is None:
            return None
        serving(proposal["value"], self.network)
        return str(proposal["value"])

    @traitlets.validate("backward")
    def _check_backward(self, proposal: Any) -> str:
        if proposal["value"] in Method.registry and hasattr(self, "network"):
            serving(proposal["value"], self.network)
        return str(proposal["value"])

    @traitlets.default("params")
    def _no_params(self) -> dict[str, dict[str, Any]]:
        return {}

    @traitlets.validate("params")
    def _check_params(self, proposal: Any) -> dict[str, dict[str, Any]]:
        return as_params(proposal["value"])

    @traitlets.validate("occluder")
    def _check_occluder(self, proposal: Any) -> tuple[int, int, int, int] | None:
        return as_box(proposal["value"], self.network.size)

    @traitlets.validate("image")
    def _check_image(self, proposal: Any) -> Any:
        """Opens the picture, also when it is the one that was opened last: its file may have changed."""
        self.set_trait("view", self.network.view(proposal["value"]))
        self.set_trait("opened", self.opened + 1)
        return proposal["value"]

    # --- what follows; these come before all other observers ---

    @traitlets.observe("layer")
    def _follow_layer(self, _: Any) -> None:
        self.scroll(torch.arange(0))
        before = self._units.get(self.layer)
        self.unit = before or 0
        if before is None:  # the strongest one will be selected when it is known
            self.unit_chosen = False
            self._units.pop(self.layer)
        self.position = None

    @traitlets.observe("unit")
    def _follow_unit(self, _: Any) -> None:
        self.position = None

    def choose_unit(self, layer: str, unit: int) -> None:
        """Selects a unit of this layer, unless one was selected meanwhile."""
        if layer == self.layer and not self.unit_chosen:
            self.unit = unit

    @traitlets.observe("frozen")
    def _follow_frozen(self, _: Any) -> None:
        self.set_trait("held", self.selected if self.frozen else None)

    @traitlets.observe("opened")
    def _follow_picture(self, _: Any) -> None:
        self.place = None

    @traitlets.observe("view")
    def _follow_view(self, _: Any) -> None:
        self.set_trait("top", None)
        self._cover()

    @traitlets.observe("fill")
    def _follow_fill(self, _: Any) -> None:
        self._cover()

    def _cover(self) -> None:
        self.set_trait("cover", None if self.view is None else fill_picture(self.view, self.fill))


def _made(network: Network, inputs: Mapping[str, Any], reference: Any, off: Mapping[str, Any]) -> Network:
    network = network.given(**inputs)
    if reference is not None:
        network = network.compared_with(reference)
    for layer, units in off.items():
        network = network.without(layer, units)
    return network
