"""Which file of the package imports which, read from the files without importing them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "deepvis_widgets"
Parts = tuple[str, ...]  # the dotted parts of a module below the package, such as ("methods", "lrp")
Graph = dict[str, set[str]]  # file → the files it imports, as paths below the package


def sources(root: Path) -> Iterator[tuple[str, Parts, ast.Module]]:
    """(path below the package, its dotted parts, syntax tree) of every file."""
    for path in sorted(root.rglob("*.py")):
        below = path.relative_to(root)
        yield below.as_posix(), below.with_suffix("").parts, ast.parse(path.read_text(encoding="utf-8"))


def own_imports(tree: ast.AST, parts: Parts, root: Path) -> Iterator[tuple[int, Parts]]:
    """(line, dotted parts below the package) of every module a file imports from the package, in any spelling, also
    inside functions and for type checkers. `from ..methods import lrp` imports methods.lrp where that is a module, and
    else methods, whose `__init__` holds the name.

    `parts` is the importing file's own place, such as ("methods", "lrp") or ("methods", "__init__").
    """
    for node in ast.walk(tree):
        found = dict.fromkeys(_below(name, root) for name in _imported(node, parts))
        yield from ((node.lineno, module) for module in found if module is not None)  # type: ignore[attr-defined]


def _imported(node: ast.AST, parts: Parts) -> list[str]:
    """The absolute dotted names that a node imports, each with the name that is taken from it."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{_from_module(node, parts)}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and _called_name(node) in ("import_module", "__import__"):
        return [a.value for a in node.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return []


def _from_module(node: ast.ImportFrom, parts: Parts) -> str:
    """The absolute name of the module a `from ... import` reads."""
    if not node.level:
        return node.module or ""
    base = (PACKAGE, *parts)[: -node.level]
    return ".".join([*base, *([node.module] if node.module else [])])


def _called_name(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _below(name: str, root: Path) -> Parts | None:
    """The module that an absolute dotted name means, without what is taken from it; None outside the package."""
    first, *rest = name.split(".")
    if first != PACKAGE:
        return None
    parts = tuple(rest)
    # a module that is not there (it has moved, or is made up) counts as itself: its floor is known all the same
    return parts[:-1] if parts and not _is_module(root, parts) and _is_module(root, parts[:-1]) else parts


def _is_module(root: Path, parts: Parts) -> bool:
    place = root.joinpath(*parts)
    return place.is_dir() or bool(parts) and place.with_suffix(".py").is_file()


def graph(root: Path) -> Graph:
    """Which file imports which. A package stands for its `__init__`, and is not passed through on the way to a module
    in it: `from ..methods.lrp import x` points at methods/lrp.py alone.
    """
    edges = {
        path: {_file(root, module) for _, module in own_imports(tree, parts, root)}
        for path, parts, tree in sources(root)
    }
    return {path: {other for other in others if other in edges and other != path} for path, others in edges.items()}


def _file(root: Path, parts: Parts) -> str:
    place = root.joinpath(*parts)
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return file.relative_to(root).as_posix()


def circles(edges: Graph) -> list[list[str]]:
    """Groups of files that all import each other, directly or by way of others; the largest first.

    The strongly connected components of more than one file (Tarjan 1972).
    """
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []

    def visit(file: str) -> None:
        number[file] = low[file] = len(number)
        path.append(file)
        for other in sorted(edges[file]):
            if other not in number:
                visit(other)
                low[file] = min(low[file], low[other])
            elif other in path:
                low[file] = min(low[file], number[other])
        if low[file] == number[file]:
            place = path.index(file)
            found.append(sorted(path[place:]))
            del path[place:]

    for file in sorted(edges):
        if file not in number:
            visit(file)
    return sorted((group for group in found if len(group) > 1), key=lambda group: (-len(group), group))
