"""Controls and a state that follow each other; what does not fit the state is refused in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets

from ..kit.notice import Say, attempt
from ..kit.player import Player


class Binding:
    """Controls that set a state, and that `show` sets to what the state is; `say` gets the sentence of a refusal."""

    def __init__(self, show: Callable[[], None], say: Say) -> None:
        self._show, self._say = show, say
        self._showing = False

    def follow(self, control: Any, act: Callable[[Any], object]) -> None:
        """Does what a reader sets a control to; where it does not fit, the control goes back to what is."""

        def changed(change: Any) -> None:
            if not self._showing and not attempt(self._say, act, change["new"]):
                self.show()

        control.observe(changed, names="value")

    def show(self) -> None:
        """Lets the controls show the state, without following them meanwhile."""
        self._showing = True
        try:
            self._show()
        finally:
            self._showing = False


def follow_steps(state: traitlets.HasTraits, player: Player) -> None:
    """Keeps the `step` of a state and of a player the same, from now on the state's."""

    def go(change: Any) -> None:
        if player.step != change["new"]:  # what came from the player must not go back to it: a drag would stutter
            player.go(change["new"])

    player.go(state.step)  # type: ignore[attr-defined]
    state.observe(go, names="step")
    player.observe(lambda change: state.set_trait("step", change["new"]), names="step")
