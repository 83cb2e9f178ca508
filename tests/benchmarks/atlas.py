"""What an atlas costs beside decoding and a bare pass of the same pictures, and its memory over few and many."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import deepvis_widgets as dv
from deepvis_widgets.atlas.builder.plan import Plan, make_plan
from deepvis_widgets.atlas.builder.scan import scan
from tests.benchmarks.rows import COST, Row

ROUNDS = {"squeezenet1_1": 7, "resnet18": 5, "resnet50": 3}
PICTURES = 64
MEMORY = """
import resource, sys
from pathlib import Path
import deepvis_widgets as dv
dv.Atlas.build("husky-wolf", sys.argv[1], sys.argv[2], workers=0, shard=64, quiet=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def draw(folder: Path, count: int, size: int) -> Path:
    """Smooth random photographs, as JPEG files."""
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(count):
        coarse = Image.fromarray(random.integers(0, 256, (12, 12, 3), dtype=np.uint8))
        coarse.resize((size, size), Image.Resampling.BICUBIC).save(folder / f"{number:05}.jpg")
    return folder


def bare(net: dv.Network, plan: Plan, sources: list[str]) -> None:
    """Decode and pass, and look at nothing."""
    for start in range(0, len(sources), plan.batch):
        views = torch.stack([net.view(source) for source in sources[start : start + plan.batch]])
        with torch.inference_mode():
            net.module(net.feed(views))


def timed(function, *arguments) -> float:
    began = time.process_time()  # of this process: others on the machine count little
    function(*arguments)
    return time.process_time() - began


def rate(folder: Path) -> Iterator[Row]:
    sources = [str(path) for path in sorted(folder.iterdir())]
    for name, rounds in ROUNDS.items():
        net = dv.load(name, weights="random")
        plan = make_plan(net, 5000, 9, None, 16, 64)
        bare(net, plan, sources[: plan.batch])
        scan(net, plan, sources[: plan.batch], 0)
        pairs = [(timed(bare, net, plan, sources), timed(scan, net, plan, sources, 0)) for _ in range(rounds)]
        ratio = statistics.median(scanned / plain for plain, scanned in pairs)
        units = sum(net.layers[layer].channels for layer in plan.layers)
        yield Row("Atlas", f"scan of {units:,} units, {name}", ratio, COST, "decoding and a bare pass", 1.1)
        each = statistics.median(scanned for _, scanned in pairs) / len(sources)
        yield Row("Atlas", f"scan, {name}, one core", each * 1000, "ms a picture")


def memory(place: Path) -> Iterator[Row]:
    for count in (200, 5000):
        folder = draw(place / f"small-{count}", count, 64)
        command = [sys.executable, "-c", MEMORY, str(folder), str(place / f"out-{count}")]
        peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]
        yield Row("Atlas", f"peak memory over {count:,} pictures", float(peak), "MB")


def rows() -> Iterator[Row]:
    """The rate on three networks, and the memory."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with tempfile.TemporaryDirectory() as place:
            yield from rate(draw(Path(place) / "photos", PICTURES, 256))
            yield from memory(Path(place))
    finally:
        torch.set_num_threads(before)
