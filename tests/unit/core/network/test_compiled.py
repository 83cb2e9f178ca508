"""Networks that were compiled: torch.compile is undone for a pass, TorchScript is refused where it cannot serve."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.methods import explain
from deepvis_widgets.widgets.explorer.state import ExplorerState
from tests.small_nets import seeded
from tests.untouched import Untouched

SIDE = 16
SMALL = Preprocess((SIDE, SIDE), None)
NEED_OPERATIONS = ("guided_backprop", "deconvnet", "lrp")


class Trunk(nn.Module):
    """Two convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm, self.second = nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.Conv2d(6, 6, 3)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        maps: Tensor = self.relu(self.second(self.relu(self.norm(self.first(x)))))
        return maps


class Headed(nn.Module):
    """A trunk and a linear head."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk, self.last = Trunk(), nn.Linear(6, 5)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.last(self.trunk(x).mean((2, 3)))
        return scores


def module() -> Headed:
    return seeded(Headed()).eval()


def compiled(way: str) -> nn.Module:
    made = module()
    if way == "torch.compile":
        return torch.compile(made, backend="eager")  # type: ignore[return-value]
    if way == "module.compile":
        made.compile(backend="eager")
    else:
        made.trunk = torch.compile(made.trunk, backend="eager")  # type: ignore[assignment]
    return made


def picture() -> Tensor:
    return torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", ["cam", "grad_cam", "gradient", "guided_backprop", "deconvnet", "lrp", "occlusion"])
@pytest.mark.parametrize("way", ["torch.compile", "module.compile", "a part of it"])
def test_a_compiled_network_is_explained_as_it_is_written(way: str, name: str) -> None:
    made, plain = compiled(way), Network(module(), SMALL)
    untouched = Untouched(made)
    net = Network(made, SMALL)
    found, expected = (explain(each, picture(), name, target=1) for each in (net, plain))
    assert isinstance(found, HeatMap) and isinstance(expected, HeatMap)
    torch.testing.assert_close(found.heatmap, expected.heatmap)
    untouched.check()
    layers = [layer.replace("_orig_mod.", "") for layer in net.layers.names]
    assert [layer for layer in layers if layer != "trunk._orig_mod"] == plain.layers.names
    torch.testing.assert_close(made(net.feed(picture()[None])).detach(), net.logits(picture()[None]))


def traced() -> torch.jit.ScriptModule:
    with torch.no_grad():
        made: torch.jit.ScriptModule = torch.jit.trace(module(), torch.rand(1, 3, SIDE, SIDE))
    return made


class Around(nn.Module):
    """TorchScript inside a module of one's own."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = traced()

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.inner(x)
        return scores


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("make", [traced, Around])
def test_torchscript_is_refused_by_methods_that_change_single_operations(make: type[nn.Module]) -> None:
    net, plain = Network(make(), SMALL), Network(module(), SMALL)
    for name in NEED_OPERATIONS:
        with pytest.raises(DeepvisError, match="TorchScript, whose operations cannot be seen"):
            explain(net, picture(), name, target=1)
    for name in ("gradient", "integrated_gradients", "occlusion"):
        found, expected = (explain(each, picture(), name, target=1) for each in (net, plain))
        assert isinstance(found, HeatMap) and isinstance(expected, HeatMap)
        torch.testing.assert_close(found.heatmap, expected.heatmap, rtol=1e-3, atol=1e-6)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_the_explorer_s_way_back_of_torchscript_is_the_gradient_and_no_other() -> None:
    state = ExplorerState()
    state.begin(Network(Around(), SMALL), picture())
    assert state.backward == "gradient"
    with pytest.raises(DeepvisError, match="TorchScript"):
        state.backward = "deconvnet"
    assert state.backward == "gradient"


def test_a_network_without_maps_opens_with_a_method_that_serves_it() -> None:
    flat = nn.Sequential(nn.Flatten(), nn.Linear(3 * SIDE * SIDE, 8), nn.ReLU(), nn.Linear(8, 5))
    state = ExplorerState()
    state.begin(Network(seeded(flat), SMALL), picture())
    assert state.method == "gradient_x_input"
