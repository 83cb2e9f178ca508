"""What the browser is sent at a step of a drag, and how long it paints a large grid."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import deepvis_widgets as dv
from deepvis_widgets.widgets.link.live_widget import STYLE, built
from deepvis_widgets.widgets.link.protocol import TOGETHER, pack
from deepvis_widgets.widgets.views.unit_grid import UnitGrid
from tests.benchmarks.live import in_chromium, p95
from tests.benchmarks.rows import COST, Row

NETWORKS = ("husky-wolf", "squeezenet1_1")
STEPS = 12
PAINT = (Path(__file__).parent / "front_end.js").read_text()
UNITS, SIDE, TILE, FRAMES = 512, 28, 32, 120


def rows() -> Iterator[Row]:
    """Bytes for each network, then the paint."""
    for name in NETWORKS:
        yield from _bytes(name)
    yield from _paint()


def _bytes(name: str) -> Iterator[Row]:
    """Bytes of a step's messages ÷ the pixels of the tiles on screen: of the grid alone, and of all panes."""
    explorer = dv.Explorer(dv.load(name) if name == "husky-wolf" else dv.load(name, weights="random"))
    _rest(explorer)
    sent: list[tuple[str, int]] = []
    explorer.send = lambda message, buffers=(): sent.extend(_sizes(message, buffers))
    visible = np.arange(min(explorer.network.layers[explorer.layer].channels, 64), dtype=np.int32)
    _receive(explorer, "grid/visible", {}, {"units": visible})
    _rest(explorer)
    pixels = len(visible) * _tile_pixels(explorer)
    grid, everything = [], []
    for step in range(1, STEPS + 1):
        sent.clear()
        _receive(explorer, "stage/occluder", {"box": [2 * step, step, 32, 32], "final": False}, {}, step)
        _rest(explorer)
        grid.append(sum(size for kind, size in sent if kind.startswith("grid/")) / pixels)
        everything.append(sum(size for _, size in sent) / pixels)
    against = "the visible tiles' pixels"
    size = COST.replace("time", "size")
    assert min(grid) > 0, "a step sent nothing to the grid"
    yield Row("Front end", f"bytes for the grid at a step, {name}", statistics.median(grid), size, against, 1.2)
    yield Row("Front end", f"bytes for all panes at a step, {name}", statistics.median(everything), size, against)
    explorer.close()


def _paint() -> Iterator[Row]:
    """A grid that shows all its units gets new values in each frame."""
    traits = {name: value for name, value in UnitGrid().get_state().items() if not name.startswith("_")}
    traits |= {"layer": "bench", "count": UNITS, "tile": TILE}
    asked = {"source": built("unit_grid.js"), "units": UNITS, "side": SIDE, "frames": FRAMES, "traits": traits}
    with in_chromium() as browser:
        page = browser.new_page(viewport={"width": 1200, "height": 1000})
        page.set_content(f"<style>{STYLE} .dv-grid {{ --dv-grid-height: 900px }}</style>")
        painted = page.evaluate(PAINT, json.loads(json.dumps(asked, default=str)))
    assert painted["colours"] > 32 and painted["height"] >= painted["content"], "the grid was not painted whole"
    what = f"paint {UNITS} units of {SIDE}×{SIDE}"
    yield Row("Front end", f"{what}, median", statistics.median(painted["took"]), "ms", "", None)
    yield Row("Front end", f"{what}, p95", p95(painted["took"]), "ms", "", 8)


def _receive(explorer: dv.Explorer, kind: str, meta: dict[str, Any], arrays: dict[str, Any], seq: int = 1) -> None:
    message, buffers = pack(kind, seq, meta, arrays)
    explorer._receive(None, message, [memoryview(buffer) for buffer in buffers])


def _rest(explorer: dv.Explorer) -> None:
    assert explorer.session.idle(100)


def _sizes(message: Any, buffers: Sequence[bytes]) -> list[tuple[str, int]]:
    """The kind and the bytes of each frame of a message."""
    frames = message["meta"]["frames"] if message["kind"] == TOGETHER else [message]
    rest = iter(buffers)
    return [(frame["kind"], len(json.dumps(frame)) + sum(len(next(rest)) for _ in frame["arrays"])) for frame in frames]


def _tile_pixels(explorer: dv.Explorer) -> int:
    tiles = explorer.last("grid/tiles")
    return int(np.prod(tiles.arrays["values"].shape[1:]))
