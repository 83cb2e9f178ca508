"""What a first look does not need is not imported for it: a notebook opens in a third of the time."""

from __future__ import annotations

import json
import re
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
    "timm",
    "transformers",
    "onnx",
)
CHARTS = ("bqplot", "pandas")
WIDGETS = ("anywidget", "ipycanvas", "ipywidgets", "safetensors", "sqlite3", *CHARTS)
# what must not be there after each step of a first look
STEPS = {"import": (*LATER, *WIDGETS), "name": (*LATER, *CHARTS), "open": LATER}
FIRST_LOOK = f"""
import json, sys
later = {STEPS}
found = {{}}
import deepvis_widgets as dv
found["import"] = [name for name in later["import"] if name in sys.modules]
dv.Explorer
found["name"] = [name for name in later["name"] if name in sys.modules]
explorer = dv.Explorer()
found["open"] = [name for name in later["open"] if name in sys.modules]
explorer.close()
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    """What was imported too early, after each step, in a process of its own."""
    command = [sys.executable, "-c", FIRST_LOOK]
    run = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, timeout=200)
    assert run.returncode == 0, run.stderr
    told: dict[str, list[str]] = json.loads(run.stdout)
    return told


@pytest.mark.parametrize("step", STEPS)
def test_what_only_some_use_is_not_imported(step: str, found: dict[str, list[str]]) -> None:
    assert found[step] == []


def test_scikit_image_waits_for_the_function_that_needs_it() -> None:
    """LIME's superpixels and the photos need it; no module brings it along for the others."""
    sources = [file.read_text(encoding="utf-8") for file in (CHECKOUT / "deepvis_widgets").rglob("*.py")]
    imports = [
        indent for text in sources for indent in re.findall(r"^( *)(?:import|from) skimage\b", text, re.MULTILINE)
    ]
    assert len(imports) >= 2 and all(imports)


@pytest.mark.parametrize("name", dv.__all__)
def test_every_public_name_is_there_however_it_is_asked_for(name: str) -> None:
    starred: dict[str, object] = {}
    exec("from deepvis_widgets import *", starred)
    assert starred[name] is getattr(dv, name)
    assert name in dir(dv)


def test_a_name_that_is_not_there_is_refused_by_its_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Explorerr'"):
        _ = dv.Explorerr  # type: ignore[attr-defined]
