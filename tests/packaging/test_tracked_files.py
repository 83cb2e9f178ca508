"""What is in the repository: a fixed top level, nothing large, and no path of somebody's machine."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
TOP_LEVEL = {
    *("setup.py", "README.md", "deepvis_widgets", "notebooks", "tests", "js", "docs"),
    *("Makefile", "MANIFEST.in", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml"),
    *(".ci", ".gitattributes", ".gitignore", ".github", ".pre-commit-config.yaml", "CITATION.cff"),
}
LARGEST = 4 * 1024 * 1024
# what every unit and class of the network from PyPI wants to see: 2,840 pictures, 8 MB at most
LARGER = {"deepvis_widgets/atlas/ready/efficientnet_lite0/tiles.bin": 8_000_000}
MACHINE_PATH = re.compile(r"/(home|root|work|tmp|Users)/[A-Za-z]")
# (file, text) pairs that look like such a path and are none; each needs a reason beside it
ALLOWED = {
    # the home that Emscripten, of which ONNX Runtime is made, gives a user in a browser
    ("deepvis_widgets/static/network_worker.js", "/home/" + "web_user"),
}
NEVER_TRACKED = re.compile(r"(^|/)(node_modules|__pycache__|\.ipynb_checkpoints|build|dist|\.venv[^/]*)/|\.egg-info/")
# not the changelog, which names what has gone
DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    *(
        f"docs/{name}.md"
        for name in ("atlas", "embedded_world", "imagenet", "own-network", "scores", "speed", "widgets")
    ),
    "js/README.md",
)
ROOTS = ("", "deepvis_widgets", "js", "js/src")  # what paths in the documents begin at
NAMED_PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)*/?)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
MODULE = re.compile(r"\bdeepvis_widgets(?:\.[a-z_]+)+\b")
MADE = {"js/node_modules", "tests/browser/.failures"}  # by make, not in the repository
BROKEN_MERGE = re.compile(r"^(<{7} |>{7} )", re.MULTILINE)


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    # the directory may belong to somebody else where the checkout is mounted into a container
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=True).stdout.decode()
    names = [name for name in listed.split("\0") if name and (CHECKOUT / name).is_file()]
    assert names, "git lists no files"
    return names


def text_of(name: str) -> str:
    """The file's text; empty for pictures, weights and other files that are none."""
    try:
        return (CHECKOUT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def machine_paths(name: str, text: str) -> list[str]:
    found = []
    for match in MACHINE_PATH.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        around = text[match.start() : match.end() + 20].splitlines()[0]
        if not any(name == file and around.startswith(allowed) for file, allowed in ALLOWED):
            found.append(f"{name}:{line} {around}")
    return found


def test_the_top_level_is_fixed(tracked: list[str]) -> None:
    assert {name.split("/")[0] for name in tracked} <= TOP_LEVEL


def test_no_file_names_a_place_on_somebodys_machine(tracked: list[str]) -> None:
    assert [found for name in tracked for found in machine_paths(name, text_of(name))] == []


@pytest.mark.parametrize("folder", ["home", "root", "work", "tmp"])
def test_such_a_place_would_be_found(folder: str) -> None:
    path = "/".join(["", folder, "someone", "notes.txt"])
    assert machine_paths("a.py", f"x = 1\nopen('{path}')") == [f"a.py:2 {path}')"]


def exists(path: str, beside: Path) -> bool:
    return any((root / path).exists() for root in (beside, *(CHECKOUT / root for root in ROOTS)))


def missing(text: str, beside: Path = CHECKOUT) -> list[str]:
    """What a document names and nobody finds: paths in backticks, links to files, modules and their members."""
    paths = [found for found in NAMED_PATH.findall(text) if "/" in found and found not in MADE]
    wrong = [path for path in (*paths, *LINK.findall(text)) if not exists(path, beside)]
    return wrong + [name for name in MODULE.findall(text) if not module_of(name)]


def module_of(name: str) -> bool:
    """Whether there is a module of this name, or one with this member."""
    path = CHECKOUT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file() or has_member(path.parent, path.name)


def has_member(package: Path, name: str) -> bool:
    files = (package / "__init__.py", package.with_suffix(".py"))
    return any(file.is_file() and re.search(rf"\b{name}\b", file.read_text(encoding="utf-8")) for file in files)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_and_module_that_a_document_names_exists(document: str) -> None:
    assert missing((CHECKOUT / document).read_text(encoding="utf-8"), (CHECKOUT / document).parent) == []


def test_a_path_that_has_moved_would_be_found() -> None:
    said = "see `zoo/nowhere.py`, `engine/worker.py`, [it](docs/none.md), `python -m deepvis_widgets.zoo.none`"
    assert missing(said) == ["zoo/nowhere.py", "docs/none.md", "deepvis_widgets.zoo.none"]


def test_no_file_is_large(tracked: list[str]) -> None:
    assert [name for name in tracked if (CHECKOUT / name).stat().st_size > LARGER.get(name, LARGEST)] == []


def test_nothing_built_is_tracked_but_the_front_end(tracked: list[str]) -> None:
    assert [name for name in tracked if NEVER_TRACKED.search(name)] == []
    assert [name for name in tracked if name.endswith((".pyc", ".whl", ".map"))] == []


def test_no_merge_was_left_half_done(tracked: list[str]) -> None:
    assert [name for name in tracked if BROKEN_MERGE.search(text_of(name))] == []


def test_the_front_ends_lock_file_names_versions_and_digests_and_no_other_host() -> None:
    packages = json.loads((CHECKOUT / "js" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    installed = {name: entry for name, entry in packages.items() if name and not entry.get("link")}
    assert installed and all("integrity" in entry for entry in installed.values())
    hosts = {entry["resolved"].split("/")[2] for entry in installed.values() if "resolved" in entry}
    assert hosts <= {"registry.npmjs.org"}


def test_the_ci_command_can_be_run(tracked: list[str]) -> None:
    assert ".ci/run" in tracked
    assert (CHECKOUT / ".ci" / "run").stat().st_mode & 0o111
