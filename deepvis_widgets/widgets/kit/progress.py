"""How far a computation is: a bar, and a row with a bar and a button that stops it."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from ..link.push import push
from .layout import button, classed, html


def bar(flex: str = "1 1 0") -> ipywidgets.FloatProgress:
    """A progress bar from 0 to 1 that takes the room there is."""
    return ipywidgets.FloatProgress(min=0, max=1, layout={"width": "auto", "flex": flex})


class Progress(ipywidgets.Box):
    """A row that is shown while something is computed: what it is, how far it is, and a button that stops it.

    `show` and `say` may be called on any thread. With `keeps_place` the row takes its room also while it is not
    shown: what stands below must not move away from under a click.
    """

    def __init__(
        self,
        classes: str,
        stop: str,
        on_stop: Callable[[], object],
        flex: str = "1 1 0",
        worded: bool = False,
        keeps_place: bool = False,
    ) -> None:
        self._hidden = {"visibility": "hidden"} if keeps_place else {"display": "none"}
        self.bar, self.stop = bar(flex), button("Stop", stop, on_click=on_stop)
        parts: list[ipywidgets.Widget] = [self.bar, self.stop]
        if worded:
            self.doing = html("dv-doing")
            parts.insert(0, self.doing)
        super().__init__(parts)
        classed(self, classes)
        self.show(None)

    def show(self, fraction: float | None) -> None:
        """Shows how far it is, in [0, 1]; None where nothing is computed."""
        push(self.layout, **(self._hidden if fraction is None else dict.fromkeys(self._hidden)))
        push(self.bar, value=fraction or 0.0)

    def say(self, words: str, label: str | None = None) -> None:
        """Names what is computed, in a row that is `worded`; `words` are HTML, `label` is the bar's name, if given."""
        push(self.doing, value=words)
        if label is not None:
            push(self.bar, tooltip=label)
