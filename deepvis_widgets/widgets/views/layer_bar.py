"""The layers of a network, one row each."""

from __future__ import annotations

import traitlets

from ..link.live_widget import STYLE, LiveWidget, built


class LayerBar(LiveWidget):
    """A click or the arrow keys set `layer`; `search` is where the filter starts."""

    _esm = built("layer_bar.js")
    _css = STYLE

    layers = traitlets.List(traitlets.Dict(), help="each {name, kind, shape, field, title}").tag(sync=True)
    layer = traitlets.Unicode().tag(sync=True)
    search = traitlets.Unicode().tag(sync=True)
