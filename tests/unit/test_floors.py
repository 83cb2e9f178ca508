"""The house rules that imports show: floors, what the ground floor stands on, and one file for hooks.

core (0) < methods, zoo (1) < engine, atlas, scores (2) < widgets (3): a file imports from its own floor or below.
The package's own `__init__` holds the public names; it stands on top, and nothing below may import from it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "deepvis_widgets"
ROOT = Path(__file__).resolve().parents[2] / PACKAGE
FLOORS = {
    "_later": 0,
    "_version": 0,
    "core": 0,
    "methods": 1,
    "zoo": 1,
    "engine": 2,
    "atlas": 2,
    "scores": 2,
    "widgets": 3,
    "__main__": 3,
}
TOP = max(FLOORS.values()) + 1
GROUND_FLOOR_LIBRARIES = {"torch", "numpy", "PIL"}
HOOKS_LIVE_IN = "core/recording.py"
HOOK = re.compile(r"^register_(\w+_)?hook$")


def floor_of(parts: tuple[str, ...]) -> int | None:
    """The floor of a module given by its dotted parts below the package; None where it has none."""
    return FLOORS.get(parts[0]) if parts and parts != ("__init__",) else TOP


def is_name_in_package(root: Path, name: str) -> bool:
    return (root / name).is_dir() or (root / f"{name}.py").exists()


def own_imports(tree: ast.AST, parts: tuple[str, ...], root: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(line, dotted parts below the package) of everything a file imports from the package, in any spelling.

    `parts` is the importing file's own place, such as ("methods", "lrp") or ("methods", "__init__").
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [from_module(node, parts)]
            if modules == [PACKAGE]:
                # `from .. import methods` names a floor; `from .. import Network` a public name, which is the top
                modules = [f"{PACKAGE}.{a.name}" if is_name_in_package(root, a.name) else PACKAGE for a in node.names]
        elif isinstance(node, ast.Call) and called_name(node) in ("import_module", "__import__"):
            modules = [a.value for a in node.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        else:
            continue
        for module in modules:
            first, *rest = module.split(".")
            if first == PACKAGE:
                yield node.lineno, tuple(rest)


def from_module(node: ast.ImportFrom, parts: tuple[str, ...]) -> str:
    """The absolute name of the module a `from ... import` reads."""
    if not node.level:
        return node.module or ""
    base = (PACKAGE, *parts)[: -node.level]
    return ".".join([*base, *([node.module] if node.module else [])])


def called_name(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def sources(root: Path) -> Iterator[tuple[str, tuple[str, ...], ast.Module]]:
    """(path below the package, its dotted parts, syntax tree) of every file."""
    for path in sorted(root.rglob("*.py")):
        below = path.relative_to(root)
        yield below.as_posix(), below.with_suffix("").parts, ast.parse(path.read_text(encoding="utf-8"))


def broken_floors(root: Path) -> list[str]:
    found = []
    for path, parts, tree in sources(root):
        own = floor_of(parts)
        if own is None:
            found.append(f"{path} is on no floor")
            continue
        for line, imported in own_imports(tree, parts, root):
            other = floor_of(imported)
            if other is None:
                found.append(f"{path}:{line} imports {'.'.join(imported)}, which is on no floor")
            elif other > own:
                name = ".".join((PACKAGE, *imported))
                found.append(f"{path}:{line} imports {name}, floor {other}, from floor {own}")
    return found


def foreign_to_the_ground_floor(root: Path) -> list[str]:
    """Libraries that files of core/ import beyond the standard library and GROUND_FLOOR_LIBRARIES."""
    allowed = GROUND_FLOOR_LIBRARIES | set(sys.stdlib_module_names) | {PACKAGE}
    found = []
    for path, _, tree in sources(root):
        if not path.startswith("core/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            else:
                continue
            found += [f"{path}:{node.lineno} imports {name}" for name in names if name.split(".")[0] not in allowed]
    return found


def hooks_elsewhere(root: Path) -> list[str]:
    found = []
    for path, _, tree in sources(root):
        if path == HOOKS_LIVE_IN:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute | ast.Name | ast.alias):
                name = getattr(node, "attr", getattr(node, "id", getattr(node, "name", "")))
                if HOOK.match(name):
                    found.append(f"{path}:{node.lineno} {name}")
    return found


def beyond_public_names(text: str) -> list[str]:
    """What an `__init__` holds besides its docstring, imports and dunder names, also of those for type checkers."""
    found = []
    for node in _statements(ast.parse(text)):
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        dunder = isinstance(node, ast.Assign) and all(ast.unparse(t).lstrip("(").startswith("__") for t in node.targets)
        if not (docstring or dunder or isinstance(node, ast.Import | ast.ImportFrom)):
            found.append(f"line {node.lineno}: {ast.unparse(node).splitlines()[0]}")
    return found


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements of a file, with both branches of an `if TYPE_CHECKING`."""
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from [*node.body, *node.orelse]
        else:
            yield node


def test_a_file_imports_from_its_own_floor_or_below() -> None:
    assert broken_floors(ROOT) == []


def test_the_ground_floor_needs_only_torch_numpy_and_pillow() -> None:
    assert foreign_to_the_ground_floor(ROOT) == []


def test_only_one_file_registers_hooks() -> None:
    assert hooks_elsewhere(ROOT) == []


def test_the_package_itself_holds_public_names_only() -> None:
    assert beyond_public_names((ROOT / "__init__.py").read_text(encoding="utf-8")) == []


# The checkers must be able to fail: each line below, put into a file of a small tree, is found out.


def tree_with(folder: Path, path: str, text: str) -> Path:
    for name in ("core", "methods", "zoo", "engine", "widgets"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").touch()
    (folder / "__init__.py").write_text("from .core import Network\n", encoding="utf-8")
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("core/a.py", "from ..methods import base"),
        ("core/a.py", "from ..methods.base import Method"),
        ("core/a.py", "from .. import methods"),
        ("core/a.py", "from deepvis_widgets import Network"),
        ("core/a.py", "import deepvis_widgets.engine.worker as w"),
        ("core/__init__.py", "from ..zoo import scenes"),
        ("core/a.py", "def late():\n    from deepvis_widgets.widgets import stage"),
        ("core/a.py", "import importlib\nimportlib.import_module('deepvis_widgets.zoo')"),
        ("methods/a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..engine import jobs"),
        ("methods/deep/a.py", "from ...engine import jobs"),
        ("zoo/a.py", "import deepvis_widgets"),
        ("engine/a.py", "from ..widgets.base import LiveWidget"),
        ("widgets/a.py", "from .. import Explorer"),
        ("widgets/a.py", "from ..attic import old"),
        ("attic/a.py", "x = 1"),
    ],
)
def test_an_import_from_above_is_found(tmp_path: Path, path: str, text: str) -> None:
    assert len(broken_floors(tree_with(tmp_path, path, text))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("core/a.py", "from . import b\nfrom .b import c\nfrom .._version import __version__"),
        ("core/__init__.py", "from .network import Network"),
        ("methods/a.py", "from ..core.network import Network\nfrom ..zoo import scenes\nfrom .. import core"),
        (
            "engine/deep/a.py",
            "from ...core import network\nfrom ..jobs import Job\nfrom deepvis_widgets.methods import x",
        ),
        (
            "widgets/a.py",
            "import deepvis_widgets.engine\nimport ipywidgets\nfrom torch.utils.hooks import RemovableHandle",
        ),
    ],
)
def test_an_import_from_below_is_left_alone(tmp_path: Path, path: str, text: str) -> None:
    assert broken_floors(tree_with(tmp_path, path, text)) == []


@pytest.mark.parametrize("text", ["import scipy.ndimage", "from torchvision import models", "import ipywidgets as w"])
def test_a_foreign_library_on_the_ground_floor_is_found(tmp_path: Path, text: str) -> None:
    assert len(foreign_to_the_ground_floor(tree_with(tmp_path, "core/a.py", text))) == 1
    assert foreign_to_the_ground_floor(tree_with(tmp_path / "other", "engine/a.py", text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "module.register_forward_hook(f)",
        "x.register_hook(f)",
        "hook = module.register_full_backward_pre_hook",
        "from torch.nn.modules.module import register_module_forward_hook as r\nr(f)",
    ],
)
def test_a_hook_elsewhere_is_found(tmp_path: Path, text: str) -> None:
    assert len(hooks_elsewhere(tree_with(tmp_path, "engine/a.py", text))) == 1
    assert hooks_elsewhere(tree_with(tmp_path / "other", HOOKS_LIVE_IN, text)) == []


@pytest.mark.parametrize(
    "text", ["def load(): ...", "X = 1", "class A: ...", "if True:\n    import torch", "if TYPE_CHECKING:\n    X = 1"]
)
def test_code_among_the_public_names_is_found(text: str) -> None:
    assert len(beyond_public_names(f'"""Names."""\nfrom .core import x\n__all__ = ["x"]\n{text}')) == 1
