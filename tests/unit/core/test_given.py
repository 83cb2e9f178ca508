"""What is given as a network: the module that runs, or one sentence."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.given import entrance, given
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from tests.families import picture
from tests.small_nets import Plain, seeded
from tests.untouched import Untouched

SIZE = 12
SENTENCE = re.compile(r"^[^\n]{15,500}\.?$")


class LightningModule(nn.Module):
    """As Lightning's: a forward that only calls the one that nobody wrote."""

    def forward(self, *args: Any) -> Any:
        return super().forward(*args)


class Training(LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.loss, self.net = nn.CrossEntropyLoss(), seeded(Plain())


class Written(Training):
    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = 2 * self.net(x)
        return scores


def refusal(network: Any) -> str:
    with pytest.raises(DeepvisError) as caught:
        Network(network)
    assert SENTENCE.match(str(caught.value)), str(caught.value)
    return str(caught.value)


def test_a_training_module_without_a_forward_is_the_network_in_it() -> None:
    training = Training()
    before = Untouched(training)
    net = Network(training, Preprocess((SIZE, SIZE), None))
    assert net.module is training.net and net.name == "Plain"
    net.record(picture(SIZE))
    before.check()


def test_a_training_module_with_a_forward_is_run_as_it_is_written() -> None:
    training = Written()
    net = Network(training, Preprocess((SIZE, SIZE), None))
    assert net.module is training
    view = picture(SIZE)[None]
    torch.testing.assert_close(net.logits(view), 2 * training.net(net.feed(view)).detach())


def test_a_forward_that_an_instance_has_counts() -> None:
    module = Training()
    module.forward = module.net.forward  # type: ignore[method-assign]
    assert entrance(module) is module


def test_a_module_without_forward_and_without_a_network_stays_what_it_is() -> None:
    assert given(module := nn.ModuleList([nn.ReLU()])) is module
    assert "could not be run" in refusal(module)


def test_weights_that_are_still_to_come_are_named() -> None:
    with torch.device("meta"):
        hollow = Plain()
    assert 'its "features.0.weight" is on the device "meta"' in refusal(hollow)
    part = seeded(Plain())
    part.register_buffer("table", torch.ones(2, device="meta"), persistent=False)
    assert 'its "table" is on the device "meta"' in refusal(part)


@pytest.mark.parametrize(
    ("wrong", "words"),
    (
        ("resnet18", 'dv.load("resnet18")'),
        ("m.onnx", 'dv.load("m.onnx")'),
        (nn.Linear(2, 1).state_dict(), "load_state_dict"),
        (nn.Linear, "dv.load(name)"),
        (None, "torch.nn.Module"),
    ),
)
def test_what_is_no_network_says_what_to_do(wrong: Any, words: str) -> None:
    assert words in refusal(wrong)
