"""After an error half-way and after a cancellation the model is as it was, whatever mode the caller was in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deepvis_widgets.core.errors import Cancelled, DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.methods import Method
from tests.contract.asking import METHODS, ask, check_result, tensors
from tests.families import make, preprocess_of
from tests.untouched import Untouched

WAYS = ("training", "plain")
ATTENDING = "timm deit"  # for methods that follow attention


class Fuse:
    """Blows at the n-th call once it is armed."""

    def __init__(self) -> None:
        self.left: int | None = None

    def burn(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                raise RuntimeError("the fuse blew")


class Fused(nn.Module):
    """Passes its input on, until the fuse blows."""

    def __init__(self, fuse: Fuse) -> None:
        super().__init__()
        self._fuse = fuse

    def forward(self, x: Tensor) -> Tensor:
        self._fuse.burn()
        return x * 1


class _Backward(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, fuse: Fuse) -> Tensor:
        ctx.fuse = fuse
        return x * 1

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        ctx.fuse.burn()
        return grads[0], None


class FusedBackward(Fused):
    """Passes its input on; the fuse blows on the way back."""

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = _Backward.apply(x, self._fuse)
        return result


def kind(way: str, method: str) -> str:
    return ATTENDING if method.startswith("attention") else way


def made(way: str, method: str) -> nn.Module:
    """A network that the method serves, in the mode of that way."""
    return make(kind(way, method)).train(way == "training") if method.startswith("attention") else make(way)


def fused(way: str, method: str, part: type[Fused]) -> tuple[Network, Fuse]:
    fuse, inner = Fuse(), made(way, method)
    module = nn.Sequential(part(fuse), inner)
    module.training = inner.training
    return Network(module, preprocess_of(kind(way, method))), fuse


def raising(error: BaseException, at: int) -> Callable[..., None]:
    """A report that raises at its n-th call."""
    calls: list[float] = []

    def report(fraction: float, partial: Any = None) -> None:
        calls.append(fraction)
        if len(calls) == at:
            raise error

    return report


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Iterator[str]:
    yield request.param


@pytest.mark.parametrize("at", (1, 2))
@pytest.mark.parametrize("method", METHODS)
def test_after_a_forward_that_raised(method: str, way: str, at: int) -> None:
    net, fuse = fused(way, method, Fused)
    before = Untouched(net.module)
    fuse.left = at
    try:
        ask(net, method, target=1)
    except RuntimeError as error:
        assert "fuse" in str(error)
    else:
        assert at == 2 and fuse.left == 1  # the method needs one pass only
    before.check()
    fuse.left = None
    check_result(ask(net, method, target=1), net)  # and the network still serves


@pytest.mark.parametrize("method", METHODS)
def test_after_a_backward_that_raised(method: str, way: str) -> None:
    net, fuse = fused(way, method, FusedBackward)
    before = Untouched(net.module)
    fuse.left = 1
    try:
        ask(net, method, target=1)
    except RuntimeError as error:
        assert "fuse" in str(error)
    except DeepvisError as error:  # a method with a rule for each operation has none for one taught by hand
        assert str(error) == Method.registry[method].refuses(net)
    before.check()


@pytest.mark.parametrize("error", (Cancelled("no longer wanted"), RuntimeError("the listener failed")), ids=repr)
@pytest.mark.parametrize("at", (1, 2))
@pytest.mark.parametrize("method", METHODS)
def test_after_report_raised(method: str, way: str, at: int, error: Exception) -> None:
    module = made(way, method)
    net = Network(module, preprocess_of(kind(way, method)))
    before = Untouched(module)
    try:
        ask(net, method, report=raising(error, at), target=1)
    except type(error) as caught:
        assert caught is error
    else:
        assert not Method.registry[method].long or at > 1, "a long method must report"
    before.check()


@pytest.mark.parametrize(
    "mode", (torch.no_grad, torch.inference_mode, torch.enable_grad), ids=lambda mode: mode.__name__
)
@pytest.mark.parametrize("method", METHODS)
def test_the_caller_s_grad_mode_changes_nothing(method: str, mode: Any) -> None:
    net = Network(made("crafty", method), preprocess_of(kind("crafty", method)))
    expected = tensors(ask(net, method, target=1))
    with mode():
        before = Untouched(net.module)
        found = tensors(ask(net, method, target=1))
        before.check()
    assert all(torch.equal(found[name], value) for name, value in expected.items())


def test_building_a_network_leaves_no_trace() -> None:
    for name in ("training", "plain", "careless", "proud"):
        module = make(name)
        before = Untouched(module)
        Network(module, preprocess_of(name))
        before.check()


@pytest.mark.parametrize(
    "change",
    (
        lambda m: m.last.weight.data.add_(1e-6),
        lambda m: m.norm.train(),
        lambda m: m.first.requires_grad_(True),
        lambda m: m.first.register_forward_hook(lambda *_: None),
        lambda m: m.first.register_full_backward_hook(lambda *_: None),
        lambda m: m.last.weight.register_hook(lambda g: g),
        lambda m: setattr(m.first, "note", 1),
        lambda m: setattr(m.last.weight, "grad", None),
        lambda m: m.last.weight.grad.add_(1),
        lambda m: torch.rand(1),
    ),
)
def test_the_check_itself_sees_every_kind_of_trace(change: Callable[[Any], object]) -> None:
    module = make("training")
    before = Untouched(module)
    with torch.random.fork_rng(devices=[], enabled=False):
        change(module)
    with pytest.raises(AssertionError, match="changed"):
        before.check()
