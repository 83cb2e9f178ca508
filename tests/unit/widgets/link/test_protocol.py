"""The codec, with the messages that the front end's tests read as well."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from deepvis_widgets.widgets.link.protocol import ProtocolError, pack, unpack

FOLDER = Path(__file__).parents[3] / "fixtures" / "messages"
FIXTURES = {path.stem: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")}
GOOD = sorted(name for name, fixture in FIXTURES.items() if "values" in fixture)
BAD = sorted(name for name, fixture in FIXTURES.items() if "error" in fixture)


def buffers_of(fixture: dict) -> list[bytes]:
    return [bytes.fromhex(text) for text in fixture["buffers"]]


def test_there_are_good_and_bad_messages() -> None:
    assert len(GOOD) >= 5 and len(BAD) >= 10


@pytest.mark.parametrize("name", GOOD)
def test_good_messages_decode(name: str) -> None:
    fixture = FIXTURES[name]
    frame = unpack(fixture["message"], buffers_of(fixture))
    assert {key: array.ravel().tolist() for key, array in frame.arrays.items()} == fixture["values"]
    entries = {entry["name"]: entry for entry in fixture["message"]["arrays"]}
    for key, array in frame.arrays.items():
        assert list(array.shape) == entries[key]["shape"] and array.dtype.name == entries[key]["dtype"]


@pytest.mark.parametrize("name", GOOD)
def test_good_messages_encode_to_the_same_bytes(name: str) -> None:
    fixture = FIXTURES[name]
    frame = unpack(fixture["message"], buffers_of(fixture))
    message, buffers = pack(frame.kind, frame.seq, frame.meta, frame.arrays)
    assert message == fixture["message"]
    assert buffers == buffers_of(fixture)


@pytest.mark.parametrize("name", BAD)
def test_bad_messages_raise_one_sentence(name: str) -> None:
    fixture = FIXTURES[name]
    with pytest.raises(ProtocolError) as caught:
        unpack(fixture["message"], buffers_of(fixture))
    assert fixture["error"] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_memoryviews_decode_as_comms_deliver_them() -> None:
    whole = memoryview(bytes(3) + np.array([1.5, -2.0], "<f4").tobytes())
    entry = {"name": "x", "dtype": "float32", "shape": [2]}
    frame = unpack({"kind": "k", "seq": 0, "meta": {}, "arrays": [entry]}, [whole[3:]])
    assert frame.arrays["x"].tolist() == [1.5, -2.0]


def test_decoded_arrays_are_read_only() -> None:
    frame = unpack(*pack("k", 0, {}, {"x": np.zeros(2, np.uint8)}))
    with pytest.raises(ValueError):
        frame.arrays["x"][0] = 1


def test_packing_copies_and_orders_the_values() -> None:
    array = np.arange(6, dtype=np.uint16).reshape(2, 3)
    message, buffers = pack("k", 0, {}, {"x": array.T, "big": array.astype(">u2")})
    array[:] = 0
    assert message["arrays"][0]["shape"] == [3, 2]
    assert np.frombuffer(buffers[0], "<u2").tolist() == [0, 3, 1, 4, 2, 5]
    assert np.frombuffer(buffers[1], "<u2").tolist() == [0, 1, 2, 3, 4, 5]


def test_packing_refuses_other_dtypes() -> None:
    with pytest.raises(ProtocolError, match="must be uint8, uint16, int32 or float32, not float64"):
        pack("k", 0, {}, {"x": np.zeros(2)})
