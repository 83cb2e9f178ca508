"""The menu of pictures always says which picture is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import deepvis_widgets as dv
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.widgets.cam.cam_board import CamBoard
from deepvis_widgets.widgets.compare.compare import Compare
from deepvis_widgets.widgets.kit.arguments import as_pictures
from deepvis_widgets.widgets.kit.picture_bar import PictureBar
from deepvis_widgets.widgets.kit.picture_name import YOURS, picture_name, same_picture
from deepvis_widgets.widgets.link.protocol import pack
from deepvis_widgets.widgets.occlusion.occlusion_lab import OcclusionLab
from deepvis_widgets.widgets.relevance.relevance_ledger import RelevanceLedger
from tests.small_nets import Plain

KINDS = (CamBoard, OcclusionLab, RelevanceLedger, Compare)


def bar_of(widget: Any) -> PictureBar:
    return widget.panes.pictures if isinstance(widget, Compare) else widget.bar


def send(widget: Any, name: str, content: bytes) -> None:
    """What the browser sends for a file of this name."""
    widget._receive(widget, *pack("file", 1, {"name": name}, {"bytes": np.frombuffer(content, np.uint8)}))


def write(path: Path, grey: int) -> Path:
    Image.new("RGB", (40, 40), (grey, grey, grey)).save(path)
    return path


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Makes a widget of each kind on a small network, and closes it."""
    torch.manual_seed(0)
    network, made = Network(Plain(), Preprocess((32, 32), None), name="small"), []

    def of(**arguments: Any) -> Any:
        made.append(request.param(network, **arguments))
        return made[-1]

    yield of
    for widget in made:
        widget.close()


def test_the_first_of_the_list_is_chosen(make: Callable[..., Any]) -> None:
    assert bar_of(make(pictures=[torch.rand(3, 32, 32), torch.rand(3, 32, 32)])).shown == "picture 1"


def test_a_picture_of_the_list_is_chosen_in_it(make: Callable[..., Any], tmp_path: Path) -> None:
    paths = [write(tmp_path / "first.png", 20), write(tmp_path / "second.png", 200)]
    widget = make(picture=str(paths[1]), pictures=paths)
    bar = bar_of(widget)
    assert bar.shown == "second.png" and len(bar._choice.options) == 2
    widget.image = paths[0]
    assert bar.shown == "first.png"


def test_a_picture_from_elsewhere_is_named_beside_the_list(make: Callable[..., Any], tmp_path: Path) -> None:
    widget = make(picture=dv.scene("wolf", background="snow", seed=7), pictures=[torch.rand(3, 32, 32)])
    bar = bar_of(widget)
    assert bar.shown == "wolf · snow" and len(bar._choice.options) == 2
    widget.image = write(tmp_path / "mine.png", 90)
    assert bar.shown == "mine.png" and len(bar._choice.options) == 2
    widget.image = torch.rand(3, 32, 32)
    assert bar.shown == YOURS
    bar._choice.value = 0
    assert bar.shown == "picture 1" and len(bar._choice.options) == 1


def test_an_uploaded_file_has_its_name_and_keeps_it(make: Callable[..., Any], tmp_path: Path) -> None:
    widget = make(pictures=[torch.rand(3, 32, 32)])
    bar = bar_of(widget)
    send(bar._upload, "cat.png", write(tmp_path / "x.png", 30).read_bytes())
    shown = widget.image
    assert isinstance(shown, bytes) and bar.shown == "cat.png"
    send(bar._upload, "broken.png", b"no picture at all")
    assert widget.image is shown and bar.shown == "cat.png", "the old picture stays, and so does its name"


def test_a_dropped_file_has_its_name(tmp_path: Path) -> None:
    with_stage = CamBoard("husky-wolf", pictures=[torch.rand(3, 128, 128)])
    send(with_stage.stage, "dog.png", write(tmp_path / "x.png", 30).read_bytes())
    assert with_stage.bar.shown == "dog.png"
    with_stage.close()


def test_a_folder_becomes_the_list_and_a_broken_file_is_stepped_over(make: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    write(folder / "a.png", 20)
    (folder / "b.png").write_bytes(b"no picture at all")
    write(folder / "c.png", 200)
    widget = make(pictures=[torch.rand(3, 32, 32)])
    bar = bar_of(widget)
    bar._path.value = str(folder)
    assert bar.shown == "a.png" and len(bar._choice.options) == 3
    bar.step(1)
    assert bar.shown == "a.png" and widget.image == folder / "a.png", "b cannot be read"
    bar.step(1)
    assert bar.shown == "c.png" and widget.image == folder / "c.png"
    bar.step(1)
    assert bar.shown == "a.png"


def test_a_choice_that_cannot_be_read_is_not_shown(make: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(b"no picture at all")
    widget = make(pictures=[write(tmp_path / "a.png", 20), tmp_path / "b.png"])
    bar = bar_of(widget)
    bar._choice.value = 1
    assert bar.shown == "a.png"


def test_names_of_pictures() -> None:
    picture = Image.new("RGB", (4, 4))
    assert picture_name(picture) == YOURS and picture_name(picture, "picture 3") == "picture 3"
    picture.info["title"] = "chelsea"
    assert picture_name(picture) == "chelsea"
    assert picture_name(Path("folder/cat.png")) == picture_name("cat.png") == "cat.png"
    assert picture_name(dv.scene("wolf", background="snow")) == "wolf · snow"


def test_a_picture_opened_from_a_file_has_its_name(tmp_path: Path) -> None:
    with Image.open(write(tmp_path / "cat.png", 9)) as opened:
        assert picture_name(opened) == "cat.png"
        assert [name for name, _ in as_pictures([opened, torch.rand(3, 4, 4)])] == ["cat.png", "picture 2"]


def test_which_pictures_are_the_same() -> None:
    array = torch.zeros(3, 4, 4)
    assert same_picture("a.png", Path("a.png")) and same_picture(array, array)
    assert not same_picture(array, array.clone()) and not same_picture("a.png", array)
