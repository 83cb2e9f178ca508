"""Building an atlas: what is said meanwhile, and on which thread it is handed over."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

import deepvis_widgets as dv
from deepvis_widgets.engine.engine import Engine
from deepvis_widgets.widgets.atlas_view.build import AtlasBuild
from tests.unit.atlas.small import small_network
from tests.unit.widgets.conftest import WorkerChanges


def test_a_build_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: dict[str, Any] = {}
    builder = AtlasBuild(small_network(), pytest.fail, pytest.fail, lambda **changes: shown.update(changes))
    now = [100.0]
    monkeypatch.setattr("deepvis_widgets.widgets.atlas_view.build.time.monotonic", lambda: now[0])
    for seconds, fraction, told in (
        (0, 0.2, "20%"),
        (5, 0.2, "20%"),
        (30, 0.4, "40% · 1:30 left"),
        (90, 0.8, "80% · 0:30 left"),
    ):
        now[0] = 100.0 + seconds
        builder._report(fraction)
        assert shown["how_far"] == told


def test_an_atlas_is_handed_over_on_the_main_thread(
    built: tuple[Path, Path], tmp_path: Path, worker_changes: WorkerChanges
) -> None:
    main, network, handed = threading.get_ident(), small_network(), []

    async def use(engine: Engine) -> None:
        shown: dict[str, Any] = {}
        build = AtlasBuild(
            network,
            lambda: engine,
            lambda found: handed.append((found, threading.get_ident())),
            lambda **changes: shown.update(changes),
        )
        build.start(str(built[0]), str(tmp_path / "made"))
        while not handed and "Something failed" not in shown["said"]:
            await asyncio.sleep(0.01)
        assert build.wait(60) and "is finished" in shown["said"], shown["said"]

    with Engine.of(network) as engine:
        asyncio.run(use(engine))
    [(found, thread)] = handed
    assert isinstance(found, dv.Atlas) and thread == main and found.folder == tmp_path / "made"
    assert worker_changes.others == set()
