"""What decides what HuskyWolf shows: the step, the network, the votes, and what may be set of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import traitlets

from ...core.checks import one_of, whole
from ...core.errors import DeepvisError
from ...methods import method
from ...methods.base import Method
from ..link.traits import Checked, Number
from .scenes import BIASED, HONEST, ORDERS, Order, chance_of, network_order
from .vote import Vote

LETTERS = ("A", "B")
TIMES = ("before", "after")
VOTERS = ("one", "class")
ANSWERS, EXPLANATIONS, AGAIN, LAST = range(1, 5)  # the steps
TIME_OF = {ANSWERS: "before", AGAIN: "after"}  # those with a vote
WITH_MAPS = (EXPLANATIONS, AGAIN)

Votes = dict[str, dict[str, dict[str, Any]]]  # letter → time → a vote as plain values


class HuskyWolfState(traitlets.HasTraits):
    """The traits of one lesson and their validation. What does not exist raises DeepvisError and changes nothing.

    `given` is what is voted on. A network whose explanations were seen is in `opened`. Another network is shown in the
    step that is shown, unless that has explanations and nobody has voted on it yet: then it begins with the first step,
    and the step that was left comes back with the network before.

    >>> state = HuskyWolfState()
    >>> state.cast(yes=3, no=20)
    >>> state.next()
    >>> state.stage, state.opened, state.vote("before").no
    (2, ('A',), 20)
    """

    stage = Checked(1, help="the step shown, 1 to 4")
    network = Checked("A", help="the network asked, A or B")
    method = Checked("cam", help="name of the method that explains")
    voters = Checked("one", help='who votes: "one" person, or a "class" by hands')
    votes = Checked(help='{"A": {"before": {"yes": 3, "no": 20, "named": {...}}, "after": ...}, "B": ...}')
    picture = Checked(-1, help="number of the picture enlarged, -1 for none")
    opacity = Number(0.6, min=0.0, max=1.0, help="of the explanations over the pictures")
    making = traitlets.Bool(False, help="whether the last step goes on to networks of one's own making")
    opened = Checked((), help="the networks whose explanations were seen: their first vote stands")
    left = traitlets.Int(0, read_only=True, help="the step left for a network without a vote, 0 for none")
    network_names = traitlets.Dict(
        default_value={"A": HONEST, "B": BIASED}, read_only=True, help="letter → name of the network behind it"
    )

    given: Sequence[Order] = ORDERS

    # --- what may be set ---

    @traitlets.default("votes")
    def _no_votes(self) -> Votes:
        return checked_votes({})

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
        return one_of("method", named_method(proposal["value"]), tuple(name for _, name in offered()))

    @traitlets.validate("voters")
    def _check_voters(self, proposal: Any) -> str:
        value = one_of("voters", proposal["value"], VOTERS)
        if value != self.voters and self.voted:
            raise DeepvisError("There are votes already; call restart() before others vote.")
        return value

    @traitlets.validate("votes")
    def _check_votes(self, proposal: Any) -> Votes:
        return checked_votes(proposal["value"])

    @traitlets.validate("picture")
    def _check_picture(self, proposal: Any) -> int:
        index, last = whole(proposal["value"]), len(self.given) - 1
        if index is None or not -1 <= index <= last:
            raise DeepvisError(f"There is no picture {proposal['value']!r}; accepted are 0 to {last}, and -1 for none.")
        return index

    @traitlets.validate("opened")
    def _check_opened(self, proposal: Any) -> tuple[str, ...]:
        given = proposal["value"]
        if not isinstance(given, Collection) or not all(letter in LETTERS for letter in given):
            raise DeepvisError(f'opened holds letters of networks, as in ("A", "B"), and not {given!r}.')
        return tuple(letter for letter in LETTERS if letter in given)

    # --- what follows from what ---

    @traitlets.observe("network")
    def _keep_step(self, _: Any) -> None:
        """The first vote on a network comes before its explanations; the step stays where that is no reason."""
        may_open = self.network in self.opened or self.vote("before").voters > 0
        if self.stage >= EXPLANATIONS and not may_open:
            self.set_trait("left", self.stage)
            self.stage = ANSWERS
        elif self.left and may_open:
            self.stage = self.left
        self._note_opened()

    @traitlets.observe("stage", "opened")
    def _note_opened(self, _: Any = None) -> None:
        if self.stage >= EXPLANATIONS:
            self.set_trait("left", 0)
            if self.network not in self.opened:
                self.opened = (*self.opened, self.network)

    # --- the votes ---

    @property
    def voted(self) -> bool:
        """Whether anybody has voted on anything."""
        return any(self.vote(time, letter).cast for letter in LETTERS for time in TIMES)

    @property
    def locked(self) -> bool:
        """Whether the vote of this step stands: the first one does once the explanations were seen."""
        return bool(self.stage == ANSWERS and self.network in self.opened)

    def vote(self, when: str | None = None, network: str | None = None) -> Vote:
        """Returns what was voted "before" or "after" the explanations of a network; by default of this one, here and
        now.
        """
        time = when or TIME_OF.get(self.stage, "after")
        return Vote.read(self.votes[network or self.network][one_of("when", time, TIMES)])

    def cast(self, yes: int, no: int, named: Mapping[str, int] | None = None) -> None:
        """Votes on the network shown: how many trust it, how many do not, and how many named which feature."""
        vote, time = Vote.read({"yes": yes, "no": no, "named": named or {}}), TIME_OF.get(self.stage)
        if time is None:
            raise DeepvisError(f"Step {self.stage} has no vote; votes are cast in steps {ANSWERS} and {AGAIN}.")
        if self.locked:
            raise DeepvisError("The first vote stands once the explanations were seen; call restart() to vote anew.")
        self.votes = {**self.votes, self.network: {**self.votes[self.network], time: vote.plain()}}

    # --- the steps ---

    def next(self) -> None:
        """Goes on to the next step; DeepvisError where nobody has voted yet."""
        if self.stage in TIME_OF and not self.locked and not self.vote().voters:
            raise DeepvisError("Nobody has voted yet: answer the first question with yes or no, then go on.")
        self.stage = min(self.stage + 1, LAST)

    def back(self) -> None:
        """Goes back to the step before."""
        self.stage = max(self.stage - 1, ANSWERS)

    def other(self) -> None:
        """Shows the other network, from its first step."""
        self._to_first_step()
        self.network = LETTERS[1 - LETTERS.index(self.network)]

    def restart(self, seed: int | None = None) -> None:
        """Forgets all votes, and draws anew which network is A."""
        names = network_order(chance_of(seed), None)
        self._to_first_step()
        self.network, self.picture = "A", -1
        self.opened, self.votes = (), {}
        self.name_networks(names)

    def _to_first_step(self) -> None:
        self.set_trait("left", 0)
        self.stage = ANSWERS

    def name_networks(self, names: Sequence[str]) -> None:
        """Says which networks A and B are."""
        self.set_trait("network_names", dict(zip(LETTERS, names, strict=True)))


def named_method(value: Any) -> str:
    """Returns the name of a method, if it is one; DeepvisError, naming those there are, for anything else."""
    return method(value if isinstance(value, str) else repr(value)).name


def offered() -> list[tuple[str, str]]:
    """Returns (title, name) of every method that draws a map over a picture."""
    return [(found.title, name) for name, found in sorted(Method.registry.items()) if found.picture]


def checked_votes(value: Any) -> Votes:
    """Returns votes with every network and time filled in; DeepvisError where that is something else."""
    given = _nested(value, LETTERS)
    times = {letter: _nested(given.get(letter, {}), TIMES) for letter in LETTERS}
    return {letter: {time: Vote.read(times[letter].get(time, {})).plain() for time in TIMES} for letter in LETTERS}


def _nested(value: Any, names: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not set(value) <= set(names):
        raise DeepvisError(f'votes are {{"A": {{"before": ..., "after": ...}}, "B": ...}}, and not {value!r}.')
    return value
