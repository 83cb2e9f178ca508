"""The state of the house in figures: circles of files, wide folders, long files, lines.

Run it with `python -m tests.tools.house --tree FOLDER`, where FOLDER is a checkout (by default this one).
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.tools.imports import PACKAGE, circles, graph

CHECKOUT = Path(__file__).resolve().parents[2]
WIDEST = 20  # modules in one folder, its __init__ not counted
LONGEST = 400  # lines


def modules(root: Path) -> list[Path]:
    """Every file of the package that is no `__init__`."""
    return [path for path in sorted(root.rglob("*.py")) if path.name != "__init__.py"]


def widths(root: Path) -> Counter[str]:
    """Folder below the package → how many modules lie in it, not counting those of the folders in it."""
    return Counter(path.parent.relative_to(root).as_posix() for path in modules(root))


def lengths(folder: Path, pattern: str = "*.py") -> Counter[str]:
    """File → its lines."""
    files = folder.rglob(pattern)
    return Counter({path.relative_to(folder).as_posix(): len(path.read_text("utf-8").splitlines()) for path in files})


def broken_circles(root: Path) -> list[str]:
    """A sentence for each circle of files; imports for type checkers and inside functions count."""
    return [f"{len(group)} files import each other: {', '.join(group)}" for group in circles(graph(root))]


def too_wide(root: Path) -> list[str]:
    """A sentence for each folder with more than WIDEST modules."""
    return [f"{folder}/ holds {count} modules" for folder, count in widths(root).items() if count > WIDEST]


def too_long(root: Path) -> list[str]:
    """A sentence for each module with more than LONGEST lines."""
    return [f"{file} has {lines} lines" for file, lines in lengths(root).items() if lines > LONGEST]


def report(tree: Path) -> str:
    """The figures of a checkout, as text."""
    root = tree / PACKAGE
    python, typescript = lengths(root), lengths(tree / "js" / "src", "*.ts*")
    found = circles(graph(root))
    rows = [("circles of files", str(len(found)))]
    rows += [("", f"{len(group)}: {' '.join(group)}") for group in found]
    rows += [("widest folders", ", ".join(f"{folder} {count}" for folder, count in widths(root).most_common(3)))]
    rows += [("longest files", ", ".join(f"{file} {lines}" for file, lines in python.most_common(3)))]
    rows += [("modules", str(len(modules(root))))]
    rows += [("lines of Python", f"{python.total():,} in {PACKAGE}/, {lengths(tree / 'tests').total():,} in tests/")]
    rows += [("lines of TypeScript", f"{typescript.total():,} in js/src/ ({len(typescript)} files)")]
    return "\n".join(f"{name:20} {value}" for name, value in rows)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.house", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tree", type=Path, default=CHECKOUT, help="the checkout to look at")
    print(report(parser.parse_args(arguments).tree.resolve()))


if __name__ == "__main__":
    main()
