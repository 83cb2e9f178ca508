"""The layers of a network, one row each."""

from __future__ import annotations

import traitlets

from ..link.live_widget import STYLE, LiveWidget, built


class LayerBar(LiveWidget):
    """Shows the layers of a network from first to last. A click or the arrow keys set `layer`; `search` is where the
    filter starts.

    >>> row = {"name": "conv1", "kind": "Conv2d", "shape": "16×64×64", "field": "5×5", "title": "conv1"}
    >>> bar = LayerBar(layers=[row], layer="conv1")
    >>> bar.layer
    'conv1'
    >>> bar.close()
    """

    _esm = built("layer_bar.js")
    _css = STYLE

    layers = traitlets.List(traitlets.Dict(), help="each {name, kind, shape, field, title}").tag(sync=True)
    layer = traitlets.Unicode().tag(sync=True)
    search = traitlets.Unicode().tag(sync=True)
