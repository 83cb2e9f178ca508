"""Pages of ipywidgets.embed show our widgets without a kernel: module, traits and the last frames are in them."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import numpy as np
from ipywidgets.embed import dependency_state, embed_minimal_html

import deepvis_widgets as dv
from deepvis_widgets.widgets.link.live_widget import built
from deepvis_widgets.widgets.link.protocol import Frame, unpack
from deepvis_widgets.widgets.views.map_view import MapView


def frames(model: dict[str, Any]) -> list[Frame]:
    """The frames that a saved model shows, read as the browser reads them."""
    buffers = [b64decode(each["data"]) for each in model["buffers"] if each["path"][0] == "_last"]
    found, last = [], model["state"]["_last"]
    assert last["buffers"] == [None] * len(buffers), "each buffer has its place"
    for head in last["message"]["meta"]["frames"]:
        count = len(head["arrays"])
        found.append(unpack(head, [memoryview(buffer) for buffer in buffers[:count]]))
        del buffers[:count]
    assert not buffers
    return found


def test_a_view_is_saved_with_its_module_and_its_last_frames() -> None:
    view = MapView(label="a map")
    view.push("map", {"lo": 0.5}, {"x": np.arange(6, dtype=np.uint8).reshape(2, 3), "y": np.ones(2, np.float32)})
    view.push("picture", {}, {"x": np.array([9], np.uint8)})
    model = json.loads(json.dumps(dependency_state([view])[view.model_id]))
    assert model["state"]["_esm"] == built("map_view.js") and model["state"]["_css"] and model["state"]["_anywidget_id"]
    assert model["state"]["label"] == "a map" and model["state"]["colormap"] == view.colormap
    first, second = frames(model)
    assert (first.kind, first.meta, second.kind) == ("map", {"lo": 0.5}, "picture")
    np.testing.assert_array_equal(first.arrays["x"], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(first.arrays["y"], [1, 1])
    np.testing.assert_array_equal(second.arrays["x"], [9])
    view.close()


def test_a_page_of_the_explorer_holds_what_it_shows(tmp_path: Path) -> None:
    explorer = dv.Explorer()
    assert explorer.session.idle(60)
    embed_minimal_html(tmp_path / "page.html", views=[explorer], state=dependency_state([explorer]))
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    [text] = re.findall(r'<script type="application/vnd.jupyter.widget-state\+json">(.*?)</script>', page, re.DOTALL)
    model = json.loads(text)["state"][explorer.model_id]
    assert model["state"]["_esm"] == built("explorer.js") and model["state"]["layer"] == explorer.layer
    saved = {frame.kind: frame for frame in frames(model)}
    shown = explorer.last("stage/picture")
    assert shown is not None and set(explorer._last) == set(saved)
    for name, values in shown.arrays.items():
        np.testing.assert_array_equal(saved["stage/picture"].arrays[name], values)
    explorer.close()
