"""What setup.py asks for, and whether the packages that are installed are the oldest that it accepts.

`python -m tests.tools.bounds` fails with a sentence for each that is newer: tests would say nothing about its bound.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import setuptools
from packaging.requirements import Requirement
from packaging.version import Version

CHECKOUT = Path(__file__).resolve().parents[2]
# what a user may have beside the package; the rest of the extras are tools and notebooks
EXTRAS = ("cluster", "concepts", "imagenet", "onnx", "timm", "transformers", "video")


def told_setuptools() -> dict[str, Any]:
    """Return what setup.py hands to setuptools."""
    told: dict[str, Any] = {}
    real = setuptools.setup
    setuptools.setup = told.update
    try:
        runpy.run_path(str(CHECKOUT / "setup.py"))
    finally:
        setuptools.setup = real
    return told


def accepted(told: dict[str, Any]) -> list[Requirement]:
    """Return what the package and its extras need of others."""
    extras = [line for name in EXTRAS for line in told["extras_require"][name]]
    return [Requirement(line) for line in dict.fromkeys([*told["install_requires"], *extras])]


def oldest(needed: Requirement) -> Version | None:
    """Return the lower bound of a requirement, None where it has none.

    >>> oldest(Requirement("timm>=0.9.16,<2"))
    <Version('0.9.16')>
    """
    for bound in needed.specifier:
        if bound.operator in (">=", "=="):
            return Version(bound.version.removesuffix(".*"))
    return None


def newer(needed: Iterable[Requirement]) -> list[str]:
    """Return a sentence for each package that is not installed as its lower bound says: 0.1.0 is 0.1, 0.1.1 is not."""
    return [f"{one} is installed as {installed(one)}." for one in needed if installed(one) != oldest(one)]


def installed(needed: Requirement) -> Version | None:
    """Return the version that is installed, without the "+cpu" of a build, None where there is none."""
    try:
        return Version(Version(version(needed.name)).public)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    found = newer(accepted(told_setuptools()))
    print("\n".join(found) or "Everything is as old as setup.py accepts.")
    sys.exit(bool(found))
