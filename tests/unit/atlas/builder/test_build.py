"""The same bytes from one process, several, or a cluster, with workers killed, and after the build was killed."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from torch import nn

import deepvis_widgets as dv
from deepvis_widgets.atlas import files
from deepvis_widgets.atlas.builder import executors, histogram, tasks
from deepvis_widgets.atlas.builder import scan as scanning
from deepvis_widgets.atlas.builder.moments import Moments
from deepvis_widgets.atlas.builder.partial import Partial, empty
from deepvis_widgets.atlas.builder.plan import make_plan
from deepvis_widgets.atlas.builder.scan import scan, scan_in_blocks
from tests.small_nets import seeded
from tests.unit.atlas.small import LAYERS, SIZE, draw_pictures, small_network

CHECKOUT = Path(__file__).resolve().parents[4]
HOW = {"layers": LAYERS, "shard": 8, "pictures": True, "top": 3, "quiet": True}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return draw_pictures(tmp_path_factory.mktemp("pictures") / "all", 120)


@pytest.fixture(scope="module")
def built(folder, tmp_path_factory):
    """An atlas built by this process."""
    out = tmp_path_factory.mktemp("atlas") / "small"
    return dv.Atlas.build(small_network(), folder, out, workers=0, **HOW)


@pytest.fixture(scope="module")
def alone(built):
    """The bytes of its files."""
    return content(built.folder)


def content(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def killing(victims, when) -> threading.Thread:
    """Kill one of the processes `victims()` as soon as `when()`."""

    def kill() -> None:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            if when() and victims():
                os.kill(victims()[0], signal.SIGKILL)
                return
            time.sleep(0.002)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    return thread


def begun(out: Path):
    """Whether some parts are finished, and the atlas is not."""
    return lambda: len(list(Path(f"{out}.part").glob("shard-*.part"))) >= 2


@pytest.fixture
def workers_from_one_import(monkeypatch):
    """Workers are forked from a process that has imported PyTorch (where such a process can be relied on to)."""
    import dask
    from distributed.utils import get_mp_context

    if sys.platform != "linux":
        yield
        return
    with dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"}):
        forkserver = get_mp_context()
        forkserver.set_forkserver_preload(["distributed", "deepvis_widgets.atlas.builder.tasks"])
        monkeypatch.setattr(executors.multiprocessing, "get_context", lambda _: forkserver)
        yield


@pytest.mark.slow
def test_four_processes_of_which_one_is_killed(folder, alone, tmp_path, monkeypatch, workers_from_one_import):
    pools = []
    original = executors.ProcessExecutor._begin
    monkeypatch.setattr(executors.ProcessExecutor, "_begin", lambda self: pools.append(original(self)) or pools[-1])
    out = tmp_path / "a"
    killer = killing(lambda: list(pools[0]._processes) if pools else [], begun(out))
    dv.Atlas.build(small_network(), folder, out, workers=4, **HOW)
    killer.join()
    assert len(pools) == 2, "the process was killed after the build"
    assert content(out) == alone


@pytest.mark.slow
def test_a_cluster_of_which_a_worker_is_killed(folder, alone, tmp_path, workers_from_one_import):
    import distributed

    options = {"processes": True, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    out = tmp_path / "a"
    with (
        distributed.LocalCluster(n_workers=2, local_directory=str(tmp_path / "dask"), **options) as cluster,
        distributed.Client(cluster) as client,
    ):
        before = set(client.run(os.getpid).values())
        killer = killing(lambda: sorted(before), begun(out))
        dv.Atlas.build(small_network(), folder, out, cluster=client, **HOW)
        killer.join()
        client.wait_for_workers(2, timeout=60)
        assert set(client.run(os.getpid).values()) != before, "the worker was not killed"
    assert content(out) == alone


@pytest.fixture
def builder(folder, tmp_path):
    """Asks a process that has loaded the package for builds into tmp_path / "a"; errors go to tmp_path / "errors"."""
    if not hasattr(os, "fork"):
        pytest.skip("children are forked")
    command = [sys.executable, "-m", "tests.unit.atlas.builds", str(folder), str(tmp_path / "a")]
    with (
        (tmp_path / "errors").open("w") as errors,
        subprocess.Popen(command, stdin=-1, stdout=-1, stderr=errors, text=True, cwd=CHECKOUT) as process,
    ):

        def ask(what: str) -> str:
            assert process.stdin is not None and process.stdout is not None
            print(what, file=process.stdin, flush=True)
            return process.stdout.readline().strip()

        yield ask
        process.kill()


def test_a_build_killed_at_ten_moments_goes_on(alone, tmp_path, builder):
    out, moments = tmp_path / "a", random.Random(0)
    left = [builder(f"kill {moments.randint(1, 20)}") for _ in range(10)]
    assert all(map(str.isdigit, left)) and len(set(left)) > 5, f"there was little to go on from: {left}"
    assert builder("kill 100000") == "done"
    assert content(out) == alone and not Path(f"{out}.part").exists()


def test_of_two_builds_at_once_one_is_made_and_the_other_gets_a_sentence(alone, tmp_path, builder):
    assert builder("both") == "0 1"
    (said,) = (tmp_path / "errors").read_text().splitlines()
    assert said.startswith("Another build into") and content(tmp_path / "a") == alone


def test_a_half_written_part_is_not_trusted(folder, alone, tmp_path):
    out, calls = tmp_path / "a", []

    def stop(fraction, partial=None):
        calls.append(fraction)
        if len(calls) == 6:
            raise dv.Cancelled

    with pytest.raises(dv.Cancelled):
        dv.Atlas.build(small_network(), folder, out, workers=0, report=stop, **HOW)
    parts = sorted(Path(f"{out}.part").glob("shard-*.part"))
    assert len(parts) >= 2
    parts[0].write_bytes(parts[0].read_bytes()[:-100])  # torn
    damaged = bytearray(parts[1].read_bytes())
    damaged[len(damaged) // 2] ^= 1  # one bit
    parts[1].write_bytes(damaged)
    assert files.read_checked(parts[0]) is None and files.read_checked(parts[1]) is None
    dv.Atlas.build(small_network(), folder, out, workers=0, **HOW)
    assert content(out) == alone


def test_a_full_disk_gets_a_sentence_and_the_build_goes_on(folder, alone, tmp_path, monkeypatch):
    out, really, written = tmp_path / "a", os.fsync, []

    def on_a_small_disk(handle: int) -> None:
        written.append(handle)
        if len(written) > room:
            raise OSError(errno.ENOSPC, "No space left on device")
        really(handle)

    monkeypatch.setattr(files.os, "fsync", on_a_small_disk)
    for room in (0, 9, 31):  # noqa: B007  on_a_small_disk reads it
        written.clear()
        with pytest.raises(dv.DeepvisError, match=r"could not be written .*No space left.* goes on from there"):
            dv.Atlas.build(small_network(), folder, out, workers=0, **HOW)
        assert not out.exists() and not (tmp_path / "a.lock").exists()
    monkeypatch.setattr(files.os, "fsync", really)
    dv.Atlas.build(small_network(), folder, out, workers=0, **HOW)
    assert content(out) == alone


@pytest.mark.parametrize("moment", [0.0, 0.9], ids=["scan", "draw"])
def test_a_picture_deleted_meanwhile_is_listed_or_gets_a_sentence(moment, tmp_path):
    shown, out = draw_pictures(tmp_path / "pictures", 24), tmp_path / "a"

    def report(fraction, partial=None):
        if fraction >= moment:
            for name in last:
                (shown / name).unlink(missing_ok=True)

    last = {f"{number:04}.png" for number in range(16, 24)}
    try:
        made = dv.Atlas.build(small_network(), shown, out, workers=0, report=report, **HOW)
    except dv.DeepvisError as error:
        assert shown.name in str(error) and "\n" not in str(error)
        assert not out.exists()
    else:
        assert last <= {name for name, _ in made.problems}


def test_two_builds_into_one_folder_do_not_mix(folder, alone, tmp_path):
    out = tmp_path / "a"
    refused = []

    def report(fraction, partial=None):
        if not refused:
            with pytest.raises(dv.DeepvisError, match="Another build into .* is running") as found:
                dv.Atlas.build(small_network(), folder, out, workers=0, **HOW)
            refused.append(found)

    dv.Atlas.build(small_network(), folder, out, workers=0, report=report, **HOW)
    assert refused and content(out) == alone and [path.name for path in tmp_path.iterdir()] == ["a"]


def test_the_lock_of_a_dead_process_keeps_nobody_out(folder, alone, tmp_path):
    out, lock = tmp_path / "a", tmp_path / "a.lock"
    code = (
        "import sys, time; from pathlib import Path; from deepvis_widgets.atlas.files import locked\n"
        "with locked(Path(sys.argv[1]), 'busy'): print('held', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(lock)], stdout=-1, text=True, cwd=CHECKOUT) as holder:
        assert holder.stdout is not None and holder.stdout.readline().strip() == "held"
        with pytest.raises(dv.DeepvisError, match="Another build"):
            dv.Atlas.build(small_network(), folder, out, workers=0, **HOW)
        holder.kill()
    assert lock.exists()
    dv.Atlas.build(small_network(), folder, out, workers=0, **HOW)
    assert content(out) == alone and not lock.exists()


def test_parts_of_another_build_are_not_used(folder, alone, tmp_path):
    out = tmp_path / "a"

    def stop(fraction, partial=None):
        if fraction > 0.3:
            raise dv.Cancelled

    with pytest.raises(dv.Cancelled):
        dv.Atlas.build(small_network(1), folder, out, workers=0, report=stop, **HOW)
    dv.Atlas.build(small_network(), folder, out, workers=0, **HOW)
    assert content(out) == alone


def test_workers_that_die_at_once_get_a_sentence(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(executors, "_prepare", os.abort)
    with pytest.raises(dv.DeepvisError, match="worker processes end before"):
        dv.Atlas.build(small_network(), folder, tmp_path / "a", workers=1, **HOW)


@pytest.fixture
def counted(monkeypatch):
    """Bytes that tasks read and wrote, by the task that did."""
    found: Counter[str] = Counter()

    def noted(call, size):
        def note(path, *content):
            result = call(path, *content)
            found[sys._getframe(1).f_code.co_name] += size(result, *content)
            return result

        return note

    monkeypatch.setattr(tasks, "read_checked", noted(files.read_checked, lambda read: len(read or b"")))
    monkeypatch.setattr(tasks, "write_checked", noted(files.write_checked, lambda _, content: len(content)))
    return found


def test_what_merging_moves_grows_with_the_shards_by_their_small_tables_alone(folder, tmp_path, counted):
    module = seeded(nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 500)))
    net, moved = dv.Network(module, dv.Preprocess((SIZE, SIZE), None)), []
    for shard in (60, 4):
        counted.clear()
        dv.Atlas.build(net, folder, tmp_path / str(shard), layers=["0", "3"], shard=shard, top=3, workers=0, quiet=True)
        moved.append(counted["read_part"] + counted["merge_parts"])
        assert counted["read_part"] == counted["scan_shard"] + counted["merge_parts"], "a part was read twice"
    tables = len(empty(504, 500, histogram.BINS, 3).to_bytes()) + 100  # and some digits in the header
    assert 0 < moved[1] - moved[0] <= (30 - 2) * tables


@pytest.mark.parametrize("count", [100, 20_000, 1_300_000, 14_000_000])
def test_there_are_no_more_parts_to_merge_however_many_pictures(count):
    plan = make_plan(small_network(), count, 9, None, 16, None)
    assert plan.shards <= 512 and plan.pictures(plan.shards - 1)[1] == count


def test_units_are_merged_in_blocks_and_a_build_goes_on_between_two(folder, built, tmp_path, monkeypatch):
    net, out = small_network(), tmp_path / "a"
    monkeypatch.setattr("deepvis_widgets.atlas.builder.plan.BLOCK_BYTES", 8 * net.classes * 9)
    blocks = dv.Atlas.build(net, folder, tmp_path / "b", workers=0, **HOW)
    for layer in built.layers:
        one, other = built.layer(layer), blocks.layer(layer)
        for name in ("images", "activations", "positions", "counts", "dead", "mean"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
        np.testing.assert_allclose(one.correlation, other.correlation, atol=1e-6)

    def stop(fraction, partial=None):
        if list(Path(f"{out}.part").glob("units-*")):
            raise dv.Cancelled

    with pytest.raises(dv.Cancelled):
        dv.Atlas.build(net, folder, out, workers=0, report=stop, **HOW)
    left = sorted(Path(f"{out}.part").glob("shard-*"))
    assert 0 < len(left) < 15 * 6
    left[7].unlink()
    dv.Atlas.build(net, folder, out, workers=0, **HOW)
    assert content(out) == content(tmp_path / "b")


def test_memory_does_not_grow_with_a_shard(folder, monkeypatch):
    net = small_network()
    paths = [str(path) for path in sorted(folder.iterdir())]
    plan = make_plan(net, 120, 4, LAYERS, 16, 120)
    (at_once,) = scan_in_blocks(net, plan, paths, 0)
    seen = []
    monkeypatch.setattr(scanning, "AT_ONCE", 50)
    monkeypatch.setattr(scanning, "scan", lambda *given: seen.append(len(given[2])) or scan(*given))
    (in_turn,) = scan_in_blocks(net, plan, paths, 0)
    assert seen == [50, 50, 20]
    assert np.array_equal(at_once.best, in_turn.best) and np.array_equal(at_once.counts, in_turn.counts)
    np.testing.assert_allclose(at_once.moments.correlation(), in_turn.moments.correlation(), atol=1e-6)


def test_parts_can_be_joined_in_any_grouping(folder):
    net = small_network()
    plan = make_plan(net, 120, 4, LAYERS, 16, 30)
    paths = [str(path) for path in sorted(folder.iterdir())]
    a, b, c, d = (scan(net, plan, paths[first : first + 30], first) for first in range(0, 120, 30))
    left, right = a.merge(b).merge(c).merge(d), a.merge(b.merge(c.merge(d)))
    for one, other in ((left, right), (left, a.merge(b).merge(c.merge(d)))):
        assert np.array_equal(one.best, other.best) and np.array_equal(one.places, other.places)
        assert np.array_equal(one.counts, other.counts) and one.problems == other.problems
        np.testing.assert_allclose(one.moments.correlation(), other.moments.correlation(), atol=1e-6)
    again = Partial.from_bytes(left.to_bytes())
    assert again.to_bytes() == left.to_bytes() and again.problems == left.problems


def test_moments_do_not_grow_with_the_pictures():
    random = np.random.default_rng(0)
    units, classes = random.normal(size=(3000, 20)) + 5, random.random((3000, 7))
    moments, sizes = Moments.of(units[:10], classes[:10]), []
    for first in range(10, 3000, 10):
        moments = moments.merge(Moments.of(units[first : first + 10], classes[first : first + 10]))
        sizes.append(moments.units.nbytes + moments.classes.nbytes + moments.cross.nbytes)
    assert max(sizes) <= 4 * 20 * 7 * 8
    expected = np.corrcoef(units.T, classes.T)[:20, 20:]
    np.testing.assert_allclose(moments.correlation(), expected, atol=1e-6)
