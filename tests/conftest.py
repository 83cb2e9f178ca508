"""For every test: the order of the folders, quick ones first, and a mark on those that need a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
# Browser tests last: they are the slowest, and Playwright's event loop occupies the main thread from then on.
ORDER = ("unit", "contract", "packaging", "notebooks", "browser")


def folder_of(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if folder_of(item) == "browser":
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: ORDER.index(folder_of(item)) if folder_of(item) in ORDER else 0)
