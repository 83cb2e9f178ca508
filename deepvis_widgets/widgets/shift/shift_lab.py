"""Move an object over its picture, and watch the class score and hidden units of networks that pool or flatten."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from ...core.errors import DeepvisError
from ...engine.client import Client
from ..kit.arguments import as_network
from ..kit.root import RootWidget
from ..link.push import push
from ..page.parts import Page
from ..remake.recipe import Call, Explanation, Named
from .answers import Curve
from .handout import page_of
from .panes import ShiftPanes
from .session import ShiftSession
from .state import OBJECT, ShiftState

MOST = 4  # networks: as many colours as are told apart
SETTINGS = (*OBJECT, "direction", "score")


class ShiftLab(ShiftState, RootWidget):
    """An object is moved over its picture; what two networks say of it at every place, and what becomes of their hidden
    units: what is lost where feature maps are flattened instead of pooled.

    `networks` are Networks or names for dv.load that know the classes of the embedded world. The object of the scene
    (`label`, `background`, `seed`), `share` times as large as it was drawn, stands at (`row`, `col`); it is dragged on
    the picture, or moved by sliders. The curves show its `score`, "probability" or "logit", and hidden units along the
    `direction`, "down" or "across". All are traits that may be set, observed and linked.

    `curves` has what was measured, one for each network, None while it is on its way. `close()` frees everything.
    Raises DeepvisError for what does not exist.

    >>> import deepvis_widgets as dv
    >>> lab = dv.ShiftLab(label="teapot", background="street", seed=5)
    >>> lab.row = 0
    >>> lab.close()
    """

    ARGUMENTS = "networks", *OBJECT, "direction", "score"
    SETTINGS = STARTED = "row", "col"

    def __init__(self, networks: Sequence[Any] = ("husky-wolf", "husky-wolf-flattened"), **settings: Any) -> None:
        if isinstance(networks, str) or not isinstance(networks, Sequence) or not 1 <= len(networks) <= MOST:
            raise DeepvisError(f"networks must be a list of one to {MOST} networks or their names.")
        if unknown := [name for name in settings if name not in SETTINGS]:
            raise DeepvisError(f'ShiftLab has no "{unknown[0]}"; accepted: {", ".join(SETTINGS)}.')
        found = [as_network(network) for network in networks]
        self.clients = [Client(network, lambda sentence: self.say(sentence)) for network in found]
        super().__init__(found)
        self.add_class("dv-lab").add_class("dv-shift-lab")
        self.panes = ShiftPanes(self, uuid.uuid4().hex)
        self.session = ShiftSession(self, self.clients, self.panes.curved, self.panes.stands)
        self.children = self.panes.rows
        self.set_or_close(**{"label": self.label, **settings})  # also where it is the usual one: networks must know it
        self._show()
        self.observe(lambda _: self._show(), names=[*OBJECT, "row", "col", "direction"])
        self.observe(lambda _: self._rescore(), names="score")

    @property
    def curves(self) -> list[Curve | None]:
        """What was measured along the way, one for each network; None while it is on its way."""
        return self.session.curves

    def page(self) -> Page:
        """Returns what stays on a page: the object, to be stepped along its way, and what the networks say of it."""
        return Page(self.called, page_of(self, tuple(self.session.curves)))

    def idle(self, timeout: float | None = None, long: bool = True) -> bool:
        """Waits until all networks have answered, at most `timeout` seconds each; False if one still works then."""
        return all(client.idle(timeout, long) for client in self.clients)

    def say(self, sentence: str) -> None:
        """Shows a sentence on the picture, from any thread; an empty one takes the last one away."""
        push(self.panes.stage, notice=sentence)

    def argument(self, name: str) -> Any:
        """The present value of an argument of the construction."""
        return list(self.networks) if name == "networks" else super().argument(name)

    def explanations(self) -> Sequence[Explanation]:
        """What each network says of the picture as it stands."""
        moved = Call("movable", (self.label, self.background, self.seed, self.share), where="zoo.moved")
        found = [
            Explanation("moved", moved, "the picture as it stands, and the answers of each network"),
            Explanation("picture", Call("picture", (self.row, self.col), of=Named("moved"))),
        ]
        for number, network in enumerate(self.networks, 1):
            view = Call("view", (Named("picture"),), of=network)
            found.append(Explanation(f"shares_{number}", Call("bars", (view,), of=network)))
        return found

    def _show(self) -> None:
        self.say("")
        self.panes.controls.follow()
        self.panes.moved()
        self.session.follow()

    def _rescore(self) -> None:
        self.panes.controls.follow()
        self.panes.rescored()

    def ending(self) -> None:
        """Lets go of the answers, and gives the engines back."""
        for client in self.clients:
            client.close()
        self.session.forget()
