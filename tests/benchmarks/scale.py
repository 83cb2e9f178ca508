"""`python -m tests.benchmarks.scale [--pictures 20000] [--workers 1 2 4] --out FOLDER`: an atlas of many pictures.

Builds one of an embedded network with so many Dask workers on this machine, and prints what each build cost in
processor time beside what a scan of a few of the pictures predicts, and the workers' memory early and late;
FOLDER/memory-N.csv has it every second.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
import torch
from PIL import ImageEnhance

import deepvis_widgets as dv
from deepvis_widgets.atlas.builder.plan import make_plan
from deepvis_widgets.atlas.builder.scan import scan
from deepvis_widgets.zoo.scenes import BACKGROUNDS, CLASSES

NETWORK = "husky-wolf"
SCENES = 120  # are drawn; the pictures are parts of these
SAMPLE = 512  # pictures that the prediction is made from
MB = 2**20


def draw(folder: Path, count: int, size: int = 96) -> Path:
    """Parts of scenes, turned and brightened at random, as JPEG files; a folder that has them all stays."""
    folder.mkdir(parents=True, exist_ok=True)
    if len(list(folder.iterdir())) == count:
        return folder
    chance = np.random.default_rng(0)
    kinds = [(label, background) for label in CLASSES for background in BACKGROUNDS]
    scenes = [dv.scene(*kinds[number % len(kinds)], number).image for number in range(SCENES)]
    for number in range(count):
        whole = scenes[int(chance.integers(SCENES))]
        left, top = (int(chance.integers(whole.width - size + 1)) for _ in range(2))
        part = whole.crop((left, top, left + size, top + size)).rotate(float(chance.uniform(-20, 20)))
        ImageEnhance.Brightness(part).enhance(float(chance.uniform(0.6, 1.4))).save(folder / f"{number:06}.jpg")
    return folder


def predicted(folder: Path, count: int) -> float:
    """Processor seconds of a picture, from a scan of some of them in this process."""
    net = dv.load(NETWORK)
    plan = make_plan(net, count, 9, None, 16, None)
    torch.set_num_threads(1)
    some = [str(path) for path in sorted(folder.iterdir())[:SAMPLE]]
    scan(net, plan, some[: plan.batch], 0)
    began = time.process_time()
    scan(net, plan, some, 0)
    return (time.process_time() - began) / len(some)


@dataclass
class Watch:
    """What some processes hold and have used: (seconds, number of the process, MB) every second."""

    processes: list[psutil.Process]
    samples: list[tuple[float, int, float]] = field(default_factory=list)

    def used(self) -> float:
        """Processor seconds."""
        return sum(sum(process.cpu_times()[:2]) for process in self.processes)

    def moved(self) -> int:
        """Bytes that were read and written through the system."""
        return sum(counters[4] + counters[5] for counters in (process.io_counters() for process in self.processes))

    @contextmanager
    def sampling(self) -> Iterator[None]:
        ended, began = threading.Event(), time.monotonic()

        def sample() -> None:
            while not ended.wait(1):
                for number, process in enumerate(self.processes):
                    memory = process.memory_info().rss / MB
                    self.samples.append((round(time.monotonic() - began, 1), number, round(memory, 1)))

        thread = threading.Thread(target=sample)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def largest(self, low: float, high: float) -> float:
        """MB of the largest process between two parts of the time."""
        last = self.samples[-1][0]
        return max(memory for at, _, memory in self.samples if low * last <= at <= high * last)


def build(folder: Path, out: Path, workers: int) -> tuple[Watch, str]:
    import distributed

    options = {"processes": True, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    shutil.rmtree(out, ignore_errors=True)
    with (
        distributed.LocalCluster(n_workers=workers, local_directory=str(out.parent / "dask"), **options) as cluster,
        distributed.Client(cluster) as client,
    ):
        ids = client.run(lambda dask_worker: __import__("os").getpid()).values()
        watch = Watch([psutil.Process(), *map(psutil.Process, ids)])
        used, moved, began = watch.used(), watch.moved(), time.monotonic()
        with watch.sampling():
            dv.Atlas.build(NETWORK, folder, out, cluster=client, quiet=True)
        used, moved, took = watch.used() - used, watch.moved() - moved, time.monotonic() - began
    count = len(list(folder.iterdir()))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(out.iterdir()))).hexdigest()[:12]
    return watch, (
        f"{workers} workers, {count:,} pictures: {took:.0f} s, {used:.0f} processor seconds, {used / count * 1000:.2f} "
        f"ms of a processor a picture, {count / used:.0f} pictures a processor-second, {count / took:.0f} a second; "
        f"largest process {watch.largest(0.1, 0.3):.0f} MB early, {watch.largest(0.7, 1):.0f} MB late; "
        f"{moved / MB:.0f} MB through files and pipes; {digest}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale", description=__doc__)
    parser.add_argument("--pictures", type=int, default=20_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    folder = draw(asked.out / f"pictures-{asked.pictures}", asked.pictures)
    each = predicted(folder, asked.pictures)
    print(f"predicted: {each * 1000:.2f} ms of a processor a picture", flush=True)
    for workers in asked.workers:
        watch, said = build(folder, asked.out / f"atlas-{workers}", workers)
        with (asked.out / f"memory-{asked.pictures}-{workers}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("seconds", "process", "MB"), *watch.samples])
        print(said, flush=True)


if __name__ == "__main__":
    main()
