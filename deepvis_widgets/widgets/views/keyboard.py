"""Keys of the widget that surrounds this one, while the focus is inside it."""

from __future__ import annotations

from typing import Any

import traitlets

from ..link.live_widget import STYLE, LiveWidget, built


class Keyboard(LiveWidget):
    """Listens to the keys of the widget around it, and shows the table that explains them.

    Frames out: key (command). The trait is `bindings`, because ipywidgets itself owns the name `keys`.

    >>> keyboard = Keyboard([{"key": "n", "command": "next"}])
    >>> keyboard.on_frame("key", lambda frame: print(frame.meta["command"]))
    >>> keyboard.bindings
    [{'help': 'next', 'key': 'n', 'command': 'next'}]
    >>> keyboard.close()
    """

    _esm = built("keyboard.js")
    _css = STYLE

    bindings = traitlets.List(traitlets.Dict(), help="each {key, command, help}, optionally group").tag(sync=True)
    help = traitlets.Bool(False, help="whether the table of keys is shown").tag(sync=True)

    def __init__(self, keys: list[dict[str, Any]] | None = None, **traits: Any) -> None:
        super().__init__(**({"bindings": keys} if keys is not None else {}), **traits)

    @traitlets.validate("bindings")
    def _check_bindings(self, proposal: Any) -> list[dict[str, Any]]:
        for binding in proposal["value"]:
            if not all(isinstance(binding.get(name), str) and binding[name] for name in ("key", "command")):
                raise traitlets.TraitError(f"A binding needs the texts key and command, not {binding}.")
        return [{"help": binding["command"], **binding} for binding in proposal["value"]]
