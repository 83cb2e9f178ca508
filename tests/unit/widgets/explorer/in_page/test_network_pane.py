"""What a live page is sent so that it runs the network: asked for by the page, once, and silently refused."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.widgets.explorer.in_page import given
from deepvis_widgets.widgets.in_page.export import exported
from deepvis_widgets.widgets.link.protocol import Frame, pack, unpack
from tests.small_nets import Plain, seeded
from tests.untouched import Untouched

SIZE = (24, 30)
PREPARED = dv.Preprocess(SIZE, None, (0.5,) * 3, (0.25,) * 3)
PATIENCE = 60
ASKED = {"turn": 1, "count": 2**19}


class Turning(Plain):
    """Cannot be exported."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(torch.fft.ifft2(torch.fft.fft2(x)).real)


class Page:
    """An Explorer with what it sends to its page, less what is kept for one that reloads."""

    def __init__(self, module: nn.Module) -> None:
        picture = np.random.default_rng(0).integers(0, 256, (*SIZE, 3), dtype=np.uint8)
        self.explorer = dv.Explorer(dv.Network(seeded(module), PREPARED, name="small"), picture, layer="features.1")
        assert self.explorer.session.idle(PATIENCE)
        self.told: list[Frame] = []
        self._came = threading.Condition()
        self.explorer.send = self._hear

    def _hear(self, message: Any, buffers: Any = None) -> None:
        heads, left = message["meta"].get("frames", [message]), list(buffers or [])
        with self._came:
            for head in heads:
                own = [left.pop(0) for _ in head["arrays"]]
                self.told.append(unpack(head, own))
            self._came.notify_all()

    def frames(self, kind: str) -> list[Frame]:
        return [frame for frame in self.told if frame.kind == f"in_page/{kind}"]

    def wait(self, kind: str, count: int = 1) -> Frame:
        with self._came:
            assert self._came.wait_for(lambda: len(self.frames(kind)) >= count, PATIENCE), kind
        return self.frames(kind)[count - 1]

    def asks(self, kind: str, meta: dict[str, Any] | None = None, seq: int = 1) -> None:
        message, _ = pack(kind, seq, meta or {})
        self.explorer._receive(None, message, [])

    def rest(self) -> None:
        """Waits until nothing is exported any more."""
        worker = self.explorer._in_page._worker
        assert worker is None or worker.idle(PATIENCE)


@pytest.fixture
def opened() -> Iterator[Callable[..., Page]]:
    pages: list[Page] = []

    def make(module: type[nn.Module] = Plain) -> Page:
        pages.append(Page(module()))
        return pages[-1]

    yield make
    for page in pages:
        page.explorer.close()


def test_nothing_is_sent_before_the_page_asks(opened: Callable[..., Page]) -> None:
    page = opened()
    before = set(threading.enumerate())
    page.asks("stage/occluder", {"box": [2, 2, 8, 8], "final": False})
    assert page.explorer.session.idle(PATIENCE)
    page.explorer.off = {"features.1": [0]}
    assert page.explorer.session.idle(PATIENCE)
    assert page.told and not [frame.kind for frame in page.told if frame.kind.startswith("in_page/")]
    assert set(threading.enumerate()) == before


def test_the_page_gets_the_network_piece_by_piece(opened: Callable[..., Page]) -> None:
    page = opened()
    untouched = Untouched(page.explorer.network.module)
    page.asks("in_page/want")
    ready = page.wait("ready")
    sizes, facts = ready.meta["sizes"], ready.meta["facts"]
    assert sorted(sizes) == ["network", "runtime", "worker"]
    assert facts["size"] == [3, *SIZE] and facts["shown"] == [block.shown for block in page.explorer.blocks]
    files = {}
    for name, size in sizes.items():
        firsts = range(0, size, 2**19)
        for first in firsts:
            page.asks("in_page/part", {"name": name, "first": first, **ASKED}, seq=7)
        pieces = [frame for frame in page.frames("part") if frame.meta["name"] == name]
        assert [frame.meta["first"] for frame in pieces] == list(firsts)
        files[name] = b"".join(frame.arrays["bytes"].tobytes() for frame in pieces)
    assert files["network"] == exported(page.explorer.network)
    assert {name: len(file) for name, file in files.items()} == sizes
    assert page.told[-1].kind == "ack" and page.told[-1].seq == 7
    untouched.check()


def test_a_piece_of_another_network_is_not_sent(opened: Callable[..., Page]) -> None:
    page = opened()
    page.asks("in_page/want")
    page.wait("ready")
    page.asks("in_page/part", {"name": "network", "first": 0, **ASKED, "turn": 9}, seq=3)
    page.asks("in_page/part", {"name": "no such file", "first": 0, **ASKED}, seq=4)
    assert not page.frames("part") and [frame.seq for frame in page.told if frame.kind == "ack"] == [3, 4]


def test_the_picture_is_sent_as_the_network_sees_it(opened: Callable[..., Page]) -> None:
    page = opened()
    explorer = page.explorer
    page.asks("in_page/view", seq=5)
    explorer.fill = "noise"
    page.asks("in_page/view", seq=6)
    plain, noise = page.frames("view")
    assert plain.seq == 5 and noise.seq == 6
    np.testing.assert_array_equal(plain.arrays["view"], explorer.view.numpy().ravel())
    assert plain.arrays["cover"].size == 0 and plain.meta["fills"]["grey"] == [0.5] * 3
    np.testing.assert_array_equal(noise.arrays["cover"], explorer.cover.numpy().ravel())


def test_it_is_exported_once_for_one_state_of_the_weights(
    opened: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dv.Network] = []
    monkeypatch.setattr(given, "exported", lambda network: made.append(network) or exported(network))
    page = opened()
    for count in (1, 2):
        page.asks("in_page/want")
        page.wait("ready", count)
    assert len(made) == 1
    with torch.no_grad():
        next(page.explorer.network.module.parameters()).add_(0.1)
    page.asks("in_page/want")
    page.wait("ready", 3)
    assert len(made) == 2
    page.explorer.off = {"features.1": [0]}
    page.wait("changed")
    page.asks("in_page/want")
    page.wait("ready", 4)
    assert len(made) == 3 and made[-1].off.units


def test_each_answer_says_for_which_place_it_is(opened: Callable[..., Page]) -> None:
    page = opened()
    page.asks("in_page/want")
    page.wait("ready")
    page.told.clear()
    page.asks("stage/occluder", {"box": [2, 2, 8, 8], "final": False})
    assert page.explorer.session.idle(PATIENCE)
    page.explorer.occluder = (3, 3, 8, 8)
    assert page.explorer.session.idle(PATIENCE)
    places: list[tuple[Any, ...]] = []
    for frame in page.told:
        if frame.kind == "in_page/place":
            box = tuple(frame.meta["box"])
        elif frame.kind in ("bars/values", "grid/tiles", "unit/map", "stage/overlay", "ribbon/tiles"):
            places.append((frame.kind, box))
    shown = {(kind, box) for kind, box in places}
    assert {box for kind, box in shown if kind == "bars/values"} == {(2, 2, 8, 8), (3, 3, 8, 8)}
    assert places[-1][1] == (3, 3, 8, 8)


@pytest.mark.parametrize("reason", ["export", "size", "kind"])
def test_where_the_page_cannot_run_it_nothing_is_said(
    opened: Callable[..., Page], monkeypatch: pytest.MonkeyPatch, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    page = opened(Turning if reason == "export" else Plain)
    untouched = Untouched(page.explorer.network.module)
    if reason == "size":
        monkeypatch.setattr(given, "MOST", 10)
    if reason == "kind":
        page.explorer._given = page.explorer.network.given()
        monkeypatch.setattr(type(page.explorer.network.answers), "kind", "similarity")
    page.asks("in_page/want")
    page.rest()
    assert not page.frames("ready") and not caplog.records
    assert page.explorer.panes.stage.port.values.get("notice", "") == "" and page.explorer.notice == ""
    untouched.check()


def test_a_page_that_reloads_is_not_sent_the_network(opened: Callable[..., Page]) -> None:
    page = opened()
    page.asks("in_page/want")
    page.wait("ready")
    page.asks("in_page/part", {"name": "runtime", "first": 0, **ASKED})
    page.asks("in_page/view")
    assert page.frames("part") and page.frames("view")
    assert not [message["kind"] for message, _ in page.explorer.kept() if message["kind"].startswith("in_page/")]


def test_nothing_of_the_network_is_left_when_it_closes() -> None:
    page = Page(Plain())
    page.asks("in_page/want")
    page.wait("ready")
    worker, network = page.explorer._in_page._worker, weakref.ref(page.explorer.network.module)
    page.explorer.close()
    assert worker is not None and worker.wait(PATIENCE)
    page.asks("in_page/want")
    assert page.explorer._in_page._worker is None
    del page, worker
    gc.collect()
    assert network() is None


def test_it_closes_while_the_network_is_being_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def waits(network: dv.Network) -> bytes:
        begun.set()
        go_on.wait(PATIENCE)
        return b"late"

    monkeypatch.setattr(given, "exported", waits)
    page = Page(Plain())
    page.asks("in_page/want")
    assert begun.wait(PATIENCE)
    worker = page.explorer._in_page._worker
    page.asks("stage/occluder", {"box": [2, 2, 8, 8], "final": False}, seq=8)
    assert page.explorer.session.idle(PATIENCE)
    assert [frame.seq for frame in page.told if frame.kind == "ack"] == [8], "the export kept an answer waiting"
    page.explorer.close()
    go_on.set()
    assert worker is not None and worker.wait(PATIENCE)
    assert not page.frames("ready")
