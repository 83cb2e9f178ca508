"""Would you trust this network? The husky and wolf experiment of Ribeiro, Singh & Guestrin 2016, for one or a class."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets
import traitlets

from ...core.checks import one_of, whole
from ...core.errors import DeepvisError
from ...methods import method
from ...zoo.scenes import Scene
from .ballot import Vote
from .panes import HuskyWolfPanes
from .scenes import fresh_orders, offered, order_of, orders
from .session import Run
from .snow.snow_lab import SnowLab
from .state import VOTERS, _nested
from .words import AGAIN, ANSWERS, LAST, LETTERS, TIME_OF, TIMES


class HuskyWolf(ipywidgets.VBox):
    """Ten pictures of huskies and wolves, the answers of a network, and a vote on whether to trust it: before the
    explanations, and after. Then the truth, and what both networks say when the animals stand somewhere else.

    There are two networks, A and B: an honest one, and one trained with every wolf on snow. Which is which is drawn by
    `seed` (None: by chance), or chosen by `first`, "honest" or "biased": the one called A. `scenes` are other pictures
    to vote on, scenes of huskies and wolves; `fresh` is how many of each animal the last step draws for each ground.
    From the last step a click (or `making`) goes on to `snow`, a SnowLab on the same pictures.

    The traits may be set, observed and linked from Python; browser and Python always agree. What does not exist raises
    DeepvisError and changes nothing. `close()` ends the threads and frees what was computed.
    """

    stage = traitlets.Any(1, help="the step shown, 1 to 4")
    network = traitlets.Any("A", help="the network asked, A or B")
    method = traitlets.Any("cam", help="name of the method that explains")
    voters = traitlets.Any("one", help='who votes: "one" person, or a "class" by hands')
    votes = traitlets.Any(help='{"A": {"before": {"yes": 3, "no": 20, "named": {...}}, "after": ...}, "B": ...}')
    picture = traitlets.Any(-1, help="number of the picture enlarged, -1 for none")
    opacity = traitlets.Float(0.6, min=0.0, max=1.0, help="of the explanations over the pictures")
    making = traitlets.Bool(False, help="whether the last step goes on to networks of one's own making")
    opened = traitlets.Any((), help="the networks whose explanations were seen: their first vote stands")

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
        chance = random.Random(_seed(seed))
        names = dict(zip(LETTERS, order_of(chance, first), strict=True))
        self.given, again = orders(scenes), fresh_orders(chance, fresh)
        self.panes = HuskyWolfPanes(offered())
        super().__init__(self.panes.rows)
        self.add_class("dv-husky-wolf")
        self.votes = {}
        self.snow: SnowLab | None = None
        self.run = Run(self, names, list(scenes or []), again)
        self.panes.bind(self)
        try:
            self.method, self.voters = method, voters
        except DeepvisError:
            self.close()
            raise
        self._observe()
        self.run.begin()

    def _observe(self) -> None:
        self.observe(lambda _: self._other_network(), names="network")
        self.observe(lambda _: self.run.show(), names=["stage", "votes", "voters", "picture", "opened"])
        self.observe(lambda _: self._make(), names="making")
        self.observe(lambda _: self.run.explain(), names="method")
        self.observe(lambda _: self.run.show_pictures(), names="opacity")

    # --- what may be set ---

    @traitlets.validate("stage")
    def _check_stage(self, proposal: Any) -> int:
        stage = whole(proposal["value"])
        if stage is None or not ANSWERS <= stage <= LAST:
            raise DeepvisError(f"There is no step {proposal['value']!r}; accepted are {ANSWERS} to {LAST}.")
        return stage

    @traitlets.validate("network")
    def _check_network(self, proposal: Any) -> str:
        return one_of("network", proposal["value"], LETTERS)

    @traitlets.validate("method")
    def _check_method(self, proposal: Any) -> str:
        return one_of("method", method(proposal["value"]).name, tuple(name for _, name in offered()))

    @traitlets.validate("voters")
    def _check_voters(self, proposal: Any) -> str:
        value = one_of("voters", proposal["value"], VOTERS)
        if value != self.voters and self.voted:
            raise DeepvisError("There are votes already; call restart() before others vote.")
        return value

    @traitlets.validate("votes")
    def _check_votes(self, proposal: Any) -> dict[str, Any]:
        given = _nested(proposal["value"], LETTERS)
        times = {letter: _nested(given.get(letter, {}), TIMES) for letter in LETTERS}
        return {letter: {time: Vote.read(times[letter].get(time, {})).plain() for time in TIMES} for letter in LETTERS}

    @traitlets.validate("picture")
    def _check_picture(self, proposal: Any) -> int:
        index, last = whole(proposal["value"]), len(self.given) - 1
        if index is None or not -1 <= index <= last:
            raise DeepvisError(f"There is no picture {proposal['value']!r}; accepted are 0 to {last}, and -1 for none.")
        return index

    @traitlets.validate("opened")
    def _check_opened(self, proposal: Any) -> tuple[str, ...]:
        return tuple(letter for letter in LETTERS if letter in proposal["value"])

    # --- the votes ---

    @property
    def voted(self) -> bool:
        """Whether anybody has voted on anything."""
        return any(self.vote(time, letter).cast for letter in LETTERS for time in TIMES)

    @property
    def locked(self) -> bool:
        """Whether the vote of this step stands: the first one does once the explanations were seen."""
        return self.stage == ANSWERS and self.network in self.opened

    def vote(self, when: str | None = None, network: str | None = None) -> Vote:
        """What was voted "before" or "after" the explanations of a network; by default of this one, here and now."""
        time = when or TIME_OF.get(self.stage, "after")
        return Vote.read(self.votes[network or self.network][one_of("when", time, TIMES)])

    def cast(self, yes: int, no: int, named: Mapping[str, int] | None = None) -> None:
        """Vote on the network shown: how many trust it, how many do not, and how many named which feature."""
        vote, time = Vote.read({"yes": yes, "no": no, "named": named or {}}), TIME_OF.get(self.stage)
        if time is None:
            raise DeepvisError(f"Step {self.stage} has no vote; votes are cast in steps {ANSWERS} and {AGAIN}.")
        if self.locked:
            raise DeepvisError("The first vote stands once the explanations were seen; call restart() to vote anew.")
        self.votes = {**self.votes, self.network: {**self.votes[self.network], time: vote.plain()}}

    # --- the steps ---

    def next(self) -> None:
        """To the next step; DeepvisError where nobody has voted yet."""
        if self.stage in TIME_OF and not self.locked and not self.vote().voters:
            raise DeepvisError("Nobody has voted yet: answer the first question with yes or no, then go on.")
        self.stage = min(self.stage + 1, LAST)

    def back(self) -> None:
        """To the step before."""
        self.stage = max(self.stage - 1, ANSWERS)

    def other(self) -> None:
        """The other network, from its first step."""
        self.stage = ANSWERS
        self.network = LETTERS[1 - LETTERS.index(self.network)]

    def restart(self, seed: int | None = None) -> None:
        """Forget all votes, and draw anew which network is A."""
        chance = random.Random(_seed(seed))
        self.run.rename(dict(zip(LETTERS, order_of(chance, None), strict=True)))
        self.stage, self.network, self.picture = ANSWERS, "A", -1
        self.opened, self.votes = (), {}
        self.run.show()

    def _other_network(self) -> None:
        """A network whose first vote is still to come is seen without explanations first."""
        if self.network not in self.opened:
            self.stage = ANSWERS
        self.run.show()

    def _make(self) -> None:
        """Networks of one's own, made from the first time on that they are asked for."""
        if self.making and self.snow is None:
            self.snow = SnowLab(scenes=list(self.run.scenes) if len(self.run.scenes) == len(self.given) else None)
        self.run.show()

    def close(self) -> None:
        """End the threads, free what was computed, and take the widgets off the page."""
        if self.comm is not None:
            self.run.close()
            if self.snow is not None:
                self.snow.close()
            self.panes.close()
        super().close()


def _seed(seed: Any) -> int | None:
    number = None if seed is None else whole(seed)
    if seed is not None and (number is None or number < 0):
        raise DeepvisError(f"seed={seed!r} is not accepted; accepted: a whole number from 0, or None.")
    return number
