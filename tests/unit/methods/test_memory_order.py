"""Networks that call `view` after their convolutions need maps in the plain order; all else is the same for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import HeatMap, Pictures
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.base import Method
from tests.small_nets import seeded
from tests.untouched import Untouched

SIDE = 20
QUICK = {
    "lime": {"samples": 30},
    "smoothgrad": {"samples": 3},
    "integrated_gradients": {"steps": 4},
    "occlusion": {"window": 10, "stride": 10},
}


class Flat(nn.Module):
    """Flattens its maps with `flatten`, after an input of one or three channels."""

    def __init__(self, channels: int, flatten: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.first, self.second, self.last = nn.Conv2d(channels, 6, 5), nn.Conv2d(6, 8, 3), nn.Linear(72, 5)
        self.flatten = flatten

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.first(x.contiguous())), 2)
        x = F.max_pool2d(F.relu(self.second(x)), 2)
        scores: Tensor = self.last(self.flatten(x))
        return scores


def network(channels: int, flatten: Callable[[Tensor], Tensor]) -> Network:
    preprocess = Preprocess((SIDE, SIDE), None, (0.5,) * channels, (0.25,) * channels)
    return Network(seeded(Flat(channels, flatten)).double(), preprocess)


def viewed(x: Tensor) -> Tensor:
    return x.view(x.size(0), -1)


METHODS = sorted(
    name for name, found in Method.registry.items() if found.picture and not found.refuses(network(3, viewed))
)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", METHODS)
def test_every_method_gives_what_it_gives_for_reshape(name: str, channels: int) -> None:
    picture = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    nets = network(channels, viewed), network(channels, lambda x: x.reshape(x.size(0), -1))
    untouched = Untouched(nets[0].module)
    found, expected = (explain(net, picture, name, target=1, **QUICK.get(name, {})) for net in nets)
    assert isinstance(found, HeatMap) and isinstance(expected, HeatMap)
    torch.testing.assert_close(found.heatmap, expected.heatmap)
    untouched.check()


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_are_made_for_it(channels: int) -> None:
    asked = {"target": 1, "steps": 3, "pictures": 1}
    found, expected = (
        explain(network(channels, flatten), None, "activation_maximization", **asked)  # type: ignore[arg-type]
        for flatten in (viewed, lambda x: x.reshape(x.size(0), -1))
    )
    assert isinstance(found, Pictures) and isinstance(expected, Pictures)
    torch.testing.assert_close(torch.stack(list(found.pictures)), torch.stack(list(expected.pictures)))


def test_a_network_that_cannot_be_run_in_any_order_is_one_sentence() -> None:
    with pytest.raises(DeepvisError, match="could not be run on a picture of 3×20×20"):
        network(3, lambda x: x.view(7, -1))
