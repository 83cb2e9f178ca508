"""Whether the page is dark: what Python draws must follow the theme, and only the browser knows it."""

from __future__ import annotations

import traitlets

from ..link.live_widget import STYLE, LiveWidget, built


class Scheme(LiveWidget):
    """Invisible; `dark` follows the page's theme, also when it changes."""

    _esm = built("scheme.js")
    _css = STYLE

    dark = traitlets.Bool(False).tag(sync=True)
