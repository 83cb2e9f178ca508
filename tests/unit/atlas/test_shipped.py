"""The atlases that ship with the package are those of the networks that ship with it."""

from __future__ import annotations

import pytest

import deepvis_widgets as dv
from deepvis_widgets.atlas import shipped
from deepvis_widgets.zoo.embedded import EMBEDDED

LARGEST = 4_000_000  # bytes, both together


@pytest.mark.parametrize("name", EMBEDDED)
def test_an_embedded_network_finds_in_it_what_it_says_itself(name):
    net = dv.load(name)
    atlas = shipped.shipped_atlas(net)
    assert atlas is not None and atlas.problems == [] and len(atlas.names) == shipped.SCENES
    for layer, channel in (("features.relu2", 5), ("features.relu5", 40), ("features.relu8", 100), ("classifier", 1)):
        for top in atlas.unit(layer, channel).top[::4]:
            maps = net.layers[layer].layout.maps(net.run(net.feed(top.view[None]), keep=[layer]).outputs[layer])
            assert float(maps[(0, channel, *top.position)]) == pytest.approx(top.activation, rel=1e-3, abs=1e-4)
            assert float(maps[0, channel].max()) == pytest.approx(top.activation, rel=1e-3, abs=1e-4)
    # the network's answers are in it: each class's own unit goes best with the class
    best = [atlas.search(label, 1, layer="classifier")[0][1] for label in net.labels]
    assert sum(channel == index for index, channel in enumerate(best)) >= len(best) - 2


def test_they_cover_every_unit_of_the_network_and_carry_their_pictures():
    net = dv.load("husky-wolf")
    atlas = shipped.shipped_atlas(net)
    assert atlas is not None and all(atlas.stand_in(layer.name, 0) is not None for layer in net.layers)
    unit = atlas.unit("features.conv4", 7)
    assert unit.layer == "features.relu4" and unit.top[0].patch.shape == unit.top[0].deconv.shape
    assert atlas.reader.about["folder"] is None


def test_other_weights_have_none():
    assert shipped.shipped_atlas(dv.load("husky-wolf", weights="random")) is None


def test_they_are_small():
    files = [path for name in EMBEDDED for path in shipped.folder(name).iterdir()]
    assert len(files) == 4 and sum(path.stat().st_size for path in files) <= LARGEST


def test_building_them_draws_the_same_scenes_again(tmp_path):
    shipped.build("husky-wolf", tmp_path / "a", count=2, quiet=True)
    again = dv.Atlas.open(tmp_path / "a", "husky-wolf")
    original = dv.Atlas.open(shipped.folder("husky-wolf"), "husky-wolf")
    assert again.names == original.names[:2]
    for number in range(2):
        assert again.view(number).equal(original.view(number))
