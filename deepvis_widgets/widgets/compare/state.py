"""What decides what a comparison shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets

from ...core.errors import DeepvisError
from ...core.network.network import Network
from ...methods import method
from ..kit.arguments import as_params
from ..link.traits import Checked, Number
from .checks import SIGNED, UNSIGNED, as_colormaps, as_methods, as_place, check_comparable
from .networks import Seen


class CompareState(traitlets.HasTraits):
    """The traits of a comparison of `networks`, each checked before it is taken: DeepvisError, and the old one stays.

    >>> state = CompareState([])
    >>> state.methods = ["cam", "lrp"]
    >>> state.remove("cam")
    >>> state.methods
    ('lrp',)
    """

    image = Checked(help="the picture; setting it opens another")
    mask = traitlets.Any(None, allow_none=True, help="bool array of the picture's size, or None: the picture's own")
    target = traitlets.Any(None, allow_none=True, help="class index, or None: each top class; a label may be set")
    methods = Checked((), help="names of the methods, in order")
    params = Checked({}, help="method name → its parameters; defaults where there are none")
    selected = traitlets.Any(None, allow_none=True, help="the method whose parameters are shown, or None")
    scale = traitlets.Enum(("shared", "own"), "shared", help="one scale for a method in all networks, or one per map")
    opacity = Number(0.7, min=0.0, max=1.0, help="of the maps over the picture")
    colormaps = Checked(help="colour maps: {'signed': ..., 'unsigned': ...}")
    cursor = traitlets.Any(None, allow_none=True, help="(row, col) as the first network sees the picture, or None")
    curves = traitlets.Bool(False, help="whether insertion and deletion curves are drawn")
    scores = traitlets.Bool(False, help="whether the table of scores is shown")
    outline = traitlets.Bool(False, help="whether the mask is outlined on the maps")
    seen = traitlets.Instance(Seen, allow_none=True, read_only=True, help="image and mask as the networks see them")

    def __init__(self, networks: Sequence[Network], **traits: Any) -> None:
        self.networks = list(networks)
        super().__init__(**traits)

    def add(self, name: str) -> None:
        """Compares another method; DeepvisError where no network here can serve it."""
        check_comparable(name)
        refusals = [method(name).refuses(network) for network in self.networks]
        if all(refusals):
            raise DeepvisError(str(refusals[0]))
        self.methods = (*self.methods, name)

    def remove(self, name: str) -> None:
        """Compares a method no longer; DeepvisError for the last one."""
        if self.methods == (name,):
            raise DeepvisError("The last method stays; add another one first.")
        self.methods = tuple(other for other in self.methods if other != name)

    # --- what may be set ---

    @traitlets.default("colormaps")
    def _first_colormaps(self) -> dict[str, str]:
        return {"signed": SIGNED[0], "unsigned": UNSIGNED[0]}

    @traitlets.validate("image")
    def _check_image(self, proposal: Any) -> Any:
        self.set_trait("seen", Seen.by(self.networks, proposal["value"]))
        return proposal["value"]

    @traitlets.validate("mask")
    def _check_mask(self, proposal: Any) -> Any:
        if self.seen is not None:
            self.set_trait("seen", self.seen.marked(self.networks, proposal["value"]))
        return proposal["value"]

    @traitlets.validate("target")
    def _check_target(self, proposal: Any) -> int | None:
        return None if proposal["value"] is None else self.networks[0].class_index(proposal["value"])

    @traitlets.validate("methods")
    def _check_methods(self, proposal: Any) -> tuple[str, ...]:
        return as_methods(proposal["value"])

    @traitlets.validate("params")
    def _check_params(self, proposal: Any) -> dict[str, dict[str, Any]]:
        return as_params(proposal["value"])

    @traitlets.validate("selected")
    def _check_selected(self, proposal: Any) -> str | None:
        name = proposal["value"]
        if name is None or (isinstance(name, str) and name in self.methods):
            return name
        raise DeepvisError(f"{name!r} is not among the methods here: {', '.join(self.methods)}.")

    @traitlets.validate("colormaps")
    def _check_colormaps(self, proposal: Any) -> dict[str, str]:
        return as_colormaps(proposal["value"])

    @traitlets.validate("cursor")
    def _check_cursor(self, proposal: Any) -> tuple[int, int] | None:
        return as_place(proposal["value"], self.networks[0].size)

    # --- what follows from it ---

    @traitlets.observe("image")
    def _forget_mask(self, _: Any) -> None:
        if self.mask is not None:
            self.mask = None

    @traitlets.observe("methods")
    def _forget_selected(self, _: Any) -> None:
        if self.selected not in self.methods:
            self.selected = None
