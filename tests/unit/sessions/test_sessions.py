"""What a widget saved comes back as it stood; what is no whole session is told in one sentence, and makes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import deepvis_widgets as dv
from deepvis_widgets.sessions.open import WIDGETS
from deepvis_widgets.widgets.kit.root import Root
from tests.small_nets import Plain
from tests.unit.widgets.remake import again

SENTENCE = re.compile(r"^[^\n]{10,300}[.:]?$")


@pytest.mark.parametrize("name", again.WIDGETS)
def test_a_widget_comes_back_as_it_stood(name: str, tmp_path: Path) -> None:
    widget = again.made(name)
    file = widget.save(tmp_path / "session.json")
    twin = dv.open(file)
    try:
        assert type(twin).__name__ == type(widget).__name__
        assert again.state(twin) == again.state(widget)
    finally:
        twin.close()
        widget.close()
    assert [each.name for each in tmp_path.iterdir()] == ["session.json"]


def test_every_public_widget_is_saved_and_opened() -> None:
    public = {name for name in dv.__all__ if isinstance(found := getattr(dv, name), type) and issubclass(found, Root)}
    assert set(WIDGETS) == public
    assert {type(eval(code, {"dv": dv})).__name__ for code, _ in again.WIDGETS.values() if "Board" in code} <= public


@pytest.fixture
def board() -> Iterator[dv.CamBoard]:
    made = dv.CamBoard("husky-wolf", dv.scene("wolf", "snow", seed=3), target="wolf")
    yield made
    made.close()


def content_of(widget: Any, folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(widget.save(folder / "session.json").read_text())
    return content


def test_a_session_holds_names_and_paths(board: dv.CamBoard, tmp_path: Path) -> None:
    content = content_of(board, tmp_path)
    assert (content["format"], content["version"], content["widget"]) == ("deepvis_widgets session", 1, "CamBoard")
    assert content["networks"][0]["load"] == "husky-wolf"
    assert content["pictures"] == [{"kind": "scene", "arguments": ["wolf", "snow"], "seed": 3}]
    Image.new("RGB", (20, 20), "red").save(tmp_path / "red.png")
    board.image = tmp_path / "red.png"
    assert content_of(board, tmp_path)["pictures"] == [{"kind": "path", "path": str(tmp_path / "red.png")}]


@pytest.mark.parametrize("kind", ["PIL", "bytes", "array", "tensor", "scene"])
def test_a_picture_without_a_path_is_inside(board: dv.CamBoard, tmp_path: Path, kind: str) -> None:
    numbers = np.random.default_rng(0).integers(0, 255, (30, 40, 3), np.uint8)
    image = Image.fromarray(numbers)
    image.save(tmp_path / "a.png")
    scene = dv.scene("wolf", "snow", seed=3)
    scene.image.putpixel((5, 5), (255, 0, 0))
    given = {
        "PIL": image,
        "bytes": (tmp_path / "a.png").read_bytes(),
        "array": numbers,
        "tensor": torch.from_numpy(numbers).permute(2, 0, 1) / 255,
        "scene": scene,
    }[kind]
    (tmp_path / "a.png").unlink()
    board.image = given
    twin = dv.open(board.save(tmp_path / "session.json"))
    assert torch.equal(twin.view, board.view)
    assert kind != "scene" or (np.array_equal(twin.image.mask, scene.mask) and twin.image.label == "wolf")
    twin.close()


def test_a_network_of_ones_own_is_asked_for_and_must_fit(tmp_path: Path) -> None:
    net = dv.Network(Plain(), dv.Preprocess((32, 32), None), name="mine").without("features.1", 2)
    compare = dv.Compare([net, "husky-wolf"], dv.scene("wolf"), methods=["gradient"])
    file = compare.save(tmp_path / "session.json")
    with pytest.raises(dv.DeepvisError, match=r"needs the network mine that you made: dv.open\(path, network=...\)"):
        dv.open(file)
    with pytest.raises(dv.DeepvisError, match="husky-wolf does not fit the session"):
        dv.open(file, dv.load("husky-wolf"))
    other = dv.Network(Plain(), dv.Preprocess((32, 32), None), [f"label {n}" for n in range(net.classes)])
    with pytest.raises(dv.DeepvisError, match="labels are not the"):
        dv.open(file, other)
    with pytest.raises(dv.DeepvisError, match="2 networks were given; the session needs 1"):
        dv.open(file, [net, net])
    twin = dv.open(file, dv.Network(net.module, net.preprocessing, name="mine"))
    assert twin.networks[0].off.units == {"features.1": (2,)} and twin.networks[1].name == "husky-wolf"
    twin.close()
    compare.close()


def test_networks_that_run_programs_are_not_loaded_by_a_file(board: dv.CamBoard, tmp_path: Path) -> None:
    content = content_of(board, tmp_path)
    (tmp_path / "hubconf.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    for name in (f"hub:{tmp_path}:net", str(tmp_path / "model.pt")):
        content["networks"][0]["load"] = name
        (tmp_path / "session.json").write_text(json.dumps(content))
        with pytest.raises(dv.DeepvisError, match="that you made"):
            dv.open(tmp_path / "session.json")
    assert not (tmp_path / "ran").exists()


def damage(content: dict[str, Any], change: str) -> str:
    exec(change, {"c": content})
    return json.dumps(content)


@pytest.mark.parametrize(
    "change",
    [
        'c["format"] = "another"',
        'c["version"] = 2',
        'c["version"] = "1"',
        'del c["networks"]',
        'c["widget"] = "Popen"',
        'c["widget"] = ["CamBoard"]',
        'c["arguments"]["_esm"] = "alert(1)"',
        'c["traits"] = [["_esm", "alert(1)"]]',
        'c["traits"] = [["layout", {}]]',
        'c["traits"] = [["threshold", "much"]]',
        'c["traits"] = [["threshold"]]',
        'c["arguments"]["target"] = "unicorn"',
        'c["arguments"]["picture"]["place"] = 7',
        'c["arguments"]["picture"] = {"$": "pickle", "bytes": "AAAA"}',
        'c["pictures"][0] = {"kind": "path", "path": "/no/such/file.png"}',
        'c["pictures"][0] = {"kind": "path", "path": "http://127.0.0.1:9/a.png"}',
        'c["pictures"][0] = {"kind": "png", "png": "@@@"}',
        'c["pictures"][0] = {"kind": "png", "png": "AAAA"}',
        'c["pictures"][0] = {"kind": "numbers", "$": "array", "bytes": "gASVKAAAAAAAAACM"}',
        'c["pictures"][0] = {"kind": "scene", "arguments": ["unicorn", "snow"], "seed": 3}',
        'c["pictures"][0] = {}',
        'c["networks"][0]["load"] = "no-such-network"',
        'c["networks"][0]["layers"] = []',
        'c["networks"][0]["changes"] = [["__init_subclass__", [], {}]]',
        'c["networks"][0] = {}',
    ],
)
def test_what_is_no_session_is_told_in_a_sentence(board: dv.CamBoard, tmp_path: Path, change: str) -> None:
    file = tmp_path / "session.json"
    file.write_text(damage(content_of(board, tmp_path), change))
    with pytest.raises(dv.DeepvisError) as caught:
        dv.open(file)
    assert SENTENCE.match(str(caught.value)), str(caught.value)


def test_files_that_are_cut_off_foreign_or_missing(board: dv.CamBoard, tmp_path: Path) -> None:
    file = board.save(tmp_path / "session.json")
    whole = file.read_bytes()
    for content in (whole[:-40], whole[: len(whole) // 2], b"", b"\x89PNG\r\n\x1a\n\xff", b"[" * 100_000, b"{}", b"7"):
        file.write_bytes(content)
        with pytest.raises(dv.DeepvisError) as caught:
            dv.open(file)
        assert SENTENCE.match(str(caught.value)), str(caught.value)
    with pytest.raises(dv.DeepvisError, match="there is no such file"):
        dv.open(tmp_path / "nothing.json")
    with pytest.raises(dv.DeepvisError, match="newer"):
        file.write_text(damage(json.loads(whole), 'c["version"] = 9'))
        dv.open(file)


def test_saving_says_what_is_accepted(board: dv.CamBoard, tmp_path: Path) -> None:
    with pytest.raises(dv.DeepvisError, match="names that end in .json"):
        board.save(tmp_path / "session.pkl")
    with pytest.raises(dv.DeepvisError, match="cannot be written"):
        board.save(tmp_path / "no" / "session.json")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_path_is_one_sentence() -> None:
    with pytest.raises(dv.DeepvisError, match="3 is no path"):
        dv.open(3)  # type: ignore[arg-type]
