"""A notebook open in a page: in JupyterLab (`lab`, or `doc`: one document, lighter), Notebook 7 or Voilà."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Locator, Page

from tests.browser.harness.console import Console
from tests.browser.harness.server import THEMES, JupyterServer

ADDRESSES = {
    "lab": "lab/workspaces/{stem}/tree/{name}",
    "doc": "doc/workspaces/{stem}/tree/{name}",
    "notebook7": "notebooks/{name}",
    "voila": "voila/render/{name}?theme={theme}",
}

# ms from one question to the next, growing: asked more often, the page and the kernel have less time for their work
OFTEN, SELDOM = 100.0, 400.0

# JupyterLab and Notebook 7 put their application on the window; the panel is the notebook's place in it.
_FIND_PANEL = """
const app = window.jupyterapp;
const panel = app?.shell ? [...app.shell.widgets('main')].find(w => w.sessionContext && w.content?.model) : undefined;
"""

_STATE = f"""() => {{
  {_FIND_PANEL}
  const cells = panel?.content.widgets ?? [];
  const code = cells.filter(c => c.model.type === 'code' && c.model.sharedModel.getSource().trim());
  const outputs = code.flatMap(c => c.model.outputs.toJSON());
  return {{
    kernel: panel?.sessionContext.session?.kernel?.status ?? null,
    commandDone: window.commandDone,
    waiting: code.filter(c => c.model.executionCount === null).length,
    errors: outputs.filter(o => o.output_type === 'error').map(o => o.traceback.join('\\n')),
  }};
}}"""

_OPEN = """async name => {
  await window.jupyterapp.commands.execute('docmanager:open', {path: name, factory: 'Notebook'});
}"""
_RESTART = f"() => {{ {_FIND_PANEL} return panel.sessionContext.session.kernel.restart(); }}"
_INTERRUPT = f"() => {{ {_FIND_PANEL} return panel.sessionContext.session.kernel.interrupt(); }}"
_SET_CELL = f"([number, code]) => {{ {_FIND_PANEL} panel.content.widgets[number].model.sharedModel.setSource(code); }}"
# not as the menu does, which asks what to do with a notebook that was changed
_CLOSE = """() => [...(window.jupyterapp?.shell.widgets('main') ?? [])].forEach(widget => widget.dispose())"""

_COMMAND = f"""([name, options]) => {{
  {_FIND_PANEL}
  app.shell.activateById(panel.id);
  window.commandDone = false;
  void app.commands.execute(name, options).finally(() => {{ window.commandDone = true; }});
}}"""

# no subshell is asked: the widgets' manager may be about to make the first one
_BEFORE = f"""async code => {{
  {_FIND_PANEL}
  const reply = await panel.sessionContext.session.kernel.requestExecute({{code, silent: true}}).done;
  return reply.content.status;
}}"""

# JupyterLab has what widgets send handled by a subshell, beside the cells: first that one has to be done with it. It
# draws its toolbar anew when a kernel becomes busy or idle, half of what a question would cost: it hears of neither.
_PYTHON = f"""async code => {{
  {_FIND_PANEL}
  const kernel = panel.sessionContext.session.kernel;
  kernel._updateStatus = () => {{}};
  try {{
    for (const shell of new Set([...kernel._comms.values()].map(comm => comm.subshellId))) {{
      if (!shell) continue;
      kernel.subshellId = shell;
      const empty = kernel.requestExecute({{code: '', silent: true, store_history: false}});
      kernel.subshellId = null;
      await empty.done;
    }}
    const future = kernel.requestExecute({{code, store_history: false}});
    let printed = '', error = null;
    future.onIOPub = message => {{
      if (message.header.msg_type === 'stream') printed += message.content.text;
      if (message.header.msg_type === 'error') error = message.content.traceback.join('\\n');
    }};
    await future.done;
    return {{printed, error}};
  }} finally {{
    delete kernel._updateStatus;
  }}
}}"""


class NotebookError(AssertionError):
    """A cell raised, or the notebook never came to rest."""


def write_notebook(folder: Path, name: str, cells: Sequence[str]) -> str:
    """Write code cells as a notebook, return its file name."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / f"{name}.ipynb")
    return f"{name}.ipynb"


class NotebookPage:
    """What a test does with an open notebook. `page` is Playwright's, for everything else."""

    def __init__(self, page: Page, console: Console, where: str) -> None:
        self.page = page
        self.console = console
        self.where = where

    def open(
        self, server: JupyterServer, name: str, theme: str = "light", timeout: float = 120, before: str = ""
    ) -> None:
        """Go to the notebook; all its cells have run when this returns, and `before` them the code of a test that is to
        take no room on the page (in Voilà it is not run).
        """
        server.set_theme(theme)
        if self.where == "doc" and self.page.url.startswith(f"{server.url}/doc/"):
            self._open_beside(name, theme)
        else:
            self._load(server, name, theme, timeout)
        if self.where == "voila":
            self._wait_for_voila(timeout)
            return
        self.wait_until(lambda: self._state()["kernel"] == "idle", timeout, "the kernel never became idle")
        if before:
            assert self.page.evaluate(_BEFORE, before) == "ok", before
        self.run_all(timeout)

    def close(self) -> None:
        """Leave nothing of the notebook in the page; the kernel goes on."""
        self.console.close()
        self.page.evaluate(_CLOSE)

    def _load(self, server: JupyterServer, name: str, theme: str, timeout: float) -> None:
        address = ADDRESSES[self.where].format(stem=Path(name).stem, name=name, theme=theme)
        self.page.goto(f"{server.url}/{address}", timeout=timeout * 1000)

    def _open_beside(self, name: str, theme: str) -> None:
        """In the JupyterLab that is loaded already."""
        self.page.evaluate(_OPEN, name)
        if not self.page.locator(f"body[data-jp-theme-light='{_light(theme)}']").count():
            self.set_theme(theme)

    def run_all(self, timeout: float = 120) -> None:
        """Run every cell and wait until the last one is done; a cell that raises fails the test."""
        self.command("notebook:run-all-cells")
        self.wait_until(self._at_rest, timeout, "the cells did not finish")

    def command(self, name: str, **options: Any) -> None:
        """Start a JupyterLab command, such as "notebook:run-all-cells"."""
        self.page.evaluate(_COMMAND, [name, options])

    def save(self) -> None:
        """Save the notebook, with what its widgets show."""
        self.command("docmanager:save")
        self.wait_until(lambda: self._state()["commandDone"], message="the notebook was not saved")

    def python(self, code: str) -> str:
        """Run code in the notebook's kernel and return what it printed. Not in Voilà, which hides its kernel."""
        answer = self.page.evaluate(_PYTHON, code)
        if answer["error"]:
            raise NotebookError(answer["error"])
        return str(answer["printed"])

    def value(self, expression: str) -> Any:
        """The value, in the kernel, of an expression that JSON can carry."""
        return json.loads(self.python(f"import json as _json; print(_json.dumps({expression}))"))

    def restart(self) -> None:
        """End the kernel and start a new one that knows of nothing; what is drawn stays."""
        self.page.evaluate(_RESTART)
        self.wait_until(lambda: self._state()["kernel"] == "idle", 60, "the kernel never came back")

    def interrupt(self) -> None:
        """Interrupt what the kernel does, as the button with the square."""
        self.page.evaluate(_INTERRUPT)

    def set_cell(self, number: int, code: str) -> None:
        """Write code into a cell, which does not run it."""
        self.page.evaluate(_SET_CELL, [number, code])

    def set_theme(self, theme: str) -> None:
        """Switch to "light" or "dark" while the page is open (in Voilà the theme is chosen when it is opened)."""
        self.command("apputils:change-theme", theme=THEMES[theme])
        self.page.locator(f"body[data-jp-theme-light='{_light(theme)}']").wait_for(state="attached")

    def reload(self, timeout: float = 120) -> None:
        """Load the page again without running anything: what is drawn then comes from the kernel's state."""
        self.page.reload()
        if self.where == "voila":
            self._wait_for_voila(timeout)
        else:
            self.wait_until(lambda: self._state()["kernel"] == "idle", timeout, "the kernel never came back")

    def wait_until(
        self, met: Callable[[], Any], timeout: float = 20, message: str = "the condition was not met"
    ) -> Any:
        """Ask until the answer is true, and return it; the page stays alive meanwhile (time.sleep would stop it)."""
        deadline, pause = time.monotonic() + timeout, OFTEN
        while True:
            answer = met()
            if answer:
                return answer
            if time.monotonic() > deadline:
                raise NotebookError(f"After {timeout:.0f} s in {self.where}: {message}")
            self.page.wait_for_timeout(pause)
            pause = min(1.25 * pause, SELDOM)

    def drag(self, target: Locator, start: tuple[float, float], end: tuple[float, float], steps: int = 10) -> None:
        """Drag with the mouse between two (row, col) points given in pixels from the target's top left corner."""
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        assert box is not None, "the element to drag on is not on screen"
        self.page.mouse.move(box["x"] + start[1], box["y"] + start[0])
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + end[1], box["y"] + end[0], steps=steps)
        self.page.mouse.up()

    def shot(self, name: str) -> None:
        """Keep a screenshot for people to look at, where $DEEPVIS_SHOTS names a folder."""
        folder = os.environ.get("DEEPVIS_SHOTS")
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}.png")

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.page.evaluate(_STATE)
        return state

    def _at_rest(self) -> bool:
        state = self._state()
        if state["errors"]:
            raise NotebookError("A cell raised:\n" + "\n".join(state["errors"]))
        # the command too: as it ends it moves the focus, which would take it from what a test is about to press
        return state["commandDone"] and state["waiting"] == 0 and state["kernel"] == "idle"

    def _wait_for_voila(self, timeout: float) -> None:
        self.page.locator("#loading").wait_for(state="hidden", timeout=timeout * 1000)
        printed = self.page.locator("[data-mime-type='application/vnd.jupyter.stderr']").all_inner_texts()
        tracebacks = [text for text in printed if "Traceback (most recent call last)" in text]
        if tracebacks:
            raise NotebookError("A cell raised:\n" + "\n".join(tracebacks))


def _light(theme: str) -> str:
    """What JupyterLab writes on the body."""
    return "true" if theme == "light" else "false"
