"""How soon the Explorer follows the hand in a real JupyterLab, against the network's bare passes in the same kernel."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.rows import COST, RATE, Row
from tests.browser import chromium
from tests.browser.harness import Console, JupyterServer, NotebookPage
from tests.browser.harness.notebook import write_notebook

PROBE = (Path(__file__).parent / "probe.js").read_text()
NETWORKS = {
    "husky-wolf": "dv.load('husky-wolf')",
    "efficientnet_lite0": "dv.load('efficientnet_lite0')",
    "squeezenet1_1": "dv.load('squeezenet1_1', weights='random')",
    "alexnet": "dv.load('alexnet', weights='random')",
}
OPEN = "import deepvis_widgets as dv\nexplorer = dv.Explorer({load})\nexplorer"
BARE = """
import time, torch, json
def bare(explorer=explorer):
    net = explorer.network
    x = net.feed(explorer.view[None])
    with torch.no_grad():
        began = time.perf_counter(); net.module(x); forward = time.perf_counter() - began
    x = x.clone().requires_grad_()
    kept = net.run(x, keep=(explorer.layer,), until=explorer.layer, grad=True).outputs[explorer.layer]
    began = time.perf_counter(); torch.autograd.grad(kept.flatten()[0], x); backward = time.perf_counter() - began
    return 1000 * forward, 1000 * backward
bare()
"""
MOVES, CLICKS = 40, 20
DRAG_SECONDS = 30.0
ANSWERS = {"husky-wolf": 25, "efficientnet_lite0": 15}  # a second of a drag, hoped for


@dataclass
class Samples:
    """Times in ms of one network."""

    rectangle: list[float]
    tiles: list[float]
    deconv: list[float]
    forward: list[float]
    backward: list[float]
    frames_per_second: float = 0.0
    early_gap: float = 0.0
    late_gap: float = 0.0
    end_lag: float = 0.0

    def rows(self, name: str) -> Iterator[Row]:
        """The figures; ratios are medians of paired ratios."""
        tiles = [(t - f, t / f) for t, f in zip(self.tiles, self.forward, strict=False)]
        clicked = statistics.median(d / b for d, b in zip(self.deconv, self.backward, strict=False))
        for what, value, unit, against, goal in (
            ("pointer to rectangle, median", statistics.median(self.rectangle), "ms", "", None),
            ("pointer to rectangle, p95", p95(self.rectangle), "ms", "", 20),
            (
                "pointer to activations",
                statistics.median(more for more, _ in tiles),
                "ms more than a bare forward",
                "",
                50,
            ),
            ("pointer to activations", statistics.median(ratio for _, ratio in tiles), COST, "a bare forward", None),
            ("click to deconv on screen", clicked, COST, "a bare backward to the layer", None),
            (f"answers in a drag of {DRAG_SECONDS:.0f} s", self.frames_per_second, RATE, "", ANSWERS.get(name)),
            ("between answers at its start", self.early_gap, "ms", "", None),
            ("between answers at its end", self.late_gap, "ms", "", None),
            ("behind the hand at its end", self.end_lag, "ms", "", None),
        ):
            yield Row("Explorer", f"{what}, {name}", value, unit, against, goal)


def p95(times: list[float]) -> float:
    return sorted(times)[max(0, int(0.95 * len(times)) - 1)]


def rows() -> Iterator[Row]:
    """Every network's figures."""
    with in_jupyter() as server, in_chromium() as browser:
        for name, load in NETWORKS.items():
            yield from measure(server, browser, name, load).rows(name)
            server.stop_kernels()


def measure(server: JupyterServer, browser: Browser, name: str, load: str) -> Samples:
    """Open the Explorer on one network and take every sample."""
    page = browser.new_page(viewport={"width": 1400, "height": 1100})
    notebook = NotebookPage(page, Console(page), "doc")
    notebook.open(server, write_notebook(server.root, f"bench-{name}", [OPEN.format(load=load)]))
    page.locator(".dv-stage-canvas").wait_for()
    notebook.python("explorer.session.idle(60)\nexplorer.backward, explorer.tile = 'deconvnet', 56\n" + BARE)
    page.evaluate(PROBE)
    samples = Samples([], [], [], [], [])
    _single_moves(notebook, samples)
    _clicks(notebook, samples)
    _long_drag(notebook, samples)
    page.close()
    return samples


def _single_moves(notebook: NotebookPage, samples: Samples) -> None:
    left, top, scale = _surface(notebook)
    mouse = notebook.page.mouse
    mouse.move(left + 30 * scale, top + 30 * scale)
    mouse.down()
    for step in range(MOVES):
        notebook.python("explorer.session.idle(10)")
        _clear(notebook)
        mouse.move(left + (60 + step) * scale, top + (60 + step % 7) * scale)
        _wait(notebook, "tiles")
        marks = _marks(notebook)
        samples.rectangle.append(marks["rectangle"][0] - marks["pointer"][0])
        samples.tiles.append(marks["tiles"][0] - marks["pointer"][0])
        _pair(notebook, samples)
    mouse.up()


def _clicks(notebook: NotebookPage, samples: Samples) -> None:
    canvas = notebook.page.locator(".dv-grid-canvas")
    for step in range(1, CLICKS + 1):  # the first one, the strongest, is selected already
        notebook.python("explorer.session.idle(10)")
        _clear(notebook)
        canvas.click(position={"x": 40 + 60 * (step % 4), "y": 40 + 60 * (step // 4 % 4)})
        _wait(notebook, "backward")
        marks = _marks(notebook)
        samples.deconv.append(marks["backward"][0] - marks["click"][0])


def _long_drag(notebook: NotebookPage, samples: Samples) -> None:
    left, top, scale = _surface(notebook)
    page, mouse = notebook.page, notebook.page.mouse
    _clear(notebook)
    mouse.move(left + 50 * scale, top + 50 * scale)
    mouse.down()
    began = page.evaluate("performance.now()")
    step = 0
    while page.evaluate("performance.now()") - began < 1000 * DRAG_SECONDS:
        mouse.move(left + (40 + step % 50) * scale, top + (40 + step // 3 % 40) * scale)
        page.wait_for_timeout(12)
        step += 1
    page.wait_for_timeout(2000)
    marks = _marks(notebook)
    mouse.up()
    samples.frames_per_second = len(marks["tiles"]) / DRAG_SECONDS
    samples.early_gap = _gap(marks["tiles"], began, began + 5000)
    samples.late_gap = _gap(marks["tiles"], began + 1000 * DRAG_SECONDS - 5000, began + 1000 * DRAG_SECONDS)
    samples.end_lag = marks["tiles"][-1] - marks["pointer"][-1]


def _gap(times: list[float], start: float, end: float) -> float:
    """The median time between answers inside a stretch of the drag, in ms."""
    inside = [time for time in times if start <= time <= end]
    return (
        statistics.median(b - a for a, b in zip(inside, inside[1:], strict=False)) if len(inside) > 1 else float("inf")
    )


def _pair(notebook: NotebookPage, samples: Samples) -> None:
    forward, backward = notebook.value("bare()")
    samples.forward.append(forward)
    samples.backward.append(backward)


def _surface(notebook: NotebookPage) -> tuple[float, float, float]:
    """Left and top of the picture on the page, and screen px in a 128th of its width."""
    surface = notebook.page.locator(".dv-stage-surface")
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"] / 128


def _clear(notebook: NotebookPage) -> None:
    notebook.page.evaluate("Object.values(deepvisMarks).forEach(times => times.length = 0)")


def _wait(notebook: NotebookPage, mark: str) -> None:
    notebook.page.wait_for_function(f"deepvisMarks.{mark}.length > 0", timeout=20_000, polling=20)


def _marks(notebook: NotebookPage) -> dict[str, list[float]]:
    marks: dict[str, list[float]] = json.loads(notebook.page.evaluate("JSON.stringify(deepvisMarks)"))
    return marks


@contextmanager
def in_jupyter() -> Iterator[JupyterServer]:
    with tempfile.TemporaryDirectory() as folder:
        server = JupyterServer(Path(folder), warm=False)
        try:
            server.wait_until_ready()
            yield server
        finally:
            server.stop()


@contextmanager
def in_chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        yield browser
        browser.close()
