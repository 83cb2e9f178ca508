"""`explain`: maps of many pictures by several methods, a table and a page, made in one go or bit by bit."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from ..core.errors import DeepvisError, sentence
from ..core.network.network import Network
from ..core.results import HeatMap
from .command import AS_IT_IS, DONE, SOME_FAILED, add_network, class_of, network_of, progress, tell
from .maps import Row, read_row, write_map
from .pictures import Found, found_pictures
from .report import Page, Table, whole_text

EXAMPLES = """examples:
  python -m deepvis_widgets explain --model husky-wolf --images photos --out maps
  python -m deepvis_widgets explain --model resnet18 --images a.jpg b.jpg --methods cam lrp --target tabby --out maps
  python -m deepvis_widgets explain --model net.onnx --images photos --methods lime --set lime.samples=300 --out maps

The folder gets maps/METHOD/PICTURE.png, table.csv and report.html. The same command goes on where it was stopped: a map
that is there, of the same picture, network, class and parameters, is not computed again.

exit codes: 0 all is done; 1 some pictures failed, and are listed; 2 the command is not understood or does not fit.
"""


@dataclass(frozen=True, eq=False)
class Task:
    """What is asked about every picture."""

    network: Network
    methods: Sequence[str]
    params: Mapping[str, Mapping[str, Any]]
    target: int | None
    out: Path


def add(commands: Any) -> None:
    """Adds the command and its options."""
    about = {"help": "maps of many pictures, a table and a page", "epilog": EXAMPLES, "formatter_class": AS_IT_IS}
    explain = commands.add_parser("explain", **about)
    add_network(explain)
    images = "pictures, or folders of them; their folders are searched too"
    explain.add_argument("--images", required=True, nargs="+", metavar="PATH", help=images)
    explain.add_argument(
        "--methods", nargs="+", metavar="NAME", help="such as cam, grad_cam, lrp; without it, the class map"
    )
    explain.add_argument("--target", help="a class, by label or number; without it, each picture's top class")
    settings = "a parameter, such as lrp.composite=epsilon; may be given again"
    explain.add_argument("--set", action="append", default=[], metavar="METHOD.NAME=VALUE", help=settings)
    explain.add_argument("--out", required=True, help="the folder for all of it")
    explain.set_defaults(run=explain_all)


def explain_all(chosen: argparse.Namespace) -> int:
    """Explains every picture, and says which failed."""
    task = _task(chosen)
    count = sum(1 for _ in found_pictures(chosen.images))
    if not count:
        raise DeepvisError(f"There is no picture in {', '.join(chosen.images)}.")
    _make(task.out)
    failed = 0
    words = f"{', '.join(task.methods)} of {task.network.name}: {count} pictures."
    with whole_text(task.out / "table.csv") as table, whole_text(task.out / "report.html") as page:
        rows, shown = Table(table), Page(page, task.out, task.network.name, words)
        for picture in progress(found_pictures(chosen.images), count, "picture"):
            for row in explained(task, picture):
                rows.write(row)
                shown.write(row)
                failed += bool(row.problem)
                tell([f"failed: {row.picture}, {row.method}: {row.problem}"] if row.problem else [])
        shown.end()
    print(f"{count} pictures, {count * len(task.methods) - failed} maps: {task.out / 'report.html'}")
    return SOME_FAILED if failed else DONE


def _task(chosen: argparse.Namespace) -> Task:
    """Everything that can be wrong with the question is found here, before the first picture."""
    from ..methods import method, serving
    from ..widgets.kit.arguments import as_params, default_method

    network = network_of(chosen)
    network.recordings.limit = 1  # the methods on one picture share its pass
    names = chosen.methods or [default_method(network)]
    for name in names:
        if not serving(name, network).picture:
            raise DeepvisError(f"{name} makes pictures of its own; accepted are methods that explain a given one.")
    params = as_params(_settings(chosen.set, names))
    for name in names:
        method(name).settings(network, params.get(name, {}))
    return Task(network, names, params, class_of(network, chosen.target), Path(chosen.out).expanduser())


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DeepvisError(f'The folder "{folder}" cannot be made ({error.strerror}); give --out another.') from None


def _settings(given: Sequence[str], methods: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for text in given:
        where, equals, value = text.partition("=")
        method, dot, name = where.partition(".")
        if not (equals and dot and method in methods):
            raise DeepvisError(f"--set {text} is not accepted; accepted is METHOD.NAME=VALUE, of {', '.join(methods)}.")
        found.setdefault(method, {})[name] = _value(value)
    return found


def _value(text: str) -> Any:
    """A number, true, false or none where it is one, else the text itself."""
    known = {"true": True, "false": False, "none": None}
    if text.lower() in known:
        return known[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def explained(task: Task, picture: Found) -> Iterator[Row]:
    """Yields a row for each method; a picture that cannot be read fails for all of them. Nothing of it is kept."""
    try:
        view = task.network.view(picture.path)
    except Exception as error:
        yield from (Row(picture.name, name, problem=sentence(error, "reading it")) for name in task.methods)
        return
    for name in task.methods:
        try:
            yield _row(task, picture, view, name)
        except Exception as error:  # one picture of thousands must not end the others
            yield Row(picture.name, name, problem=sentence(error, f"running {name}"))


def _row(task: Task, picture: Found, view: Tensor, name: str) -> Row:
    from ..engine.client import explanation_key
    from ..methods import explain

    params = task.params.get(name, {})
    question = explanation_key(task.network, view, name, task.target, params)
    place = f"maps/{name}/{picture.name}.png"
    known = read_row(task.out / place, question)
    if known is not None:
        return known
    found = explain(task.network, view, name, target=task.target, **params)
    if not isinstance(found, HeatMap):
        raise DeepvisError(f"{name} gives no map.")
    row = _told(task, picture, view, found, place, question)
    write_map(task.out / place, found.image(), row)
    return row


def _told(task: Task, picture: Found, view: Tensor, found: HeatMap, place: str, question: str) -> Row:
    network = task.network
    shares, top = network.bars(view), network.top(view)
    index = top if task.target is None else task.target
    low, high = (float(end) for end in (found.heatmap.min(), found.heatmap.max()))
    share, labels = float(shares[index]), network.labels
    return Row(picture.name, found.method, found.target, share, labels[top], low, high, place, question=question)
