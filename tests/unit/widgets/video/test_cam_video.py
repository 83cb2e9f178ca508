"""CAM over a video without a browser: each picture's map against dv.explain, the player, the camera, errors."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import deepvis_widgets as dv
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.link.protocol import pack
from deepvis_widgets.widgets.video.cam_video import CamVideo
from tests.small_nets import Plain, seeded
from tests.untouched import Untouched

SIDE = 32


def network() -> dv.Network:
    return dv.Network(seeded(Plain()), dv.Preprocess((SIDE, SIDE), None), name="small")


PICTURES = list(torch.rand(5, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1)))


def settle(clip: CamVideo) -> CamVideo:
    assert clip.engine.idle(60)
    return clip


@pytest.fixture
def clip() -> Iterator[CamVideo]:
    made = settle(CamVideo(network(), PICTURES))
    yield made
    made.close()


def shows(clip: CamVideo, picture: torch.Tensor, target: str | None = None) -> None:
    """Whether the page has this picture under the map that dv.explain finds."""
    expected = dv.explain(clip.network, picture, "cam", target=target)
    frame, levels = clip.panes.stage.last("overlay"), clip.panes.stage.last("picture")
    assert frame is not None and levels is not None
    low, high = frame.meta["lo"], frame.meta["hi"]
    found = low + (high - low) * frame.arrays["values"].astype(np.float64) / 255
    np.testing.assert_allclose(found, expected.coarse.numpy(), atol=(high - low) / 255)  # type: ignore[attr-defined]
    assert frame.meta["title"] == f"CAM of {expected.target}"
    view = clip.network.view(picture).permute(1, 2, 0).numpy() * 255
    np.testing.assert_allclose(levels.arrays["picture"], view, atol=0.51)


def test_every_step_shows_its_picture_under_its_own_map(clip: CamVideo) -> None:
    shows(clip, PICTURES[0])
    clip.panes.player.go(3)
    settle(clip)
    assert clip.step == 3
    shows(clip, PICTURES[3])
    clip.target = "class 2"
    settle(clip)
    shows(clip, PICTURES[3], "class 2")
    clip.step = 4
    assert clip.panes.player.step == 4
    settle(clip)
    shows(clip, PICTURES[4], "class 2")
    assert clip.panes.player.count == 5


def test_a_video_file_is_played_at_its_own_pace(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width = stream.height = SIDE
        stream.pix_fmt = "yuv420p"
        for picture in PICTURES:
            levels = 255 * torch.nn.functional.avg_pool2d(picture, 8).repeat_interleave(8, 1).repeat_interleave(8, 2)
            made = av.VideoFrame.from_ndarray(levels.byte().permute(1, 2, 0).numpy().copy(), format="rgb24")
            for packet in stream.encode(made):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    clip = settle(CamVideo(network(), path))
    assert clip.panes.player.count == 5 and clip.panes.player._play.interval == 200
    clip.step = 2
    settle(clip)
    with av.open(str(path)) as container:
        third = list(container.decode(video=0))[2].to_ndarray(format="rgb24")
    shows(clip, torch.from_numpy(third).permute(2, 0, 1).float() / 255)
    clip.video = PICTURES[:2]
    settle(clip)
    assert clip.step == 0 and clip.panes.player.count == 2
    shows(clip, PICTURES[0])
    clip.close()


def test_the_camera_is_shown_until_the_video_goes_on(clip: CamVideo) -> None:
    camera, acknowledged = clip.panes.camera, []
    camera.ack = acknowledged.append  # type: ignore[method-assign]
    levels = np.full((SIDE, SIDE, 3), 200, np.uint8)
    message, buffers = pack("frame", 7, {}, {"picture": levels})
    camera._receive(None, message, [memoryview(buffer) for buffer in buffers])
    settle(clip)
    shows(clip, torch.full((3, SIDE, SIDE), 200 / 255))
    assert acknowledged == [7]
    clip.target = 1
    settle(clip)
    shows(clip, torch.full((3, SIDE, SIDE), 200 / 255), clip.network.labels[1])
    clip.target, clip.step = None, 1
    settle(clip)
    shows(clip, PICTURES[1])


def test_a_dropped_picture_is_shown_and_what_is_none_is_told(clip: CamVideo) -> None:
    def drop(content: bytes) -> None:
        message, buffers = pack("file", 1, {"name": "a"}, {"bytes": np.frombuffer(content, np.uint8)})
        clip.panes.stage._receive(None, message, [memoryview(buffer) for buffer in buffers])
        settle(clip)

    drop(b"no picture")
    assert "picture" in clip.panes.stage.notice and len(clip.film) == 5
    file = io.BytesIO()
    Image.new("RGB", (SIDE, SIDE), (90, 90, 90)).save(file, "PNG")
    drop(file.getvalue())
    assert clip.panes.stage.notice == "" and len(clip.film) == 1
    shows(clip, torch.full((3, SIDE, SIDE), 90 / 255))


def test_without_a_video_there_is_the_camera_alone() -> None:
    net = network()
    before = Untouched(net.module)
    clip = settle(CamVideo(net))
    assert clip.panes.player.layout.display == "none" and clip.watched is None
    clip.video = PICTURES
    settle(clip)
    assert clip.panes.player.layout.display is None
    shows(clip, PICTURES[0])
    clip.close()
    before.check()


def test_what_does_not_fit_is_told_and_changes_nothing(clip: CamVideo) -> None:
    with pytest.raises(DeepvisError, match="step=5 is not accepted; accepted: 0 to 4"):
        clip.step = 5
    with pytest.raises(DeepvisError, match="There is no video"):
        clip.video = "nowhere.mp4"
    with pytest.raises(DeepvisError, match="A int is no video"):
        clip.video = 3
    assert (clip.step, len(clip.film)) == (0, 5)
    flat = dv.Network(nn.Sequential(nn.Conv2d(3, 2, 8, 8), nn.Flatten()), dv.Preprocess((SIDE, SIDE), None))
    with pytest.raises(DeepvisError, match="use grad_cam"):
        CamVideo(flat, PICTURES)
