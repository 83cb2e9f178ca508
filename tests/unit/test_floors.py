"""The house rules that imports show: floors, rooms, no circles, what the ground floor stands on, one file for hooks.
And two that the files themselves show: how many modules lie in a folder, and how many lines are in a module.

core (0) < passes (1) < methods, zoo (2) < engine, atlas, scores (3) < widgets (4): a file imports from its own floor or
below. The package's own `__init__` holds the public names; it stands on top, and nothing below may import from it.
On the floor of the widgets each has a room of its own, and uses what lies in the rooms that all share.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools import house
from tests.tools.imports import PACKAGE, own_imports, sources

ROOT = Path(__file__).resolve().parents[2] / PACKAGE
FLOORS = {
    "_later": 0,
    "_version": 0,
    "demo": 0,
    "core": 0,
    "passes": 1,
    "methods": 2,
    "zoo": 2,
    "engine": 3,
    "atlas": 3,
    "scores": 3,
    "widgets": 4,
    "sessions": 4,
    "shell": 4,
    "__main__": 4,
}
TOP = max(FLOORS.values()) + 1
# room of widgets/ that all share → the rooms it may import from, besides itself; link knows nothing but the core
SHARED_ROOMS = {
    "link": (),
    "page": ("link",),
    "in_page": ("link",),
    "views": ("link", "page"),
    "remake": ("link", "page"),
    "kit": ("link", "page", "views", "remake"),
    "board": ("link", "page", "views", "remake", "kit"),
}
# (a widget's own room, another one that it may import from all the same) → why
ROOMS_OPEN_TO = {
    ("explorer", "atlas_view"): "beside its panes the Explorer shows what an atlas holds of the selected unit",
    ("explorer", "circuit"): "its sheet opens the board of circuits at the unit that it shows",
    ("deconvnet", "convolution"): "it joins that board's arithmetic to the other's",
    ("deconvnet", "pooling"): "it joins that board's arithmetic to the other's",
    ("interaction", "convolution"): "its layers are that board's convolutions, its facts that board's table",
}
WIDGETS = ("widgets", "__init__")
GROUND_FLOOR_LIBRARIES = {"torch", "numpy", "PIL"}
HOOKS_LIVE_IN = "core/network/recording.py"
HOOK = re.compile(r"^register_(\w+_)?hook$")


def floor_of(parts: tuple[str, ...]) -> int | None:
    """The floor of a module given by its dotted parts below the package; None where it has none."""
    return FLOORS.get(parts[0]) if parts and parts != ("__init__",) else TOP


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


def files_in_no_room(root: Path) -> list[str]:
    """Files of widgets/ that lie in none of its folders."""
    return [path for path, parts, _ in sources(root) if parts[0] == "widgets" and len(parts) == 2 and parts != WIDGETS]


def imports_from_rooms(root: Path) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(path and line, room, dotted parts of what is imported) of everything that files in rooms of widgets/ import."""
    for path, parts, tree in sources(root):
        if parts[0] == "widgets" and len(parts) > 2:
            yield from ((f"{path}:{line}", parts[1], imported) for line, imported in own_imports(tree, parts, root))


def broken_rooms(root: Path) -> list[str]:
    """Imports from a room that is not open to the importing file."""
    return [
        f"{place} imports {'.'.join(imported)} from the room {room}"
        for place, room, imported in imports_from_rooms(root)
        if not may_import(room, imported)
    ]


def may_import(room: str, imported: tuple[str, ...]) -> bool:
    """Whether a file of this room may import this module, given by its dotted parts below the package."""
    if imported[:1] != ("widgets",):
        return room != "link" or imported[:1] == ("core",)
    other = imported[1] if len(imported) > 1 else "__init__"
    return other == room or other in SHARED_ROOMS.get(room, SHARED_ROOMS) or (room, other) in ROOMS_OPEN_TO


def rooms_open_for_nothing(root: Path) -> list[tuple[str, str]]:
    """Exceptions in ROOMS_OPEN_TO that no import needs."""
    used = {(room, *imported[1:2]) for _, room, imported in imports_from_rooms(root) if imported[:1] == ("widgets",)}
    return [rooms for rooms in ROOMS_OPEN_TO if rooms not in used]


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


def test_every_widget_keeps_to_its_room() -> None:
    assert files_in_no_room(ROOT) == []
    assert broken_rooms(ROOT) == []
    assert rooms_open_for_nothing(ROOT) == []


def test_no_files_import_each_other() -> None:
    assert house.broken_circles(ROOT) == []


def test_no_folder_is_too_wide() -> None:
    assert house.too_wide(ROOT) == []


def test_no_module_is_too_long() -> None:
    assert house.too_long(ROOT) == []


def test_the_ground_floor_needs_only_torch_numpy_and_pillow() -> None:
    assert foreign_to_the_ground_floor(ROOT) == []


def test_only_one_file_registers_hooks() -> None:
    assert hooks_elsewhere(ROOT) == []


def test_the_package_itself_holds_public_names_only() -> None:
    assert beyond_public_names((ROOT / "__init__.py").read_text(encoding="utf-8")) == []


# The checkers must be able to fail: each line below, put into a file of a small tree, is found out.


def tree_with(folder: Path, path: str, text: str) -> Path:
    for name in ("core", "passes", "methods", "zoo", "engine", "widgets"):
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
        ("core/network/a.py", "from ...passes import fusion"),
        ("passes/a.py", "from ..methods.base import Method"),
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
        ("passes/deep/a.py", "from ...core.network import Network\nfrom ..fusion import fused"),
        (
            "methods/a.py",
            "from ..core.network import Network\nfrom ..passes import fusion\nfrom ..zoo import x\nfrom .. import core",
        ),
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


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("widgets/link/a.py", "from ..views.stage import Stage"),
        ("widgets/link/a.py", "from ...engine.engine import Engine"),
        ("widgets/link/a.py", "from ... import Network"),
        ("widgets/views/a.py", "from ..kit import layout"),
        ("widgets/kit/a.py", "def late():\n    from ..board.pen import Pen"),
        ("widgets/kit/a.py", "from ..explorer.explorer import Explorer"),
        ("widgets/board/a.py", "import deepvis_widgets.widgets.pooling"),
        ("widgets/compare/a.py", "from ..explorer import Explorer"),
        ("widgets/atlas_view/a.py", "from ..explorer.explorer import Explorer"),
        ("widgets/husky_wolf/snow/a.py", "from ...compare.state import State"),
        ("widgets/cam/a.py", "from ...widgets import Explorer"),
    ],
)
def test_an_import_from_a_closed_room_is_found(tmp_path: Path, path: str, text: str) -> None:
    assert len(broken_rooms(tree_with(tmp_path, path, text))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("widgets/link/a.py", "from . import protocol\nfrom ...core.picture import boxes\nimport anywidget"),
        ("widgets/views/a.py", "from ..link.live_widget import LiveWidget\nfrom ...methods import explain"),
        ("widgets/board/a.py", "from ..kit.player import Player\nfrom ..views import stage\nfrom ..link import frames"),
        ("widgets/cam/a.py", "from .panes import Panes\nfrom ..board.pen import Pen\nfrom ...engine import client"),
        ("widgets/husky_wolf/snow/a.py", "from ..words import STORY\nfrom ...kit import layout"),
        ("widgets/explorer/a.py", "from ..atlas_view.feed import Feed"),
    ],
)
def test_an_import_from_an_open_room_is_left_alone(tmp_path: Path, path: str, text: str) -> None:
    assert broken_rooms(tree_with(tmp_path, path, text)) == []


def test_a_file_in_no_room_and_a_room_open_for_nothing_are_found(tmp_path: Path) -> None:
    tree = tree_with(tmp_path, "widgets/a.py", "from .atlas_view.feed import Feed")
    assert files_in_no_room(tree) == ["widgets/a.py"]
    assert rooms_open_for_nothing(tree) == list(ROOMS_OPEN_TO)
    used = tree_with(tmp_path / "other", "widgets/explorer/a.py", "from ..atlas_view.feed import Feed")
    assert files_in_no_room(used) == [] and ("explorer", "atlas_view") not in rooms_open_for_nothing(used)


@pytest.mark.parametrize(
    "back",
    [
        "from .a import x",
        "from . import a",
        "from ..core import a",
        "import deepvis_widgets.core.a as a",
        "def late():\n    from .a import x",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .a import x",
        "from .c import x",
        "from . import x",
    ],
)
def test_a_circle_is_found(tmp_path: Path, back: str) -> None:
    tree = tree_with(tmp_path, "core/a.py", "from .b import y\nx = 1")
    (tree / "core/b.py").write_text(back, encoding="utf-8")
    (tree / "core/c.py").write_text("from .a import x", encoding="utf-8")
    (tree / "core/__init__.py").write_text("from .a import x", encoding="utf-8")
    found = house.broken_circles(tree)
    assert len(found) == 1 and "core/a.py" in found[0] and "core/b.py" in found[0]


def test_files_that_share_others_are_no_circle(tmp_path: Path) -> None:
    tree = tree_with(tmp_path, "core/a.py", "from .b import y\nfrom . import c\nimport a")
    (tree / "core/b.py").write_text("from .c import z\nfrom .._version import __version__", encoding="utf-8")
    (tree / "core/c.py").write_text("z = 1", encoding="utf-8")
    # a name of the package, and a module in it: the second does not pass through the first's file
    (tree / "core/__init__.py").write_text("from .a import c", encoding="utf-8")
    (tree / "methods/a.py").write_text("from ..core.a import b\nfrom ..core import c", encoding="utf-8")
    assert house.broken_circles(tree) == []


def test_a_wide_folder_and_a_long_module_are_found(tmp_path: Path) -> None:
    tree = tree_with(tmp_path, "core/a.py", "x = 1\n" * house.LONGEST)
    for place in range(house.WIDEST - 1):
        (tree / f"core/b{place}.py").touch()
    (tree / "core/deep").mkdir()
    (tree / "core/deep/a.py").touch()
    assert house.too_wide(tree) == [] and house.too_long(tree) == []
    (tree / "core/c.py").write_text("x = 1\n" * (house.LONGEST + 1), encoding="utf-8")
    assert house.too_wide(tree) == ["core/ holds 21 modules"] and house.too_long(tree) == ["core/c.py has 401 lines"]


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
