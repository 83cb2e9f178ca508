"""The atlas's own view, without a browser: what its panes are sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets
import numpy as np
import pytest

import deepvis_widgets as dv
from deepvis_widgets.core.picture.picture import to_bytes
from deepvis_widgets.widgets.atlas_view.atlas_view import _link_words
from deepvis_widgets.widgets.atlas_view.frames import thumbnail
from deepvis_widgets.widgets.link.protocol import Frame, pack
from deepvis_widgets.widgets.link.push import pushing
from tests.unit.atlas.small import small_network

LAYER, UNIT = "features.1", 2


def settle(view: dv.AtlasView) -> None:
    """Wait for streams too: each of their steps asks for the next."""
    for _ in range(40):
        assert view.client.idle(60)
        threading.Event().wait(0.005)


def last(widget: Any, kind: str) -> Frame:
    frame: Frame | None = widget.last(kind)
    assert frame is not None
    return frame


@pytest.fixture
def view(built: tuple[Path, Path]) -> Iterator[dv.AtlasView]:
    made = dv.AtlasView(built[1], small_network(), f"{LAYER}:{UNIT}")
    settle(made)
    yield made
    made.close()


def test_a_page_shows_its_unit_and_leads_on(view: dv.AtlasView) -> None:
    assert len(last(view.panes.top, "pictures").arrays["pictures"]) == 9
    assert len(last(view.panes.deconv, "pictures").arrays["pictures"]) == 9
    assert view.panes.similar.units == view.atlas.similar(LAYER, UNIT, 8)
    view._next.click()
    assert view.address == f"{LAYER}:{UNIT + 1}"
    layer, channel, _ = view.panes.similar.units[0]
    view.panes.similar.chosen = 0
    assert view.address == f"{layer}:{channel}"
    view._back.click()
    assert view.address == layer and view._content.children == (view.sheet,)


def test_addresses_that_do_not_exist_change_nothing(view: dv.AtlasView) -> None:
    before = view.address
    for address in ("nowhere", f"{LAYER}:999", f"{LAYER}:x", ":"):
        with pytest.raises(dv.DeepvisError):
            view.address = address
        assert view.address == before
    view._where.value = "nowhere:3"
    assert "nowhere" in view._said.value and view.address == before


def test_the_sheet_is_ordered_by_what_the_atlas_says(view: dv.AtlasView) -> None:
    view.address = LAYER
    sheet, summary = view.sheet, view.atlas.layer(LAYER)
    orders = {"maximum": summary.maximum, "dead": summary.dead, "class": summary.correlation[:, 1]}
    sheet.label.value = "1"
    for order, values in orders.items():
        before = sheet.grid.sort
        sheet.order.value = order
        assert sheet.grid.sort in ("max", "mean") and sheet.grid.sort != before
        np.testing.assert_allclose(last(sheet.grid, "stats").arrays["hi"], values, rtol=1e-6)
    sheet.label.value = "no such class"
    assert "no such class" in sheet.grid.notice
    sheet.grid.unit = 3
    assert view.address == f"{LAYER}:3"


def test_the_sheet_sends_pictures_and_acknowledges(view: dv.AtlasView) -> None:
    view.address = LAYER
    answered: list[int] = []
    view.sheet.grid.ack = answered.append  # type: ignore[method-assign]
    units = np.array([0, 2], np.int32)
    view.sheet.grid._receive(None, *pack("visible", 4, {"layer": LAYER, "mode": "pictures"}, {"units": units}))
    settle(view)
    assert answered == [4]
    shown = last(view.sheet.grid, "pictures")
    patch = view.atlas.unit(LAYER, 2).top[0].patch
    assert shown.arrays["units"].tolist() == [2]
    np.testing.assert_allclose(shown.arrays["pictures"][0].astype(int), to_bytes(thumbnail(patch)), atol=1)


def test_a_view_needs_the_right_network(built: tuple[Path, Path]) -> None:
    with pytest.raises(dv.DeepvisError, match="other weights"):
        dv.AtlasView(built[1], small_network(seed=1))
    with pytest.raises(dv.DeepvisError, match="needs the network"):
        dv.AtlasView(built[1])
    with pytest.raises(dv.DeepvisError, match="No atlas ships"):
        dv.AtlasView(None, small_network())


def test_the_view_says_what_is_not_stored_and_draws_it_on_demand(built: tuple[Path, Path]) -> None:
    view = dv.AtlasView(built[1], small_network(), f"{LAYER}:{UNIT}")
    settle(view)
    assert view.wanted.startable and "no synthesized pictures" in view.wanted.placeholder
    assert len(last(view.wanted, "pictures").arrays["pictures"]) == 0
    view.wanted._receive(None, *pack("start", 1))
    settle(view)
    assert len(last(view.wanted, "pictures").arrays["pictures"]) == 4 and not view.wanted.running
    view.close()


def test_a_notebook_gets_a_line_that_opens_the_page_again() -> None:
    assert "dv.AtlasView(" in _link_words("b.c:2", "/atlas") and "href" not in _link_words("b.c:2", "/atlas")


def test_workers_change_widgets_by_push_only(built: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    main, notify = threading.get_ident(), ipywidgets.Widget.notify_change
    shown, changed = set(), set()  # widgets made on the main thread; a chart that is still being made shows nothing

    def watch(widget: ipywidgets.Widget, change: Any) -> None:
        if threading.get_ident() == main:
            shown.add(id(widget))
        elif id(widget) in shown and not pushing():
            changed.add((type(widget).__name__, change["name"]))
        notify(widget, change)

    monkeypatch.setattr(ipywidgets.Widget, "notify_change", watch)
    view = dv.AtlasView(built[1], small_network(), f"{LAYER}:{UNIT}")
    settle(view)
    view.wanted._receive(None, *pack("start", 1))
    settle(view)
    view.close()
    assert not changed


def test_no_model_and_no_thread_is_left_after_close(built: tuple[Path, Path]) -> None:
    models, threads = set(ipywidgets.Widget.widgets), threading.active_count()
    view = dv.AtlasView(built[1], small_network(), f"{LAYER}:{UNIT}")
    settle(view)
    view.close()
    view.close()  # twice is once
    assert set(ipywidgets.Widget.widgets) <= models and threading.active_count() == threads
