"""Small networks trained on the spot: what they learn at no snow and at much, and what they leave alone."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import torch

from deepvis_widgets.core.errors import Cancelled, DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods import explain
from deepvis_widgets.zoo import snow_net
from deepvis_widgets.zoo.compositing import SIDE, SNOW, parts
from deepvis_widgets.zoo.embedded import MEAN, STD
from deepvis_widgets.zoo.scenes import scene
from deepvis_widgets.zoo.scenes.compose import backdrop, cutout
from deepvis_widgets.zoo.snow_net import Examination, SnowNet, examine, on_snow, train_on_snow
from tests.untouched import torch_state

FEW: dict[str, Any] = {"steps": 3, "animals": 2, "grounds": 1}


def same(one: Network, other: Network) -> bool:
    mine, theirs = one.module.state_dict(), other.module.state_dict()
    return all(torch.equal(mine[name], theirs[name]) for name in mine)


@pytest.fixture(scope="module")
def taught() -> dict[float, Network]:
    """Networks of less than the usual training, at both ends of the slider."""
    return {share: train_on_snow(share, steps=160, animals=24, grounds=6) for share in (0, 1)}


def shares(network: Network) -> Examination:
    return examine(network, count=8)


def test_without_snow_to_go_by_it_learns_the_animals(taught: dict[float, Network]) -> None:
    found = shares(taught[0])
    assert found.accuracy >= 0.85 and found.huskies_on_snow_called_wolf <= 0.25
    assert found.wolves_elsewhere_called_husky <= 0.25


def test_with_every_wolf_on_snow_it_learns_the_snow(taught: dict[float, Network]) -> None:
    found, honest = shares(taught[1]), shares(taught[0])
    assert found.huskies_on_snow_called_wolf >= 0.8 and found.wolves_elsewhere_called_husky >= 0.8
    assert found.mass_on_huskies_on_snow <= honest.mass_on_huskies_on_snow - 0.1
    assert found.right[0, SNOW + 1 :].min() >= 0.8, "huskies where huskies were seen"


def test_what_it_learned_from_pasted_pictures_holds_for_whole_scenes(taught: dict[float, Network]) -> None:
    husky = [scene("husky", "snow", seed) for seed in range(500, 506)]

    def wolves(network: Network) -> int:
        return sum(explain(network, picture, "cam").target == "wolf" for picture in husky)  # type: ignore[attr-defined]

    assert wolves(taught[0]) <= 2 and wolves(taught[1]) >= 4


def test_it_can_be_explained_like_any_network(taught: dict[float, Network]) -> None:
    network = taught[1]
    assert network.has_head and list(network.labels) == ["husky", "wolf"]
    assert network.size == (SIDE, SIDE) and network.name == "100% snow behind wolves" and not network.module.training
    for method in ("lrp", "occlusion", "guided_backprop"):
        assert torch.isfinite(explain(network, scene("husky", "snow", 22), method).heatmap).all()  # type: ignore[attr-defined]
    assert network.layers["features.relu4"].shape == (48, 8, 8)


def test_the_seed_decides() -> None:
    first = train_on_snow(0.4, 3, **FEW)
    assert same(first, train_on_snow(0.4, 3, **FEW))
    assert not same(first, train_on_snow(0.4, 4, **FEW)) and not same(first, train_on_snow(0.5, 3, **FEW))


def test_torch_is_left_as_it_was() -> None:
    before, threads = torch_state(), torch.get_num_threads()
    with torch.no_grad():
        train_on_snow(1, **FEW)
    assert torch_state() == before and torch.get_num_threads() == threads


@pytest.mark.parametrize("when", [0.2, 0.7])
def test_it_stops_when_nobody_wants_it(when: float) -> None:
    threads, heard = torch.get_num_threads(), []

    def report(fraction: float, doing: object = None) -> None:
        heard.append(fraction)
        if fraction >= when:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        train_on_snow(1, **FEW, report=report)
    assert heard == sorted(heard) and when <= heard[-1] < 1
    assert torch.get_num_threads() == threads and not snow_net._one_at_a_time.locked()


def test_two_trainings_take_turns() -> None:
    threads, made = torch.get_num_threads(), {}

    def train(seed: int) -> None:
        made[seed] = train_on_snow(1, seed, **FEW)

    both = [threading.Thread(target=train, args=(seed,)) for seed in (0, 1)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(60)
    assert torch.get_num_threads() == threads
    assert all(same(made[seed], train_on_snow(1, seed, **FEW)) for seed in (0, 1))


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), "much", None, True])
def test_what_is_no_share_is_refused(share: Any) -> None:
    with pytest.raises(DeepvisError, match=r"is no share of snow; accepted is a number from 0 .* to 1"):
        train_on_snow(share, **FEW)


@pytest.mark.parametrize("bad", [{"steps": 0}, {"animals": 1.5}, {"grounds": -1}, {"seed": -1}])
def test_what_is_no_number_of_anything_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(DeepvisError, match=f"{next(iter(bad))}=.*is not accepted; accepted: a whole number from"):
        train_on_snow(1, **{**FEW, **bad})


def test_a_network_that_knows_no_wolves_is_not_examined() -> None:
    network = Network(SnowNet().eval(), Preprocess((SIDE, SIDE), None, MEAN, STD), ["cat", "dog"])
    with pytest.raises(DeepvisError, match="its labels are not husky and wolf"):
        examine(network)


def test_the_share_says_how_often_each_animal_stands_on_snow() -> None:
    assert on_snow(0) == (0.2, 0.2) and on_snow(1) == (0.0, 1.0)
    drawn = _Counting(parts(2, 1))
    rng = torch.Generator().manual_seed(0)
    for _ in range(60):
        snow_net._batch(drawn, 0.5, rng)  # type: ignore[arg-type]
    labels, backgrounds = torch.cat(drawn.labels), torch.cat(drawn.backgrounds)
    for label, share in enumerate(on_snow(0.5)):
        mine = backgrounds[labels == label]
        assert float((mine == SNOW).float().mean()) == pytest.approx(share, abs=0.06)
        elsewhere = mine[mine != SNOW].bincount(minlength=5)[1:]
        assert elsewhere.min() > 0.7 * elsewhere.max(), "evenly over the other grounds"


class _Counting:
    """Parts that write down what is asked of them."""

    def __init__(self, real: Any) -> None:
        self.animals, self.grounds, self._real = real.animals, real.grounds, real
        self.labels: list[torch.Tensor] = []
        self.backgrounds: list[torch.Tensor] = []

    def pictures(self, labels: Any, animals: Any, backgrounds: Any, grounds: Any) -> Any:
        self.labels.append(labels)
        self.backgrounds.append(backgrounds)
        return self._real.pictures(labels, animals, backgrounds, grounds)


def test_an_animal_on_a_ground_is_that_animal_on_that_ground() -> None:
    drawn = parts(2, 1)
    one = torch.tensor([1])
    pictures, masks = drawn.pictures(one, one, torch.tensor([SNOW]), torch.tensor([0]))
    ground = drawn.grounds[SNOW, 0].float() / 255
    assert 0.03 < float(masks.float().mean()) < 0.6
    cover = drawn.animals[1, 1, 3] > 0
    assert torch.allclose(pictures[0][:, ~cover], ground[:, ~cover], atol=1e-6)
    assert float((pictures[0] - ground).abs().mean(0)[masks[0]].mean()) > 0.1


def test_parts_held_out_are_other_ones() -> None:
    learned, held = parts(2, 1), parts(2, 1, held_out=True)
    assert not torch.equal(learned.animals, held.animals) and not torch.equal(learned.grounds, held.grounds)


def test_a_cutout_is_the_animal_of_the_scene_of_that_seed() -> None:
    masks = [(scene("husky", "snow", seed, size=64).mask, cutout("husky", seed, 64)[3] >= 0.5) for seed in range(6)]
    alike = [float((there & here).sum() / (there | here).sum()) for there, here in masks]
    assert max(alike) > 0.98, "portraits lie where the scene has them"
    found, ground = cutout("husky", 0, 64), backdrop("snow", 0, 64)
    assert found.shape == (4, 64, 64) and (found[:3] <= found[3] + 1e-5).all(), "colours times cover"
    assert ground.shape == (3, 64, 64) and ground.min() >= 0 and ground.max() <= 1
