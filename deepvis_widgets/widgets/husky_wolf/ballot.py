"""A vote on a network: is it trusted, and what does it seem to look at? By one person, or by hands in a class."""

from __future__ import annotations

from typing import Any

import ipywidgets
import traitlets

from ..kit.layout import box, display, html
from .vote import FEATURES, MOST, Vote

TRUST = "Do you trust this network to work in the wild?"
LOOKS = "What does it look at to tell a husky from a wolf? Name as many things as you like."


class Ballot(ipywidgets.VBox):
    """Both questions; `vote` holds the answers, `many` says whether hands are counted, `locked` whether it is over.

    The browser and Python always agree on `vote`.
    """

    vote = traitlets.Any(Vote())
    many = traitlets.Bool(False)
    locked = traitlets.Bool(False)

    def __init__(self) -> None:
        self._showing = False
        tips = ["I would trust it in the wild", "I would not trust it"]
        self._trust = ipywidgets.ToggleButtons(options=[("Yes", "yes"), ("No", "no")], value=None, tooltips=tips)
        self._hands = {"yes": _counter("Yes"), "no": _counter("No")}
        self._named = {name: _toggle(name) for name in FEATURES}
        self._counts = {name: _counter(name) for name in FEATURES}
        self._one = [box("dv-ballot-row", *row) for row in ([self._trust], self._named.values())]
        self._many = [box("dv-ballot-row", *row.values()) for row in (self._hands, self._counts)]
        asked = [html("dv-question", words) for words in (TRUST, LOOKS)]
        super().__init__([found for rows in zip(asked, self._one, self._many, strict=True) for found in rows])
        self.add_class("dv-ballot")
        for control in self._controls():
            control.observe(lambda _: self._answered(), names="value")
        self._lay_out()

    @traitlets.observe("many", "locked")
    def _lay_out(self, _: Any = None) -> None:
        for row in self._one:
            display(row, not self.many)
        for row in self._many:
            display(row, self.many)
        for control in self._controls():
            control.disabled = self.locked

    @traitlets.observe("vote")
    def _show(self, _: Any = None) -> None:
        """Sets every control; what they say of it meanwhile is not listened to."""
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


def _counter(name: str) -> ipywidgets.BoundedIntText:
    return ipywidgets.BoundedIntText(min=0, max=MOST, description=name, tooltip=f"Hands for: {name}")


def _toggle(name: str) -> ipywidgets.ToggleButton:
    return ipywidgets.ToggleButton(description=name, tooltip=f"It looks at {name}")
