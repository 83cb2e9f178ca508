"""What stays of a teaching board: its trays, what they teach as a sum, and the units that count most."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

import deepvis_widgets as dv
from deepvis_widgets.widgets.page.parts import Picture, Sum, Text
from tests.part_tree import every, notes, only
from tests.small_nets import Plain, seeded

SIDE = 32


def pictures(count: int, seed: int) -> list[torch.Tensor]:
    return list(torch.rand(count, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(seed)))


BRIGHT, DARK = [picture / 2 + 0.5 for picture in pictures(3, 0)], [picture / 2 for picture in pictures(3, 1)]


@pytest.fixture
def board() -> Iterator[dv.TeachBoard]:
    net = dv.Network(seeded(Plain()), dv.Preprocess((SIDE, SIDE), None), name="small")
    made = dv.TeachBoard(net, {"bright": BRIGHT, "dark": DARK}, BRIGHT[0], pictures=BRIGHT)
    assert made.engine.idle(60)
    yield made
    made.close()


def test_the_sum_is_the_map_of_what_was_taught(board: dv.TeachBoard) -> None:
    part = only(board.page(), Sum)
    assert list(part.labels) == ["bright", "dark"] and part.labels[part.chosen] == "bright"
    for channel, label in enumerate(part.labels):
        expected = dv.explain(board.taught, BRIGHT[0], "cam", target=label)
        total = sum(weight * values for weight, values in zip(part.weights[channel], part.maps, strict=True))
        np.testing.assert_allclose(total, expected.coarse.numpy(), atol=1e-4)  # type: ignore[attr-defined]
        logit = float(board.taught.logits(board.taught.view(BRIGHT[0])[None])[0, channel])
        assert np.mean(total) + part.biases[channel] == pytest.approx(logit, abs=1e-4)


def test_trays_trust_and_units_are_those_on_screen(board: dv.TeachBoard) -> None:
    page = board.page()
    trays = [picture for picture in every(page, Picture) if picture.size == 72]
    units = [picture for picture in every(page, Picture) if picture.size == 148]
    on_screen = [caption for tray in board.panes.trays.trays for caption in tray.tray.captions]
    assert [picture.caption for picture in trays] == on_screen
    marked = [place in tray.tray.marked for tray in board.panes.trays.trays for place in range(3)]
    assert [picture.marked for picture in trays] == marked
    said = [text.text for text in every(page, Text)]
    assert any(line.startswith("6 pictures. Each left out once") for line in said) and "bright: 3 pictures" in said
    assert [picture.caption for picture in units] == board.panes.units.gallery.captions
    frame = board.panes.units.gallery.last("pictures")
    assert frame is not None
    assert all((picture.pixels == shown).all() for picture, shown in zip(units, frame.arrays["pictures"], strict=True))
    assert notes(page) == []


def test_with_one_tray_there_is_the_picture_and_a_note(board: dv.TeachBoard) -> None:
    board.examples = {"bright": BRIGHT, "dark": []}
    assert board.engine.idle(60)
    page = board.page()
    assert not every(page, Sum) and notes(page) == ["No class can be explained yet."]
    assert [picture.size for picture in every(page, Picture)] == [352, 72, 72, 72]
