"""Passes remade with their way back against the network's own, and what is never remade."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.core.network.backward_rules import DECONVNET, GUIDED, PLAIN, Rules
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.recording import Recording
from deepvis_widgets.passes.backward.recorded import Remade, remade
from deepvis_widgets.passes.backward.structure import structure_of
from tests.awkward_nets import ANSWERS
from tests.families import make, preprocess_of
from tests.small_nets import Plain, seeded
from tests.untouched import Untouched

FAMILIES = ("squeezenet1_1", "vgg11_bn", "crafty", "tied", "mixed")
APART = ("custom", "coupled", "weight_norm", "bfloat16", "vit_b_32", "values")
ALL_RULES = (PLAIN, GUIDED, DECONVNET)


class Mixed(nn.Module):
    """Operations that there are derivatives of here, between others that only autograd knows."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm = nn.Conv2d(3, 8, 3, 2), nn.BatchNorm2d(8)
        self.deep, self.point = nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.Conv2d(8, 8, 1)
        self.last = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu6(40 * self.norm(self.first(x)))
        gate = torch.sigmoid(x.mean((2, 3), keepdim=True))
        x = x + gate * F.silu(self.point(F.hardtanh(self.deep(x), -1, 1)))
        left, right = F.avg_pool2d(x, 2).chunk(2, 1)
        x = torch.cat([right, right * left.amax(2, keepdim=True), left + right, left], 1)
        scores: Tensor = self.last(F.adaptive_max_pool2d(x, 1).view(-1, 16))
        return scores


def fresh(name: str) -> nn.Module:
    return seeded(Mixed()) if name == "mixed" else make(name)


def double(module: nn.Module, name: str = "plain") -> Network:
    return Network(module.double(), preprocess_of(name))


def pictures(net: Network, seed: int) -> Tensor:
    return net.feed(torch.rand(2, 3, *net.size, generator=torch.Generator().manual_seed(seed)))


def third(net: Network, rules: Rules = PLAIN, until: str | None = None, since: str | None = None) -> Remade | None:
    """What the network is asked for the third time, of other pictures than before."""
    for seed in (1, 2):
        assert remade(net, pictures(net, seed)[:1], rules, until=until, since=since) is None
    return remade(net, pictures(net, 3), rules, until=until, since=since)


def gradient(recording: Recording, until: str | None = None, since: str | None = None) -> Tensor:
    end = recording.logits if until is None else recording.outputs[until]
    seed = torch.linspace(-1, 1, end.numel(), dtype=end.dtype).view(end.shape)
    return recording.gradient(end, seed, None if since is None else recording.outputs[since])


def close(one: Tensor, two: Tensor) -> bool:
    return float((one - two).abs().max()) <= 1e-9 * float(two.abs().max()) > 0


@pytest.mark.parametrize("name", FAMILIES)
def test_is_the_network_s_own_pass_forth_and_back(name: str) -> None:
    net = double(fresh(name), "plain" if name == "mixed" else name)
    untouched = Untouched(net.module)
    assert remade(net, pictures(net, 1)[:1]) is None
    for rules in ALL_RULES:
        assert remade(net, pictures(net, 2)[:1], rules) is None
        found, own = remade(net, pictures(net, 3), rules), net.run(pictures(net, 3), rules=rules, grad=True)
        assert found is not None
        assert close(found.logits.detach(), own.logits.detach()) and close(gradient(found), gradient(own))
        assert close(gradient(found), gradient(own)), "a second way back is like the first"
    untouched.check()


def test_from_one_layer_back_to_another() -> None:
    net = double(make("resnet18"), "resnet18")
    until, since = "layer3.0.conv2", "layer2.0.bn1"
    found = third(net, GUIDED, until, since)
    own = net.run(pictures(net, 3), rules=GUIDED, keep=(until, since), until=until, grad=True)
    assert found is not None and found.scores is None
    for name in (until, since):
        assert close(found.outputs[name].detach(), own.outputs[name].detach())
    assert close(gradient(found, until, since), gradient(own, until, since))


@pytest.mark.parametrize("name", APART)
def test_is_left_to_the_network_where_a_list_of_operations_cannot_say_it(name: str) -> None:
    module = make(name)
    answers = ANSWERS[name]() if name in ANSWERS else None
    net = Network(module if name == "bfloat16" else module.double(), preprocess_of(name), answers=answers)
    for seed in range(4):
        assert remade(net, pictures(net, seed)[:1]) is None


class Brighter(Plain):
    """Doubles dark pictures; it looks at the numbers themselves."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(2 * x if float(x.mean()) < 0.5 else x)


class Cut(Plain):
    """Half of what it sees has no way back."""

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            half = x / 2
        return super().forward(x / 2 + half)


class Drawn(Plain):
    """Has a constant of its own that is drawn anew when it is asked for the first time."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x + torch.linspace(0, 1, x.shape[-1], dtype=x.dtype))


@pytest.mark.parametrize("kind", (Brighter, Cut, Drawn))
def test_is_left_to_networks_that_do_what_no_trace_shows(kind: Callable[[], nn.Module]) -> None:
    net = double(seeded(kind()))
    assert third(net) is None


def test_hooks_of_the_user_s_see_every_pass() -> None:
    net, seen = double(make("plain")), []
    handle = net.module.register_forward_hook(lambda *_: seen.append(1))
    assert third(net) is None
    handle.remove()
    assert third(net) is not None
    handle = net.module.register_forward_hook(lambda *_: seen.append(1))
    assert remade(net, pictures(net, 3)) is None
    handle.remove()


def first(module: nn.Module) -> nn.Conv2d:
    found = next(part for part in module.modules() if isinstance(part, nn.Conv2d))
    return found


def exchange(module: nn.Module) -> None:
    name = next(name for name, part in module.named_modules() if isinstance(part, nn.ReLU))
    module.set_submodule(name, nn.Tanh())


def set_otherwise(module: nn.Module) -> None:
    first(module).padding = (0, 0)


def assign(module: nn.Module) -> None:
    first(module).weight = nn.Parameter(first(module).weight.detach() * 2)


def assign_data(module: nn.Module) -> None:
    first(module).weight.data = first(module).weight.data * 2


@pytest.mark.parametrize("change", (exchange, set_otherwise, assign, assign_data), ids=lambda change: change.__name__)
def test_a_network_that_was_changed_is_asked_itself_again(change: Callable[[nn.Module], None]) -> None:
    net = double(make("plain"))
    assert third(net) is not None
    change(net.module)
    assert remade(net, pictures(net, 3)) is None


def test_one_number_written_through_data_shows_in_the_next_pass() -> None:
    net = double(make("plain"))
    before = third(net)
    first(net.module).weight.data[0, 0, 0, 0] += 3
    found, own = remade(net, pictures(net, 3)), net.run(pictures(net, 3), grad=True)
    assert before is not None and found is not None
    assert close(gradient(found), gradient(own)) and not close(gradient(found), gradient(before))


class Uncopied(dict):  # type: ignore[type-arg]
    """Settings that cannot be copied."""

    def __copy__(self) -> Uncopied:
        raise TypeError("no copies")


def test_modules_that_do_not_show_how_they_are_set_pass_as_they_are() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    assert structure_of(module) is not None
    module.settings = Uncopied()  # type: ignore[assignment]
    assert structure_of(module) is None
