"""Networks that run in a page: how quickly they answer, how exactly, and how large their pages are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

import deepvis_widgets as dv
from tests.benchmarks.rows import Row
from tests.browser import chromium
from tests.browser.handout_page import ask, boxes, compared, open_page

PART = "in a page"
MOVES, FASTEST = 40, 15  # answers a second that a drag of the embedded network needs
PICTURES, EACH = 20, 10
SHARE = 1e-3
LIMITS = {"husky-wolf": 12, "efficientnet_lite0": 30}  # MB


def rows() -> Iterator[Row]:
    """One thread, in headless Chromium, from a file."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        for name, limit in LIMITS.items():
            page = browser.new_context(offline=True).new_page()
            yield from _network(page, Path(folder) / f"{name}.html", name, limit)
            page.close()
        browser.close()


def _network(page: Any, file: Path, name: str, limit: float) -> Iterator[Row]:
    embedded = name == "husky-wolf"
    scenes = [dv.scene(label, seed=seed) for seed in range(1, 11) for label in ("wolf", "owl")]
    pictures = scenes[:PICTURES] if embedded else [dv.photo("chelsea"), dv.photo("coffee")]
    explorer = dv.Explorer(name, pictures[0])
    explorer.idle(120)
    explorer.handout(file)
    net, layer, view = explorer.network, explorer.layer, explorer.view
    explorer.close()
    size = file.stat().st_size / 1e6
    yield Row(PART, f"{name}: size of the page", f"{size:.1f} MB", f"<= {limit}", size <= limit)
    open_page(page, file)
    found = ask(page, view, [{"box": list(box), "layer": layer, "unit": None} for box in boxes(net, MOVES)])
    middle = sorted(answer["milliseconds"] for answer in found)[MOVES // 2]
    hoped, met = (f">= {FASTEST}", 1000 / middle >= FASTEST) if embedded else ("", None)
    yield Row(PART, f"{name}: answers a second of a drag", f"{1000 / middle:.1f} ({middle:.0f} ms each)", hoped, met)
    worst, agreed, asked = compared(page, net, pictures, EACH)
    said = f"{worst:.1e} of the spread, top class {agreed}/{asked}"
    yield Row(PART, f"{name}: errors against the kernel", said, f"<= {SHARE:g}", worst <= SHARE and agreed == asked)
