"""The figures of the benchmarks, kept: results.json, a table in docs/speed.md, and a plot."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

import torch

from tests.benchmarks.rows import COST, FASTER, Row

HERE = Path(__file__).parent
TABLE = HERE.parents[1] / "docs" / "speed.md"
RESULTS, PLOT = HERE / "results.json", HERE / "results.svg"
MARKS = "<!-- benchmarks -->", "<!-- end of benchmarks -->"
TICKS = (0.2, 0.5, 1, 2, 5, 10, 20, 50)
PEERS = ("torch", "torchvision", "captum", "zennit", "lime", "grad-cam", "torchcam", "torch-lucent")


def keep(rows: Iterable[Row]) -> None:
    """Replace the kept figures of these parts on this kind of processor, and write the table and the plot anew."""
    here = processor()
    new = [replace(row, processor=here) for row in rows]
    measured = {row.part for row in new}
    everything = [row for row in kept() if row.part not in measured or row.processor not in ("", here)] + new
    RESULTS.write_text(json.dumps([asdict(row) for row in everything], indent=1, ensure_ascii=False) + "\n")
    everything.sort(key=lambda row: row.part)
    before, _, rest = TABLE.read_text().partition(MARKS[0])
    TABLE.write_text("".join([before, MARKS[0], "\n", table(everything), MARKS[1], rest.partition(MARKS[1])[2]]))
    plot([row for row in everything if row.processor in ("", here)])


def processor() -> str:
    """The kind of processor, by the instructions that PyTorch uses: "AVX2", say."""
    return torch.backends.cpu.get_cpu_capability()


def kept() -> list[Row]:
    """The figures of the last run."""
    return [Row(**row) for row in json.loads(RESULTS.read_text())] if RESULTS.exists() else []


def machine() -> str:
    """One line: processor, cores, versions."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", info.read_text()) if info.exists() else None
    processor = found.group(1) if found else platform.processor()
    versions = ", ".join(f"{name} {_version(name)}" for name in PEERS)
    return f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}"


def _version(name: str) -> str:
    try:
        return version(name).partition("+")[0]
    except ModuleNotFoundError:
        return "not installed"


def table(rows: Iterable[Row]) -> str:
    """The figures as a Markdown table, a column for each kind of processor, with the machine under it."""
    figures: dict[tuple[str, str, str, str], dict[str, Row]] = {}
    for row in rows:
        figures.setdefault((row.part, row.what, row.unit, row.against), {})[row.processor] = row
    kinds = sorted({kind for found in figures.values() for kind in found})
    lines = [
        "| | " + " | ".join(kind or "kind not noted" for kind in kinds) + " | goal |",
        "|---|" + "---|" * (len(kinds) + 1),
    ]
    for (part, what, *_), found in figures.items():
        cells = [_cell(found[kind]) if kind in found else "" for kind in kinds]
        lines.append(f"| {part}: {what} | {' | '.join(cells)} | {next(iter(found.values())).hoped} |")
    return "\n".join([*lines, "", f"Measured by `make bench` on {machine()}.", ""])


def _cell(row: Row) -> str:
    return row.said + {None: "", True: ": met", False: ": not met"}[row.met]


def plot(rows: Iterable[Row]) -> None:
    """Every ratio as a bar, with a tick at its goal; faster is to the right."""
    from matplotlib.figure import Figure

    ratios = [row for row in rows if row.unit in (FASTER, COST)][::-1]
    figure = Figure(figsize=(9, 1 + 0.26 * len(ratios)), layout="constrained")
    axes = figure.subplots()
    for place, row in enumerate(ratios):
        speed = _speed(row, row.value)
        axes.barh(place, speed - 1, left=1, height=0.7, color="#0072b2" if row.met is not False else "#b0b0b0")
        if row.goal is not None:
            axes.plot([_speed(row, row.goal)] * 2, [place - 0.4, place + 0.4], color="black", linewidth=2)
    axes.set(xscale="log", yticks=range(len(ratios)), ylim=(-0.6, len(ratios) - 0.4))
    axes.set_yticklabels([f"{row.part}: {row.what} / {row.against}" for row in ratios], fontsize=7)
    axes.set_xlabel("times as fast; ticks are goals, grey bars miss theirs")
    axes.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
    axes.minorticks_off()
    axes.axvline(1, color="black", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(PLOT, metadata={"Date": None})


def _speed(row: Row, value: float) -> float:
    return value if row.unit == FASTER else 1 / max(value, 1e-9)
