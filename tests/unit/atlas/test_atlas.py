"""The atlas against a slow reference, and what it says when asked for what is not there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

import deepvis_widgets as dv
from deepvis_widgets.__main__ import main
from deepvis_widgets.atlas import crops
from deepvis_widgets.atlas.builder import histogram
from deepvis_widgets.atlas.builder.scan import strongest
from tests.small_nets import Crafty, Plain, seeded
from tests.unit.atlas.small import LAYERS, SIZE, draw_pictures, reference, small_network
from tests.untouched import Untouched


@pytest.fixture(scope="module")
def net():
    return small_network()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return draw_pictures(tmp_path_factory.mktemp("pictures") / "all", 300)


@pytest.fixture(scope="module")
def atlas(net, folder, tmp_path_factory):
    """All layers, patches and deconvs stored."""
    out = tmp_path_factory.mktemp("atlas") / "small"
    return dv.Atlas.build(net, folder, out, layers=LAYERS, pictures=True, shard=37, workers=0, quiet=True)


@pytest.mark.parametrize("positions", [16, 0])
def test_it_is_what_a_slow_reference_finds(net, folder, atlas, tmp_path, positions):
    if positions == 0:
        atlas = dv.Atlas.build(net, folder, tmp_path / "a", layers=LAYERS, positions=0, workers=0, quiet=True)
    for (name, channel), expected in reference(net, folder, LAYERS, 9, positions).items():
        unit = atlas.unit(name, channel)
        width = net.layers[name].width
        found = [(-t.activation, t.number, t.position[0] * width + t.position[1]) for t in unit.top]
        # batches may round the last bit another way; the order and the places may not depend on it
        assert [row[1:] for row in found] == [row[1:] for row in expected["top"]], (name, channel)
        np.testing.assert_allclose([r[0] for r in found], [r[0] for r in expected["top"]], rtol=1e-5, atol=1e-6)
        assert unit.mean == pytest.approx(expected["mean"], rel=1e-4, abs=1e-5)
        assert unit.dead == pytest.approx(expected["dead"], abs=1e-6)
        assert unit.maximum == pytest.approx(expected["maximum"], rel=1e-5)
        np.testing.assert_allclose(unit.correlation, expected["correlation"], atol=1e-5)
        edges, counts = unit.histogram
        assert len(edges) == len(counts) + 1 and counts.sum() == len(expected["values"])
        inner = [((v >= edges[0]) & (v < 0)).sum() for v in [expected["values"]]][0]
        assert counts[edges[1:] <= 0].sum() == inner + (expected["values"] == 0).sum()


def test_ties_went_to_the_earlier_picture(atlas):
    ties = [
        (first, second)
        for layer in atlas.layers
        for channel in range(len(atlas.layer(layer).mean))
        for first, second in zip(atlas.unit(layer, channel).top, atlas.unit(layer, channel).top[1:], strict=False)
        if first.activation == second.activation
    ]
    assert len(ties) > 20 and all(first.number < second.number for first, second in ties)


def test_every_bin_holds_what_lies_between_its_edges():
    edges = histogram.edges()
    values = torch.cat([torch.randn(5000) * 10.0 ** torch.randint(-5, 5, (5000,)), torch.tensor([0.0, -0.0, 1.0, 1.5])])
    found = histogram.bins(values)
    assert len(edges) == histogram.BINS + 1 and (np.diff(edges) > 0).all()
    for value, index in zip(values.tolist(), found.tolist(), strict=True):
        low, high = edges[index], edges[index + 1]
        low, high = (-np.inf if index == 0 else low), (np.inf if index == histogram.BINS - 1 else high)
        assert low <= value < high if value > 0 else low < value <= high
        assert (index < histogram.DEAD) == (value <= 0)


def test_damaged_pictures_are_listed_and_left_out(atlas):
    assert [name for name, _ in atlas.problems] == ["0007.png", "0019.png"]
    assert "not a picture" in atlas.problems[0][1] and "damaged" in atlas.problems[1][1]
    assert not {7, 19} & set(atlas.layer("features.4").images.ravel().tolist())
    assert len(atlas.names) == 300 and atlas.reader.about["pictures"] == 298


def activation(net, view, top):
    maps = net.run(net.feed(view[None]), keep=[top.layer]).outputs[top.layer]
    return float(maps[(0, top.channel, *top.position)])


def test_a_patch_is_what_its_unit_saw(net, atlas, folder):
    for channel in range(8):
        for top in atlas.unit("features.4", channel).top:
            view = net.view(folder / top.name)
            hidden, around = view.clone(), view.clone()
            row, col, height, width = top.box
            hidden[:, row : row + height, col : col + width] = 0.5
            around[:] = 0.5
            around[:, row : row + height, col : col + width] = view[:, row : row + height, col : col + width]
            assert activation(net, around, top) == pytest.approx(top.activation, rel=1e-4)
            assert activation(net, hidden, top) != pytest.approx(top.activation, rel=1e-4) or top.activation == 0
            assert top.patch.shape == (3, *net.layers["features.4"].field.size) == top.deconv.shape


def test_patches_are_padded_on_the_side_that_touches_the_border(net, atlas):
    field = net.layers["features.4"].field
    sides = set()
    for channel in range(8):
        for top in atlas.unit("features.4", channel).top:
            row, col, height, width = top.box
            above = field.size[0] - height if row == 0 else 0
            left = field.size[1] - width if col == 0 else 0
            grey = torch.isclose(top.patch, torch.tensor(0.5), atol=0.02).all(0)
            assert bool(grey[:above].all()) and bool(grey[:, :left].all())
            inside = top.patch[:, above : above + height, left : left + width]
            view = top.view[:, row : row + height, col : col + width]
            torch.testing.assert_close(inside, view, atol=0.02, rtol=0)
            sides.add((above > 0, left > 0, row + height == SIZE, col + width == SIZE))
    assert len(sides) > 3


def test_what_is_stored_is_what_would_be_made_on_demand(net, atlas, folder, tmp_path):
    bare = dv.Atlas.build(net, folder, tmp_path / "bare", layers=["features.4"], workers=0, quiet=True)
    for stored, made in zip(atlas.unit("features.4", 3).top, bare.unit("features.4", 3).top, strict=True):
        assert bare.tile("features.4", 3, "deconv", 0) is None
        torch.testing.assert_close(stored.patch, made.patch, atol=0.003, rtol=0)
        torch.testing.assert_close(stored.deconv, made.deconv, atol=0.003, rtol=0)
        assert float((made.deconv - 0.5).abs().max()) == pytest.approx(0.5, abs=1e-3)
    unit = atlas.unit("features.4", 3)
    assert unit._repr_png_().startswith(b"\x89PNG") and "features.4:3" in repr(unit)


def test_patterns_are_stored_and_come_back(net, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(crops, "explain", partial(crops.explain, steps=8))
    atlas = dv.Atlas.build(net, folder, tmp_path / "a", layers=["pool"], patterns=2, top=1, workers=0, quiet=True)
    stored = atlas.unit("pool", 2).patterns(2)
    assert len(stored) == 2 and stored[0].shape == (3, SIZE, SIZE) and not torch.equal(*stored)
    assert atlas.tile("pool", 2, "pattern", 2) is None


def test_search_and_similarity(net, atlas, tmp_path):
    label = net.labels[2]
    best = atlas.search(label, 5, layer="features.4")
    column = atlas.layer("features.4").correlation[:, 2]
    assert [row[1] for row in best] == np.argsort(-column, kind="stable")[:5].tolist()
    everything = atlas.search(2, None)
    assert [row[2] for row in everything] == sorted((row[2] for row in everything), reverse=True)
    own = [("features.1", channel) for channel in range(6)] + [("features.4", channel) for channel in range(8)]
    scores = [("classifier", channel) for channel in range(5)]
    assert sorted(row[:2] for row in everything) == own  # no copies, no scores
    assert atlas.search(2, 1, layer="classifier")[0][1] == 2 and len(atlas.search(2, None, layer="pool")) == 8
    near = atlas.similar("features.4", 1, None)
    top = dv.Atlas.build(net, atlas._images, tmp_path / "top", layers=["classifier"], workers=0, quiet=True)
    assert len(top.search(2, None)) == 5  # there is nothing else
    mine = atlas.layer("features.4").correlation[1]
    for layer, channel, cosine in near[:3] + near[-3:]:
        other = atlas.layer(layer).correlation[channel]
        expected = mine @ other / max(np.linalg.norm(mine) * np.linalg.norm(other), 1e-30)
        assert cosine == pytest.approx(expected, abs=1e-5)
    assert sorted(row[:2] for row in near) == sorted({*own, *scores} - {("features.4", 1)})
    handed_on = atlas.similar("pool", 1, None)
    assert sorted(row[:2] for row in handed_on) == sorted(row[:2] for row in near)


def test_what_shows_nothing_of_its_own_has_a_stand_in(folder, tmp_path):
    net = dv.load("squeezenet1_1", weights="random")
    few = sorted(folder.iterdir())[:6]
    atlas = dv.Atlas.build(net, few, tmp_path / "a", layers=["features.3"], top=2, workers=0, quiet=True)
    assert atlas.stand_in("features.3.expand3x3", 5) == ("features.3", 69)
    assert atlas.unit("features.3.expand1x1_activation", 5).channel == 5
    assert atlas.unit("features.3.expand3x3_activation", 5).layer == "features.3"
    assert atlas.stand_in("features.4", 0) is None
    assert dv.Atlas.open(tmp_path / "a", net).stand_in("features.3", 0) == ("features.3", 0)


def test_pictures_in_memory_are_kept_on_request(net, tmp_path):
    pictures = [torch.rand(3, SIZE, SIZE, generator=torch.Generator().manual_seed(i)) for i in range(5)]
    dv.Atlas.build(net, pictures, tmp_path / "a", top=2, keep=True, workers=0, quiet=True)
    dv.Atlas.build(net, pictures, tmp_path / "b", top=2, workers=0, quiet=True)
    top = dv.Atlas.open(tmp_path / "a", net).unit("features.4", 0).top[0]
    torch.testing.assert_close(top.view, pictures[top.number], atol=0.003, rtol=0)
    with pytest.raises(dv.DeepvisError, match="not where it was"):
        _ = dv.Atlas.open(tmp_path / "b", net).unit("features.4", 0).top[0].view
    assert torch.equal(
        dv.Atlas.open(tmp_path / "b", net, pictures).unit("features.4", 0).top[0].view, pictures[top.number]
    )


@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
def test_the_strongest_place_is_the_first_of_equals(memory):
    maps = torch.randint(0, 4, (3, 20, 5, 7)).float().contiguous(memory_format=memory)
    maps[1, 3] = 0
    values, places = strongest(maps)
    flat = maps.flatten(2).contiguous()
    assert np.array_equal(values, flat.amax(2).numpy()) and np.array_equal(places, flat.argmax(2).numpy())
    maps[2, 4, 1, 2] = float("nan")
    assert np.isnan(strongest(maps)[0]).sum() == 1


class Brittle(nn.Module):
    """Answers bright pictures with NaN."""

    def __init__(self):
        super().__init__()
        self.inner = seeded(Plain())

    def forward(self, x):
        return self.inner(torch.where(x.mean((1, 2, 3), keepdim=True) > 1, torch.nan, x))


def test_pictures_that_break_the_network_are_listed_and_harm_no_other(tmp_path):
    preprocess = dv.Preprocess((SIZE, SIZE), None, (0.5,) * 3, (0.25,) * 3)
    pictures = [torch.rand(3, SIZE, SIZE, generator=torch.Generator().manual_seed(i)) * 0.6 for i in range(6)]
    broken = [*pictures[:2], torch.ones(3, SIZE, SIZE), *pictures[2:]]
    net = dv.Network(Brittle(), preprocess, name="brittle")
    some = dv.Atlas.build(net, broken, tmp_path / "a", top=3, positions=0, workers=0, quiet=True)
    every = dv.Atlas.build(net, pictures, tmp_path / "b", top=3, positions=0, workers=0, quiet=True)
    assert [name for name, _ in some.problems] == ["picture 2"] and "NaN" in some.problems[0][1]
    for layer in every.layers:
        numbers = every.layer(layer).images
        assert np.array_equal(some.layer(layer).images, numbers + (numbers >= 2))
        np.testing.assert_allclose(some.layer(layer).mean, every.layer(layer).mean, atol=1e-5)


def test_a_network_is_left_alone(folder, tmp_path):
    module = seeded(Crafty())
    module.train()
    untouched = Untouched(module)
    net = dv.Network(module, dv.Preprocess((SIZE, SIZE), None))
    atlas = dv.Atlas.build(net, folder, tmp_path / "a", pictures=True, top=2, workers=0, quiet=True)
    assert len(atlas.layers) > 3
    untouched.check()


def test_the_wrong_network_another_format_and_damage_get_a_sentence(net, atlas, folder, tmp_path):
    with pytest.raises(dv.DeepvisError, match="other weights"):
        dv.Atlas.open(atlas.folder, small_network(1))
    other = dv.Network(net.module, dv.Preprocess((SIZE, SIZE), None), name="small")
    with pytest.raises(dv.DeepvisError, match="another preprocessing"):
        dv.Atlas.open(atlas.folder, other)
    with pytest.raises(dv.DeepvisError, match="There is no atlas"):
        dv.Atlas.open(folder, net)
    dv.Atlas.build(net, folder, tmp_path / "a", layers=["pool"], workers=0, quiet=True)
    with closing(sqlite3.connect(tmp_path / "a" / "atlas.sqlite")) as index, index:
        index.execute("UPDATE about SET value = 99 WHERE key = 'format'")
    with pytest.raises(dv.DeepvisError, match="format 99, and this version reads format 1"):
        dv.Atlas.open(tmp_path / "a", net)
    (tmp_path / "a" / "atlas.sqlite").write_bytes(b"x" * 5000)
    with pytest.raises(dv.DeepvisError, match="is damaged"):
        dv.Atlas.open(tmp_path / "a", net)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"top": 0}, "top=0"),
        ({"positions": -1}, "positions=-1"),
        ({"shard": 1.5}, "shard=1.5"),
        ({"patterns": 99}, "patterns=99"),
        ({"workers": -2}, "workers=-2"),
        ({"layers": ["attic"]}, 'no layer "attic"'),
        ({"layers": []}, "layers is empty"),
    ],
)
def test_arguments_that_do_not_fit_get_a_sentence(net, folder, tmp_path, arguments, words):
    with pytest.raises(dv.DeepvisError, match=words):
        dv.Atlas.build(net, folder, tmp_path / "a", **arguments)
    assert not (tmp_path / "a").exists()


def test_questions_that_do_not_fit_get_a_sentence(net, atlas, folder, tmp_path):
    for question in (
        lambda: atlas.unit("attic", 0),
        lambda: atlas.unit("pool", 8),
        lambda: atlas.search("zebra"),
        lambda: atlas.view(300),
        lambda: dv.Atlas.build(net, tmp_path, tmp_path / "a"),
        lambda: dv.Atlas.build(net, [], tmp_path / "a"),
        lambda: dv.Atlas.build(net, 7, tmp_path / "a"),
        lambda: dv.Atlas.build(net, folder, atlas.folder),
        lambda: dv.Atlas.build(net, folder, folder),
    ):
        with pytest.raises(dv.DeepvisError):
            question()
    part = dv.Atlas.build(net, folder, tmp_path / "part", layers=["pool"], workers=0, quiet=True)
    with pytest.raises(dv.DeepvisError, match="does not cover"):
        part.unit("features.1", 0)


def test_a_build_reports_and_can_be_cancelled_and_goes_on(net, folder, tmp_path):
    told = []

    def stop(fraction, partial=None):
        told.append(fraction)
        if len(told) == 3:
            raise dv.Cancelled

    with pytest.raises(dv.Cancelled):
        dv.Atlas.build(net, folder, tmp_path / "a", shard=30, workers=0, quiet=True, report=stop)
    assert not (tmp_path / "a").exists() and list((tmp_path / "a.part").glob("shard-*"))
    dv.Atlas.build(
        net, folder, tmp_path / "a", shard=30, workers=0, quiet=True, report=lambda f, p=None: told.append(f)
    )
    assert told[3] > 0 and told[3:] == sorted(told[3:]) and told[-1] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]


def test_the_command_builds_and_tells_what_was_wrong(folder, tmp_path, capsys):
    words = ["atlas", "build", "--model", "husky-wolf", "--images", str(folder), "--out", str(tmp_path / "a")]
    assert main([*words, "--layers", "features.relu1", "--top", "2", "--workers", "0"]) == 1, "some pictures failed"
    said = capsys.readouterr()
    assert "32 units of 1 layers over 298 pictures" in said.out and "left out: 0007.png" in said.err
    assert main([*words, "--workers", "0"]) == 2, "it does not fit"
    assert "overwrite" in capsys.readouterr().err
    assert len(dv.Atlas.open(tmp_path / "a", "husky-wolf").unit("features.relu1", 3).top) == 2
