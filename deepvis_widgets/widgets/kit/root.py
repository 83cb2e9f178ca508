"""The base of every public widget."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import ipywidgets
import traitlets
from PIL import Image

from ...core.changes.switched_off import called
from ..link.comm_route import keep_route
from ..link.live_widget import LiveWidget
from ..page.bundle import with_picture
from ..page.drawn import drawn
from ..page.html import hand_out
from ..page.parts import Page, Text
from ..page.walk import walked
from ..remake.remade import Remade
from ..views.code_button import CodeButton
from .framed import framed
from .layout import close_all, models_of

EMPTY = "Nothing to show yet."


class Root(Remade, ipywidgets.DOMWidget):
    """A widget that gives back what it holds when it closes, and that can be taken away: as a picture, in words, as a
    page, as lines of code, and in a file.

    Subclasses override `ending`, which is called once, before the panes go; `page` where what they show is more than
    what their children show; and `idle` where neither a `client` nor a `session` of theirs knows it.
    """

    @property
    def closed(self) -> bool:
        """Whether the widget was closed."""
        return self.comm is None

    @property
    def called(self) -> str:
        """What the widget is called where it is seen without its name: its kind, and its network's name, with the units
        that are switched off.
        """
        network = getattr(self, "answering", None) or getattr(self, "network", None)
        name = getattr(network, "name", "")
        return type(self).__name__ + (f" of {called(name, network.off)}" if network is not None and name else "")

    def page(self) -> Page:
        """Returns what it shows now, as parts of a page."""
        return Page(self.called, walked(self) or Text(EMPTY, "note"))

    def living_page(self) -> Page:
        """Returns what a hand-out shows: where a page can do more than `page` says, and takes longer to make, that."""
        return self.page()

    def snapshot(self) -> Image.Image:
        """Returns what it shows now as a picture: 1000 css px wide, two pixels for each."""
        return drawn(self.page())

    def handout(self, path: Any, title: str | None = None) -> Path:
        """Writes what it shows now as one file of HTML that lives without a kernel, as dv.handout does."""
        return hand_out([self], path, title)

    def idle(self, timeout: float | None = None, long: bool = True) -> bool:
        """Waits until nothing is computed for it any more, but for long work where `long` is False, at most `timeout`
        seconds; False if something still is.
        """
        asking = (getattr(self, name, None) for name in ("client", "session"))
        waiting = next((one for one in asking if hasattr(one, "idle")), None)
        return waiting is None or bool(waiting.idle(timeout, long))

    def ending(self) -> None:
        """The widget closes: stop what runs, let go of what was computed, give the engine back."""

    def parts(self) -> tuple[Any, ...]:
        """What closes with the widget."""
        return (self.layout,)

    def set_or_close(self, **traits: Any) -> None:
        """Sets these traits, one after the other; where one is not accepted nobody else could close the widget."""
        try:
            for name, value in traits.items():
                setattr(self, name, value)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends the threads, frees what was computed, and takes the widgets off the page.

        When Python ends, ipywidgets closes what is left: nothing may be computed any more then.
        """
        if not self.closed and not sys.is_finalizing():
            self.ending()
            close_all(self.parts())
            super().close()

    def __repr__(self) -> str:
        return f"<{self.called}>"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        for model in (self, *models_of(self.parts())):
            keep_route(model.comm)
        return with_picture(self, super()._repr_mimebundle_(**options))


class RootWidget(Root, ipywidgets.VBox):
    """A column of panes, each a widget, over the button that shows the code of it all."""

    @traitlets.validate("children")
    def _with_code(self, proposal: Any) -> tuple[ipywidgets.Widget, ...]:
        button = vars(self).get("_code_button") or CodeButton(self.code, self.save_beside)
        self._code_button = button
        return (*(child for child in proposal["value"] if child is not button), button)

    def parts(self) -> tuple[Any, ...]:
        """What closes with the widget: its panes, too."""
        return (*self.children, self.layout)

    def _mime_(self) -> tuple[str, str]:
        """What marimo shows, which has no ipywidgets: its hand-out."""
        return "text/html", framed(self)


class LiveRoot(Root, LiveWidget):
    """One model whose panes are drawn by one module: see link.port."""
