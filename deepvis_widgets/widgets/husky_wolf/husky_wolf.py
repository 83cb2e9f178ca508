"""Would you trust this network? The husky and wolf experiment of Ribeiro, Singh & Guestrin 2016, for one or a class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...zoo.scenes import Scene
from ..kit.root import RootWidget
from ..page.parts import Page
from ..remake.recipe import Call, Explanation, Pictured
from .handout import page_of
from .panes import HuskyWolfPanes
from .questions import SAMPLES
from .scenes import HONEST, chance_of, drawn_seed, fresh_orders, network_order, orders
from .session import HuskyWolfSession
from .snow.snow_lab import SnowLab
from .state import LETTERS, WITH_MAPS, HuskyWolfState


class HuskyWolf(HuskyWolfState, RootWidget):
    """Ten pictures of huskies and wolves, the answers of a network, and a vote on whether to trust it: before the
    explanations, and after. Then the truth, and what both networks say when the animals stand somewhere else.

    There are two networks, A and B: an honest one, and one trained with every wolf on snow. Which is which is drawn by
    `seed` (None: by chance), or chosen by `first`, "honest" or "biased": the one called A. `scenes` are other pictures
    to vote on, scenes of huskies and wolves; `fresh` is how many of each animal the last step draws for each ground.
    From the last step a click (or `making`) goes on to `snow`, a SnowLab on the same pictures.

    The traits may be set, observed and linked from Python; browser and Python always agree. What does not exist raises
    DeepvisError and changes nothing. `close()` ends the threads and frees what was computed.

    >>> import deepvis_widgets as dv
    >>> lesson = dv.HuskyWolf(first="biased", scenes=[dv.scene("husky", "snow", 22)])
    >>> lesson.cast(yes=1, no=0, named={"the coat": 1})
    >>> lesson.next()
    >>> lesson.stage, lesson.opened
    (2, ('A',))
    >>> lesson.close()
    """

    ARGUMENTS = "seed", "first", "method", "voters", "scenes", "fresh"
    SETTINGS = "votes", "opened", "network", "stage", "picture", "opacity", "making"
    STARTED = ("seed",)

    def __init__(
        self,
        *,
        seed: int | None = None,
        first: str | None = None,
        method: str = "cam",
        voters: str = "one",
        scenes: Sequence[Scene] | None = None,
        fresh: int = 3,
    ) -> None:
        seed = drawn_seed(seed)
        self._made_of = {"seed": seed, "scenes": scenes, "fresh": fresh}
        names = network_order(chance_of(seed), first)
        given, again = orders(scenes), fresh_orders(chance_of(seed), fresh)
        self.method, self.voters = method, voters  # before anything is made that would have to be closed
        super().__init__()
        self.add_class("dv-husky-wolf")
        self.given = given
        self.name_networks(names)
        self.snow: SnowLab | None = None
        self.panes = HuskyWolfPanes(self, stop=lambda: self.session.stop())
        self.children = tuple(self.panes.rows)
        self.session = HuskyWolfSession(self, self.panes, tuple(scenes or ()), again)
        self.observe(self._make, names="making")
        self.session.begin()

    def _make(self, _: Any) -> None:
        """Networks of one's own, made from the first time on that they are asked for."""
        if self.making and self.snow is None and not self.closed:
            drawn = list(self.session.scenes)
            self.snow = SnowLab(scenes=drawn if len(drawn) == len(self.given) else None)
            self.panes.add_page(self.snow)

    def page(self) -> Page:
        """Returns what stays on a page: the steps up to the last one reached, the step that is shown first."""
        making = self.snow.page() if self.making and self.snow is not None else None
        return Page(self.called, page_of(self, self.session.told(), making))

    def argument(self, name: str) -> Any:
        """The present value of an argument of the construction."""
        if name == "first":
            return "honest" if self.network_names["A"] == HONEST else "biased"
        return self._made_of[name] if name in self._made_of else super().argument(name)

    def settings(self) -> Iterator[tuple[str, Any]]:
        """The votes come first, on which it depends where one may go."""
        if self.voted or self.opened:
            yield from (("votes", self.votes), ("opened", self.opened))
        if self.left:  # a step that was left for this network, on which nobody has voted
            yield from (("network", LETTERS[1 - LETTERS.index(self.network)]), ("stage", self.left))
        if self.left or self.network != "A":
            yield "network", self.network
        usual = {"stage": 1, "picture": -1, "opacity": 0.6, "making": False}
        yield from ((name, getattr(self, name)) for name in usual if getattr(self, name) != usual[name])

    def explanations(self) -> Sequence[Explanation]:
        """The maps over the pictures, in the steps that show them."""
        if self.stage not in WITH_MAPS:
            return ()
        network, params = self.session.networks[self.network_names[self.network]], SAMPLES.get(self.method, {})
        calls = [Call("explain", (network, Pictured(scene), self.method), params) for scene in self.session.scenes]
        return [
            Explanation(f"map_{number}", call, "" if number else "the maps over the pictures")
            for number, call in enumerate(calls)
        ]

    def ending(self) -> None:
        self.session.close()
        if self.snow is not None:
            self.snow.close()
        self.panes.close()
