"""Scripts and kernels that end while a widget computes: status 0, nothing on the error stream, no half-written file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

import deepvis_widgets as dv

CHECKOUT = Path(__file__).parents[3]
PATIENCE = 60
# every public widget, and how to leave it in the middle of a computation
BUSY = {
    "AtlasView": "w = dv.AtlasView(network=dv.load('husky-wolf'))",
    "CamBoard": "w = dv.CamBoard()",
    "CamVideo": "w = dv.CamVideo(video=[dv.scene('wolf'), dv.scene('husky')]); w.step = 1",
    "Compare": "w = dv.Compare()",
    "ConvolutionBoard": "w = dv.ConvolutionBoard()",
    "DeconvnetBoard": "w = dv.DeconvnetBoard()",
    "Explorer": "w = dv.Explorer(); w.method = 'lime'",
    "HuskyWolf": "w = dv.HuskyWolf(); w.stage = 2",
    "InteractionBoard": "w = dv.InteractionBoard()",
    "MaximizationLab": "w = dv.MaximizationLab(); w.start()",
    "CircuitBoard": "w = dv.CircuitBoard()",
    "MaximizationPlate": "w = dv.MaximizationPlate(); w.draw()",
    "OcclusionLab": "w = dv.OcclusionLab()",
    "PoolingBoard": "w = dv.PoolingBoard()",
    "QuestionBoard": "w = dv.QuestionBoard()",
    "RelevanceBoard": "w = dv.RelevanceBoard()",
    "RelevanceLedger": "w = dv.RelevanceLedger()",
    "ShiftLab": "w = dv.ShiftLab()",
    "SnowLab": "w = dv.SnowLab(); w.train()",
    "TeachBoard": "w = dv.TeachBoard(); w.add('first', w.image); w.add('second', w.choices[1][1])",
}
# long enough for the first pass to be under way; how each ends is the same whenever it comes
SCRIPT = "import time, deepvis_widgets as dv; {}; time.sleep(0.2)"


# the person presses Ctrl-C while close() waits for the network's pass, and the script goes on to its end
INTERRUPTED = """
import signal, sys, threading, torch
from deepvis_widgets.engine import Worker

def work(report):
    while True:
        began.set()
        square @ square

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what is in the background without it
worker, began, square = Worker(), threading.Event(), torch.rand(1500, 1500)
worker.submit("a", work)
began.wait()
threading.Timer(0.2, signal.pthread_kill, (threading.get_ident(), signal.SIGINT)).start()
try:
    worker.close(None)
except KeyboardInterrupt:
    pass
else:
    print("not interrupted", file=sys.stderr)
"""


@dataclass
class Runner:
    """A process that runs scripts and kernels, each in a child of its own."""

    process: subprocess.Popen[str]
    errors: Path

    def ask(self, kind: str, argument: str) -> None:
        assert self.process.stdin is not None
        self.errors.write_text("")
        self.process.stdin.write(f"{json.dumps([kind, argument])}\n")
        self.process.stdin.flush()

    def status(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def said(self) -> str:
        return self.errors.read_text()


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    errors = tmp_path_factory.mktemp("endings") / "errors.txt"
    with errors.open("a") as stream:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.unit.widgets.endings"],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
        )
    with process:
        yield Runner(process, errors)
        process.kill()


def test_every_public_widget_is_here() -> None:
    import ipywidgets

    public = {name for name in dv.__all__ if isinstance(getattr(dv, name), type)}
    assert {name for name in public if issubclass(getattr(dv, name), ipywidgets.DOMWidget)} == set(BUSY)


@pytest.mark.parametrize("name", BUSY)
def test_a_script_ends_while_a_widget_computes(runner: Runner, name: str) -> None:
    runner.ask("script", SCRIPT.format(BUSY[name]))
    assert runner.status() == "0", runner.said()
    assert runner.said() == ""


def test_a_script_ends_after_ctrl_c_in_close(runner: Runner) -> None:
    runner.ask("script", INTERRUPTED)
    assert runner.status() == "0", runner.said()
    assert runner.said() == ""


@pytest.mark.parametrize("name", BUSY)
def test_a_kernel_is_shut_down_while_a_widget_computes(runner: Runner, name: str, tmp_path: Path) -> None:
    file, _ = write_connection_file(str(tmp_path / "kernel.json"))
    runner.ask("kernel", file)
    client = BlockingKernelClient(connection_file=file)
    client.load_connection_file()
    client.start_channels(hb=False)  # a kernel on a busy machine misses heartbeats
    try:
        reply = client.execute_interactive(
            f"import deepvis_widgets as dv; {BUSY[name]}", timeout=PATIENCE, output_hook=lambda _: None
        )
        assert reply["content"]["status"] == "ok", reply["content"]
        client.shutdown()
        assert runner.status() == "0", runner.said()
    finally:
        client.stop_channels()
    assert "Traceback" not in runner.said() and "terminate" not in runner.said()
