"""What a network writes of itself in a pass, also in eval mode, is as it was after every pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from tests.small_nets import seeded
from tests.untouched import Untouched

SIDE = 12


class Writing(nn.Module):
    """Means of maps that something is done to; it may write to a buffer and to an attribute."""

    def __init__(self, write: Callable[[Writing, Tensor], Tensor]) -> None:
        super().__init__()
        self.maps, self.last = nn.Conv2d(3, 6, 3), nn.Linear(6, 5)
        self.register_buffer("mean", torch.full((6,), 0.3))
        self.register_buffer("spread", torch.ones(6))
        self.register_buffer("passes", torch.zeros((), dtype=torch.long))
        self.count, self.kept = 0, None
        self.maps_seen: dict[str, list[Tensor]] = {"maps": []}
        self.write = write

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.last(self.write(self, self.maps(x).relu()).mean((2, 3)))
        return scores


def normalised(own: Writing, x: Tensor) -> Tensor:
    return F.batch_norm(x, own.mean, own.spread, training=True) + own.mean[:, None, None]


def moving(own: Writing, x: Tensor) -> Tensor:
    own.mean.lerp_(x.detach().mean((0, 2, 3)), 0.1)
    return x - own.mean[:, None, None]


def counted(own: Writing, x: Tensor) -> Tensor:
    own.count += 1
    own.passes += 1
    return x * own.count * own.passes


def replaced(own: Writing, x: Tensor) -> Tensor:
    own.passes = own.passes + 1
    return x * own.passes


def kept(own: Writing, x: Tensor) -> Tensor:
    own.kept = x if own.kept is None else own.kept + x
    own.seen = True
    return own.kept


def listed(own: Writing, x: Tensor) -> Tensor:
    own.maps_seen["maps"].append(x)
    return x * len(own.maps_seen["maps"])


WRITING = {made.__name__: made for made in (normalised, moving, counted, replaced, kept, listed)}


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("write", WRITING)
def test_the_module_is_as_it_was_and_answers_the_same(write: str, training: bool) -> None:
    module = seeded(Writing(WRITING[write])).train(training)
    picture, before = torch.rand(3, SIDE, SIDE), Untouched(module)
    net = Network(module, Preprocess((SIDE, SIDE), None))
    first = net.logits(picture[None])
    for method in ("gradient", "occlusion", "smoothgrad"):
        dv.explain(net, picture, method, target=1)
    assert torch.equal(net.logits(picture[None]), first)
    before.check()
    assert (module.count, module.kept, hasattr(module, "seen")) == (0, None, False)
    assert module.maps_seen == {"maps": []}


class Recording(Writing):
    """Keeps its maps for somebody who reads them; no answer depends on that."""

    def forward(self, x: Tensor) -> Tensor:
        self.maps_seen["maps"].append(self.maps(x))
        return super().forward(x)


def test_a_record_of_maps_does_not_grow_with_our_passes() -> None:
    module = seeded(Recording(moving))
    module(torch.rand(1, 3, SIDE, SIDE))
    own = module.maps_seen["maps"][0]
    net = Network(module, Preprocess((SIDE, SIDE), None))
    dv.explain(net, torch.rand(3, SIDE, SIDE), "occlusion", target=1, window=4, stride=4)
    assert len(module.maps_seen["maps"]) == 1 and module.maps_seen["maps"][0] is own
    module(torch.rand(1, 3, SIDE, SIDE))
    assert len(module.maps_seen["maps"]) == 2  # the user's own passes are recorded as ever


@pytest.mark.parametrize("write", WRITING)
def test_occlusion_compares_answers_of_one_state(write: str) -> None:
    net = Network(seeded(Writing(WRITING[write])), Preprocess((SIDE, SIDE), None))
    picture = torch.rand(3, SIDE, SIDE)
    found = dv.explain(net, picture, "occlusion", target=1, window=4, stride=4, fill="grey")
    covered = picture.clone()
    covered[:, 4:8, 8:12] = 0.5
    drop = (net.logits(picture[None]) - net.logits(covered[None]))[0, 1]
    torch.testing.assert_close(found.drops[1, 2].float(), drop, atol=1e-5, rtol=1e-4)


class Watched(Writing):
    """Counts its passes for somebody who reads it; no answer depends on that."""

    def forward(self, x: Tensor) -> Tensor:
        self.count += 1
        return super().forward(x)


def test_a_counter_that_changes_no_answer_goes_on_counting() -> None:
    module = seeded(Watched(moving))
    net = Network(module, Preprocess((SIDE, SIDE), None))
    before, mean = module.count, module.mean.clone()
    for _ in range(3):
        net.logits(torch.rand(1, 3, SIDE, SIDE))
    assert module.count == before + 3 and torch.equal(module.mean, mean)


def test_an_error_leaves_it_as_it_was_too() -> None:
    module = seeded(Writing(counted))
    net = Network(module, Preprocess((SIDE, SIDE), None))
    before = Untouched(module)
    module.last.in_features, module.last.weight = 6, nn.Parameter(torch.zeros(5, 7))
    with pytest.raises(RuntimeError):
        net.logits(torch.rand(1, 3, SIDE, SIDE))
    assert module.count == 0 and int(module.passes) == 0 and module.passes is dict(module.named_buffers())["passes"]
    assert before.model["buffers"]["passes"][0] == id(module.passes)
