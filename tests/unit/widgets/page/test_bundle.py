"""A widget's output: picture and text beside the view, when they are waited for, and when the view is left out."""

from __future__ import annotations

import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import IPython
import numpy as np
import pytest
from PIL import Image

import deepvis_widgets as dv
from deepvis_widgets.widgets.page.bundle import LONG, UNWATCHED, VIEW, WATCHED
from deepvis_widgets.widgets.page.parts import Page

Asked = Callable[..., None]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """asked(allow_stdin=True): cells run in a kernel, and are asked for by a front end that can be asked for input."""
    monkeypatch.delenv("SERVER_SOFTWARE", raising=False)

    def by(**content: Any) -> None:
        kernel = SimpleNamespace(get_parent=lambda channel: {"content": content})
        monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=kernel))

    return by


class Waiting(dv.PoolingBoard):
    """Remembers how long it was waited for."""

    waited: tuple[tuple[float | None, bool], ...] = ()

    def idle(self, timeout: float | None = None, long: bool = True) -> bool:
        self.waited = (*self.waited, (timeout, long))
        return True


@pytest.fixture
def board() -> Any:
    made = Waiting()
    yield made
    made.close()


def bundle(widget: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    found: tuple[dict[str, Any], dict[str, Any]] = widget._repr_mimebundle_()
    return found


def test_the_output_has_a_view_a_picture_and_a_text(board: Waiting, asked: Asked) -> None:
    asked(allow_stdin=True)
    data, metadata = bundle(board)
    assert data[VIEW]["model_id"] == board.model_id
    picture = Image.open(io.BytesIO(data["image/png"]))
    shown = metadata["image/png"]
    assert shown["alt"].startswith("Waiting · ") and "\n" not in shown["alt"]
    assert shown["width"] <= 1000 and picture.size[0] / shown["width"] == pytest.approx(1.5, abs=0.01)
    assert np.asarray(picture.convert("L")).min() < 100 and len(data["image/png"]) < 100_000
    assert data["text/plain"].startswith("Waiting\n") and "ReLU" in data["text/plain"]
    assert board.waited == ((WATCHED, False), (LONG, True))


def test_the_explorer_is_one_model_with_the_same_output(asked: Asked) -> None:
    asked(allow_stdin=True)
    explorer = dv.Explorer()
    data, metadata = bundle(explorer)
    assert {VIEW, "image/png", "text/plain"} <= set(data) and "image/png" in metadata
    explorer.close()


def test_where_nobody_looks_the_picture_is_all(board: Waiting, asked: Asked) -> None:
    asked(allow_stdin=False)
    data, _ = bundle(board)
    assert VIEW not in data and {"image/png", "text/plain"} <= set(data)
    assert board.waited == ((UNWATCHED, True),)


def test_voila_shows_the_view(board: Waiting, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(allow_stdin=False)
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.8")
    assert VIEW in bundle(board)[0]
    assert board.waited == ((WATCHED, False), (LONG, True))


def test_outside_of_a_kernel_nothing_is_drawn_and_nobody_waits(board: Waiting) -> None:
    data, metadata = bundle(board)
    assert set(data) == {VIEW, "text/plain"} and data["text/plain"] == "<Waiting>" and not metadata.get("image/png")
    assert board.waited == ()


def test_a_picture_that_fails_is_told_and_keeps_nothing_back(
    board: Waiting, asked: Asked, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(self: Any) -> Page:
        raise ValueError("no page")

    monkeypatch.setattr(Waiting, "page", broken)
    for allowed in (True, False):
        asked(allow_stdin=allowed)
        assert set(bundle(board)[0]) == {VIEW, "text/plain"}
    assert "The picture of a widget could not be drawn" in caplog.text
