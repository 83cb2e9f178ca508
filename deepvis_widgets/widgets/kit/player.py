"""Play, pause and step through a fixed number of steps."""

from __future__ import annotations

import ipywidgets
import traitlets

from .layout import button

INTERVAL = 700  # ms per step: slow enough to talk over


class Play(ipywidgets.Play):
    """Stops before it is closed: the browser would go on to play what has no kernel any more, an error at each step.

    >>> Play(max=3).close()
    """

    def close(self) -> None:
        """Stops in the browser, too, and frees the model."""
        self.unobserve_all("playing")  # nobody plays it once more from the start
        if self.comm is not None:
            self.playing = False
        super().close()


class Player(ipywidgets.HBox):
    """`step` runs from 0 to `count` - 1: played, stepped by button or arrow key, or set from Python.

    >>> player = Player(5)
    >>> player.go(9)
    >>> player.step
    4
    >>> player.close()
    """

    step = traitlets.Int(0)

    def __init__(self, count: int, interval: int = INTERVAL, label: str = "Step") -> None:
        self._play = Play(min=0, max=count - 1, interval=interval, show_repeat=False)
        self._back = button("", f"{label}: one back", "step-backward", lambda: self.go(self.step - 1), "32px")
        self._next = button("", f"{label}: one on", "step-forward", lambda: self.go(self.step + 1), "32px")
        self._slider = ipywidgets.IntSlider(min=0, max=count - 1, description=label, tooltip=f"{label}: go to")
        super().__init__([self._play, self._back, self._next, self._slider])
        self.add_class("dv-player")
        self._link = ipywidgets.jslink((self._play, "value"), (self._slider, "value"))
        traitlets.link((self, "step"), (self._slider, "value"))
        self._again = False
        self._play.observe(self._played, names="playing")

    @property
    def count(self) -> int:
        """The number of steps."""
        return int(self._slider.max) + 1

    @count.setter
    def count(self, count: int) -> None:
        self.go(min(self.step, count - 1))
        self._slider.max = self._play.max = count - 1

    def pace(self, interval: int) -> None:
        """Plays with so many milliseconds per step."""
        self._play.interval = interval

    def _played(self, change: dict[str, bool]) -> None:
        """Played at the end: once more from the start. The browser has stopped by then, and is told to go on."""
        if change["new"] and self.step == self.count - 1:
            self._again = True
            self.go(0)
        elif not change["new"] and self._again:
            self._again = False
            self._play.playing = True

    def go(self, step: int) -> None:
        """Goes to a step; beyond the ends, to the end."""
        self.step = self._play.value = min(max(step, 0), self.count - 1)

    def rewind(self) -> None:
        """Stops, at the first step."""
        self._play.playing = False
        self.go(0)

    def close(self) -> None:
        """Takes the player off the page; its link too, which would keep it alive."""
        self._link.close()
        super().close()
