"""Where the time of one step of a drag goes, from the browser to the kernel and back, in processor time of each."""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser

from tests.benchmarks.live import NETWORKS, OPEN, in_chromium, in_jupyter
from tests.benchmarks.rows import Row
from tests.browser.harness import Console, JupyterServer, NotebookPage
from tests.browser.harness.notebook import write_notebook

PART = "Step of a drag"
UNIT = "ms of processor time an answer"
SECONDS = 12.0
KERNEL = """
import time as _time
from deepvis_widgets.passes.moving_window import MovingWindow as _Window

def _timed(self, covered, _of=_Window.record):
    began = _time.thread_time()
    try:
        return _of(self, covered)
    finally:
        _passes.append(_time.thread_time() - began)

_Window.record = _timed
"""
# each change of the grid is an answer
ANSWERS = """() => {
  window.answers = 0;
  const count = () => { window.answers += 1; };
  const watched = {attributes: true, attributeFilter: ['data-seq']};
  new MutationObserver(count).observe(document.querySelector('.dv-grid'), watched);
}"""
TASKS = ("ThreadControllerImpl::RunTask", "ThreadPool_RunTask")


def rows() -> Iterator[Row]:
    """Every network's figures, by where the time goes."""
    with in_jupyter() as server, in_chromium() as browser:
        for name, load in NETWORKS.items():
            answers, spent = _measured(server, browser, name, load)
            for what, seconds in spent.items():
                yield Row(PART, f"{what}, {name}", 1000 * seconds / answers, UNIT)
            server.stop_kernels()


def _measured(server: JupyterServer, browser: Browser, name: str, load: str) -> tuple[int, Counter[str]]:
    """How many answers came in a drag, and the processor time, in seconds, of everything that took part."""
    page = browser.new_page(viewport={"width": 1400, "height": 1100})
    notebook = NotebookPage(page, Console(page), "doc")
    notebook.open(server, write_notebook(server.root, f"step-{name}", [OPEN.format(load=load)]))
    page.locator(".dv-grid[data-seq]").wait_for()
    notebook.python(f"explorer.session.idle(60)\n{KERNEL}")
    page.evaluate(ANSWERS)
    notebook.python("_passes, _began = [], _time.process_time()")
    before = _of_server(server)
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.json"
        browser.start_tracing(path=trace, categories=["toplevel"])
        _drag(notebook)
        browser.stop_tracing()
        spent = _by_thread(json.loads(trace.read_text())["traceEvents"])
    passes, kernel = notebook.value("[sum(_passes), _time.process_time() - _began]")
    spent |= {"the network's pass": passes, "the rest of the kernel": kernel - passes}
    spent["the server between them"] = _of_server(server) - before
    answers = int(page.evaluate("window.answers"))
    page.close()
    return max(1, answers), spent


def _drag(notebook: NotebookPage) -> None:
    """Draw a rectangle, and move it about, as fast as the page follows."""
    page, surface = notebook.page, notebook.page.locator(".dv-stage-surface")
    box = surface.bounding_box()
    assert box is not None
    mouse, (left, top), scale = page.mouse, (box["x"], box["y"]), box["width"] / 128
    notebook.drag(surface, (20 * scale, 20 * scale), (50 * scale, 50 * scale))
    mouse.move(left + 35 * scale, top + 35 * scale)
    mouse.down()
    began, step = time.monotonic(), 0
    while time.monotonic() - began < SECONDS:
        mouse.move(left + (35 + step % 50) * scale, top + (35 + step // 3 % 40) * scale)
        page.wait_for_timeout(12)
        step += 1
    mouse.up()


def _of_server(server: JupyterServer) -> float:
    times = psutil.Process(server.process_id).cpu_times()
    return float(times.user + times.system)


def _by_thread(events: list[dict[str, Any]]) -> Counter[str]:
    """Seconds of processor time in the tasks of a trace, by the thread's part in it."""
    processes = {e["pid"]: e["args"]["name"] for e in events if e.get("ph") == "M" and e["name"] == "process_name"}
    threads = {
        (e["pid"], e["tid"]): e["args"]["name"] for e in events if e.get("ph") == "M" and e["name"] == "thread_name"
    }
    spent: Counter[str] = Counter()
    for event in events:
        if event.get("ph") == "X" and event["name"] in TASKS:
            process, thread = processes.get(event["pid"], ""), threads.get((event["pid"], event["tid"]), "")
            spent[_part(process, thread)] += event.get("tdur", 0) / 1e6
    return spent


def _part(process: str, thread: str) -> str:
    if process == "Renderer":
        return "the page's scripts, layout and drawing" if thread == "CrRendererMain" else "the page's other threads"
    return "putting the page together without a GPU" if process == "GPU Process" else "the browser around it"
