"""Pictures of a video file by number, against the numbers they were made of."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.video.video_file import Video
from tests.tools.video import BITS, COUNT, write


def number_of(picture: np.ndarray) -> int:
    bars = picture.mean((0, 2)).reshape(6, 16)[:, 4:12].mean(1) > 125
    return int((bars << BITS).sum())


@pytest.mark.parametrize("ending", ["mp4", "mkv", "avi"])
def test_every_picture_is_the_one_of_its_number(tmp_path: Path, ending: str) -> None:
    video = Video(write(tmp_path / f"clip.{ending}"))
    assert (len(video), video.rate) == (COUNT, 12.0)
    assert [number_of(video[number]) for number in range(COUNT)] == list(range(COUNT))
    jumps = [39, 0, 25, 24, 23, 11, 12, 13, 38, 1, 1]
    assert [number_of(video[number]) for number in jumps] == jumps
    assert video[0].shape == (48, 96, 3) and video[0].dtype == np.uint8
    with pytest.raises(IndexError):
        _ = video[COUNT]
    video.close()
    video.close()
    with pytest.raises(DeepvisError, match='"clip.* is closed'):
        _ = video[0]


def test_what_is_no_video_is_told_in_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "notes.mp4"
    broken.write_bytes(b"no video at all" * 100)
    with pytest.raises(DeepvisError, match='^"notes.mp4" is no video that can be read.$'):
        Video(broken)
    with pytest.raises(DeepvisError, match="^There is no video "):
        Video(tmp_path / "nowhere.mp4")


def test_a_damaged_picture_is_told_and_the_others_are_there(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4")
    content = path.read_bytes()
    index = content.rindex(b"moov")  # where each picture is, after all of them
    path.write_bytes(content[: index // 2] + bytes(index - index // 2 - 8) + content[index - 8 :])
    video = Video(path)
    assert number_of(video[2]) == 2
    with pytest.raises(DeepvisError, match="Picture .* of the video .* cannot be decoded"):
        [video[number] for number in range(len(video))]
    assert number_of(video[2]) == 2
    video.close()


def test_a_missing_decoder_is_named_with_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(DeepvisError, match=r"PyAV, which is not installed: pip install \"deepvis_widgets\[video\]\""):
        Video(tmp_path / "clip.mp4")
