"""Pictures of every public widget in JupyterLab, as it opens and after something was done to it.

`python -m tests.tools.screenshots --tree FOLDER --out PICTURES` takes those of a checkout (by default this one), with
`--only explorer compare` those of some widgets. `python -m tests.tools.screenshots --compare BEFORE AFTER` says which
pictures of two such folders differ, and where, and paints the differences into AFTER/differences.

The same checkout gives the same pictures on the same machine: PyTorch computes on one thread, everything random has its
seed, nothing moves, and what tells the time is written over.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Error, Locator, Page, ViewportSize, sync_playwright

from tests.browser import chromium
from tests.browser.harness import Console, JupyterServer, NotebookPage
from tests.browser.harness.notebook import write_notebook
from tests.tools.imports import PACKAGE
from tests.tools.pictures import compare
from tests.tools.widgets import CASES, Case

CHECKOUT = Path(__file__).resolve().parents[2]
VIEWPORT = ViewportSize(width=1440, height=1000)
ROOM = 120  # px above and below the output: the notebook's own bars
MOST = 6000  # px that a page may be high
LOOKS = 4  # that must be the same
PAUSE = 400  # ms from one look to the next
PATIENCE = 180  # s
ARGUMENTS = ("--force-color-profile=srgb", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")

START = """
import sys
sys.path.insert(0, {tree!r})
import torch
torch.set_num_threads(1)
import deepvis_widgets as dv
assert dv.__file__.startswith({package!r}), dv.__file__
"""
# every worker thread of the package, whoever owns it
IDLE = f"""
import gc as _gc
_named = [thing for thing in _gc.get_objects() if type(thing).__name__ == "Worker"]
_own = [thing for thing in _named if type(thing).__module__.startswith("{PACKAGE}")]
assert all(_worker.idle({PATIENCE}) for _worker in _own)
"""
STILL = "* { animation: none !important; transition: none !important; caret-color: transparent !important; }"
# what tells how long something took: the text that is put in its place is as long on every machine
TIMES = {r"\b\d+ ms\b": "0 ms", r"Trained in \d+ s\b": "Trained in 0 s"}
WRITE_OVER = """(outputs, times) => {
  const texts = document.createTreeWalker(outputs, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const timeless = times.reduce((words, [time, other]) => words.replace(new RegExp(time, 'g'), other), text.data);
    if (timeless !== text.data) text.data = timeless;
  }
}"""
HEIGHT = "() => Math.ceil(document.querySelector('.jp-OutputArea').getBoundingClientRect().height)"


@contextmanager
def opened_page() -> Iterator[Page]:
    """A page of Chromium in which nothing moves."""
    root = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=[*ARGUMENTS, *root])
        context = browser.new_context(viewport=VIEWPORT, reduced_motion="reduce")
        yield context.new_page()
        browser.close()


@contextmanager
def running_server() -> Iterator[JupyterServer]:
    """A Jupyter server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        server = JupyterServer(Path(folder))
        try:
            server.wait_until_ready()
            yield server
        finally:
            server.stop()


class Photographer:
    """Takes the pictures of a checkout's widgets, one widget after the other in one page."""

    def __init__(self, page: Page, server: JupyterServer, tree: Path, out: Path) -> None:
        self.page, self.server, self.tree, self.out = page, server, tree, out

    def take(self, case: Case) -> bool:
        """Every picture of a widget; False, with what was wrong printed, where one could not be taken."""
        self.page.set_viewport_size(VIEWPORT)
        self.page.mouse.move(0, 0)
        notebook = NotebookPage(self.page, Console(self.page), "doc")
        try:
            self._take(notebook, case)
            wrong = [f"the console says: {message}" for message in notebook.console.unexpected()]
        except (AssertionError, Error) as error:
            wrong = [str(error)]
        finally:
            notebook.close()
            self.server.stop_kernels()
        for text in wrong:
            print(f"{case.name}: {text}", file=sys.stderr)
        return not wrong

    def _take(self, notebook: NotebookPage, case: Case) -> None:
        start = START.format(tree=str(self.tree), package=str(self.tree / PACKAGE))
        notebook.open(self.server, write_notebook(self.server.root, case.name, [start + case.cell]))
        self.page.add_style_tag(content=STILL)
        self._shoot(notebook, f"{case.name}-0-opened")
        for number, (name, code) in enumerate(case.acts, 1):
            notebook.python(code)
            self._shoot(notebook, f"{case.name}-{number}-{name}")

    def _shoot(self, notebook: NotebookPage, name: str) -> None:
        look = self._quiet(notebook)
        while self._fit():
            look = self._quiet(notebook)
        Image.fromarray(look).save(self.out / f"{name}.png")
        print(name, flush=True)

    def _fit(self) -> bool:
        """Make the page as high as the output needs, so that all of it is in sight; whether that was a change."""
        height = min(MOST, max(VIEWPORT["height"], self.page.evaluate(HEIGHT) + ROOM))
        changed = self.page.viewport_size != {**VIEWPORT, "height": height}
        self.page.set_viewport_size({**VIEWPORT, "height": height})
        return changed

    def _quiet(self, notebook: NotebookPage) -> np.ndarray:
        """The output (h, w, 3), once nothing is computed and it has been the same for a while."""
        deadline = time.monotonic() + PATIENCE
        looks: list[np.ndarray] = []
        while len(looks) < LOOKS:
            assert time.monotonic() < deadline, "the widget never came to rest"
            notebook.python(IDLE)
            self.page.wait_for_timeout(PAUSE)
            look = self._look()
            looks = [*looks, look] if not looks or np.array_equal(looks[-1], look) else [look]
        return looks[-1]

    def _look(self) -> np.ndarray:
        output: Locator = self.page.locator(".jp-OutputArea").first
        output.evaluate(WRITE_OVER, list(TIMES.items()))
        return np.asarray(Image.open(io.BytesIO(output.screenshot())).convert("RGB"))


def take(tree: Path, out: Path, only: Sequence[str]) -> bool:
    """Take the pictures of a checkout; False where some could not be taken."""
    out.mkdir(parents=True, exist_ok=True)
    with running_server() as server, opened_page() as page:
        photographer = Photographer(page, server, tree, out)
        return all([photographer.take(case) for case in CASES if not only or case.name in only])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.tools.screenshots", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--tree", type=Path, default=CHECKOUT, help="the checkout whose widgets are shown")
    parser.add_argument("--out", type=Path, help="the folder for the pictures")
    parser.add_argument("--only", nargs="*", default=[], choices=[case.name for case in CASES], help="some widgets")
    parser.add_argument("--compare", nargs=2, type=Path, metavar=("BEFORE", "AFTER"), help="two folders of pictures")
    asked = parser.parse_args(arguments)
    if asked.compare:
        before, after = asked.compare
        found = compare(before, after, after / "differences")
        print(*found, sep="\n")
        return int(not all(difference.equal for difference in found))
    if asked.out is None:
        parser.error("name the folder for the pictures with --out, or two folders with --compare")
    return int(not take(asked.tree.resolve(), asked.out, asked.only))


if __name__ == "__main__":
    sys.exit(main())
