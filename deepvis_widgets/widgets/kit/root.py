"""The base of every public widget."""

from __future__ import annotations

import sys
from typing import Any

import ipywidgets
import traitlets

from ..link.live_widget import LiveWidget
from ..remake.remade import Remade
from ..views.code_button import CodeButton
from .layout import close_all


class Root(Remade, ipywidgets.DOMWidget):
    """A widget that gives back what it holds when it closes.

    Subclasses override `ending`, which is called once, before the panes go.
    """

    @property
    def closed(self) -> bool:
        """Whether the widget was closed."""
        return self.comm is None

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


class RootWidget(Root, ipywidgets.VBox):
    """A column of panes, each a widget, over the button that shows the code of it all."""

    @traitlets.validate("children")
    def _with_code(self, proposal: Any) -> tuple[ipywidgets.Widget, ...]:
        button = vars(self).setdefault("_code_button", None) or CodeButton(self.code, self.save_beside)
        self._code_button = button
        return (*(child for child in proposal["value"] if child is not button), button)

    def parts(self) -> tuple[Any, ...]:
        """What closes with the widget: its panes, too."""
        return (*self.children, self.layout)


class LiveRoot(Root, LiveWidget):
    """One model whose panes are drawn by one module: see link.port."""
