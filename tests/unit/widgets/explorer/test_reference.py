"""The second picture of a similarity in the Explorer: against the network that was made with it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import deepvis_widgets as dv
from deepvis_widgets.widgets.explorer import answers
from deepvis_widgets.widgets.explorer.explorer import Explorer
from deepvis_widgets.widgets.explorer.inputs_pane import REFERENCE
from deepvis_widgets.widgets.link.protocol import pack
from deepvis_widgets.widgets.page.words import words
from tests.small_nets import Plain, seeded

SIDE = 32
FIRST, SECOND, THIRD = (torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(seed)) for seed in (1, 2, 3))
THIRD = THIRD * torch.tensor([1.0, 0.1, 0.3])[:, None, None]
PREPARE = dv.Preprocess((SIDE, SIDE), None)


@pytest.fixture
def explorer() -> Iterator[Explorer]:
    net = dv.Network(seeded(Plain()), PREPARE, answers=dv.Similarity(SECOND), name="alike")
    made = Explorer(net, FIRST, pictures=[FIRST, SECOND, THIRD])
    assert made.session.idle(60)
    yield made
    made.close()


def sent(explorer: Explorer, kind: str, meta: dict[str, Any], arrays: dict[str, Any] | None = None) -> None:
    content, buffers = pack(f"inputs/{kind}", 1, {"input": REFERENCE, **meta}, arrays or {})
    explorer._handle_custom_msg(content, [memoryview(buffer) for buffer in buffers])
    assert explorer.session.idle(60)


def seen(explorer: Explorer) -> np.ndarray:
    frame = explorer.panes.inputs.port.last(f"picture-{REFERENCE}")
    assert frame is not None
    return np.asarray(frame.arrays["pictures"][0])


def as_bytes(picture: torch.Tensor) -> np.ndarray:
    return (picture * 255).round().byte().permute(1, 2, 0).numpy()


def test_everything_follows_another_reference(explorer: Explorer) -> None:
    shares: list[Any] = []
    overlays: list[Any] = []
    explorer.session.subscribe(answers.Shares, shares.append)
    explorer.session.subscribe(answers.Overlay, overlays.append)
    assert np.array_equal(seen(explorer), as_bytes(SECOND))
    explorer.method = "grad_cam"
    explorer.reference = THIRD
    assert explorer.session.idle(60)
    made = dv.Network(explorer.network.module, PREPARE, answers=dv.Similarity(THIRD))
    torch.testing.assert_close(shares[-1].values, made.bars(explorer.view))
    assert not torch.allclose(shares[-1].values, explorer.network.bars(explorer.view), atol=1e-4)
    expected = dv.explain(made, explorer.view, "grad_cam")
    torch.testing.assert_close(overlays[-1].result.heatmap, expected.heatmap)  # type: ignore[attr-defined]
    assert np.array_equal(seen(explorer), as_bytes(THIRD))
    explorer.reference = None
    assert explorer.session.idle(60)
    torch.testing.assert_close(shares[-1].values, explorer.network.bars(explorer.view))


def test_the_browser_brings_chooses_or_takes_the_one_that_is_shown(explorer: Explorer) -> None:
    assert [row["kind"] for row in explorer.panes.inputs.port.values["rows"]] == ["picture"]
    sent(explorer, "shown", {})
    assert explorer.reference is FIRST
    assert float(explorer.answering.logits(explorer.view[None])) == pytest.approx(1.0, abs=1e-5)
    sent(explorer, "choose", {"index": 2})
    assert explorer.reference is THIRD
    file = io.BytesIO()
    Image.fromarray(as_bytes(FIRST)).save(file, "PNG")
    sent(explorer, "file", {"name": "first.png"}, {"bytes": np.frombuffer(file.getvalue(), np.uint8)})
    assert np.array_equal(seen(explorer), as_bytes(FIRST))
    sent(explorer, "file", {"name": "no.png"}, {"bytes": np.zeros(4, np.uint8)})
    assert explorer.panes.stage.port.values["notice"]
    assert np.array_equal(seen(explorer), as_bytes(FIRST))


def test_it_is_in_the_code_the_session_and_the_hand_out(explorer: Explorer, tmp_path: Path) -> None:
    explorer.method, explorer.reference = "saliency", THIRD
    assert explorer.session.idle(60)
    code = explorer.code()
    assert "explorer.reference = picture_2" in code and "net.compared_with(picture_2)" in code
    again = dv.open(explorer.save(tmp_path / "alike.json"), explorer.network)
    try:
        assert torch.equal(again.reference, THIRD)
    finally:
        again.close()
    assert REFERENCE in words(explorer.page())


def test_a_unit_that_is_off_is_off_for_the_reference_too(explorer: Explorer) -> None:
    explorer.reference = FIRST
    explorer.off = {"features.1": [0, 1]}
    assert float(explorer.answering.logits(explorer.view[None])) == pytest.approx(1.0, abs=1e-5)
    assert explorer.answering.off.units == {"features.1": (0, 1)}


def test_what_is_no_reference_is_refused(explorer: Explorer) -> None:
    with pytest.raises(dv.DeepvisError):
        explorer.reference = "nowhere.png"
    assert explorer.reference is None
    other = dv.load("husky-wolf")
    with pytest.raises(dv.DeepvisError, match="answers with classes; it compares its picture with no second one"):
        other.compared_with(FIRST)
