"""A vote on a network: is it trusted, and what does it seem to look at? By one person, or by hands in a class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ipywidgets
import traitlets

from ...core.checks import whole
from ...core.errors import DeepvisError

SNOW = "the snow on the ground"
FEATURES = ("the face and the eyes", "the coat", "size and posture", SNOW, "the sky behind", "something else")
TRUST = "Do you trust this network to work in the wild?"
LOOKS = "What does it look at to tell a husky from a wolf? Name as many things as you like."
MOST = 9999


@dataclass(frozen=True)
class Vote:
    """Hands counted: how many trust the network, how many do not, and how many named each of FEATURES."""

    yes: int = 0
    no: int = 0
    named: Mapping[str, int] = field(default_factory=dict)

    @property
    def voters(self) -> int:
        """How many said yes or no."""
        return self.yes + self.no

    @property
    def cast(self) -> bool:
        """Whether anything was answered."""
        return bool(self.voters or self.named)

    @property
    def snow(self) -> int:
        """How many named the snow."""
        return self.named.get(SNOW, 0)

    @classmethod
    def read(cls, plain: Any) -> Vote:
        """The vote of {"yes": 3, "no": 20, "named": {feature: hands}}; DeepvisError where that is something else."""
        if not isinstance(plain, Mapping) or not set(plain) <= {"yes", "no", "named"}:
            raise DeepvisError(f'{plain!r} is no vote; accepted is {{"yes": 3, "no": 20, "named": {{"{SNOW}": 7}}}}.')
        named = plain.get("named", {})
        if not isinstance(named, Mapping) or not set(named) <= set(FEATURES):
            raise DeepvisError(f"{named!r} names something else than {', '.join(FEATURES)}.")
        counted = {feature: _hands(named[feature]) for feature in FEATURES if feature in named}
        return cls(_hands(plain.get("yes", 0)), _hands(plain.get("no", 0)), {k: v for k, v in counted.items() if v})

    def plain(self) -> dict[str, Any]:
        """The vote as numbers, text and dicts: what `read` reads."""
        return {"yes": self.yes, "no": self.no, "named": dict(self.named)}


def _hands(value: Any) -> int:
    hands = whole(value)
    if hands is None or not 0 <= hands <= MOST:
        raise DeepvisError(f"{value!r} is no number of hands; accepted is a whole number from 0 to {MOST}.")
    return hands


class Ballot(ipywidgets.VBox):
    """Both questions; `vote` holds the answers, `many` says whether hands are counted, `locked` whether it is over.

    The browser and Python always agree on `vote`.
    """

    vote = traitlets.Any(Vote())
    many = traitlets.Bool(False)
    locked = traitlets.Bool(False)

    def __init__(self) -> None:
        self._showing = False
        self._trust = ipywidgets.ToggleButtons(
            options=[("Yes", "yes"), ("No", "no")],
            value=None,
            tooltips=["I would trust it in the wild", "I would not trust it"],
        )
        self._hands = {"yes": _counter("Yes"), "no": _counter("No")}
        self._named = {name: _toggle(name) for name in FEATURES}
        self._counts = {name: _counter(name) for name in FEATURES}
        self._one = _row(self._trust), _row(*self._named.values())
        self._many = _row(*self._hands.values()), _row(*self._counts.values())
        super().__init__([_question(TRUST), self._one[0], self._many[0], _question(LOOKS), self._one[1], self._many[1]])
        self.add_class("dv-ballot")
        for control in self._controls():
            control.observe(lambda _: self._answered(), names="value")
        self._lay_out()

    @traitlets.observe("many", "locked")
    def _lay_out(self, _: Any = None) -> None:
        for box in self._one:
            box.layout.display = "none" if self.many else None
        for box in self._many:
            box.layout.display = None if self.many else "none"
        for control in self._controls():
            control.disabled = self.locked

    @traitlets.observe("vote")
    def _show(self, _: Any = None) -> None:
        """Set every control; what they say of it meanwhile is not listened to."""
        vote, self._showing = self.vote, True
        try:
            self._trust.value = "yes" if vote.yes > vote.no else "no" if vote.no > vote.yes else None
            self._hands["yes"].value, self._hands["no"].value = vote.yes, vote.no
            for name in FEATURES:
                self._named[name].value = vote.named.get(name, 0) > 0
                self._counts[name].value = vote.named.get(name, 0)
        finally:
            self._showing = False

    def _answered(self) -> None:
        if not self._showing:
            self.vote = self._counted() if self.many else self._own()

    def _own(self) -> Vote:
        named = {name: 1 for name, button in self._named.items() if button.value}
        return Vote(int(self._trust.value == "yes"), int(self._trust.value == "no"), named)

    def _counted(self) -> Vote:
        named = {name: counter.value for name, counter in self._counts.items() if counter.value}
        return Vote(self._hands["yes"].value, self._hands["no"].value, named)

    def _controls(self) -> list[Any]:
        return [self._trust, *self._hands.values(), *self._named.values(), *self._counts.values()]


def _question(words: str) -> ipywidgets.HTML:
    return ipywidgets.HTML(words).add_class("dv-question")


def _counter(name: str) -> ipywidgets.BoundedIntText:
    return ipywidgets.BoundedIntText(min=0, max=MOST, description=name, tooltip=f"Hands for: {name}")


def _toggle(name: str) -> ipywidgets.ToggleButton:
    return ipywidgets.ToggleButton(description=name, tooltip=f"It looks at {name}")


def _row(*controls: Any) -> ipywidgets.Box:
    return ipywidgets.Box(list(controls)).add_class("dv-ballot-row")
