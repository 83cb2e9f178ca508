"""`python -m deepvis_widgets.demo NOTEBOOK`: JupyterLab on a notebook whose first code cell has been run already.

The cell runs in the kernel that JupyterLab will use, before the page is opened, and its output is handed to the page
with the notebook; the file itself stays as it is until it is saved.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import logging
import os
import subprocess
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from jupyterlab.labapp import LabApp
from nbformat.v4 import output_from_msg
from traitlets.config import Config

PATIENCE = 120  # s for the kernel to be ready
SETTINGS = {  # nothing over the page that one came to see, and all of it in sight
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}


class FirstOutputs(AsyncLargeFileManager):
    """Files as they are, but for the outputs of cells that were run before the page was opened."""

    outputs: dict[str, list[Any]] = {}  # path → outputs of its first code cell

    async def get(self, path: str, *arguments: Any, **options: Any) -> Any:
        """Returns a file or folder, a notebook with what its first cell showed."""
        model: dict[str, Any] = await super().get(path, *arguments, **options)
        outputs, content = self.outputs.get(path.strip("/")), model.get("content")
        if outputs and model["type"] == "notebook" and content:
            cell = first_code_cell(content["cells"])
            if cell is not None and not cell["outputs"]:
                cell["outputs"], cell["execution_count"] = outputs, 1
                cell["metadata"]["trusted"] = True  # it was run here; without this the page shows it as text
        return model


def first_code_cell(cells: Sequence[Any]) -> Any:
    """Returns the first cell with code; None where there is none."""
    return next((cell for cell in cells if cell["cell_type"] == "code"), None)


async def run_first_cell(app: Any, path: str) -> None:
    """Runs the first code cell of a notebook in a new kernel, which is that of the notebook from then on."""
    manager = app.kernel_manager
    notebook = await app.contents_manager.get(path)
    cell = first_code_cell(notebook["content"]["cells"])
    quiet = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }  # what it says is no news to who waits for a page
    kernel = await manager.start_kernel(path=path, **quiet)
    await app.session_manager.create_session(path=path, name=path, type="notebook", kernel_id=kernel)
    client = manager.get_kernel(kernel).client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=PATIENCE)
        app.contents_manager.outputs[path] = await _outputs_of(client, cell["source"]) if cell is not None else []
    finally:
        client.stop_channels()


async def _outputs_of(client: Any, code: str) -> list[Any]:
    """What a cell shows, as a notebook keeps it."""
    found: list[Any] = []

    def take(message: Any) -> None:
        if message["header"]["msg_type"] in ("display_data", "execute_result", "stream", "error"):
            found.append(output_from_msg(message))

    # as a page asks, for a page will show it: a program that allows no input gets pictures, see widgets/page/bundle.py
    await client.execute_interactive(code, output_hook=take, timeout=PATIENCE, allow_stdin=True)
    return found


def make_app(root: Path, port: int | None) -> Any:
    """A JupyterLab server on `root` that says nothing but what is wrong."""
    settings = {
        "root_dir": str(root),
        "open_browser": False,
        "allow_root": True,
        "answer_yes": True,  # Ctrl-C ends it, without a question
        "log_level": logging.ERROR,
        "contents_manager_class": FirstOutputs,
        **({} if port is None else {"port": port}),
    }
    LabApp.default_url = "/lab"
    with contextlib.redirect_stderr(io.StringIO()):
        app = LabApp.initialize_server(
            argv=[], config=Config({"ServerApp": settings, "LabApp": {"log_level": "ERROR"}})
        )
    _settle(app)
    return app


def _settle(app: Any) -> None:
    """Gives JupyterLab its settings in the environment of this Python, where nobody else reads them."""
    folder = Path(sys.prefix) / "share" / "jupyter" / "lab" / "settings"
    file = folder / "overrides.json"
    if sys.prefix != sys.base_prefix and not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(SETTINGS), encoding="utf-8")


def announce(url: str, browser: bool, what: str) -> None:
    """Says where the page is and what is there, and opens it where there is a browser."""
    opened = browser and webbrowser.open(url)
    print(f"{'Opened' if opened else 'Open this in a browser'}: {url}", flush=True)
    print(f"{what} Ctrl-C here ends it.", flush=True)


async def first_impression(app: Any, path: str) -> str:
    """Runs the first cell of a notebook, and returns what there is to see then, in a sentence."""
    try:
        await run_first_cell(app, path)
    except (TimeoutError, RuntimeError) as error:
        return f"Its first cell could not be run ({error}); run it there."
    if any(output["output_type"] == "error" for output in app.contents_manager.outputs[path]):
        return "Its first cell failed; the page says why."
    return "The Explorer is running there. Drag over the picture."


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves a notebook until it is interrupted."""
    parser = argparse.ArgumentParser(prog="python -m deepvis_widgets.demo", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("notebook", type=Path, help="the notebook to open")
    parser.add_argument("--no-browser", action="store_true", help="print the address only")
    parser.add_argument("--port", type=int, help="port of the server; another one where it is taken")
    asked = parser.parse_args(arguments)
    notebook = asked.notebook.resolve()
    if not notebook.is_file():
        parser.error(f"there is no file {asked.notebook}")
    print("Starting JupyterLab and the network …", flush=True)
    app = make_app(notebook.parent, asked.port)

    async def begin() -> None:
        what = await first_impression(app, notebook.name)
        url = f"{app.connection_url}lab/tree/{notebook.name}?token={app.identity_provider.token}"
        announce(url, not asked.no_browser, what)

    app.io_loop.add_callback(lambda: asyncio.ensure_future(begin()))
    app.start()
    sys.stdout.flush()
    os._exit(0)  # everything is shut down, but threads that read files for an open page keep Python from ending


if __name__ == "__main__":
    main()
