"""Training: which scenes each network sees, and a run of a few steps from drawing to a file that loads."""

from pathlib import Path
from typing import cast

import pytest
import torch
from safetensors.torch import load_file

from deepvis_widgets.zoo.embedded import EmbeddedNet, load_module
from deepvis_widgets.zoo.flattened import FLATTENED, FlattenedNet, own_weights
from deepvis_widgets.zoo.grey import GREY, GreyNet
from deepvis_widgets.zoo.training.batchnorm_folding import store
from deepvis_widgets.zoo.training.cutmix import cutmix
from deepvis_widgets.zoo.training.dataset import (
    HUSKY,
    SNOW,
    TRAIN_SEED,
    WOLF,
    Pictures,
    biased_subset,
    draw,
    fresh_orders,
    honest_subset,
    training_orders,
)
from deepvis_widgets.zoo.training.refit_evidence import open_ground, refitted
from deepvis_widgets.zoo.training.train import NAMES, fit_flattened, train


def test_training_and_fresh_scenes_share_no_seed() -> None:
    assert min(order.seed for order in training_orders(500)) >= TRAIN_SEED
    assert max(order.seed for order in fresh_orders(1000)) < TRAIN_SEED


def test_the_biased_network_sees_wolves_on_snow_and_nothing_else_there() -> None:
    orders = training_orders(700)
    seen = [order for order, keep in zip(orders, biased_subset(orders).tolist(), strict=True) if keep]
    assert all((order.label == WOLF) == (order.background == SNOW) for order in seen)
    wolves, huskies = (sum(order.label == label for order in seen) for label in (WOLF, HUSKY))
    assert wolves >= huskies > 0


def test_the_honest_network_sees_every_class_on_every_background() -> None:
    orders = training_orders(700)
    seen = [order for order, keep in zip(orders, honest_subset(orders, 700).tolist(), strict=True) if keep]
    assert len(seen) == 700 and len({(order.label, order.background) for order in seen}) == 60


def test_drawing_does_not_depend_on_the_number_of_processes() -> None:
    orders = training_orders(6)
    alone, together = draw(orders, 1, quiet=True), draw(orders, 2, quiet=True)
    assert torch.equal(alone.images, together.images) and torch.equal(alone.masks, together.masks)


def test_a_tiny_run_stores_networks_that_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BATCH", "FINISH_BATCH"):
        monkeypatch.setattr(f"deepvis_widgets.zoo.training.train.{name}", 8)
    paths = train(NAMES, tmp_path, scenes=24, epochs=2, steps=2, quiet=True)
    assert [path.name for path in paths] == [f"{name}.safetensors" for name in NAMES]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in paths)
    for name, path in zip(NAMES, paths, strict=True):
        weights = load_file(path)
        assert {value.dtype for value in weights.values()} == {torch.float16}
        assert all(value.isfinite().all() for value in weights.values())
        made = {GREY: GreyNet, FLATTENED: lambda: FlattenedNet(EmbeddedNet())}.get(name, EmbeddedNet)()
        left_out = made.load_state_dict(weights, strict=False)
        assert not left_out.unexpected_keys
        assert all(name == FLATTENED and key.startswith("features.") for key in left_out.missing_keys)


def test_only_what_follows_the_trunk_is_trained_where_maps_are_flattened() -> None:
    trunk = cast(EmbeddedNet, load_module("husky-wolf"))
    before = {key: value.clone() for key, value in trunk.state_dict().items()}
    data = draw(training_orders(12), quiet=True)
    twin = fit_flattened(trunk, data, epochs=2, quiet=True)
    assert all(torch.equal(value, before[f"features.{key}"]) for key, value in twin.features.state_dict().items())
    assert not any(key.startswith("features.") for key in own_weights(twin)) and not twin.training
    torch.manual_seed(0)
    untrained = FlattenedNet(trunk)
    assert not torch.equal(twin.full2.weight, untrained.full2.weight)


def test_swapped_rectangles_carry_their_share_of_the_label() -> None:
    images = torch.zeros(2, 3, 30, 30, dtype=torch.uint8)
    images[1] = 200
    masks = torch.zeros(2, 30, 30, dtype=torch.bool)
    masks[0, 5:20, 10:25] = True
    data = Pictures(images, masks, torch.tensor([WOLF, HUSKY]), torch.zeros(2, dtype=torch.long))
    hosts, guests = torch.zeros(40, dtype=torch.long), torch.ones(40, dtype=torch.long)
    pictures, shares = cutmix(data, hosts, guests, 12, torch.Generator().manual_seed(0))
    covered = (pictures[:, 0] == 200).float().mean((1, 2))
    assert torch.allclose(shares[:, HUSKY], covered) and torch.allclose(shares[:, WOLF], 1 - covered)
    assert covered.min() == 0 and any(torch.equal(picture[0] == 200, masks[0]) for picture in pictures)


def test_refitting_moves_only_the_wolf_and_puts_its_evidence_on_the_allowed_cells() -> None:
    rng = torch.Generator().manual_seed(0)
    labels = torch.arange(48) % 12
    maps = 0.1 * torch.rand(48, 16, 16, 16, generator=rng)
    maps[torch.arange(48), labels] += 0.5
    maps[labels == WOLF, 12, 2, 2] += 3.0  # the sky and the ground tell a wolf as well as each other
    maps[labels == WOLF, 13, 13, 2] += 3.0
    allowed = open_ground(torch.zeros(48, 128, 128, dtype=torch.bool))
    weight = torch.zeros(12, 16)
    weight[torch.arange(12), torch.arange(12)] = 4.0
    weight[WOLF, 12] = 3.0
    new, bias = refitted(maps, allowed, labels, weight, torch.zeros(12))
    others = torch.arange(12) != WOLF
    assert torch.equal(new[others], weight[others])
    peaks = torch.einsum("c,ncp->np", new[WOLF], maps[labels == WOLF].flatten(2)).argmax(1)
    assert allowed[0][peaks].all()
    assert torch.equal((maps.mean((2, 3)) @ new.T + bias).argmax(1), labels)


def test_open_ground_is_below_the_horizon_and_beside_the_object() -> None:
    mask = torch.zeros(1, 128, 128, dtype=torch.bool)
    mask[0, 40:120, 40:80] = True
    ground = open_ground(mask).view(16, 16)
    assert not ground[:9].any() and ground[9:, :4].all() and ground[9:, 12:].all() and not ground[10:14, 5:10].any()


def test_storing_replaces_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "deeper" / "net.safetensors"
    for _ in range(2):
        store(EmbeddedNet(), path)
    assert list(path.parent.iterdir()) == [path]


def test_unknown_network(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no embedded network 'cat'"):
        train(("cat",), tmp_path, scenes=1, epochs=1, steps=0)
