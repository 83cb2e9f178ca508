"""The teaching board without a browser: its map against dv.teach, what its trays take, and what it says of trust."""

from __future__ import annotations

import html
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import deepvis_widgets as dv
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.picture.picture import to_pil
from deepvis_widgets.widgets.link.protocol import pack
from deepvis_widgets.widgets.teach import state as state_module
from deepvis_widgets.widgets.teach.teach_board import TeachBoard
from deepvis_widgets.widgets.teach.words import NOTHING
from tests.small_nets import Plain, seeded
from tests.untouched import Untouched

SIDE = 32


def network() -> dv.Network:
    return dv.Network(seeded(Plain()), dv.Preprocess((SIDE, SIDE), None), name="small")


def pictures(count: int, seed: int = 0) -> list[torch.Tensor]:
    chance = torch.Generator().manual_seed(seed)
    return [torch.rand(3, SIDE, SIDE, generator=chance) for _ in range(count)]


def settle(board: TeachBoard) -> TeachBoard:
    assert board.engine.idle(60)
    return board


BRIGHT, DARK = [picture / 2 + 0.5 for picture in pictures(3)], [picture / 2 for picture in pictures(3, 1)]


@pytest.fixture
def board() -> Iterator[TeachBoard]:
    made = settle(TeachBoard(network(), {"bright": BRIGHT, "dark": DARK}, BRIGHT[0], pictures=pictures(2)))
    yield made
    made.close()


def send(widget: Any, kind: str, meta: dict[str, Any], arrays: dict[str, Any] | None = None) -> None:
    """A frame as the browser sends it."""
    message, buffers = pack(kind, 1, meta, arrays or {})
    widget._receive(None, message, [memoryview(buffer) for buffer in buffers])


def overlay(board: TeachBoard) -> np.ndarray:
    frame = board.stage.last("overlay")
    assert frame is not None
    low, high = frame.meta["lo"], frame.meta["hi"]
    values: np.ndarray = low + (high - low) * frame.arrays["values"].astype(np.float64) / 255
    return values


def test_the_map_over_the_picture_is_that_of_the_taught_network(board: TeachBoard) -> None:
    for target in ("bright", "dark"):
        board.target = target
        expected = dv.explain(board.taught, BRIGHT[0], "cam", target=target)
        step = 2 * float(expected.coarse.abs().max()) / 255  # type: ignore[attr-defined]
        np.testing.assert_allclose(overlay(board), expected.coarse.detach().numpy(), atol=step)  # type: ignore[attr-defined]
    shares = board.taught.probabilities(board.network.view(BRIGHT[0])[None])[0]
    shown = [tray.share.value for tray in board.panes.trays.trays]
    np.testing.assert_allclose(shown, shares.tolist(), atol=1e-4)
    assert [tray.explain.description for tray in board.panes.trays.trays] == [f"{value:.1%}" for value in shown]


def test_the_network_is_left_alone() -> None:
    net = network()
    before = Untouched(net.module)
    made = settle(TeachBoard(net, {"bright": BRIGHT, "dark": DARK}))
    assert made.taught.labels == ["bright", "dark"]
    made.close()
    before.check()


def test_the_sentence_says_what_was_left_out_and_what_guessing_would_do(board: TeachBoard) -> None:
    right = board.taught.leave_one_out.right
    assert right == 6
    assert f"{right} of 6 told right. Guessing would do as well in 1.6% of all tries" in board.panes.trust.value
    board.examples = {"bright": BRIGHT[:2], "dark": DARK[:2]}
    settle(board)
    assert "Guessing would do as well in 6% of all tries, so this shows nothing yet" in board.panes.trust.value
    board.examples = {"bright": BRIGHT[:1], "dark": DARK[:1]}
    settle(board)
    assert "nothing can be left out" in board.panes.trust.value


def test_a_picture_in_the_wrong_tray_stands_out() -> None:
    board = settle(TeachBoard(network(), {"bright": [*BRIGHT, DARK[0]], "dark": [*DARK[1:]]}, BRIGHT[0]))
    told = board.taught.leave_one_out.told[:4]
    tray = board.panes.trays.trays[0].tray
    assert tray.marked == [place for place, label in enumerate(told) if label != "bright"] and 3 in tray.marked
    assert tray.captions[3] == "picture 4: told dark when it was left out"
    board.close()


def test_empty_trays_say_what_to_do_and_two_filled_ones_teach() -> None:
    board = settle(TeachBoard(network(), picture=BRIGHT[0]))
    assert board.labels == ["first", "second"] and NOTHING in board.panes.trust.value and board.explained is None
    assert [tray.explain.disabled for tray in board.panes.trays.trays] == [True, True]
    with pytest.raises(DeepvisError, match="Two classes or more are needed"):
        _ = board.taught
    board.panes.trays.trays[0].add.click()
    assert board.examples["first"][0] is board.image
    board.image = DARK[0]
    board.panes.trays.trays[1].add.click()
    settle(board)
    assert board.explained is not None and board.taught.labels == ["first", "second"]
    assert board.panes.trays.trays[1].explain.disabled is False
    board.close()


def test_files_come_into_a_tray_by_name_and_what_is_none_is_told(board: TeachBoard) -> None:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), (250, 250, 250)).save(file, "PNG")
    pane = board.panes.trays.trays[0]
    levels = np.frombuffer(file.getvalue(), np.uint8)
    send(pane.tray, "file", {"name": "white: wall.png"}, {"bytes": levels})
    settle(board)
    assert len(board.examples["bright"]) == 4 and pane.tray.captions[3].startswith("white: wall.png")
    assert pane.tray.last("pictures").arrays["pictures"].shape[0] == 4  # type: ignore[union-attr]
    send(pane.tray, "file", {"name": "letter.txt"}, {"bytes": np.frombuffer(b"no picture", np.uint8)})
    assert len(board.examples["bright"]) == 4 and "alert" in board.panes.trays.notice.value
    send(pane.tray, "show", {"index": 3})
    assert board.image is board.examples["bright"][3] and board.bar.shown == "white: wall.png"
    send(pane.tray, "remove", {"index": 3})
    settle(board)
    assert board.examples["bright"] == tuple(BRIGHT) and board.panes.trays.notice.value == ""


def test_trays_are_named_added_and_taken_away(board: TeachBoard) -> None:
    board.target = "dark"
    board.panes.trays.trays[1].name.value = "night"
    assert board.labels == ["bright", "night"] and board.target == 1
    board.panes.trays.trays[1].name.value = "bright"  # there is one already
    assert board.labels == ["bright", "night"] and board.panes.trays.trays[1].name.value == "night"
    assert "There is a tray" in board.panes.trays.notice.value
    board.panes.trays.more.click()
    assert board.labels == ["bright", "night", "class 3"] and len(board.panes.trays.trays) == 3
    board.add("class 3", torch.full((3, SIDE, SIDE), 0.5))
    settle(board)
    assert board.taught.labels == ["bright", "night", "class 3"]
    board.panes.trays.trays[1].away.click()
    settle(board)
    assert board.labels == ["bright", "class 3"] and [t.name.value for t in board.panes.trays.trays] == board.labels
    board.target = "class 3"
    board.panes.trays.trays[1].explain.click()
    assert board.target is None


def test_the_camera_is_answered_picture_by_picture(board: TeachBoard) -> None:
    levels = (255 * DARK[0].permute(1, 2, 0).numpy()).astype(np.uint8)
    camera, acknowledged = board.panes.picture.camera, []
    camera.ack = acknowledged.append  # type: ignore[method-assign]
    assert camera.size == [SIDE, SIDE]
    send(camera, "frame", {}, {"picture": levels})
    settle(board)
    assert acknowledged == [1] and board.bar.shown == "camera"
    assert torch.equal(board.view, torch.from_numpy(levels).permute(2, 0, 1) / 255)  # as it came, not cut again
    assert board.explained is not None and board.explained.seen.view is board.view


def test_a_picture_passes_once(board: TeachBoard, monkeypatch: pytest.MonkeyPatch) -> None:
    passed = []
    forward = Plain.forward

    def counted(self: Plain, x: torch.Tensor) -> torch.Tensor:
        passed.append(len(x))
        return forward(self, x)

    monkeypatch.setattr(board.panes.units, "pictures", None)  # which draws patterns
    monkeypatch.setattr(Plain, "forward", counted)
    board.add("dark", pictures(1, 7)[0])
    board.target = 0
    settle(board)
    board.take_out("dark", 0)
    settle(board)
    assert passed == [1]


def test_units_with_the_largest_weights_have_their_pictures(board: TeachBoard) -> None:
    board.target = "dark"
    settle(board)
    weights = board.taught.module.classifier.weight[1].detach()
    order = weights.argsort(descending=True)[:6].tolist()
    captions = board.panes.units.gallery.captions
    assert captions == [f"unit {unit} · {float(weights[unit]):+.2f}".replace("-", "−") for unit in order]
    shown = board.panes.units.gallery.last("pictures")
    assert shown is not None and shown.arrays["pictures"].shape[0] == 6
    with torch.no_grad():
        maps = {id(p): board.network.module.features(board.network.feed(p[None]))[0] for p in (*BRIGHT, *DARK)}
    strongest = max((*BRIGHT, *DARK), key=lambda p: float(maps[id(p)][order[0]].max()))
    row, col = np.unravel_index(int(maps[id(strongest)][order[0]].argmax()), (SIDE // 2, SIDE // 2))
    field = board.network.layers["features.4"].field.size[0]
    top, left = (round((at + 0.5) * 2 - field / 2) for at in (int(row), int(col)))
    box = torch.nn.functional.pad(strongest, (field,) * 4, value=0.5)[..., top + field :, left + field :]
    patch = box[..., :field, :field]
    middle = shown.arrays["pictures"][0][48, 100 + 48] / 255
    np.testing.assert_allclose(middle, patch[:, field // 2, field // 2], atol=0.25)


def test_a_network_without_pooled_features_is_refused() -> None:
    flat = dv.Network(nn.Sequential(nn.Conv2d(3, 2, 8, 8), nn.Flatten()), dv.Preprocess((SIDE, SIDE), None))
    with pytest.raises(DeepvisError, match="no pooled features"):
        TeachBoard(flat, picture=BRIGHT[0])


def folder(tmp_path: Path, name: str, pictures: list[torch.Tensor], broken: int = 0) -> Path:
    """Writes pictures into a folder, some files that are none, and one in a folder of its own."""
    made = tmp_path / name
    (made / "more").mkdir(parents=True)
    for place, picture in enumerate(pictures):
        to_pil(picture).save(made / f"{place}.png")
    for place in range(broken):
        (made / f"broken{place}.png").write_bytes(b"no picture")
    (made / "read.txt").write_text("words")
    to_pil(pictures[0]).save(made / "more" / "inner.png")
    return made


def test_a_tray_is_filled_from_a_folder(tmp_path: Path) -> None:
    bright, dark = folder(tmp_path, "bright", BRIGHT, 2), folder(tmp_path, "dark", DARK)
    made = settle(TeachBoard(network(), {"bright": str(bright), "dark": dark}, BRIGHT[0]))
    try:
        assert [path.name for path in made.examples["bright"]] == ["0.png", "1.png", "2.png"]
        said = html.unescape(made.panes.trays.notice.value)
        assert 'Of 5 pictures for "bright" 2 cannot be read and are left out: broken0.png, broken1.png.' in said
        listed = settle(TeachBoard(network(), {"bright": sorted(bright.glob("[0-9].png")), "dark": DARK}, BRIGHT[0]))
        np.testing.assert_allclose(overlay(made), overlay(listed), atol=0.02 * np.abs(overlay(made)).max())
        listed.close()
        assert f"'dark': '{dark}'" in made.code().replace('"', "'")
        again = dv.open(made.save(tmp_path / "taught.json"), made.network)
        for label, pictures in made.examples.items():
            assert list(map(str, again.examples[label])) == list(map(str, pictures))
        again.close()
        made.take_out("dark", 0)
        assert settle(made).panes.trays.notice.value == ""
        with pytest.raises(DeepvisError, match="There is no folder"):
            made.examples = {"bright": tmp_path / "nowhere", "dark": DARK}
        with pytest.raises(DeepvisError, match="There is no picture in the folder"):
            made.examples = {"bright": tmp_path, "dark": DARK}
    finally:
        made.close()


def test_of_a_large_folder_the_first_pictures_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_module, "MOST_PICTURES", 2)
    made = settle(TeachBoard(network(), {"bright": folder(tmp_path, "bright", BRIGHT), "dark": DARK}, BRIGHT[0]))
    try:
        assert len(made.examples["bright"]) == 2
        assert "Of 3 pictures for &quot;bright&quot; the first 2 are taken." in made.panes.trays.notice.value
    finally:
        made.close()


def test_a_folder_from_the_browser_is_taken_at_once(board: TeachBoard, tmp_path: Path) -> None:
    changes: list[Any] = []
    board.observe(changes.append, names="examples")
    tray = board.panes.trays.trays[0].tray
    contents = [as_file(BRIGHT[1]), b"", as_file(BRIGHT[2])]
    for place, content in enumerate(contents):
        sent = {"bytes": np.frombuffer(content, np.uint8)}
        send(tray, "file", {"name": f"{place}.png", "place": place, "of": 3}, sent)
    settle(board)
    assert len(changes) == 1 and len(board.examples["bright"]) == 5
    said = html.unescape(board.panes.trays.notice.value)
    assert 'Of 3 pictures for "bright" 1 cannot be read and is left out: 1.png.' in said
    send(tray, "file", {"name": "none.png"}, {"bytes": np.zeros(4, np.uint8)})
    assert len(board.examples["bright"]) == 5 and board.panes.trays.notice.value


def as_file(picture: torch.Tensor) -> bytes:
    file = io.BytesIO()
    to_pil(picture).save(file, "PNG")
    return file.getvalue()


class Open(nn.Module):
    """Averages its maps and ends in more than a linear layer, so that a copy is cut there."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.last = nn.Conv2d(3, 8, 3), nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.last(torch.relu(self.conv(x)).mean((2, 3)))
        return scores


@pytest.mark.parametrize("make", [Plain, Open])
@pytest.mark.parametrize("by", ["tray", "picture"])
def test_pictures_pass_again_once_the_weights_have_changed(make: Any, by: str) -> None:
    net = dv.Network(seeded(make()).eval(), dv.Preprocess((SIDE, SIDE), None), name="small")
    made = settle(TeachBoard(net, {"bright": BRIGHT, "dark": DARK}, BRIGHT[0]))
    try:
        before = overlay(made)
        with torch.no_grad():
            for parameter in net.module.parameters():
                parameter.add_(0.3 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)))
        if by == "tray":
            made.add("dark", DARK[0] / 2)
        else:
            made.image = BRIGHT[1]
        settle(made)
        new = settle(TeachBoard(net, made.examples, made.image))
        expected = overlay(new)
        new.close()
        np.testing.assert_allclose(overlay(made), expected, atol=1e-6 * np.abs(expected).max())
        assert np.abs(expected - before).max() > 0.05 * np.abs(expected).max()
    finally:
        made.close()
