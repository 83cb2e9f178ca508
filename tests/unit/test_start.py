"""What a first look does not need is not imported for it: a notebook opens in a third of the time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import deepvis_widgets as dv

CHECKOUT = Path(__file__).resolve().parents[2]
# torchvision brings PyTorch's compiler with it, bqplot brings pandas; the others serve single methods
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
CHARTS = ("bqplot", "pandas")
WIDGETS = ("anywidget", "ipycanvas", "ipywidgets", "safetensors", "sqlite3", *CHARTS)
REPORT = 'print("\\n".join(name for name in {} if name in sys.modules))'

IMPORT_THE_PACKAGE = f"import sys, deepvis_widgets as dv\n{REPORT.format((*LATER, *WIDGETS))}"
NAME_THE_EXPLORER = f"import sys, deepvis_widgets as dv\ndv.Explorer\n{REPORT.format((*LATER, *CHARTS))}"
OPEN_THE_EXPLORER = f"""
import sys
import deepvis_widgets as dv
explorer = dv.Explorer()
{REPORT.format(LATER)}
explorer.close()
"""


@pytest.mark.parametrize(
    "work", [IMPORT_THE_PACKAGE, NAME_THE_EXPLORER, OPEN_THE_EXPLORER], ids=["import", "name", "open"]
)
def test_what_only_some_use_is_not_imported(work: str) -> None:
    run = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, cwd=CHECKOUT, timeout=200)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []


@pytest.mark.parametrize("name", dv.__all__)
def test_every_public_name_is_there_however_it_is_asked_for(name: str) -> None:
    starred: dict[str, object] = {}
    exec("from deepvis_widgets import *", starred)
    assert starred[name] is getattr(dv, name)
    assert name in dir(dv)


def test_a_name_that_is_not_there_is_refused_by_its_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Explorerr'"):
        _ = dv.Explorerr  # type: ignore[attr-defined]
