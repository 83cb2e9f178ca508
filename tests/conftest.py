"""For every test: the order of the folders, a mark on those that need a browser, and quick collections of garbage."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# What passes cost is kept in the user's cache: here in a folder of this process, and of those that it starts.
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="deepvis-cache-")
atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)
# Browser tests last: they are the slowest, and Playwright's event loop occupies the main thread from then on.
ORDER = ("unit", "contract", "packaging", "notebooks", "gpu", "browser")


def folder_of(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""


def place_of(item: pytest.Item) -> tuple[int, bool]:
    """By folder, and the slow browser tests before the others: at the end one process waits for the last of another."""
    folder = folder_of(item)
    quick = folder == "browser" and item.get_closest_marker("slow") is None
    return (ORDER.index(folder) if folder in ORDER else 0), quick


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "gpu" not in (config.option.markexpr or ""):  # where nobody asks for them, they are not there: no skips
        elsewhere = [item for item in items if folder_of(item) == "gpu"]
        items[:] = [item for item in items if folder_of(item) != "gpu"]
        config.hook.pytest_deselected(items=elsewhere)
    for item in items:
        if folder_of(item) == "browser":
            item.add_marker(pytest.mark.browser)
    items.sort(key=place_of)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported stays: looking through it takes a third of a second whenever garbage is collected."""
    gc.collect()
    gc.freeze()
