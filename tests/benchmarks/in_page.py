"""Networks that run in a page: how quickly they answer, how exactly, and how large their pages are."""

from __future__ import annotations

import statistics
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
MOVES = 40
SLOWEST = 1000 / 15  # ms: 15 answers a second
PICTURES, EACH = 20, 10
LIMITS = {"husky-wolf": 12, "efficientnet_lite0": 30}  # MB


def rows() -> Iterator[Row]:
    """One thread, in headless Chromium, from a file."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        for name in LIMITS:
            page = browser.new_context(offline=True).new_page()
            yield from _network(page, Path(folder) / f"{name}.html", name)
            page.close()
        browser.close()


def _network(page: Any, file: Path, name: str) -> Iterator[Row]:
    embedded = name == "husky-wolf"
    scenes = [dv.scene(label, seed=seed) for seed in range(1, 11) for label in ("wolf", "owl")]
    pictures = scenes[:PICTURES] if embedded else [dv.photo("chelsea"), dv.photo("coffee")]
    explorer = dv.Explorer(name, pictures[0])
    explorer.idle(120)
    explorer.handout(file)
    net, layer, view = explorer.network, explorer.layer, explorer.view
    explorer.close()
    yield Row(PART, f"{name}: the page", file.stat().st_size / 1e6, "MB", goal=LIMITS[name])
    open_page(page, file)
    found = ask(page, view, [{"box": list(box), "layer": layer, "unit": None} for box in boxes(net, MOVES)])
    middle = statistics.median(answer["milliseconds"] for answer in found)
    yield Row(PART, f"{name}: a step of a drag", middle, "ms", goal=SLOWEST if embedded else None)
    worst, agreed, asked = compared(page, net, pictures, EACH)
    yield Row(PART, f"{name}: largest error of a logit", 1000 * worst, "‰ of the logits' spread", goal=1)
    yield Row(PART, f"{name}: another top class", asked - agreed, f"of {asked} pictures", goal=0)
