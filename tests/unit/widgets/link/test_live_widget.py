"""What every live widget shares, without a browser."""

from __future__ import annotations

import gc
import logging
import threading
import weakref

import numpy as np
import pytest

from deepvis_widgets.widgets.link.live_widget import LiveWidget
from deepvis_widgets.widgets.link.protocol import Frame, pack
from deepvis_widgets.widgets.views.map_view import MapView


class Recording(LiveWidget):
    """A live widget that keeps what it sends."""

    _esm = "export default {}"

    def __init__(self) -> None:
        self.sent: list[tuple[dict, list]] = []
        super().__init__()

    def send(self, content: dict, buffers: list | None = None) -> None:
        self.sent.append((content, buffers or []))

    def receive(self, kind: str, seq: int = 0, meta: dict | None = None, arrays: dict | None = None) -> None:
        self._handle_custom_msg(*pack(kind, seq, meta, arrays))

    def kinds(self) -> list[str]:
        return [content["kind"] for content, _ in self.sent]


@pytest.fixture
def widget() -> Recording:
    return Recording()


def test_ready_sends_the_last_frame_of_each_kind_again(widget: Recording) -> None:
    widget.push("picture", {"n": 1}, {"x": np.array([1], np.uint8)})
    widget.push("overlay")
    widget.push("picture", {"n": 2}, {"x": np.array([2], np.uint8)})
    widget.sent.clear()
    widget.receive("ready")
    assert widget.kinds() == ["overlay", "picture"], "in the order of their arrival"
    assert widget.sent[1] == pack("picture", 0, {"n": 2}, {"x": np.array([2], np.uint8)})


def test_ready_is_answered_also_where_nothing_was_shown(widget: Recording) -> None:
    widget.receive("ready", 7)
    assert widget.sent == [pack("ack", 7)]


def test_a_browser_that_missed_messages_gets_the_traits_again(
    widget: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    monkeypatch.setattr(widget, "send_state", names.extend)
    widget.receive("ready", meta={"late": False})
    assert names == []
    widget.receive("ready", meta={"late": True})
    assert {"group", "label", "notice"} <= set(names)
    assert not any(name.startswith("_") for name in names), "neither code nor style"


def test_acks_are_not_sent_again(widget: Recording) -> None:
    widget.ack(3)
    assert widget.sent == [pack("ack", 3)]
    widget.sent.clear()
    widget.receive("ready")
    assert widget.sent == []


def test_forgotten_frames_are_not_sent_again(widget: Recording) -> None:
    for kind in ("a", "b", "c"):
        widget.push(kind)
    widget.forget("b")
    widget.sent.clear()
    widget.receive("ready")
    assert widget.kinds() == ["a", "c"]


def test_what_was_pushed_does_not_change_with_the_array(widget: Recording) -> None:
    array = np.array([5], np.uint8)
    widget.push("x", arrays={"a": array})
    array[0] = 0
    widget.receive("ready")
    assert widget.sent[-1][1] == [b"\x05"]


def test_callbacks_hear_their_kind_only(widget: Recording) -> None:
    heard: list[Frame] = []
    widget.on_frame("visible", heard.append)
    widget.receive("occluder", 1)
    widget.receive("visible", 2, {"layer": "a"}, {"units": np.array([0, 1], np.int32)})
    assert [frame.seq for frame in heard] == [2]
    assert heard[0].arrays["units"].tolist() == [0, 1]


def test_an_error_becomes_a_notice_and_an_ack(widget: Recording, caplog: pytest.LogCaptureFixture) -> None:
    def fail(frame: Frame) -> None:
        raise ValueError("No layer is called 'x'.\nDetails follow.")

    heard: list[Frame] = []
    widget.on_frame("visible", fail)
    widget.on_frame("visible", heard.append)
    with caplog.at_level(logging.ERROR):
        widget.receive("visible", 4)
    assert widget.notice == "No layer is called 'x'."
    assert len(heard) == 1, "later callbacks are called"
    assert widget.sent == [pack("ack", 4)], "the browser may ask again"
    assert "Traceback" in caplog.text


def test_a_message_that_is_no_frame_is_dropped(widget: Recording, caplog: pytest.LogCaptureFixture) -> None:
    widget._handle_custom_msg({"kind": "visible"}, [])
    assert "a message was dropped" in caplog.text


def test_pushing_and_receiving_from_many_threads(widget: Recording) -> None:
    heard: list[int] = []
    widget.on_frame("visible", lambda frame: heard.append(frame.seq))

    def work(number: int) -> None:
        for i in range(50):
            widget.push(f"kind {number % 3}", {"i": i})
            widget.receive("visible", i)
            widget.receive("ready")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heard) == 300
    widget.sent.clear()
    widget.receive("ready")
    assert sorted(widget.kinds()) == ["kind 0", "kind 1", "kind 2"]


def test_a_closed_widget_is_let_go() -> None:
    widget = MapView()
    seen = weakref.ref(widget)
    widget.push("map", {}, {"values": np.zeros((2, 2), np.uint8)})
    widget.close()
    del widget
    gc.collect()
    assert seen() is None


def test_what_is_pushed_together_is_one_message_of_whole_frames(widget: Recording) -> None:
    with widget.together():
        widget.push("a", {"n": 1}, {"x": np.array([1], np.uint8)})
        with widget.together():
            widget.push("b", seq=2)
        widget.ack(2)
        assert widget.sent == []
    heads = [pack("a", 0, {"n": 1}, {"x": np.array([1], np.uint8)})[0], pack("b", 2)[0], pack("ack", 2)[0]]
    assert widget.sent == [({"kind": "together", "seq": 0, "meta": {"frames": heads}, "arrays": []}, [b"\x01"])]
    widget.sent.clear()
    with widget.together():
        widget.push("a")
    with widget.together():
        pass
    assert widget.kinds() == ["a"]


def test_what_is_pushed_together_does_not_come_after_something_newer(widget: Recording) -> None:
    with widget.together():
        widget.push("a", {"n": 1})
        widget.push("b", {"n": 1})
        other = threading.Thread(target=widget.push, args=["a", {"n": 2}])
        other.start()
        other.join()
    assert [content["meta"].get("n") for content, _ in widget.sent] == [2, 1]
    assert widget.kinds() == ["a", "b"]


def test_what_was_pushed_together_before_an_error_is_sent(widget: Recording) -> None:
    with pytest.raises(RuntimeError), widget.together():
        widget.push("a")
        raise RuntimeError
    assert widget.kinds() == ["a"]
