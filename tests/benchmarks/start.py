"""What the package adds to the start of a notebook: its import, and its first Explorer."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from tests.benchmarks.live import in_chromium, in_jupyter
from tests.benchmarks.rows import Row
from tests.browser.harness import Console, JupyterServer, NotebookPage
from tests.browser.harness.notebook import write_notebook

CHECKOUT = Path(__file__).resolve().parents[2]
ROUNDS = 5  # of the import
OPENED = 3
IMPORT = """
import time, torch, torchvision, ipywidgets
began = time.perf_counter()
import deepvis_widgets
print(time.perf_counter() - began)
"""
WARM, OPEN = "import torch, torchvision, ipywidgets, deepvis_widgets as dv", "dv.Explorer()"
RUN = """source => {
  const panel = [...window.jupyterapp.shell.widgets("main")].find(w => w.sessionContext && w.content?.model);
  panel.content.activeCell.model.sharedModel.setSource(source);
  window.deepvisBegan = performance.now();
  void window.jupyterapp.commands.execute("notebook:run-cell");
}"""
# ms from there until the picture and the first tiles are drawn: the frame after both canvases got their pixels
ON_SCREEN = """() => {
  const tiles = document.querySelector(".dv-grid")?.dataset.seq !== undefined;
  const inked = [".dv-stage-canvas", ".dv-grid-canvas"].every(name => {
    const canvas = document.querySelector(name);
    if (!canvas?.width || !canvas.height) return false;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, Math.min(64, canvas.height));
    return new Set(new Uint32Array(data.buffer)).size > 8;
  });
  return tiles && inked ? performance.now() - window.deepvisBegan : null;
}"""


def rows() -> Iterator[Row]:
    """Both figures."""
    imported = statistics.median(_import() for _ in range(ROUNDS))
    yield Row("Start-up", "import after torch, torchvision, ipywidgets", imported, "s", "", 0.3)
    with in_jupyter() as server, in_chromium() as browser:
        opened = statistics.median(_open(server, browser, place) for place in range(OPENED))
    yield Row("Start-up", "first Explorer on screen, libraries imported", opened, "s", "", 1.0)


def _import() -> float:
    run = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, cwd=CHECKOUT, check=True)
    return float(run.stdout)


def _open(server: JupyterServer, browser: Browser, place: int) -> float:
    """Seconds from the start of a cell until picture and unit grid are drawn; a fresh kernel and page each time."""
    page = browser.new_page(viewport={"width": 1400, "height": 1100})
    notebook = NotebookPage(page, Console(page), "doc")
    notebook.open(server, write_notebook(server.root, f"start-{place}", [WARM]))
    page.evaluate(RUN, OPEN)
    shown = page.wait_for_function(ON_SCREEN, timeout=60_000, polling="raf").json_value()
    page.close()
    server.stop_kernels()
    return float(shown) / 1000
