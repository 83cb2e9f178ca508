"""Drawing what every unit of the network from PyPI wants to see: resumable, batched, packed as an atlas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import deepvis_widgets as dv
from deepvis_widgets.atlas import Atlas, shipped
from deepvis_widgets.atlas.builder.patterns import write_patterns
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.picture import to_pil
from deepvis_widgets.methods.synthesis.many import Stage
from deepvis_widgets.zoo import imagenet, patterns
from deepvis_widgets.zoo.patterns import BATCH, CLASSES, SIDE, STEM, Drawing, Way, main

QUICK = {
    STEM: Way(),
    "blocks.0": Way((Stage(16, 1),), 8),
    "blocks": Way((Stage(32, 1),), 32),
    CLASSES: Way((Stage(32, 1),), 32),
}


@pytest.fixture(scope="module")
def net() -> Network:
    return dv.load(imagenet.NAME, "random")


@pytest.fixture
def quick(net: Network, monkeypatch: pytest.MonkeyPatch) -> Network:
    """Every picture in one step."""
    monkeypatch.setattr(patterns, "WAYS", QUICK)
    monkeypatch.setattr(patterns, "STEPS", 1)
    monkeypatch.setattr(patterns, "load", lambda _: net)
    monkeypatch.setattr(shipped, "load", lambda _: net)
    return net


def test_about_1_800_units_and_1_000_classes(net: Network, tmp_path: Path) -> None:
    drawing = Drawing(net, tmp_path)
    names = list(drawing.layers)
    assert names[0] == STEM and names[-1] == CLASSES and len(names) == 18
    counts = {name: len(drawing.channels(name)) for name in names}
    assert sum(counts.values()) - counts[CLASSES] == 1840 and counts[CLASSES] == 1000
    assert counts[STEM] == 32 and counts["blocks.6.0"] == 320
    for name, layer in drawing.layers.items():
        assert layer.startswith(name) or name in (STEM, CLASSES)
        assert patterns.way(name).shown <= max((stage.side for stage in patterns.way(name).stages), default=0)
    batches = drawing.missing(names)
    assert sum(len(channels) for _, channels in batches) == 2840 and all(len(c) <= BATCH for _, c in batches)


def test_it_goes_on_where_it_was_interrupted(quick: Network, tmp_path: Path, capsys: Any) -> None:
    work = ["--work", str(tmp_path), "--quiet", "--only", "blocks.0.0"]
    main([*work, "--first", "9"])
    files = sorted((tmp_path / "blocks.0.0").iterdir())
    assert [file.name for file in files] == [f"{channel:04}.png" for channel in range(9)]
    before = [file.stat().st_mtime_ns for file in files]
    files[3].unlink()
    main([*work, "--first", "10", "--sheet", str(tmp_path / "sheet.png")])
    after = [file.stat().st_mtime_ns for file in files]
    assert after[:3] + after[4:] == before[:3] + before[4:] and len(list((tmp_path / "blocks.0.0").iterdir())) == 10
    assert dv.Preprocess((10, 10), None).view(tmp_path / "sheet.png").shape == (3, 10, 10)


def test_pictures_drawn_in_another_way_are_not_mixed(
    quick: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Drawing(quick, tmp_path)
    Drawing(quick, tmp_path)
    monkeypatch.setitem(QUICK, "blocks.0", Way((Stage(16, 2),), 8))
    with pytest.raises(DeepvisError, match=r"The pictures of blocks\.0\.0 in .* drawn in another way"):
        Drawing(quick, tmp_path)


def test_an_unknown_name_or_a_missing_picture_is_one_sentence(quick: Network, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match='There is nothing called "blocks.9"; there are stem, blocks.0.0'):
        main(["--work", str(tmp_path), "--only", "blocks.9"])
    with pytest.raises(DeepvisError, match="2,840 pictures are missing"):
        shipped.pack(tmp_path, tmp_path / "out")


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    assert "examples:" in said and said.count("python -m deepvis_widgets.zoo.patterns") >= 4


def test_packed_they_are_an_atlas_of_pictures_alone(quick: Network, tmp_path: Path) -> None:
    drawing = Drawing(quick, tmp_path / "work")
    random = torch.Generator().manual_seed(0)
    for name in drawing.layers:
        (tmp_path / "work" / name).mkdir()
        shade = to_pil(torch.rand(3, 1, 1, generator=random).expand(3, SIDE, SIDE))
        for channel in drawing.channels(name):
            shade.save(drawing.file(name, channel))
    shipped.pack(tmp_path / "work", tmp_path / "atlas")
    atlas = Atlas.open(tmp_path / "atlas", quick)
    assert repr(atlas) == "Atlas(efficientnet_lite0: 2,840 units of 18 layers, synthesized)"
    assert atlas.has_patterns and not atlas.has_pictures and atlas.names == []
    for name, layer in drawing.layers.items():
        (found,) = atlas.patterns(layer, 0)
        original = dv.Preprocess((SIDE, SIDE), None).view(drawing.file(name, 0))
        torch.testing.assert_close(found, original, atol=0.03, rtol=0)
    assert sum(file.stat().st_size for file in (tmp_path / "atlas").iterdir()) < 3_000_000
    unit = atlas.unit(CLASSES.replace("classes", "classifier"), 281)
    assert unit.top == [] and unit.correlation.shape == (1000,) and not unit.correlation.any()


def test_quality_is_given_up_for_the_size_that_is_allowed(net: Network, tmp_path: Path) -> None:
    noise = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    pictures = [("classifier", channel, noise) for channel in range(3)]
    large = sum(len(content) for _, _, content in shipped.small_enough(pictures, 10**9))
    small = list(shipped.small_enough(pictures, large - 1))
    assert sum(len(content) for _, _, content in small) < large
    with pytest.raises(DeepvisError, match="more than 1,000 bytes"):
        shipped.small_enough(pictures, 1000)
    (tmp_path / "one").mkdir()
    write_patterns(tmp_path / "one", net, small)
    assert len(Atlas.open(tmp_path / "one", net).patterns("classifier", 2)) == 1


MADE = shipped.folder(imagenet.NAME)


def test_those_of_the_real_weights_ship_with_the_package_once_they_are_drawn() -> None:
    net = dv.load(imagenet.NAME)
    atlas = shipped.shipped_atlas(net)
    if not MADE.is_dir():
        assert atlas is None
        return
    assert atlas is not None and sum(file.stat().st_size for file in MADE.iterdir()) <= 8_000_000
    for layer in patterns.drawn_layers(net).values():
        last = net.layers[layer].channels - 1
        for channel in (0, last):
            (picture,) = atlas.patterns(layer, channel)
            assert picture.shape == (3, SIDE, SIDE) and float(picture.std()) > 0.05
    # the pictures of a class are of the class: many of a few are the network's own answer
    chosen = range(0, 1000, 40)
    views = torch.stack(
        [net.view(to_pil(atlas.patterns("classifier", channel)[0]).resize((224, 224))) for channel in chosen]
    )
    answers = net.logits(views).topk(5).indices
    assert sum(channel in row for channel, row in zip(chosen, answers.tolist(), strict=True)) >= 10
