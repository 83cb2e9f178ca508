"""What a first look does not need is not imported for it: a notebook opens in a third of the time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
# torchvision brings PyTorch's compiler with it; the others serve single methods
LATER = (
    "torchvision",
    "torch._dynamo",
    "torch._inductor",
    "skimage",
    "sklearn",
    "matplotlib",
    "cloudpickle",
    "dask",
    "distributed",
)

OPEN_THE_EXPLORER = f"""
import sys
import deepvis_widgets as dv
explorer = dv.Explorer()
print("\\n".join(name for name in {LATER} if name in sys.modules))
explorer.close()
"""


def test_the_explorer_opens_without_what_only_some_use() -> None:
    command = [sys.executable, "-c", OPEN_THE_EXPLORER]
    run = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, timeout=200)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []
