"""Scores of many explanations: networks by methods, over many scenes."""

from __future__ import annotations

import csv
import html
import io
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..core.report import Report, part_of
from ..methods import checked
from ..methods.base import silent
from ..zoo.load import load
from .parts import check_served, explained
from .score import SCORES, check_scores, score

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """Scores of explanations. `rows` has one dict for each network, method and scene, with `network`, `method`, `scene`
    (its number), `target` and every score; shown are the means over the scenes.

    >>> import deepvis_widgets as dv
    >>> row = {"network": "net", "method": "cam", "scene": 0, "target": "wolf", "mass": 0.5}
    >>> dv.ScoreTable([row], ("mass",))
    network  method  scenes   mass
    net      cam          1  0.500
    """

    rows: list[Row]
    scores: tuple[str, ...]

    def means(self) -> list[Row]:
        """Returns one dict for each network and method: `network`, `method`, `scenes` (how many), and the mean of every
        score, without the scenes where it is nan.
        """
        groups: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows:
            groups.setdefault((row["network"], row["method"]), []).append(row)
        return [
            {"network": network, "method": method, "scenes": len(rows)}
            | {name: _mean([row[name] for row in rows]) for name in self.scores}
            for (network, method), rows in groups.items()
        ]

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str:
        """Returns all rows as CSV, also written to the file `path`."""
        text = io.StringIO()
        writer = csv.DictWriter(text, ["network", "method", "scene", "target", *self.scores], lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        if path is not None:
            Path(path).write_text(text.getvalue(), encoding="utf-8")
        return text.getvalue()

    def __str__(self) -> str:
        head, *lines = self._cells()
        widths = [max(map(len, column)) for column in zip(head, *lines, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) if place < 2 else cell.rjust(width) for place, (cell, width) in enumerate(row))
            for row in (list(zip(line, widths, strict=True)) for line in (head, *lines))
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, *lines = self._cells()
        rows = [_html_row(head, "th"), *(_html_row(line, "td") for line in lines)]
        return f"<table>{''.join(rows)}</table>"

    def _cells(self) -> list[list[str]]:
        columns = ["network", "method", "scenes", *self.scores]
        return [columns, *([_shown(row[name]) for name in columns] for row in self.means())]


def score_table(
    networks: Any,
    scenes: Any,
    methods: Any,
    *,
    scores: Sequence[str] = SCORES,
    target: int | str | None = None,
    quiet: bool = False,
    report: Report = silent,
) -> ScoreTable:
    """Returns the scores of every method on every network, over many scenes, with a progress bar unless `quiet`.

    `networks` is a Network or a list of them; `scenes` a list of embedded scenes, pictures, or pairs (picture, mask);
    `methods` a list of names, or of pairs (name, parameters). What is explained is the class `target` (None: each
    network's top class). Raises DeepvisError as `dv.score` does, and before it starts for a method that cannot serve a
    network.

    >>> import deepvis_widgets as dv
    >>> net, scenes = dv.load("husky-wolf"), [dv.scene("wolf", "snow", seed) for seed in range(2)]
    >>> table = dv.score_table(net, scenes, ["cam", "gradient"], scores=["mass"], quiet=True)
    >>> [(row["method"], row["scenes"]) for row in table.means()]
    [('cam', 2), ('gradient', 2)]
    """
    check_scores(scores)
    pictures = [_pair(scene) for scene in _listed(scenes)]
    asked = [(network, method) for network in _named_networks(networks) for method in _named_methods(methods)]
    for (_, network), (_, name, _) in asked:
        check_served(network, name)
    if not asked or not pictures:
        raise DeepvisError("There is nothing to score; give at least one network, one scene and one method.")
    jobs = [(*network, *method, number) for network, method in asked for number in range(len(pictures))]
    rows: list[Row] = []
    for done, (title, network, label, name, params, number) in enumerate(_with_bar(jobs, quiet)):
        picture, mask = pictures[number]
        channel = explained(network, network.view(picture), target)
        share = part_of(report, done / len(jobs), (done + 1) / len(jobs))
        numbers = score(network, picture, name, mask=mask, target=channel, scores=scores, report=share, **params)
        where = {"network": title, "method": label, "scene": number, "target": network.labels[channel]}
        rows.append(where | numbers)
    return ScoreTable(rows, tuple(scores))


def _listed(given: Any) -> list[Any]:
    """Returns a list of what may be one thing or several."""
    several = isinstance(given, Sequence) and not isinstance(given, str | bytes)
    return list(given) if several else [given]


def _named_networks(networks: Any) -> list[tuple[str, Network]]:
    """Returns (title, network); networks of one name are numbered."""
    found = [load(given) if isinstance(given, str) else checked(given) for given in _listed(networks)]
    names = [network.name for network in found]
    return [
        (name if names.count(name) == 1 else f"{name} {names[: place + 1].count(name)}", network)
        for place, (name, network) in enumerate(zip(names, found, strict=True))
    ]


def _named_methods(methods: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Returns (title, name, parameters); the title says the parameters that were given."""
    found = []
    for given in [methods] if _with_params(methods) else _listed(methods):
        if not isinstance(given, str) and not _with_params(given):
            raise DeepvisError(f"{given!r} is no method; accepted: a name, or a pair (name, parameters).")
        name, params = (given, {}) if isinstance(given, str) else given
        said = ", ".join(f"{key}={value}" for key, value in params.items())
        found.append((f"{name} ({said})" if said else name, name, params))
    return found


def _with_params(given: Any) -> bool:
    return isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], dict)


def _pair(scene: Any) -> tuple[Any, Any]:
    """Returns (picture, mask or None) of a scene, a picture, or such a pair."""
    return scene if isinstance(scene, tuple) else (scene, None)


def _with_bar(jobs: list[Any], quiet: bool) -> Iterable[Any]:
    from tqdm.auto import tqdm  # a bar of the notebook where there is one

    return tqdm(jobs, desc="scoring", disable=quiet)  # type: ignore[no-any-return]


def _mean(values: list[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def _shown(cell: Any) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return "-" if math.isnan(cell) else f"{cell:.3f}"


def _html_row(cells: list[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"
