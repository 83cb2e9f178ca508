"""Every recorded layer equals a forward pass written out by hand, whatever the network overwrites afterwards."""

from __future__ import annotations

import threading

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.core.network.backward_rules import DECONVNET, GUIDED, PLAIN, Rules
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.pass_options import PassOptions
from deepvis_widgets.core.network.recording import record
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.weights_key import forget_weights
from tests.families import picture
from tests.small_nets import CLASSES, Careless, Crafty, Plain, Proud, seeded

SIZE = 24


def network(module: nn.Module) -> Network:
    return Network(seeded(module, dtype=torch.float64), Preprocess((SIZE, SIZE), None))


def by_hand(net: Crafty, x: Tensor) -> dict[str, Tensor]:
    """Crafty's layers, nothing reused, nothing in place."""
    out = {"first": net.first(x)}
    out["norm"] = net.norm(out["first"])
    out["relu"] = out["norm"].clamp(min=0)
    out["second"] = net.second(out["relu"])
    out["relu#2"] = (out["second"] + out["relu"]).clamp(min=0)
    out["pair.left"], out["pair.right"] = net.pair.left(out["relu#2"]), net.pair.right(out["relu#2"])
    out["third"] = net.third(torch.cat([out["pair.left"], out["pair.right"]], 1))
    out["drop"] = out["third"].clamp(min=0)
    pooled = F.max_pool2d(out["drop"], 2)
    out["drop#2"] = (pooled * 1.5 - 0.1).clamp(min=0).mean((2, 3))
    out["last"] = net.last(out["drop#2"])
    return out


@pytest.fixture(scope="module")
def crafty() -> Network:
    return network(Crafty())


def test_every_layer_equals_the_pass_written_out_by_hand(crafty: Network) -> None:
    view = picture(SIZE).double()
    found = crafty.record(view)
    expected = by_hand(crafty.module, crafty.feed(view[None]))
    assert list(found.outputs) == list(expected) == crafty.layers.names
    for name, output in found.outputs.items():
        torch.testing.assert_close(output, expected[name], rtol=0, atol=1e-12, msg=name)
    torch.testing.assert_close(found.logits, expected["last"], rtol=0, atol=1e-12)


def test_gradients_at_every_layer_equal_autograd_s(crafty: Network) -> None:
    view = picture(SIZE).double()
    found = crafty.record(view)
    x = crafty.feed(view[None]).requires_grad_()
    expected = by_hand(crafty.module, x)
    objective = expected["last"][0, 2]
    for name, output in expected.items():
        (gradient,) = torch.autograd.grad(objective, output, retain_graph=True)
        torch.testing.assert_close(found.gradient(found.logits[0, 2], wrt=found.outputs[name]), gradient, msg=name)
    (gradient,) = torch.autograd.grad(objective, x)
    torch.testing.assert_close(found.gradient(found.logits[0, 2]), gradient)


@pytest.mark.parametrize("grad", (False, True))
def test_keeps_what_is_asked_and_ends_there(crafty: Network, grad: bool) -> None:
    x = crafty.feed(picture(SIZE).double()[None])
    expected = by_hand(crafty.module, x)
    for name in crafty.layers.names:
        found = crafty.run(x, keep=[name], until=name, grad=grad)
        assert list(found.outputs) == [name]
        assert found.scores is None
        torch.testing.assert_close(found.outputs[name], expected[name], rtol=0, atol=1e-12, msg=name)


@pytest.mark.parametrize("rules", (PLAIN, DECONVNET, GUIDED), ids=lambda rules: rules.name)
def test_what_nobody_keeps_may_be_overwritten_on_the_way_there(crafty: Network, rules: Rules) -> None:
    x = crafty.feed(picture(SIZE).double()[None])
    everything, nothing = (
        record(crafty.module, x, PassOptions(rules, keep, grad=True, cloned=crafty.overwritten)) for keep in (None, ())
    )
    expected = everything.gradient(everything.logits[0, 2])
    torch.testing.assert_close(nothing.gradient(nothing.logits[0, 2]), expected, rtol=1e-12, atol=0)
    assert not nothing.outputs and expected.any()


def test_a_graph_may_begin_at_a_layer(crafty: Network) -> None:
    view = picture(SIZE).double()
    whole = crafty.record(view)
    for name in crafty.layers.names[:-1]:
        found = crafty.record(view, since=name, keep=(name,))
        assert not found.input.requires_grad and found.outputs[name].is_leaf
        torch.testing.assert_close(found.logits, whole.logits)
        gradient = found.gradient(found.logits[0, 2], wrt=found.outputs[name])
        expected = whole.gradient(whole.logits[0, 2], wrt=whole.outputs[name])
        torch.testing.assert_close(gradient, expected, msg=name)
    assert torch.is_grad_enabled()


def test_ends_early_in_fact() -> None:
    calls: list[str] = []

    class Telling(nn.Identity):
        def forward(self, x: Tensor) -> Tensor:
            calls.append("late")
            return x * 1

    net = Network(nn.Sequential(Plain(), Telling()), Preprocess((SIZE, SIZE), None))
    calls.clear()
    net.run(net.feed(picture(SIZE)[None]), keep=["0.features.0"], until="0.features.0")
    assert not calls


def test_a_network_s_own_except_does_not_swallow_the_end() -> None:
    class Forgiving(Plain):
        def forward(self, x: Tensor) -> Tensor:
            try:
                return super().forward(x)
            except Exception:
                return x.new_zeros(len(x), CLASSES)

    net = network(Forgiving())
    assert net.run(net.feed(picture(SIZE)[None]), until="features.3").scores is None


class Twice(nn.Module):
    """One dropout, first after a convolution (whose unchanged output it returns), then after a sum."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.drop, self.last = nn.Conv2d(3, 4, 3), nn.Dropout(), nn.Linear(4, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = self.drop(self.conv(x))
        x = self.drop(x + 1)
        scores: Tensor = self.last(x.mean((2, 3)))
        return scores


def test_a_reused_module_keeps_its_number_whichever_layers_are_kept() -> None:
    net = network(Twice())
    x = net.feed(picture(SIZE)[None])
    everything = record(net.module, x).outputs
    assert list(everything) == ["conv", "drop#2", "last"]
    assert torch.equal(net.run(x, keep=["drop#2"]).outputs["drop#2"], everything["conv"] + 1)


class Overwritten(nn.Module):
    """Overwrites what a module returned in a tuple."""

    def __init__(self) -> None:
        super().__init__()
        self.tupled = Tupled()
        self.last = nn.Linear(4, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x, _ = self.tupled(x)
        x *= 0
        scores: Tensor = self.last(x.mean((2, 3)))
        return scores


class Tupled(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4, 3, 1, 1))

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        return F.conv2d(x, self.weight), None


def test_a_tuple_s_tensor_is_kept_though_overwritten() -> None:
    net = network(Overwritten())
    x = net.feed(picture(SIZE)[None])
    expected = F.conv2d(x, net.module.tupled.weight)
    assert torch.equal(net.run(x, keep=["tupled"]).outputs["tupled"], expected)
    assert torch.equal(net.run(x).logits[0], net.module.last.bias)  # and the network still overwrites it


@pytest.mark.parametrize("rules", (PLAIN, DECONVNET, GUIDED), ids=lambda rules: rules.name)
def test_a_network_may_overwrite_its_input(rules: Rules) -> None:
    view = picture(SIZE)
    net = network(Careless())
    x = net.feed(view[None])
    before = x.clone()
    found = record(net.module, x, PassOptions(rules, grad=True))
    assert torch.equal(x, before) and torch.equal(found.input, before)
    fed = ((before - 0.1) / 0.5).requires_grad_()
    expected = record(plain_like(net.module), fed, PassOptions(rules, grad=True))
    torch.testing.assert_close(found.gradient(found.logits[0, 1]), expected.gradient(expected.logits[0, 1]) / 0.5)


def plain_like(careless: nn.Module) -> nn.Module:
    plain = Plain().double().eval()
    plain.load_state_dict(careless.state_dict())
    return plain


class Viewing(nn.Module):
    """Rectifies a view in place."""

    def __init__(self, in_place: bool) -> None:
        super().__init__()
        self.conv, self.last, self._in_place = nn.Conv2d(3, 4, 3), nn.Linear(4, CLASSES), in_place

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        if self._in_place:
            x[:, :2].relu_()
        else:
            x = torch.cat([x[:, :2].relu(), x[:, 2:]], 1)
        scores: Tensor = self.last(x.mean((2, 3)))
        return scores


@pytest.mark.parametrize("rules", (PLAIN, DECONVNET, GUIDED), ids=lambda rules: rules.name)
def test_rectifiers_on_views_follow_the_rules_as_elsewhere(rules: Rules) -> None:
    view = picture(SIZE)
    recordings = [network(Viewing(in_place)).record(view, rules=rules) for in_place in (True, False)]
    one, two = (recording.gradient(recording.logits[0, 1]) for recording in recordings)
    torch.testing.assert_close(one, two)


def test_a_pass_in_another_thread_is_not_recorded() -> None:
    class Parallel(Plain):
        def forward(self, x: Tensor) -> Tensor:
            if threading.current_thread() is threading.main_thread():
                other = threading.Thread(target=lambda: Plain.forward(self, x * 2))
                other.start()
                other.join()
            return super().forward(x)

    net = network(Parallel())
    assert net.layers.names == network(Plain()).layers.names
    x = net.feed(picture(SIZE)[None])
    expected = record(plain_like(net.module), x).outputs
    found = record(net.module, x).outputs
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_scores_are_those_before_the_network_s_softmax() -> None:
    proud, plain = network(Proud()), network(Plain())
    view = picture(SIZE)
    torch.testing.assert_close(proud.logits(view[None]), plain.logits(view[None]))
    torch.testing.assert_close(proud.record(view).logits, plain.record(view).logits)
    assert proud.has_head


def test_modes_are_the_recording_s_own() -> None:
    net = network(Crafty())
    net.module.train()
    x = net.feed(picture(SIZE)[None])
    assert torch.equal(net.run(x).logits, net.run(x).logits)  # no dropout, no batch statistics
    assert net.module.training and net.module.drop.training


def test_an_early_end_is_cheaper_to_remember_than_to_repeat() -> None:
    net = network(Plain())
    view = picture(SIZE)
    assert net.record(view) is not net.record(view)
    net.recordings.limit = 2
    first = net.record(view)
    assert net.record(view) is first and net.record(view, until="features.0") is first
    net.record(view, rules=GUIDED)
    net.record(view.flip(2))
    assert net.record(view) is not first  # the oldest one went


def test_passes_are_remembered_for_the_weights_they_were_made_with() -> None:
    net = network(Plain())
    view = picture(SIZE)
    net.recordings.limit = 2
    first = net.record(view)
    assert net.look(view) is first
    with torch.no_grad():
        net.module.classifier.bias.add_(1)  # type: ignore[union-attr, operator]
    torch.testing.assert_close(net.look(view).logits, first.logits + 1)
    second = net.record(view)
    torch.testing.assert_close(second.logits, first.logits + 1)
    assert net.look(view) is second
    forget_weights(net.module)
    assert net.record(view) is not second


def test_nothing_is_remembered_where_changes_cannot_be_noticed() -> None:
    with torch.inference_mode():
        module = seeded(Plain(), dtype=torch.float64)
    net = Network(module, Preprocess((SIZE, SIZE), None))
    net.recordings.limit = 2
    view = picture(SIZE)
    first = net.look(view)
    with torch.inference_mode():
        module.classifier.bias.add_(1)  # type: ignore[union-attr, operator]
    torch.testing.assert_close(net.look(view).logits, first.logits + 1)
    assert not len(net.recordings)


@pytest.mark.parametrize("make", [Plain, Crafty, Careless])
def test_outputs_can_be_looked_at_as_they_come(make: type[nn.Module]) -> None:
    net = network(make())
    x = net.feed(picture(SIZE)[None])
    kept = net.run(x, keep=net.layers.names)
    seen: dict[str, Tensor] = {}
    looked = net.run(x, keep=net.layers.names, look=lambda name, output: seen.update({name: output * 1}))
    assert not looked.outputs and torch.equal(looked.logits, kept.logits)
    assert list(seen) == list(kept.outputs) and all(torch.equal(seen[name], kept.outputs[name]) for name in seen)
