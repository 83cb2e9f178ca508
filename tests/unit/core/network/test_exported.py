"""Programs that torch.export made show the layers of what they were made of, and every method works on them."""

from __future__ import annotations

import warnings
from functools import cache

import pytest
import torch
from torch import Tensor, nn
from torch.export.unflatten import InterpreterModule

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.methods import explain
from tests.families import picture
from tests.small_nets import CLASSES, Careless, Crafty, seeded

SIZE = 20
METHODS = ("gradient", "guided_backprop", "deconvnet", "lrp", "grad_cam", "cam", "occlusion", "integrated_gradients")


class Residual(nn.Module):
    """Norms, a residual sum in place, a slice, a gate, and a linear head."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU6(inplace=True))
        self.conv, self.gate = nn.Conv2d(6, 6, 3, padding=1), nn.Conv2d(6, 6, 1)
        self.last = nn.Linear(6, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x[:, :, 1:])
        y = self.conv(x) * self.gate(x.mean((2, 3), keepdim=True)).sigmoid()
        y += x
        scores: Tensor = self.last(torch.relu_(y).mean((2, 3)))
        return scores


def exported(module: nn.Module, pictures: int = 2) -> torch.export.ExportedProgram:
    shapes = ({0: torch.export.Dim("pictures", min=1, max=512)},) if pictures > 1 else None
    return torch.export.export(module, (torch.rand(pictures, 3, SIZE, SIZE),), dynamic_shapes=shapes)


@cache
def pair(kind: type[nn.Module]) -> tuple[Network, Network]:
    """A network as it is written, and as it was exported."""
    module = seeded(kind())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Network(module, Preprocess((SIZE, SIZE), None)), Network(exported(module))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", (Residual, Crafty))
def test_layers_are_those_of_the_network_it_was_made_of(kind: type[nn.Module]) -> None:
    written, found = pair(kind)
    if hasattr(InterpreterModule, "type_name"):  # PyTorch 2.6 forgets of what kind a module was
        assert repr(found.layers) == repr(written.layers)
    assert [(layer.name, layer.shape) for layer in found.layers] == [
        (layer.name, layer.shape) for layer in written.layers
    ]
    assert [layer.rectifier for layer in found.layers] == [layer.rectifier for layer in written.layers]
    assert found.has_head == written.has_head and found.size == (SIZE, SIZE)
    view = picture(SIZE)[None]
    torch.testing.assert_close(found.logits(view), written.logits(view))


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("kind", (Residual, Crafty))
def test_methods_answer_as_on_the_network_it_was_made_of(kind: type[nn.Module], name: str) -> None:
    expected, found = (explain(net, picture(SIZE), name, target=1) for net in pair(kind))
    assert isinstance(found, HeatMap) and isinstance(expected, HeatMap)
    torch.testing.assert_close(found.heatmap, expected.heatmap, rtol=1e-3, atol=1e-6)


def test_a_program_for_one_picture_takes_several() -> None:
    module = seeded(Residual())
    net = Network(exported(module, pictures=1))  # type: ignore[arg-type]
    views = torch.rand(3, 3, SIZE, SIZE)
    torch.testing.assert_close(net.logits(views), module(net.feed(views)).detach())


def test_a_program_that_overwrites_its_input_is_fed_a_copy() -> None:
    net, view = pair(Careless)[1], picture(SIZE)
    before = view.clone()
    assert torch.equal(net.logits(view[None]), net.logits(view[None])) and torch.equal(view, before)
