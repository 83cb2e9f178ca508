"""A norm that calls its activation itself, as timm's do, is two layers: the norm and the activation."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from timm.layers import BatchNormAct2d, GroupNormAct, LayerNormAct2d
from torch import Tensor, nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from tests.families import picture
from tests.small_nets import CLASSES, seeded
from tests.untouched import Untouched

SIZE = 12


def network(norm: nn.Module) -> Network:
    module = nn.Sequential(nn.Conv2d(3, 8, 3), norm, nn.Conv2d(8, 4, 3), nn.Flatten(), nn.Linear(256, CLASSES))
    return Network(seeded(module), Preprocess((SIZE, SIZE), None))


def normed(norm: nn.Module, x: Tensor) -> Tensor:
    """What the norm alone makes of x, by torch's own functions."""
    if isinstance(norm, nn.BatchNorm2d):
        return F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps)
    if isinstance(norm, nn.GroupNorm):
        return F.group_norm(x, norm.num_groups, norm.weight, norm.bias, norm.eps)
    return F.layer_norm(x.movedim(1, -1), (8,), norm.weight, norm.bias, norm.eps).movedim(-1, 1)


@pytest.mark.parametrize("make", (BatchNormAct2d, lambda n: GroupNormAct(n, 2), LayerNormAct2d))
def test_a_norm_and_its_activation_are_two_layers(make: type[nn.Module]) -> None:
    norm = make(8)  # its ReLU works in place: what the norm gave is overwritten
    net = network(norm)
    assert net.layers.names == ["0", "1", "1.act", "2", "3", "4"]
    assert net.layers["1"].kind == type(norm).__name__ and net.layers["1"].channels == 8
    before = Untouched(net.module)
    view = picture(SIZE)
    found = net.record(view).outputs
    expected = normed(norm, found["0"])
    torch.testing.assert_close(found["1"], expected)
    torch.testing.assert_close(found["1.act"], expected.relu())
    assert net.run(net.feed(view[None]), keep=["1"], until="1").outputs.keys() == {"1"}
    before.check()


def test_the_gradient_from_the_norm_is_that_without_the_activation() -> None:
    norm = BatchNormAct2d(8)
    net, view = network(norm), picture(SIZE)
    found = net.record(view)
    x = net.feed(view[None]).requires_grad_()
    (expected,) = torch.autograd.grad(normed(norm, net.module[0](x))[0, 3].sum(), x)
    torch.testing.assert_close(found.gradient(found.outputs["1"][0, 3].sum()), expected)


def test_a_norm_without_an_activation_is_one_layer() -> None:
    assert network(BatchNormAct2d(8, apply_act=False)).layers.names == ["0", "1", "2", "3", "4"]


def test_an_identity_elsewhere_still_names_a_value_that_no_other_layer_shows() -> None:
    class Tapped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.tap, self.last = nn.Conv2d(3, 8, 3), nn.Identity(), nn.Linear(8, CLASSES)

        def forward(self, x: Tensor) -> Tensor:
            scores: Tensor = self.last(self.tap(self.conv(x) * 2).mean((2, 3)))
            return scores

    net = Network(seeded(Tapped()), Preprocess((SIZE, SIZE), None))
    assert net.layers.names == ["conv", "tap", "last"] and net.layers["tap"].kind == "Identity"
