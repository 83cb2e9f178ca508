"""The plate without a browser: it begins when it is shown, streams, stops, saves, and leaves nothing."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.picture import to_bytes
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods.synthesis.plate import plate
from deepvis_widgets.widgets.link.protocol import pack
from deepvis_widgets.widgets.page.parts import Picture, Text
from deepvis_widgets.widgets.plate.maximization_plate import MaximizationPlate
from deepvis_widgets.widgets.plate.panes import LEAST
from deepvis_widgets.widgets.plate.panes import SIDE as LARGEST
from tests.small_nets import Plain
from tests.tools.pages import parts_in

SIDE = 24


def network() -> Network:
    torch.manual_seed(0)
    return Network(Plain(), Preprocess((SIDE, SIDE), None), labels=list("abcde"), name="a small/one")


@pytest.fixture
def shown() -> Iterator[MaximizationPlate]:
    made = MaximizationPlate(network(), ["features.1", "classes"], units=2, runs=2, steps=3)
    yield made
    made.close()


def look(widget: MaximizationPlate) -> None:
    """What the browser sends when the first row is drawn on a page."""
    gallery = widget.panes.galleries[0]
    gallery._receive(gallery, *pack("shown", 1))


def pictures(widget: MaximizationPlate, row: int) -> np.ndarray:
    frame = widget.panes.galleries[row].last("pictures")
    assert frame is not None
    return np.asarray(frame.arrays["pictures"])


def wait(met: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 30
    while not met():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def test_it_draws_the_plate_itself_when_it_is_first_shown(shown: MaximizationPlate) -> None:
    assert not shown.running and (pictures(shown, 0) == 128).all()
    look(shown)
    assert shown.engine.idle(60) and not shown.running
    wanted = plate(shown.network, ["features.1", "classes"], units=2, runs=2, steps=3)
    assert shown.plate.pictures.keys() == wanted.pictures.keys()
    for (row, place), made in wanted.pictures.items():
        assert torch.equal(shown.plate.pictures[row, place], made)
        bytes_ = (made * 255).round().permute(0, 2, 3, 1).numpy().astype(np.uint8)
        np.testing.assert_array_equal(pictures(shown, row)[2 * place : 2 * place + 2], bytes_)
    assert shown.panes.galleries[1].captions == ["a", "run 2", "c", "run 2"]
    assert "4 of 4 units" in shown.panes.words.value
    drawn = shown.plate.pictures[0, 0]
    look(shown)  # a reload of the page
    assert shown.plate.pictures[0, 0] is drawn and not shown.running


def test_stopping_keeps_what_is_drawn_and_drawing_begins_anew() -> None:
    made = MaximizationPlate(network(), ["features.1", "classes"], units=1, runs=1, steps=4000)
    told: list[bool] = []
    made.observe(lambda change: told.append(change["new"]), names="running")
    made.draw()
    wait(lambda: (0, 0) in made.plate.pictures, "the first unit does not come")
    made.panes.play.click()
    assert made.engine.idle(60) and not made.running and told == [True, False]
    assert (0, 0) in made.plate.pictures and made.panes.play.description == "Draw"
    made.panes.play.click()
    assert made.running and made.panes.play.description == "Stop"
    made.close()
    assert not made.running


def test_the_button_gives_the_browser_one_png(
    shown: MaximizationPlate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown.draw()
    assert shown.engine.idle(60)
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(shown.panes.saver, "tell", lambda *frame, **_: sent.append(frame))
    shown.panes.saver.give()
    ((kind, meta, arrays),) = sent
    assert kind == "file" and meta == {"name": "plate-a-small-one.png"} and not list(tmp_path.iterdir())
    with Image.open(io.BytesIO(arrays["bytes"].tobytes())) as picture:
        assert picture.size == shown.plate.image().size


def test_it_is_saved_where_python_says(
    shown: MaximizationPlate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown.save() == Path("plate-a-small-one.png") and (tmp_path / "plate-a-small-one.png").is_file()
    assert shown.save(tmp_path / "mine.png") == tmp_path / "mine.png"
    with pytest.raises(DeepvisError, match="cannot be written"):
        shown.save(tmp_path / "nowhere" / "mine.png")


def test_an_error_is_a_sentence_and_the_button_is_free_again(
    shown: MaximizationPlate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("deepvis_widgets.widgets.plate.maximization_plate.draw_plate", broken)
    shown.draw()
    assert shown.engine.idle(60) and not shown.running
    assert "drawing this plate" in shown.panes.notice.value and shown.panes.play.description == "Draw"


def test_a_page_shows_what_is_drawn_by_layer(shown: MaximizationPlate) -> None:
    assert [text.text for text in parts_in(shown.page(), Text)] == ["0 of 4 units, 2 runs each"]
    shown.draw()
    assert shown.engine.idle(60)
    pictures = list(parts_in(shown.page(), Picture))
    assert [picture.caption for picture in pictures[:3]] == ["unit 0", "run 2", "unit 3"]
    assert [picture.pixels.shape[0] for picture in (pictures[0], pictures[-1])] == [3, SIDE]
    assert pictures[0].size == LEAST < pictures[-1].size == LARGEST, "at the true size, but no less than for the words"
    expected = to_bytes(shown.plate.pictures[1, 0][1])
    assert np.array_equal(pictures[5].pixels, expected)
