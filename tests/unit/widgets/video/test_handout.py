"""What stays of a video: the pictures that were looked at, each under its own map."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

import deepvis_widgets as dv
from deepvis_widgets.widgets.page.parts import Bars, Choice, Map
from deepvis_widgets.widgets.video import session
from tests.part_tree import notes, only
from tests.small_nets import Plain, seeded

SIDE = 32
PICTURES = list(torch.rand(5, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1)))


def look(clip: dv.CamVideo, *steps: int) -> None:
    for step in steps:
        clip.step = step
        assert clip.engine.idle(60)


def opened(pictures: list[torch.Tensor]) -> dv.CamVideo:
    clip = dv.CamVideo(dv.Network(seeded(Plain()), dv.Preprocess((SIDE, SIDE), None), name="small"), pictures)
    assert clip.engine.idle(60)
    return clip


@pytest.fixture
def clip() -> Iterator[dv.CamVideo]:
    made = opened(PICTURES)
    yield made
    made.close()


def test_pictures_are_stepped_through_under_their_maps(clip: dv.CamVideo) -> None:
    look(clip, 4, 2)
    page = clip.page()
    choice = only(page, Choice)
    assert choice.steps and list(choice.labels) == ["picture 1", "picture 3", "picture 5"] and choice.chosen == 1
    for part, number in zip(choice.parts, (0, 2, 4), strict=True):
        shown, bars = only(part, Map), only(part, Bars)
        expected = dv.explain(clip.network, PICTURES[number], "cam")
        np.testing.assert_allclose(shown.values, expected.coarse.numpy(), atol=1e-5)  # type: ignore[attr-defined]
        np.testing.assert_allclose(shown.picture, PICTURES[number].permute(1, 2, 0).numpy() * 255, atol=0.51)
        assert shown.title == f"CAM of {expected.target}" and bars.names[bars.chosen or 0] == expected.target
    assert notes(page) == ["3 of 5 pictures were looked at when this page was made; the others are not on it."]


def test_another_class_or_video_begins_anew(clip: dv.CamVideo) -> None:
    look(clip, 1)
    clip.target = 2
    assert clip.engine.idle(60)
    assert list(only(clip.page(), Choice).labels) == ["picture 2"]
    clip.video = PICTURES[:2]
    assert clip.engine.idle(60)
    assert list(only(clip.page(), Choice).labels) == ["picture 1"]


def test_no_more_than_the_last_pictures_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST", 3)
    clip = opened(PICTURES)
    look(clip, 1, 2, 3, 1, 4)
    assert sorted(clip.session.kept) == [1, 3, 4], "those looked at last"
    clip.close()
    assert clip.session.kept == {} and notes(clip.page()) == ["No picture had been looked at yet."]


def test_what_the_camera_showed_last_is_one_picture(clip: dv.CamVideo) -> None:
    clip.video = None
    clip.session.film(clip.network.view(PICTURES[3]), lambda: None)
    assert clip.engine.idle(60)
    expected = dv.explain(clip.network, PICTURES[3], "cam")
    found = only(clip.page(), Map)
    np.testing.assert_allclose(found.values, expected.coarse.numpy(), atol=1e-5)  # type: ignore[attr-defined]
