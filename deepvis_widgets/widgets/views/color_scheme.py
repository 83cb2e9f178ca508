"""Whether the page is dark: what Python draws must follow the theme, and only the browser knows it."""

from __future__ import annotations

import traitlets

from ..link.live_widget import STYLE, LiveWidget, built


class ColorScheme(LiveWidget):
    """Tells whether the page is dark: an invisible widget whose `dark` follows the page's theme, also when it changes.

    >>> scheme = ColorScheme()
    >>> scheme.dark
    False
    >>> scheme.close()
    """

    _esm = built("scheme.js")
    _css = STYLE

    dark = traitlets.Bool(False).tag(sync=True)
