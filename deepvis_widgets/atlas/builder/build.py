"""Building an atlas: scan, merge, draw, store. Whatever is finished stays, and is used when the build begins again."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..._version import __version__
from ...core.content_key import content_key
from ...core.errors import DeepvisError
from ...core.network.network import Network
from ...core.report import Report
from ...core.threads import one_thread
from ...core.weights_key import network_key
from ...core.whole_file import sync_folder
from .. import tiles
from ..files import FORMAT, INDEX, locked, read_checked
from ..images import Images
from . import store, top_lists
from .executors import open_executor
from .partial import Partial
from .plan import Plan
from .task_graph import Executor, Task, run
from .tasks import Job, draw_crops, draw_patterns, merge_parts, read_part, scan_shard
from .transport import pack, unpack

JOB, ATLAS = "job.json", "atlas"
PICTURES_PER_TASK, CHANNELS_PER_TASK = 4, 8
SCAN_SHARE = 0.9  # of the progress reported, where pictures are drawn too
Done = Callable[[str, Any], None]


class Build:
    """One build of an atlas of `network` over `images` into the folder `out`; see Atlas.build for the arguments."""

    def __init__(
        self,
        network: Network,
        images: Images,
        out: Path,
        plan: Plan,
        *,
        pictures: bool,
        patterns: int,
        keep: bool,
        overwrite: bool,
    ) -> None:
        self.network, self.images, self.out, self.plan = network, images, out, plan
        self.pictures, self.patterns, self.keep = pictures, patterns, keep
        self.key = network_key(network)
        self.overwrite = overwrite
        _check_place(out, overwrite)
        self.folder = out.with_name(f"{out.name}.part")

    def run(self, workers: int, cluster: Any, quiet: bool, report: Report) -> None:
        """Builds with so many workers, or a Dask client. Raises DeepvisError while another build of the same folder
        runs, and where the disk takes no more.
        """
        try:
            self._run_locked(workers, cluster, quiet, report)
        except (OSError, sqlite3.OperationalError) as error:
            raise DeepvisError(
                f'The atlas could not be written into "{self.out}" ({error}); what is finished stays, and the '
                "build goes on from there when it is started again."
            ) from error

    def _run_locked(self, workers: int, cluster: Any, quiet: bool, report: Report) -> None:
        self.out.parent.mkdir(parents=True, exist_ok=True)
        busy = f'Another build into "{self.out}" is running; wait for it, or give out= another folder.'
        with locked(self.out.with_name(f"{self.out.name}.lock"), busy):
            _check_place(self.out, self.overwrite)
            self._run(workers, cluster, quiet, report)

    def _run(self, workers: int, cluster: Any, quiet: bool, report: Report) -> None:
        self._begin()
        job = Job(pack(self.network, self.folder), self.plan, str(self.folder))
        try:
            with open_executor(workers, cluster) as executor:
                found = self._scan(job, executor, quiet, report)
                drawn = self._draw(job, executor, found, quiet, report)
        finally:
            unpack.cache_clear()
        self._store(found, drawn)
        report(1.0)

    # --- the folder ---

    def _begin(self) -> None:
        """Makes the folder ready, with what an interrupted build of the very same atlas left there, and nothing
        else.
        """
        settings = asdict(self.plan), self.pictures, self.patterns, self.keep
        key = content_key(FORMAT, self.key, settings, self.images.key())
        job = self.folder / JOB
        if self.folder.exists() and not job.exists() and any(self.folder.iterdir()):
            raise DeepvisError(f'"{self.folder}" is in the way; move it, or build into another folder.')
        if job.exists() and _read_key(job) != key:
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in self.folder.glob("*.new"):
            name.unlink()
        job.write_text(json.dumps({"key": key}), encoding="utf-8")

    # --- scanning ---

    def _scan(self, job: Job, executor: Executor, quiet: bool, report: Report) -> Partial:
        """Returns what is known of all units after all pictures."""
        merged = [_merged(block) for block in range(len(self.plan.blocks))]
        missing = [block for block, name in enumerate(merged) if read_checked(job.file(name)) is None]
        scans = dict(self._scan_tasks(job, missing)) if missing else {}
        merges = {merged[block]: self._merge_task(job, merged[block], block, tuple(scans)) for block in missing}
        share = SCAN_SHARE if self.pictures or self.patterns else 1.0
        progress = _Progress("scanning", "picture", self.plan.count, 0, share, report)
        _run(job, {**scans, **merges}, executor, quiet, progress)
        return Partial.joined([read_part(job.file(name)) for name in merged])

    def _scan_tasks(self, job: Job, blocks: Sequence[int]) -> Iterator[tuple[str, Task]]:
        """Yields what is missing for these blocks of units."""
        for shard in range(self.plan.shards):
            names = {block: _part(shard, block) for block in blocks}
            if any(read_checked(job.file(name)) is None for name in names.values()):
                sources = self.images.sources(*self.plan.pictures(shard))
                yield names[blocks[0]], Task(scan_shard, (job, names, sources, shard))

    def _merge_task(self, job: Job, name: str, block: int, needs: tuple[str, ...]) -> Task:
        parts = [_part(shard, block) for shard in range(self.plan.shards)]
        return Task(merge_parts, (job, name, parts), needs)

    # --- drawing ---

    def _draw(self, job: Job, executor: Executor, found: Partial, quiet: bool, report: Report) -> list[Path]:
        """Returns the files of tiles, in a fixed order."""
        crops = dict(self._crop_tasks(job, found)) if self.pictures else {}
        patterns = dict(self._pattern_tasks(job)) if self.patterns else {}
        tasks = {**crops, **patterns}
        if tasks:
            missing = {name: task for name, task in tasks.items() if read_checked(job.file(name)) is None}
            work = sum(_work(task) for task in tasks.values())
            _run(job, missing, executor, quiet, _Progress("drawing", "tile", work, SCAN_SHARE, 1.0, report))
        return [job.file(name) for name in tasks]

    def _crop_tasks(self, job: Job, found: Partial) -> Iterator[tuple[str, Task]]:
        numbers, rows = _by_picture(self.network, self.plan, found)
        for start in range(0, len(numbers), PICTURES_PER_TASK):
            some = slice(start, start + PICTURES_PER_TASK)
            name = f"crops-{start:09}.part"
            sources = [self.images.source(number) for number in numbers[some]]
            yield name, Task(draw_crops, (job, name, sources, rows[some]))

    def _pattern_tasks(self, job: Job) -> Iterator[tuple[str, Task]]:
        for number, layer in enumerate(self.plan.layers):
            channels = range(self.network.layers[layer].channels)
            for start in range(0, len(channels), CHANNELS_PER_TASK):
                name = f"patterns-{number:04}-{start:06}.part"
                some = channels[start : start + CHANNELS_PER_TASK]
                yield name, Task(draw_patterns, (job, name, number, list(some), self.patterns))

    # --- storing ---

    def _store(self, found: Partial, drawn: Sequence[Path]) -> None:
        made = self.folder / ATLAS
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
        all_tiles = (tile for file in drawn for tile in tiles.from_bytes(_present(file)))
        with one_thread():
            store.write(
                made, self.network, self.plan.layers, self.images, found, all_tiles, self._about(found), self.keep
            )
        _put(made, self.out)
        shutil.rmtree(self.folder)

    def _about(self, found: Partial) -> dict[str, Any]:
        return {
            "made by": f"deepvis_widgets {__version__}",
            "network": self.network.name,
            "weights": self.key,
            "size": json.dumps(self.network.size),
            "labels": json.dumps(self.network.labels),
            "folder": None if self.keep or self.images.folder is None else str(self.images.folder),
            "pictures": self.plan.count - len(found.problems),
            "top": self.plan.top,
            "positions": self.plan.positions,
        }


class _Progress:
    """A bar with rate and remaining time, and a report for whoever waits in a program."""

    def __init__(self, doing: str, unit: str, total: int, low: float, high: float, report: Report) -> None:
        self.doing, self.unit, self.total = doing, unit, total
        self.low, self.high, self.report = low, high, report
        self.done = 0

    @property
    def fraction(self) -> float:
        return self.low + (self.high - self.low) * self.done / max(1, self.total)


def _run(job: Job, tasks: dict[str, Task], executor: Executor, quiet: bool, progress: _Progress) -> None:
    from tqdm.auto import tqdm

    progress.done = progress.total - sum(_work(task) for task in tasks.values())
    with tqdm(
        total=progress.total, initial=progress.done, desc=progress.doing, unit=f" {progress.unit}", disable=quiet
    ) as bar:

        def done(name: str, count: Any) -> None:
            if not job.file(name).exists():
                raise DeepvisError(
                    f'The workers do not write into "{job.folder}"; build into a folder on a disk that they share.'
                )
            progress.done += count
            bar.update(count)

        run(tasks, executor, done, lambda: progress.report(progress.fraction))


def _work(task: Task) -> int:
    """Returns how many steps of the progress bar a task is."""
    if task.function is scan_shard:
        return len(task.arguments[2])
    if task.function is draw_crops:
        return sum(map(len, task.arguments[3]))
    return len(task.arguments[3]) if task.function is draw_patterns else 0


def _by_picture(network: Network, plan: Plan, found: Partial) -> tuple[list[int], list[np.ndarray]]:
    """Returns the pictures that are among anybody's strongest, and for each the rows (layer, channel, rank, row,
    col).
    """
    channels = [network.layers[name].channels for name in plan.layers]
    layer = np.repeat(np.arange(len(channels)), channels)
    width = np.repeat([network.layers[name].width for name in plan.layers], channels)
    channel = np.concatenate([np.arange(count) for count in channels])
    unit, rank = np.nonzero(found.best != top_lists.NOTHING)
    place = found.places[unit, rank]
    rows = np.stack([layer[unit], channel[unit], rank, place // width[unit], place % width[unit]], 1)
    pictures = top_lists.pictures(found.best)[unit, rank]
    order = np.argsort(pictures, kind="stable")
    numbers, starts = np.unique(pictures[order], return_index=True)
    return numbers.tolist(), np.split(rows[order], starts[1:]) if len(starts) else []


def _part(shard: int, block: int) -> str:
    return f"shard-{shard:06}-{block:04}.part"


def _merged(block: int) -> str:
    return f"units-{block:04}.part"


def _read_key(job: Path) -> str | None:
    try:
        return str(json.loads(job.read_text(encoding="utf-8"))["key"])
    except (ValueError, KeyError, TypeError):  # written halfway
        return None


def _present(file: Path) -> bytes:
    content = read_checked(file)
    if content is None:
        raise DeepvisError(f'"{file}" has gone or was damaged while the atlas was built; build it again.')
    return content


def _check_place(out: Path, overwrite: bool) -> None:
    if out.is_file():
        raise DeepvisError(f'"{out}" is a file; give out= a new folder.')
    if not out.exists() or not any(out.iterdir()):
        return
    if not (out / INDEX).exists():
        raise DeepvisError(f'The folder "{out}" holds something else; give out= a new folder.')
    if not overwrite:
        raise DeepvisError(
            f'There is an atlas in "{out}" already; open it, name another folder, or replace it (overwrite=True, '
            "in a shell --overwrite)."
        )


def _put(made: Path, out: Path) -> None:
    """Moves a finished atlas to its place; one that was there before is gone only then."""
    old = out.with_name(f"{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        os.rename(out, old)
    os.rename(made, out)
    sync_folder(out.parent)
    shutil.rmtree(old, ignore_errors=True)
