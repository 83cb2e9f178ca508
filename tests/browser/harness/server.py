"""One Jupyter server for the whole run: JupyterLab, Notebook 7 and Voilà, seeing nothing of the user's settings."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Collection
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[3]
WARM = sys.platform == "linux"  # elsewhere processes that have loaded PyTorch cannot be relied on to fork

# No pop-ups over the page under test, and every cell in the page: by default JupyterLab draws only those in sight.
SETTINGS: dict[str, dict[str, Any]] = {
    "@jupyterlab/apputils-extension/notification": {
        "checkForUpdates": False,
        "fetchNews": "false",
        "doNotDisturbMode": True,
    },
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


class JupyterServer:
    """A server on a free port with its own root, configuration and run-time folders under `folder`; its kernels start
    `warm`, or as Jupyter starts them.
    """

    def __init__(self, folder: Path, warm: bool = WARM) -> None:
        self.folder = folder
        self.root = folder / "root"
        self.log = folder / "server.log"
        self.root.mkdir(parents=True)
        self._write_settings(SETTINGS)
        self._install_extension()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._output = self.log.open("w", encoding="utf-8")
        self._kernels = self._start(self._warm_kernels()) if warm else None
        self._process = self._start(self._command())

    def wait_until_ready(self, timeout: float = 90) -> None:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"The Jupyter server stopped at once:\n{self.log_tail()}")
            with contextlib.suppress(OSError):
                self.api("GET", "status")
                return
            time.sleep(0.1)
        raise RuntimeError(f"The Jupyter server did not answer within {timeout:.0f} s:\n{self.log_tail()}")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._kernels is not None:
            self._kernels.kill()
            self._kernels.wait()
        self._output.close()

    @property
    def process_id(self) -> int:
        """The server's number among the processes of this machine."""
        return self._process.pid

    def api(self, method: str, path: str) -> Any:
        """Ask the server's REST interface, e.g. api("GET", "kernels")."""
        request = urllib.request.Request(f"{self.url}/api/{path}", method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def set_theme(self, theme: str) -> None:
        """Choose the theme, "light" or "dark", that pages opened from now on start with."""
        self._write_settings({"@jupyterlab/apputils-extension/themes": {"theme": THEMES[theme]}})

    def kernels(self) -> set[str]:
        """The names of those that run. The server answers with an error where one of them ends while it looks."""
        for _ in range(20):
            with contextlib.suppress(urllib.error.HTTPError):
                return {kernel["id"] for kernel in self.api("GET", "kernels")}
            time.sleep(0.1)
        raise RuntimeError(f"The Jupyter server does not name its kernels:\n{self.log_tail()}")

    def stop_kernels(self, but: Collection[str] = ()) -> None:
        """Kernels outlive the pages that started them; each holds a few hundred megabytes of PyTorch."""
        for kernel in self.kernels().difference(but):
            with contextlib.suppress(OSError):
                self.api("DELETE", f"kernels/{kernel}")

    def log_tail(self, lines: int = 40) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def _command(self) -> list[str]:
        # Tokens are off: the server listens on this machine's own address only, for the time of the tests.
        return [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0"),
            *("--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"),
            f"--ServerApp.root_dir={self.root}",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            *("--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True"),
            "--VoilaConfiguration.show_tracebacks=True",
        ]

    def _warm_kernels(self) -> list[str]:
        """The command that forks kernels; Jupyter is told to ask it for them."""
        program, name = [sys.executable, str(Path(__file__).with_name("warm_kernels.py"))], f"kernels-{self.port}"
        spec = {
            "argv": [*program, "start", name, "{connection_file}"],
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
        }
        file = self.folder / "share" / "kernels" / "python3" / "kernel.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(spec), encoding="utf-8")
        return [*program, "serve", name]

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        environment = isolated_environment(self.folder)
        return subprocess.Popen(command, cwd=self.root, env=environment, stdout=self._output, stderr=subprocess.STDOUT)

    def _install_extension(self) -> None:
        """What setup.py installs for JupyterLab, as it is in the checkout."""
        static = self.folder / "share" / "labextensions" / "deepvis-widgets" / "static"
        static.mkdir(parents=True)
        shutil.copy(CHECKOUT / "deepvis_widgets" / "lab" / "package.json", static.parent)
        shutil.copy(CHECKOUT / "deepvis_widgets" / "lab" / "remoteEntry.js", static)

    def _write_settings(self, settings: dict[str, dict[str, Any]]) -> None:
        for name, values in settings.items():
            file = self.folder / "jupyterlab_settings_dir" / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values), encoding="utf-8")


def isolated_environment(folder: Path) -> dict[str, str]:
    """The variables of a process that keeps everything of Jupyter's under `folder`, and sees nothing of the user's."""
    # compiled once, as for users: kernels would read every module again without their bytecode
    others = ("JUPYTER", "IPYTHON", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    folders = {
        name: str(folder / name.lower())
        for name in (
            *("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"),
            *("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"),
        )
    }
    path = os.pathsep.join(filter(None, [str(CHECKOUT), kept.get("PYTHONPATH")]))
    data = {"JUPYTER_PATH": str(folder / "share"), "JUPYTER_PREFER_ENV_PATH": "1"}
    return {**kept, **folders, **data, "PYTHONPATH": path}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
