"""Hand-outs as files: what is inside, and what is refused."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import deepvis_widgets as dv
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.page import store as store_module
from deepvis_widgets.widgets.page.encoded import encoded
from deepvis_widgets.widgets.page.html import page_text
from deepvis_widgets.widgets.page.parts import Chart, Choice, Drawing, Later, Line, Live, Map, Picture, Text
from deepvis_widgets.widgets.page.store import PLANES, Store, packed, unpacked
from deepvis_widgets.widgets.views.map_view import MapView

# js/test/handout/store.test.ts reads them, too
PACKED = json.loads((Path(__file__).parents[3] / "fixtures" / "packed.json").read_text("utf-8"))


def kept(store: Store) -> dict[str, bytes]:
    return {name: unpacked(data) for name, data in store.packed()}


def test_bytes_are_kept_once_and_come_back() -> None:
    store = Store()
    names = [store.add(data) for data in (b"a" * 9999, b"b", b"a" * 9999, b"")]
    assert names[0] == names[2] and len(set(names)) == 3
    assert kept(store) == {names[0]: b"a" * 9999, names[1]: b"b", names[3]: b""}
    assert [*store.packed()] == [*store.packed()], "the same bytes give the same page"


@pytest.mark.parametrize("case", PACKED, ids=lambda case: f"{len(case['bytes']) // 2} bytes in {case['text'][0]}")
def test_packed_bytes_are_those_that_the_front_end_unpacks(
    case: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    meant, planes = bytes.fromhex(case["bytes"]), int(case["text"][0])
    assert unpacked(case["text"]) == meant
    monkeypatch.setattr(store_module, "LARGE", -1 if planes == PLANES else len(meant))
    text = packed(meant)
    assert text[0] == case["text"][0] and unpacked(text) == meant and not set(text) & set("&<>\"'\\")


def test_weights_lie_in_planes() -> None:
    weights = np.random.default_rng(0).normal(size=2**19).astype("<f4").tobytes()
    assert packed(weights)[0] == "4" and unpacked(packed(weights)) == weights
    assert len(packed(weights)) < 1.2 * len(weights)


def test_a_map_comes_back_within_a_step_of_its_levels() -> None:
    values = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)
    store = Store()
    said = encoded(Map(values, signed=True), store)
    levels = np.frombuffer(kept(store)[said["values"]["array"]], "<u2").reshape(said["values"]["shape"])
    found = said["lo"] + (said["hi"] - said["lo"]) * levels / 65535
    assert np.abs(found - values).max() <= (values.max() - values.min()) / 65535
    most = float(np.abs(values).max())
    assert said["ends"] == pytest.approx([-most, most]) and said["colormap"] == "blue-red"


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int64", "float64", "float32"])
def test_arrays_come_back(dtype: str) -> None:
    values = (np.arange(12).reshape(3, 4) * 20).astype(dtype)
    store = Store()
    said = encoded(values, store)
    found = np.frombuffer(kept(store)[said["array"]], np.dtype(said["dtype"]).newbyteorder("<"))
    assert (found.reshape(said["shape"]) == values).all()


def test_what_no_json_can_say_is_left_out_of_charts() -> None:
    said = encoded(Chart([Line("a", [0, 1], [float("nan"), np.float32(2.0)])]), Store())
    assert said["lines"][0]["y"] == [None, 2.0]
    json.dumps(said, allow_nan=False)


def test_a_drawing_is_kept_for_light_and_dark() -> None:
    def paint(canvas: Any, dark: bool) -> None:
        canvas.fill_style = "#fff" if dark else "#000"
        canvas.fill_rect(0, 0, 1 / 3, 2)
        canvas.stroke_line_segments(np.array([[[0, 1], [2, 3]]], np.float32))
        canvas.put_image_data(np.zeros((2, 2, 3), np.uint8), 4, 5)

    store = Store()
    said = encoded(Drawing((2, 3), paint, "lines"), store)
    light, dark = (json.loads(kept(store)[said[name]["bytes"]]) for name in ("light", "dark"))
    assert light[1:3] == dark[1:3] == [["fill_rect", [0, 0, 0.33, 2]], ["stroke_line_segments", [[[[0, 1], [2, 3]]]]]]
    assert (light[0], dark[0]) == (["=fill_style", ["#000"]], ["=fill_style", ["#fff"]])
    assert light[3][0] == "put_image_data" and light[3][1][0]["height"] == 2 and light[3][1][1:] == [4, 5]


def test_a_live_widget_is_kept_with_its_traits_frames_and_data() -> None:
    view = MapView(title="map", colormap="viridis")
    view.push("map", {"lo": 0.0, "hi": 1.0}, {"values": np.array([[1, 2]], np.uint16)})
    store = Store()
    said = encoded(Live(view, Text("a map"), {"network": b"onnx"}), store)
    found = kept(store)
    assert b"export" in found[said["module"]] and found[said["data"]["network"]] == b"onnx"
    assert said["traits"]["title"] == "map" and said["traits"]["colormap"] == "viridis"
    assert not any(name.startswith("_") for name in said["traits"]) and "layout" not in said["traits"]
    (frame,) = said["frames"]
    assert frame["message"]["kind"] == "map" and found[frame["buffers"][0]["bytes"]] == b"\x01\x00\x02\x00"
    view.close()


def test_a_page_stands_by_itself() -> None:
    text = page_text([Picture(np.zeros((4, 4, 3), np.uint8), "</script><b>&"), Text("<!-- no comment")], "A <b> & c")
    assert "<title>A &lt;b&gt; &amp; c</title>" in text
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", text) and "@import" not in text
    tree = re.search(r'id="parts">(.*?)</script>', text)
    assert tree is not None
    picture, comment = json.loads(tree.group(1))
    assert picture["caption"] == "</script><b>&" and comment["text"] == "<!-- no comment"
    assert text.count("<script") == text.count("</script>"), "what is told ends no element"


def test_the_styles_of_widgets_come_with_widgets_that_live() -> None:
    view = MapView()
    assert ".dv-map" not in page_text([Text("a")], "")
    assert ".dv-map" in page_text([Live(view, Text("a"))], "")
    view.close()


def test_several_widgets_are_handed_out_together(tmp_path: Path) -> None:
    first, second = dv.PoolingBoard(), dv.RelevanceBoard()
    path = dv.handout([first, second], tmp_path / "both.html")
    assert path == tmp_path / "both.html"
    text = path.read_text("utf-8")
    assert "<title>PoolingBoard · RelevanceBoard</title>" in text
    named = first.handout(str(tmp_path / "one.html"), "Pooling").read_text("utf-8")
    assert "<title>Pooling</title>" in named and "RelevanceBoard" not in named
    for widget in (first, second):
        widget.close()


def refusals() -> dict[str, tuple[Any, Any, Any, str]]:
    board, closed = dv.PoolingBoard(), dv.PoolingBoard()
    closed.close()
    return {
        "no ending": (board, "page", None, r"'page' is no path of a page; accepted is one that ends in \.html"),
        "no path": (board, 3, None, "3 is no path of a page"),
        "no folder": (board, "missing/page.html", None, 'There is no folder "missing"'),
        "a folder": (board, "folder.html", None, r'"folder\.html" cannot be written'),
        "nothing": ([], "page.html", None, "There is nothing to hand out"),
        "no list": (7, "page.html", None, "There is nothing to hand out"),
        "no widget": ([board, "board"], "page.html", None, "A str cannot be handed out"),
        "closed": ([closed], "page.html", None, "This PoolingBoard was closed"),
        "no title": (board, "page.html", 5, "title=5 is not accepted"),
    }


def test_what_does_not_fit_is_refused_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.html").mkdir()
    for what, path, title, sentence in refusals().values():
        with pytest.raises(DeepvisError, match=sentence):
            dv.handout(what, path, title)
    assert [file.name for file in tmp_path.iterdir()] == ["folder.html"]


def test_parts_that_are_made_later_stand_on_a_page_like_others() -> None:
    texts, made = [Text("one"), Text("two")], Later([lambda: Text("one"), lambda: Text("two")])
    choices = [Choice(["a", "b"], parts, "Which", chosen=1) for parts in (texts, made)]
    assert encoded(choices[0], Store()) == encoded(choices[1], Store())
    assert [part.text for part in made[:1]] == ["one"]  # type: ignore[attr-defined]


def test_a_picture_that_need_not_be_exact_is_small_and_nearly_the_same() -> None:
    ramp = np.linspace(0, 255, 96)
    pixels = np.stack([np.add.outer(ramp, ramp) / 2, np.tile(ramp, (96, 1)), 255 - np.tile(ramp, (96, 1))], 2)
    pixels = (pixels + np.random.default_rng(0).normal(0, 6, pixels.shape)).clip(0, 255).astype(np.uint8)
    sizes = []
    for exact in (True, False):
        store = Store()
        said = encoded(Picture(pixels, "A ramp", exact=exact), store)
        (data,) = kept(store).values()
        found = np.asarray(Image.open(io.BytesIO(data))).astype(int)
        sizes.append(len(data))
        assert np.abs(found - pixels).mean() <= (0 if exact else 5)
        assert said["caption"] == "A ramp" and "exact" not in said
    assert sizes[1] < sizes[0] / 3


def test_calls_of_a_drawing_are_rounded_whatever_holds_their_numbers() -> None:
    def paint(canvas: Any, dark: bool) -> None:
        canvas.fill_polygon([(1.23456, np.float32(2.5)), (3, 4)])
        canvas.stroke_line_segments(np.array([[[0.123, 1], [2, 3]]], np.float32))

    store = Store()
    said = encoded(Drawing((9, 9), paint), store)
    calls = json.loads(kept(store)[said["light"]["bytes"]])
    assert calls[0] == ["fill_polygon", [[[1.23, 2.5], [3, 4]]]]
    assert np.allclose(calls[1][1], [[[[0.12, 1], [2, 3]]]])
