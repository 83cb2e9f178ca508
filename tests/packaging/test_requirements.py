"""What setup.py asks for is enough: with nothing else beside it, every public name imports and widgets open."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tools.bounds import told_setuptools

# What others find by themselves where it is there is refused, too: they have to do without it.
ALONE = """
import json, sys

refused = set(json.loads(sys.argv[1]))

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in refused:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refuse())
import deepvis_widgets as dv

for name in dv.__all__:
    getattr(dv, name)
for widget in (dv.Explorer(), dv.Compare(methods=["cam", "lime"]), dv.ConvolutionBoard(), dv.PoolingBoard()):
    widget.close()
print("opened")
"""


def brought(lines: list[str], extras: frozenset[str] = frozenset()) -> set[tuple[str, frozenset[str]]]:
    """Return every distribution that these requirements bring here, by its name and the extras asked of it."""
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = [(line, extras) for line in lines]
    while waiting:
        line, wanted = waiting.pop()
        needed = Requirement(line)
        if needed.marker and not any(needed.marker.evaluate({"extra": extra}) for extra in ("", *wanted)):
            continue
        one = canonicalize_name(needed.name), frozenset(needed.extras)
        if one not in found:
            found.add(one)
            waiting += [(further, one[1]) for further in _requires(one[0])]
    return found


def _requires(name: str) -> list[str]:
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []


def test_what_is_asked_for_is_enough() -> None:
    names = {name for name, _ in brought(told_setuptools()["install_requires"])}
    assert {"torch", "bqplot", "pandas", "ipython"} <= names and not {"jupyterlab", "timm", "onnx"} & names
    known = packages_distributions()
    # what comes with a Python installation is nobody's requirement
    given = {"deepvis-widgets", "pip", "setuptools"}
    refused = [module for module, of in known.items() if not {canonicalize_name(one) for one in of} & (names | given)]
    assert {"jupyterlab", "timm", "pytest"} <= set(refused)
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    told = subprocess.run([sys.executable, "-c", ALONE, json.dumps(refused)], capture_output=True, text=True, env=env)
    assert told.stdout == "opened\n" and told.returncode == 0, told.stderr[-2000:]
