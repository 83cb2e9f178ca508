"""`python -m tests.benchmarks [PART ...]`: measure, print the figures, and keep them in docs/speed.md.

A part is a module of this package with `rows()`: an iterator over the figures it measures, one after the other.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from tests.benchmarks.report import keep, machine
from tests.benchmarks.rows import Row

NOT_PARTS = {"__init__", "__main__", "rows", "report"}


def parts() -> list[str]:
    """Names of the parts there are."""
    return sorted(file.stem for file in Path(__file__).parent.glob("*.py") if file.stem not in NOT_PARTS)


def measured(name: str) -> Iterator[Row]:
    """Every figure of a part, printed as it comes."""
    for row in import_module(f"tests.benchmarks.{name}").rows():
        verdict = {None: "", True: "met", False: "NOT MET"}[row.met]
        print(f"{row.part:24} {row.what:48} {row.said:36} {row.hoped:8} {verdict}", flush=True)
        yield row


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*parts(), []], help="which to measure; all by default")
    parser.add_argument("--dry", action="store_true", help="print only, keep nothing")
    chosen = parser.parse_args()
    print(machine())
    for name in chosen.parts or parts():
        rows = list(measured(name))
        if not chosen.dry:
            keep(rows)


if __name__ == "__main__":
    main()
