"""The way up of an ascent: remade passes where they agree, the network's own where not, and the weights of now."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.target import Target
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods.synthesis import Ascent, SynthesisParams
from deepvis_widgets.methods.synthesis import slopes as module
from deepvis_widgets.methods.synthesis.objective import Objective
from deepvis_widgets.methods.synthesis.slopes import Slopes, slope
from tests.untouched import Untouched

SIZE = (24, 24)


def network() -> Network:
    torch.manual_seed(6)
    layers = [nn.Conv2d(3, 8, 5, 2, 2), nn.BatchNorm2d(8), nn.ReLU(True), nn.Conv2d(8, 8, 3, 1, 1), nn.ReLU(True)]
    made = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4)).eval()
    made[1].running_var.uniform_(0.5, 2)
    return Network(made, Preprocess(SIZE))


def same(objective: Objective, slopes: Slopes, views: Tensor) -> bool:
    found, own = slopes(views), slope(objective, views, objective.plain())
    assert torch.allclose(found.values, own.values, rtol=1e-4, atol=1e-6)
    return torch.allclose(found.gradient, own.gradient, rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("layer, position", [("4", (3, 5)), ("4", None), (None, None)])
@pytest.mark.parametrize("score", ["logit", "probability"])
def test_each_picture_climbs_its_own_unit(layer: str | None, position: tuple[int, int] | None, score: str) -> None:
    net = network()
    objective = Objective(net, (2, 0, 3), layer, position, score=score)
    slopes, batches = Slopes(objective), torch.rand(3, 3, 3, *SIZE)
    before = Untouched(net.module)
    for views in batches:
        assert same(objective, slopes, views)
        for i, channel in enumerate(objective.channels):
            one = Objective(net, (channel,), layer, position, score=score)
            alone = slope(one, views[i : i + 1], one.plain())
            assert torch.allclose(slopes(views).gradient[i], alone.gradient[0], rtol=1e-3, atol=1e-7)
    assert slopes.remade is not None
    before.check()


def test_it_follows_the_weights_and_the_size() -> None:
    net = network()
    objective = Objective(net, (1, 2), "4")
    slopes = Slopes(objective)
    assert same(objective, slopes, torch.rand(2, 3, *SIZE)) and same(objective, slopes, torch.rand(2, 3, *SIZE))
    with torch.no_grad():
        net.module[0].weight.mul_(-2)
    assert same(objective, slopes, torch.rand(2, 3, *SIZE)) and same(objective, slopes, torch.rand(2, 3, *SIZE))
    assert same(objective, slopes, torch.rand(2, 3, 16, 20)) and slopes.remade is not None


def test_what_does_not_agree_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    net, right = network(), module.remade

    def wrong(*given: object) -> object:
        made = right(*given)  # type: ignore[arg-type]
        assert made is not None
        return lambda x: made(x) + (x.sum() - x.sum().detach())  # right answers, another way back

    monkeypatch.setattr(module, "remade", wrong)
    objective = Objective(net, (1, 2), "4")
    slopes = Slopes(objective)
    assert same(objective, slopes, torch.rand(2, 3, *SIZE)) and same(objective, slopes, torch.rand(2, 3, *SIZE))
    assert slopes.remade is None


def test_an_ascent_reaches_what_it_reaches_by_the_network_s_own_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    def climbed() -> Ascent:
        ascent = Ascent(network(), Target(5, "4"), SynthesisParams(pictures=3, steps=40))
        while not ascent.done:
            ascent.step()
        return ascent

    quick = climbed()
    monkeypatch.setattr(module, "remade", lambda *_: None)
    plain = climbed()
    assert quick.slopes.remade is not None and plain.slopes.remade is None
    assert torch.allclose(quick.trace, plain.trace, rtol=1e-3, atol=1e-4)
    assert torch.allclose(quick.pictures(), plain.pictures(), atol=0.01)
