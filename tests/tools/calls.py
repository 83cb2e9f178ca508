"""How often the program changes from file to file while the Explorer answers: a step of a drag, a click, a map by LRP.

Run it with `python -m tests.tools.calls --tree FOLDER`, where FOLDER is a checkout (by default this one). Every call
and every return from one file of the package into another is a change, and an entry of the second file; libraries
between the two do not count. Inside a pass or a method there is arithmetic, and not the talk of the widget's parts: the
figures called "outside" stop at the first file in INSIDE.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from tests.tools.imports import PACKAGE

CHECKOUT = Path(__file__).resolve().parents[2]
BEFORE = ("moving", "keys", "sizes", "weights")  # files of engine/ that have moved to core/ and passes/
INSIDE = ("core/", "passes/", "methods/", "zoo/", *(f"engine/{name}.py" for name in BEFORE))
LOOKS = 3  # at each act; the one with the fewest changes counts, as a thread that is woken for nothing adds some
WARM_UP = 4  # times each act is done before it is looked at
REST = 1.0  # s; after a pause a step of a drag is answered whole, and not in two parts
PATIENCE = 100  # s


@dataclass
class Trail:
    """What one thread did during one act."""

    files: set[str] = field(default_factory=set)  # that it entered
    all_entries: Counter[str] = field(default_factory=Counter)  # file → changes into it
    entries: Counter[str] = field(default_factory=Counter)  # the same outside INSIDE
    depth: int = 0  # of calls of files in INSIDE that are under way

    def called(self, file: str, caller: str | None) -> None:
        """A file is called, by another or by itself; the caller is None where the package is entered."""
        self.files.add(file)
        self._change(caller, file)
        self.depth += file.startswith(INSIDE)

    def returned(self, file: str, caller: str | None) -> None:
        """The call ends."""
        self.depth -= file.startswith(INSIDE)
        self._change(file, caller)

    def _change(self, before: str | None, after: str | None) -> None:
        if before is not None and after is not None and before != after:
            self.all_entries[after] += 1
            self.entries[after] += not self.depth


Trails = tuple[Trail, Trail]  # of the main thread, and of the worker


class Tracer:
    """Follows every thread that is started after it, and the one that starts it, whenever it is told to look."""

    def __init__(self, root: Path) -> None:
        self._root = f"{root}/"
        self._main = threading.get_ident()
        self.trails: dict[bool, Trail] = {}  # by whether the thread is the main one
        threading.setprofile(self._seen)
        sys.setprofile(self._seen)

    def stop(self) -> None:
        """Follow nothing more."""
        threading.setprofile(None)
        sys.setprofile(None)
        self.trails = {}

    def look(self, act: Callable[[], object], idle: Callable[[], object]) -> Trails:
        """What the main thread does during the act, and what the worker does until all is idle."""
        main, worker = Trail(), Trail()
        self.trails = {True: main, False: worker}
        act()
        self.trails = {False: worker}
        idle()
        self.trails = {}
        return main, worker

    def _seen(self, frame: FrameType, event: str, _: object) -> None:
        trail = self.trails and self.trails.get(threading.get_ident() == self._main)
        if not trail or event not in ("call", "return"):
            return
        file = self._file(frame)
        if file is not None:
            (trail.called if event == "call" else trail.returned)(file, self._caller(frame))

    def _caller(self, frame: FrameType) -> str | None:
        """The file of the package that the call came from, by way of whatever libraries."""
        above = frame.f_back
        while above is not None:
            file = self._file(above)
            if file is not None:
                return file
            above = above.f_back
        return None

    def _file(self, frame: FrameType) -> str | None:
        name = frame.f_code.co_filename
        return name[len(self._root) :] if name.startswith(self._root) else None


class Acts:
    """An Explorer without a browser, and what is done to it; each act may be done again and again."""

    def __init__(self, tree: Path) -> None:
        import deepvis_widgets as dv
        from deepvis_widgets.engine.engine import Engine

        assert dv.__file__ == f"{tree / PACKAGE}/__init__.py", f"{dv.__file__} is not of the tree"
        self.explorer = dv.Explorer()
        self._engine = Engine.of(self.explorer.network)
        self._seq = 0

    def all(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """(name, act); what an act needs is made ready before it is given."""
        yield "drag", self.drag
        yield "click on a unit", self.click
        yield "map by LRP", self.lrp

    def idle(self) -> None:
        """Wait until nothing is computed."""
        assert self._engine.idle(PATIENCE)

    def ready(self) -> None:
        """Make the next act one that changes something."""
        self.explorer.method = "cam"
        self.idle()
        time.sleep(REST)

    def drag(self) -> None:
        """The occluder is at another place, and the button still down: the frame that the browser sends."""
        self._seq += 1
        meta = {"box": [2 + self._seq, 3, 16, 16], "final": False}
        self.explorer._handle_custom_msg({"kind": "stage/occluder", "seq": self._seq, "meta": meta, "arrays": []}, [])

    def click(self) -> None:
        """Another unit is selected in the grid."""
        self.explorer.set_state({"unit": self.explorer.unit + 1})

    def lrp(self) -> None:
        """Another method is drawn over the picture."""
        self.explorer.method = "lrp"

    def close(self) -> None:
        """End the thread."""
        self.explorer.close()


def rows(tree: Path) -> Iterator[Sequence[str]]:
    """The lines of the table: one for each act and thread, and one for both threads together."""
    sys.path.insert(0, str(tree))
    tracer = Tracer(tree / PACKAGE)
    acts = Acts(tree)
    acts.idle()
    for name, act in acts.all():
        for _ in range(WARM_UP):
            acts.ready()
            act()
            acts.idle()
        main, worker = min((looked(tracer, acts, act) for _ in range(LOOKS)), key=_changes)
        yield _row(name, "main", main)
        yield _row("", "worker", worker)
        yield "", "both", str(len(main.files | worker.files)), "", "", ""
    tracer.stop()
    acts.close()


def looked(tracer: Tracer, acts: Acts, act: Callable[[], None]) -> Trails:
    """What main thread and worker do in one act."""
    acts.ready()
    return tracer.look(act, acts.idle)


def _changes(trails: Trails) -> int:
    return sum(trail.all_entries.total() for trail in trails)


def _row(name: str, thread: str, trail: Trail) -> Sequence[str]:
    hub, entries = max(trail.entries.items(), key=lambda item: (item[1], item[0]), default=("nothing", 0))
    counts = (len(trail.files), trail.all_entries.total(), trail.entries.total())
    return name, thread, *map(str, counts), f"{entries} {hub}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.calls", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--tree", type=Path, default=CHECKOUT, help="the checkout to look at")
    tree = parser.parse_args(arguments).tree.resolve()
    line = "{:16} {:7} {:>6} {:>8} {:>8}  {}"
    print(line.format("", "thread", "files", "changes", "outside", "most entered outside"))
    for row in rows(tree):
        print(line.format(*row))


if __name__ == "__main__":
    main()
