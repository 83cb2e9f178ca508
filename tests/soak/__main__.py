"""`python -m tests.soak [--minutes 30] [--events 10000] [--seed 0] [--only NAME ...]`: random use of every widget.

What is wrong is printed with the widget it was wrong in; the exit status is 1 then. Memory may grow by 50 MB from the
second time that all widgets were opened to the last.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.browser.harness import Console, NotebookPage
from tests.browser.harness.notebook import write_notebook
from tests.soak import MB
from tests.soak.cases import START, cells
from tests.soak.day import CHECKOUT, Day, Round
from tests.tools.screenshots import opened_page, running_server

GROWTH = 50 * MB
EACH = 40  # events with one widget


def rounds(day: Day, chosen: list[tuple[str, str]], events: int, until: float) -> list[list[Round]]:
    """Every widget in turn, again and again, until there were enough events or the time is over."""
    found: list[list[Round]] = []
    while True:
        found.append([])
        for name, code in chosen:
            if done(found) >= events or time.monotonic() > until:
                return found
            found[-1].append(day.use(name, code, EACH))
            print(found[-1][-1], flush=True)


def done(cycles: list[list[Round]]) -> int:
    """How many events there were."""
    return sum(one.events for cycle in cycles for one in cycle)


def grown(cycles: list[list[Round]]) -> int:
    """Bytes by which the kernel has grown since all widgets had been opened once."""
    whole = [cycle for cycle in cycles if len(cycle) == len(cycles[0])]
    return max(one.memory for one in whole[-1]) - max(one.memory for one in whole[0]) if len(whole) > 1 else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--shots", type=Path, help="a folder for a screenshot of each widget")
    asked = parser.parse_args()
    chosen = [cell for cell in cells() if not asked.only or cell[0] in asked.only]
    with running_server() as server, opened_page() as page:
        notebook = NotebookPage(page, Console(page), "doc")
        start = START.format(checkout=str(CHECKOUT))
        notebook.open(server, write_notebook(server.root, "day", [start, "w = None", "w"]))
        day = Day(notebook, asked.seed, asked.shots)
        cycles = rounds(day, chosen, asked.events, time.monotonic() + 60 * asked.minutes)
        touched = day.untouched()
    wrong = [text for cycle in cycles for one in cycle for text in one.wrong] + touched
    widgets = sum(map(len, cycles))
    print(f"{done(cycles)} events, {widgets} widgets, grown by {grown(cycles) / MB:.0f} MB, {len(wrong)} wrong")
    print(*touched, sep="\n")
    return int(bool(wrong) or grown(cycles) > GROWTH)


if __name__ == "__main__":
    sys.exit(main())
