"""Front ends that load from npm find the browser's half of every model that a widget is made of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import deepvis_widgets as dv
from deepvis_widgets.widgets.kit.layout import models_of

CHECKOUT = Path(__file__).resolve().parents[2]
# the newest that npm has; where one has appeared since, the range in setup.py may follow
NPM = {
    "bqplot": "0.5.46",
    "ipycanvas": "0.13.3",
    "anywidget": "0.11.0",
    "@jupyter-widgets/base": "6.0.12",
    "@jupyter-widgets/controls": "5.0.13",
}
# how a widget manager names the release of the Python side that a half belongs to
PROTOCOL = {"@jupyter-widgets/base": "2.0.0", "@jupyter-widgets/controls": "2.0.0"}


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def holds(asked: str, version: str) -> bool:
    """Whether a version is in one of npm's ranges ^a.b.c (the first number that is not 0 stays) or ~a.b.* (a.b stays).

    A missing number is 0.
    """
    least, found = numbers(asked), numbers(version)
    if asked[0] == "^":
        stays = next((place for place, part in enumerate(least) if part), len(least) - 1) + 1
    else:
        assert asked[0] == "~", f"'{asked}' is no range that this test knows"
        stays = 2
    return found[:stays] == least[:stays] and found >= least


@pytest.mark.parametrize(
    ("asked", "version", "held"),
    [
        *(("^0.5", "0.5.46", True), ("^0.5.40", "0.5.46", True), ("^0.5.47", "0.5.46", False)),
        *(
            ("^0.6.1", "0.5.46", False),
            ("^0.14", "0.13.3", False),
            ("^2.1.3", "2.4.0", True),
            ("^2.1.3", "3.0.0", False),
        ),
        *(("~0.11.*", "0.11.0", True), ("~0.11.*", "0.12.0", False), ("~0.9.*", "0.11.0", False)),
    ],
)
def test_ranges_are_read_as_npm_reads_them(asked: str, version: str, held: bool) -> None:
    assert holds(asked, version) is held


def halves(widget: Any) -> dict[str, set[str]]:
    """The ranges of each npm package that a widget's models ask for."""
    found: dict[str, set[str]] = {}
    for model in models_of([widget]):
        for half in ("model", "view"):
            if module := getattr(model, f"_{half}_module"):
                found.setdefault(module, set()).add(getattr(model, f"_{half}_module_version"))
    return found


@pytest.mark.parametrize(
    ("make", "libraries"),
    [
        (dv.RelevanceBoard, {"bqplot", "ipycanvas"}),
        (dv.CamBoard, {"bqplot", "anywidget"}),
        (dv.Explorer, {"anywidget"}),
    ],
)
def test_npm_has_what_a_widget_asks_for(make: Any, libraries: set[str]) -> None:
    widget = make()
    asked = halves(widget)
    widget.close()
    assert libraries <= set(asked) <= set(NPM)
    for module, ranges in asked.items():
        for wanted in ranges:
            found = wanted == PROTOCOL[module] if module in PROTOCOL else holds(wanted, NPM[module])
            assert found, f"{module} {wanted} is asked for, and npm ends at {NPM[module]}"


@pytest.mark.parametrize(
    ("library", "good", "bad"), [("bqplot", "0.12.45", "0.13.0"), ("ipycanvas", "0.13.3", "0.14.0")]
)
def test_pip_installs_no_library_whose_browser_half_is_missing(library: str, good: str, bad: str) -> None:
    [line] = re.findall(
        rf'^    "({library}[^"]*)",$', (CHECKOUT / "setup.py").read_text(encoding="utf-8"), re.MULTILINE
    )
    specifier = Requirement(line).specifier
    assert good in specifier and bad not in specifier


MODULES = sorted((CHECKOUT / "deepvis_widgets" / "static").glob("*.js"))
BESIDE = re.compile(
    r"""(?:^|[;}\n])import\s*(?:[\w{*][^;]{0,200}?)?["'][^"']+["']|import\(\s*["'`]|\bimport\.meta\.url\b"""
)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_module_needs_no_file_beside_it(module: Path) -> None:
    """Colab, VS Code and hand-outs are given its text alone."""
    assert BESIDE.findall(module.read_text(encoding="utf-8")) == []


def test_a_file_beside_it_would_be_found() -> None:
    static = ('import{a}from"./a.js";', 'x;import"./a.js";')
    for line in (*static, 'y=await import("./a.js")', "new URL(a, import.meta.url)"):
        assert BESIDE.findall(line), line
