"""Networks that answer otherwise each time are named, once; others are not."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.core.attention.parts import DOT_PRODUCT, taken_apart
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.widgets.explorer.panes import remark
from tests.small_nets import seeded

SIDE = 12


def always_dropped(x: Tensor) -> Tensor:
    return F.dropout(x, 0.5, True)


DRAWING = torch.Generator()
VARYING: dict[str, Callable[[Tensor], Tensor]] = {
    "dropout": lambda x: F.dropout(x),
    "dropout of maps": lambda x: F.dropout2d(x[:, :, None, None], 0.3).flatten(1),
    "noise": lambda x: x + 0.1 * torch.randn_like(x),
    "noise of its own": lambda x: x + torch.empty(x.shape[1]).uniform_(),
    "a mask": lambda x: x * torch.bernoulli(torch.full_like(x, 0.5)),
    "compiled dropout": torch.jit.script(always_dropped),
    "Python's chance": lambda x: x * random.random(),
    "a generator of torch's": lambda x: x * torch.rand(x.shape[1], generator=DRAWING),
    "a rectifier": lambda x: F.rrelu(x - 1, training=True),
    "an attention": lambda x: F.scaled_dot_product_attention(*[x[:, None, :, None]] * 3, dropout_p=0.5)[:, 0, :, 0],
    "another way": lambda x: x if random.random() < 0.5 else 2 * x,
    "NumPy's chance": lambda x: x + torch.from_numpy(np.random.rand(x.shape[1])).to(x),
}
STEADY: dict[str, Callable[[Tensor], Tensor]] = {
    "nothing": lambda x: x,
    "dropout that is off": lambda x: F.dropout(x, 0.5, False),
    "dropout of nothing": lambda x: F.dropout(x, 0.0),
    "drawn and not used": lambda x: x + 0 * torch.rand(1),
}


class Drawn(nn.Module):
    """Features that something is done to before the last layer."""

    def __init__(self, between: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.maps, self.last, self.off = nn.Conv2d(3, 16, 3), nn.Linear(16, 5), nn.Dropout()
        self.between = between

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.last(self.off(self.between(self.maps(x).relu().mean((2, 3)))))
        return scores


class Keeping(Drawn):
    """Draws from a generator that it keeps."""

    def __init__(self, generator: Any, draw: Callable[[Any], float]) -> None:
        super().__init__(lambda x: x * draw(self.generator))
        self.generator = generator


KEPT: dict[str, tuple[Any, Callable[[Any], float], Callable[[Any], Any]]] = {
    "torch": (torch.Generator(), lambda own: torch.rand(1, generator=own).item(), lambda own: own.get_state().tolist()),
    "NumPy": (np.random.default_rng(1), lambda own: own.random(), lambda own: own.bit_generator.state),
    "NumPy's old": (np.random.RandomState(1), lambda own: own.rand(), lambda own: str(own.get_state())),
    "Python": (random.Random(1), lambda own: own.random(), lambda own: own.getstate()),
}


@pytest.mark.parametrize("kept", KEPT)
def test_a_generator_of_its_own_begins_anew_and_goes_on_as_if_nothing_was_drawn(kept: str) -> None:
    generator, draw, state = KEPT[kept]
    before = state(generator)
    with pytest.warns(UserWarning, match="answers otherwise"):
        net = Network(seeded(Keeping(generator, draw)), Preprocess((SIDE, SIDE), None))
    picture = torch.rand(1, 3, SIDE, SIDE)
    first = net.logits(picture)
    assert state(generator) == before
    draw(generator)
    assert torch.equal(net.logits(picture), first)


def test_a_weight_of_an_attention_is_dropped_as_in_the_attention() -> None:
    q, k, v = torch.rand(3, 1, 2, 4, 8)
    made = []
    for attend in (F.scaled_dot_product_attention, lambda *args, **how: taken_apart(DOT_PRODUCT, args, how)):
        torch.manual_seed(0)
        made.append(attend(q, k, v, dropout_p=0.5))
    torch.testing.assert_close(*made)


def make(between: Callable[[Tensor], Tensor]) -> Network:
    return Network(seeded(Drawn(between)), Preprocess((SIDE, SIDE), None), name="mine")


@pytest.mark.parametrize("between", VARYING)
def test_one_sentence_says_so(between: str) -> None:
    with pytest.warns(UserWarning, match="^mine answers otherwise each time it is asked") as said:
        net = make(VARYING[between])
    assert len(said) == 1 and net.varies
    assert remark(net, None) == "answers vary by chance"


@pytest.fixture
def varying(request: pytest.FixtureRequest) -> Network:
    with pytest.warns(UserWarning, match="answers otherwise"):
        return make(VARYING[request.param])


@pytest.mark.parametrize("varying", VARYING, indirect=True)
@pytest.mark.parametrize("method", ["gradient", "grad_cam", "smoothgrad", "occlusion", "lime"])
def test_a_method_answers_the_same_twice(varying: Network, method: str) -> None:
    picture = torch.rand(3, SIDE, SIDE)
    twice = [dv.explain(varying, picture, method, target=1).heatmap for _ in range(2)]
    assert torch.equal(*twice)


@pytest.mark.parametrize("varying", VARYING, indirect=True)
def test_pictures_together_answer_as_each_alone(varying: Network) -> None:
    pictures = torch.rand(5, 3, SIDE, SIDE)
    alone = torch.cat([varying.logits(picture[None]) for picture in pictures])
    torch.testing.assert_close(varying.logits(pictures), alone)


@pytest.mark.parametrize("varying", VARYING, indirect=True)
def test_occlusion_compares_answers_of_one_draw(varying: Network) -> None:
    picture = torch.rand(3, SIDE, SIDE)
    found = dv.explain(varying, picture, "occlusion", target=1, window=4, stride=4, fill="grey")
    before = varying.logits(picture[None])[0, 1]
    for row, col in [(0, 0), (1, 2)]:
        covered = picture.clone()
        covered[:, 4 * row : 4 * row + 4, 4 * col : 4 * col + 4] = 0.5
        drop = before - varying.logits(covered[None])[0, 1]
        torch.testing.assert_close(found.drops[row, col].float(), drop, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("varying", VARYING, indirect=True)
def test_random_numbers_go_on_as_if_nothing_was_drawn(varying: Network) -> None:
    drawn = []
    for asked in (False, True):
        torch.manual_seed(3), random.seed(3), np.random.seed(3)
        if asked:
            varying.logits(torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator()))
        drawn.append((torch.rand(1).item(), random.random(), np.random.rand()))
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("between", STEADY)
def test_nothing_is_said_of_others(between: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not make(STEADY[between]).varies
