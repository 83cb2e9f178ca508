"""Explanations side by side: any methods, any networks, one picture, one cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from ...core.errors import DeepvisError
from ...core.network.network import Network
from ...core.results import HeatMap
from ..kit.arguments import as_network, as_pictures, default_method, given_pictures
from ..kit.root import RootWidget
from ..page.parts import Page
from ..remake.networks import target_keyword
from ..remake.recipe import Call, Explanation, Pictured
from .cell import Cell
from .handout import page_of
from .networks import rows_of
from .panes import Panes
from .score_table import scores_of
from .session import Session
from .state import CompareState
from .visits import Visit, Visits


class Compare(CompareState, RootWidget):
    """Heat maps of one picture in a grid: a row for each network, a column for each method.

    `network` is a Network, a module or a name for dv.load, or a list of these; `picture` anything a picture can be made
    of (None: the first of `pictures`, which are a folder, a list, or the ready scenes). `methods` are names (None: the
    class map that fits, occlusion, LRP and gradient × input), `params` their parameters: {"occlusion": {"window": 24}}.
    `target` is a class index or label of the first network (None: each network's own top class), `mask` a bool array
    of the picture's size that marks the object; a dv.scene brings its own.

    The pointer over one map points at the same place in all of them; a click or the arrow keys fix it. The traits may
    be set, observed and linked from Python, and the page always agrees with them. What cannot be done raises
    DeepvisError and changes nothing; a method that cannot serve a network says so in its cell. `close()` ends the
    threads.

    >>> import deepvis_widgets as dv
    >>> compare = dv.Compare("husky-wolf", methods=["cam"], target="wolf")
    >>> compare.add("gradient_x_input")
    >>> compare.methods
    ('cam', 'gradient_x_input')
    >>> compare.close()
    """

    ARGUMENTS = "network", "picture", "methods", "pictures", "params", "target", "mask"
    SETTINGS = "selected", "scale", "opacity", "colormaps", "cursor", "curves", "scores", "outline"

    def __init__(
        self,
        network: Any = "husky-wolf",
        picture: Any = None,
        *,
        methods: Sequence[str] | None = None,
        pictures: Any = None,
        params: Mapping[str, Mapping[str, Any]] | None = None,
        target: int | str | None = None,
        mask: Any = None,
    ) -> None:
        networks, choices = _as_networks(network), as_pictures(pictures)
        super().__init__(networks)
        try:
            self.session = Session(self, rows_of(networks))
            self.panes = Panes(self, choices, self.session.press)
            self.session.subscribe(self.panes)
            self.visits = Visits(self)
            self.children = self.panes.parts
            self.add_class("dv-compare")
            self._start(choices[0][1] if picture is None else picture, methods, params, target, mask)
        except BaseException:
            self.close()
            raise

    def _start(self, picture: Any, methods: Any, params: Any, target: Any, mask: Any) -> None:
        self.params = {} if params is None else params
        self.target = target
        self.methods = _default_methods(self.networks) if methods is None else methods
        self.session.start()
        self.image = picture
        if mask is not None:
            self.mask = mask

    @traitlets.validate("image")
    def _check_image(self, proposal: Any) -> Any:
        if self.closed:
            raise DeepvisError("This comparison is closed; open another one to compare on another picture.")
        return super()._check_image(proposal)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells on the page, method by method."""
        return self.panes.cells

    @property
    def results(self) -> dict[tuple[str, str], HeatMap]:
        """(title of the network, method) → the heat map shown, where there is one."""
        answers = self.session.answers
        return {(each.row.title, each.name): each.result for each in answers if each.result is not None}

    @property
    def numbers(self) -> dict[tuple[str, str], dict[str, float | None]]:
        """(title of the network, method) → its scores as in the table; None where one is not known."""
        return {(each.row.title, each.name): scores_of(each) for each in self.session.answers}

    def argument(self, name: str) -> Any:
        """The present value of an argument of the construction."""
        if name == "network":
            return self.networks[0] if len(self.networks) == 1 else self.networks
        return given_pictures(self.panes.pictures.choices) if name == "pictures" else super().argument(name)

    def explanations(self) -> Sequence[Explanation]:
        """The maps, cell by cell."""
        told = (answer for answer in self.session.answers if answer.result is not None or not answer.notice)
        found: list[Explanation] = []
        for answer in told:
            keywords = target_keyword(answer.row.network, answer.target) | self.params.get(answer.name, {})
            call = Call("explain", (answer.row.network, Pictured(self.image), answer.name), keywords)
            number = f"_{answer.row.place + 1}" if len(self.networks) > 1 else ""
            found.append(Explanation(answer.name + number, call, "" if found else "the maps"))
        return found

    def show(self, picture: Any, name: str = "") -> None:
        """Shows another picture, called `name` where it is given; one that cannot be read leaves a sentence and the old
        picture in place.
        """
        self.panes.open(picture, name)

    def stop(self) -> None:
        """Stops everything that is being computed; what is drawn stays."""
        self.session.stop()

    def page(self) -> Page:
        """Returns what is shown: the maps under one cursor, the curves and the scores."""
        return self._page(self.visits.all[-1:])

    def living_page(self) -> Page:
        """Returns the same, and the maps of the last pictures and classes as far as they are known."""
        return self._page(self.visits.all)

    def _page(self, visits: Sequence[Visit]) -> Page:
        return Page(self.called, page_of(self, self.session.answers, visits, self.session.known))

    def ending(self) -> None:
        """Ends the threads, and frees what is out of sight."""
        for part in ("session", "panes", "visits"):
            if part in vars(self):  # else it never began
                getattr(self, part).close()


def _as_networks(given: Any) -> list[Network]:
    """Networks for one Network, module or name, or for a list of them."""
    several = list(given) if isinstance(given, list | tuple) else [given]
    if not several:
        raise DeepvisError("There is no network to compare; give one, or a list of them.")
    return [as_network(each) for each in several]


def _default_methods(networks: Sequence[Network]) -> tuple[str, ...]:
    """What tells most about these networks: a class map that all of them have, and three methods for any network."""
    maps = {default_method(network) for network in networks}
    first = "cam" if maps == {"cam"} else "grad_cam" if maps & {"cam", "grad_cam"} else "gradient_x_input"
    return tuple(dict.fromkeys((first, "occlusion", "lrp", "gradient_x_input")))
