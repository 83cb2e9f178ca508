"""Where no gradient comes back to the picture, one sentence says so, instead of a map of zeros."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
import torch
from torch import Tensor, nn

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.methods import explain
from deepvis_widgets.widgets.explorer import answers
from tests.small_nets import seeded
from tests.untouched import Untouched

SIDE = 14
QUICK = {"smoothgrad": {"samples": 2}, "integrated_gradients": {"steps": 2}}
BY_GRADIENT = (
    "gradient", "saliency", "gradient_x_input", "guided_backprop", "deconvnet", "smoothgrad", "integrated_gradients",
    "lrp",
)  # fmt: skip


OTHERWISE = (("lrp", "no_grad"), ("lrp", "round"))  # goes through, and has no rule for it


def frozen(trunk: nn.Module, x: Tensor) -> Tensor:
    with torch.no_grad():
        maps: Tensor = trunk(x)
    return maps


CUTS: dict[str, Callable[[nn.Module, Tensor], Tensor]] = {
    "no_grad": frozen,
    "detach": lambda trunk, x: trunk(x).detach(),
    "round": lambda trunk, x: (8 * trunk(x)).round() / 8,
    "whole numbers": lambda trunk, x: (8 * trunk(x)).to(torch.int8).to(x.dtype) / 8,
}


class Cut(nn.Module):
    """A trunk whose output is cut off from its input, and a head."""

    def __init__(self, cut: Callable[[nn.Module, Tensor], Tensor]) -> None:
        super().__init__()
        self.trunk = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU())
        self.neck, self.last, self.cut = nn.Conv2d(6, 6, 3), nn.Linear(6, 5), cut

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.last(self.neck(self.cut(self.trunk, x)).relu().mean((2, 3)))
        return scores


def network(cut: str) -> Network:
    return Network(seeded(Cut(CUTS[cut])).double(), Preprocess((SIDE, SIDE), None), name="mine")


def picture() -> Tensor:
    return torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("name", "cut"), [pair for pair in product(BY_GRADIENT, CUTS) if pair not in OTHERWISE])
def test_methods_that_need_a_gradient_say_where_it_ends(name: str, cut: str) -> None:
    net = network(cut)
    untouched = Untouched(net.module)
    where = "trunk.0" if cut == "no_grad" else "neck"
    with pytest.raises(DeepvisError, match=rf"^No gradient comes back to the picture: mine cuts it at {where} \("):
        explain(net, picture(), name, target=1, **QUICK.get(name, {}))
    untouched.check()


@pytest.mark.parametrize("cut", CUTS)
def test_other_methods_serve_it(cut: str) -> None:
    for name in ("occlusion", "grad_cam"):
        found = explain(network(cut), picture(), name, target=1)
        assert isinstance(found, HeatMap) and found.heatmap.any()


def test_a_rounding_that_is_passed_by_is_no_cut() -> None:
    """A straight-through estimator: rounded forth, as it were not on the way back."""
    through = Cut(lambda trunk, x: (y := 8 * trunk(x)) + (y.round() - y).detach())
    net = Network(seeded(through).double(), Preprocess((SIDE, SIDE), None))
    x = net.feed(picture()[None]).requires_grad_()
    (expected,) = torch.autograd.grad(net.module(x)[0, 1], x)
    found = explain(net, picture(), "gradient", target=1)
    assert isinstance(found, HeatMap) and found.attribution is not None
    torch.testing.assert_close(found.attribution, expected[0])


def test_relevance_goes_through_no_grad() -> None:
    uncut = Network(seeded(Cut(lambda trunk, x: trunk(x))).double(), Preprocess((SIDE, SIDE), None))
    found, expected = (explain(net, picture(), "lrp", target=1) for net in (network("no_grad"), uncut))
    assert isinstance(found, HeatMap) and isinstance(expected, HeatMap)
    torch.testing.assert_close(found.heatmap, expected.heatmap)


def test_a_unit_before_the_cut_has_its_gradient() -> None:
    found = explain(network("detach"), picture(), "gradient", layer="trunk.1", unit=2)
    assert isinstance(found, HeatMap) and found.heatmap.any()


@pytest.mark.parametrize("cut", CUTS)
def test_the_explorer_s_way_back_says_so(cut: str) -> None:
    net = network(cut)
    net.recordings.limit = 1
    target = net.target(None, "neck", 1)
    assert target is not None
    view = answers.backward(net, net.record(picture()), "raw", target, "map", "neck:1")
    assert view.line == "neck:1 · no gradient comes back"
    open_target = net.target(None, "trunk.0", 1)
    assert open_target is not None
    if cut != "no_grad":
        assert answers.backward(net, net.record(picture()), "raw", open_target, "map", "trunk.0:1").line == "trunk.0:1"


LATE: dict[str, Callable[[Tensor], Tensor]] = {
    "detach": lambda means: means.detach(),
    "a class": lambda means: torch.nn.functional.one_hot(means.argmax(1), 6).to(means.dtype),
    "a list": lambda means: torch.tensor(means.tolist(), dtype=means.dtype),
    "floor division": lambda means: (100 * means) // 1,
}


class Late(Cut):
    """Cut off behind the maps."""

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.last(self.cut(self.neck, self.trunk(x)))  # type: ignore[arg-type]
        return scores


@pytest.mark.parametrize("name", ["gradient", "guided_backprop", "grad_cam", "lrp", "smoothgrad"])
@pytest.mark.parametrize("cut", LATE)
def test_a_cut_behind_all_maps_is_one_sentence_too(cut: str, name: str) -> None:
    module = Late(lambda neck, maps: LATE[cut](neck(maps).relu().mean((2, 3))))
    net = Network(seeded(module).double(), Preprocess((SIDE, SIDE), None), name="mine")
    try:
        found = explain(net, picture(), name, target=1)
    except DeepvisError:
        return
    assert isinstance(found, HeatMap) and found.heatmap.any(), "a map of zeros"


def test_maps_made_in_inference_mode_are_a_cut() -> None:
    module = Cut(lambda trunk, x: torch.inference_mode()(trunk)(x).clone())
    net = Network(seeded(module).double(), Preprocess((SIDE, SIDE), None), name="mine")
    with pytest.raises(DeepvisError, match="No gradient comes back to the picture"):
        explain(net, picture(), "gradient", target=1)
    assert explain(net, picture(), "occlusion", target=1).heatmap.any()


@pytest.mark.parametrize("name", ["gradient", "smoothgrad", "grad_cam", "occlusion"])
def test_a_map_of_zeros_says_so(name: str) -> None:
    net = Network(seeded(Cut(lambda trunk, x: trunk(x).clamp(100, 101))).double(), Preprocess((SIDE, SIDE), None))
    module = net.module
    module.neck.bias.data.fill_(-1e6)  # type: ignore[union-attr, operator]
    found = explain(net, picture(), name, target=1)
    assert not found.heatmap.any() and found.note.startswith("0 everywhere")
