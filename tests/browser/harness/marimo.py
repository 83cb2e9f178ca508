"""marimo with one app, as a page without code, seeing nothing of the user's settings."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from tests.browser.harness.server import free_port, isolated_environment

HEAD = "import marimo\n\napp = marimo.App()\n"
CELL = "\n\n@app.cell\ndef _():\n{body}\n    return\n"


class MarimoServer:
    """Serves an app whose cells are these pieces of code; `url` is its page."""

    def __init__(self, folder: Path, cells: Sequence[str]) -> None:
        app = folder / "app.py"
        app.write_text(HEAD + "".join(CELL.format(body=indented(cell)) for cell in cells), encoding="utf-8")
        port = free_port()
        self.url, self.log = f"http://127.0.0.1:{port}", folder / "marimo.log"
        options = ["--headless", "--no-token", "--host", "127.0.0.1", "--port", str(port)]
        environment = {**isolated_environment(folder), "XDG_CONFIG_HOME": str(folder), "XDG_STATE_HOME": str(folder)}
        self._output = self.log.open("w", encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "marimo", "run", str(app), *options],
            cwd=folder,
            env=environment,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    def wait_until_ready(self, timeout: float = 90) -> None:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/health", timeout=5):
                return
            time.sleep(0.1)
        raise RuntimeError(f"marimo did not start:\n{self.log.read_text(encoding='utf-8')}")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.close()


def indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.strip().splitlines())
