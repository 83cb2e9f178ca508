"""The form that builds an atlas: what it says, and on which thread it hands over what was built."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

import deepvis_widgets as dv
from deepvis_widgets.engine.engine import Engine
from deepvis_widgets.widgets.atlas_view.build_form import AtlasBuilder
from tests.unit.atlas.small import small_network
from tests.unit.widgets.conftest import WorkerChanges


def test_a_build_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    builder, now = AtlasBuilder(small_network(), pytest.fail, pytest.fail), [100.0]
    monkeypatch.setattr("deepvis_widgets.widgets.atlas_view.build_form.time.monotonic", lambda: now[0])
    for seconds, fraction, told in (
        (0, 0.2, "20%"),
        (5, 0.2, "20%"),
        (30, 0.4, "40% · 1:30 left"),
        (90, 0.8, "80% · 0:30 left"),
    ):
        now[0] = 100.0 + seconds
        builder._report(fraction)
        assert builder.how_far.value == told


def test_an_atlas_is_handed_over_on_the_main_thread(
    built: tuple[Path, Path], tmp_path: Path, worker_changes: WorkerChanges
) -> None:
    main, network, handed = threading.get_ident(), small_network(), []

    async def use(engine: Engine) -> None:
        form = AtlasBuilder(network, lambda: engine, lambda found: handed.append((found, threading.get_ident())))
        form.pictures.value, form.out.value = str(built[0]), str(tmp_path / "made")
        form.start()
        form.out.value = "elsewhere"  # what was begun does not follow
        while not handed and "Something failed" not in form.said.value:
            await asyncio.sleep(0.01)
        assert form.wait(60) and "is finished" in form.said.value, form.said.value
        form.close()

    with Engine.of(network) as engine:
        asyncio.run(use(engine))
    [(found, thread)] = handed
    assert isinstance(found, dv.Atlas) and thread == main and found.folder == tmp_path / "made"
    assert worker_changes.others == set()
