"""Networks of one's own making: how much snow behind the wolves does it take until a network looks at nothing else?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....core.checks import whole
from ....core.errors import DeepvisError
from ....core.network.network import Network
from ....zoo.scenes import Scene
from ....zoo.snow_net import FRESH, checked_share
from ...kit.root import RootWidget
from ...page.parts import Page
from ...remake.recipe import Call, Explanation, Named, Pictured
from ...remake.remade import LEFT_OUT
from ..scenes import orders
from .answers import TrainedNetwork
from .handout import page_of
from .panes import SnowPanes
from .session import PARAMS, SnowSession
from .state import SnowState

BUDGET = ("steps", "animals", "grounds")  # of train_on_snow


class SnowLab(SnowState, RootWidget):
    """A slider that says how much snow is behind wolves, and a button that trains a small network on such pictures,
    in the background, in about half a minute. Until then it shows pictures such as the network will learn from, which
    follow the slider. Each network is a point of a chart: how many huskies on snow it calls
    wolf, and how much of its evidence there lies on the animal. Below, its answers to ten pictures, with its maps.

    `scenes` are other pictures of huskies and wolves to ask about; `fresh` is how many new animals of each kind every
    network is examined with. Each training begins from `seed`, the next one of the same share from the seed after it.
    `steps`, `animals` and `grounds` are handed on to `train_on_snow`.

    The traits may be set, observed and linked from Python; `points` and `training` are there to be read. A cell of a
    notebook may wait for them; those who observe them hear when it has ended. What does not exist raises DeepvisError
    and changes nothing. `close()` ends the thread and frees what was computed.

    >>> import deepvis_widgets as dv
    >>> lab = dv.SnowLab(share=0.9)
    >>> lab.share, lab.points, lab.network
    (0.9, (), None)
    >>> lab.close()
    """

    ARGUMENTS = "share", "seed", "scenes", "fresh", *BUDGET
    SETTINGS = ("method",)

    def __init__(
        self,
        *,
        share: float = 1.0,
        seed: int = 0,
        scenes: Sequence[Scene] | None = None,
        fresh: int = FRESH,
        **budget: int,
    ) -> None:
        if unknown := set(budget) - set(BUDGET):
            raise DeepvisError(f"There is no argument {min(unknown)}; accepted are {', '.join(BUDGET)}.")
        checked_share(share)
        seed, budget = _from("seed", seed, 0), {name: _from(name, n, 1) for name, n in budget.items()}
        lesson = orders(scenes), scenes or (), _from("fresh", fresh, 1), seed, budget
        self._made_of: dict[str, Any] = {"seed": seed, "scenes": scenes, "fresh": fresh, **budget}
        super().__init__()
        self.add_class("dv-husky-wolf").add_class("dv-snow-lab")
        self.share = share
        self.panes = SnowPanes(self, train=self.train, stop=self.stop)
        self.children = tuple(self.panes.rows)
        self.session = SnowSession(self, self.panes, *lesson)
        self.session.begin()

    @property
    def networks(self) -> list[TrainedNetwork]:
        """Every network that was trained, with what was found out about it."""
        return list(self.session.made)

    @property
    def made(self) -> TrainedNetwork | None:
        """The network shown, with what was found out about it."""
        return self.session.made[self.shown] if self.session.made else None

    @property
    def network(self) -> Network | None:
        """The network shown: for `dv.explain`, `dv.Explorer` and the others."""
        return None if self.made is None else self.made.network

    def argument(self, name: str) -> Any:
        """The present value of an argument of the construction."""
        return self.share if name == "share" else self._made_of.get(name, LEFT_OUT)

    def explanations(self) -> Sequence[Explanation]:
        """The network shown, trained anew, and its maps."""
        made = self.made
        if made is None:
            return ()
        budget = {name: self._made_of[name] for name in BUDGET if name in self._made_of}
        trained = Call("train_on_snow", (made.share, made.seed), budget)
        found = [Explanation("trained", trained, "the network shown, trained anew, and its maps")]
        for number, scene in enumerate(made.scenes):
            arguments = Named("trained"), Pictured(scene), self.method
            found.append(Explanation(f"map_{number}", Call("explain", arguments, PARAMS.get(self.method, {}))))
        return found

    def train(self) -> None:
        """Trains a network on pictures with this share of snow behind wolves, in the background.

        Raises DeepvisError while one is being trained.
        """
        self.session.train()

    def stop(self) -> None:
        """Stops training and drawing; what was drawn stays."""
        self.session.stop()

    def page(self) -> Page:
        """Returns what stays on a page: the chart, and what every network that was trained has learned and says."""
        session = self.session
        return Page(self.called, page_of(self, session.made, session.known_maps(), session.samples))

    def ending(self) -> None:
        self.session.close()
        self.panes.close()


def _from(name: str, value: Any, least: int) -> int:
    number = whole(value)
    if number is None or number < least:
        raise DeepvisError(f"{name}={value!r} is not accepted; accepted: a whole number from {least}.")
    return number
