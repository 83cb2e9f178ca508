"""Weights in whatever training code wraps them in: taken out where, and only where, they then fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.zoo.load import load
from deepvis_widgets.zoo.sources.state_dicts import WRAPPERS, fitted
from tests.small_nets import Crafty, Plain, seeded
from tests.untouched import Untouched

SMALL = Preprocess((16, 16), None)


class Training(nn.Module):
    """A network inside a training module that has a forward of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.net = Plain()

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.net(x)
        return scores


def state(seed: int = 1) -> dict[str, Tensor]:
    return seeded(Crafty(), seed).state_dict()


def named(prefix: str, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {prefix + key: value for key, value in state.items()}


def filled(tmp_path: Path, content: Any, module: nn.Module | None = None) -> dict[str, Tensor]:
    torch.save(content, tmp_path / "w.ckpt")
    return load(module or seeded(Crafty()), tmp_path / "w.ckpt", preprocess=SMALL).module.state_dict()


def same(found: dict[str, Tensor], expected: dict[str, Tensor]) -> bool:
    return found.keys() == expected.keys() and all(torch.equal(found[key], expected[key]) for key in found)


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_every_wrapper(tmp_path: Path, wrapper: str) -> None:
    assert same(filled(tmp_path, {"epoch": 3, wrapper: state()}), state())


@pytest.mark.parametrize(
    "prefix", ("module.", "_orig_mod.", "model.", "net.", "module._orig_mod.net.", "backbone.body.")
)
def test_every_prefix(tmp_path: Path, prefix: str) -> None:
    assert same(filled(tmp_path, named(prefix, state())), state())


def test_a_checkpoint_of_lightning(tmp_path: Path) -> None:
    more = {"criterion.weight": torch.ones(3), "accuracy.net.total": torch.zeros(())}
    content = {"pytorch-lightning_version": "2.5.0", "epoch": 9, "state_dict": named("net.", state()) | more}
    assert same(filled(tmp_path, content | {"hyper_parameters": {"lr": 0.1}, "optimizer_states": [{}]}), state())


def test_an_average_of_weights(tmp_path: Path) -> None:
    average = torch.optim.swa_utils.AveragedModel(seeded(Crafty(), 1))
    assert same(filled(tmp_path, average.state_dict()), state())
    both = {"ema": state(2), "model": state(1)}
    assert same(filled(tmp_path, both), state())  # the weights themselves come before their average


def test_a_prefix_that_the_module_has_too_stays(tmp_path: Path) -> None:
    module = Training()
    inner = seeded(Plain(), 1).state_dict()
    assert same(filled(tmp_path, named("net.", inner), module), named("net.", inner))
    assert same(filled(tmp_path, named("model.net.", inner), module), named("net.", inner))
    with pytest.raises(DeepvisError, match='lacks "net.features.0.weight" and holds "features.0.weight" instead'):
        filled(tmp_path, inner, Training())


def test_a_network_that_is_there_twice_is_not_guessed(tmp_path: Path) -> None:
    twice = named("student.", state(1)) | named("teacher.", state(2))
    with pytest.raises(DeepvisError, match='more than once, under "student." and "teacher."'):
        filled(tmp_path, twice)


def test_what_is_nearly_there_is_named_without_its_prefix(tmp_path: Path) -> None:
    content = named("module.", state())
    del content["module.last.bias"]
    with pytest.raises(DeepvisError, match='lacks "last.bias"'):
        filled(tmp_path, {"state_dict": content})
    wrong = named("module.", state()) | {"module.last.bias": torch.ones(7)}
    with pytest.raises(DeepvisError, match='"last.bias" is 7 where 5 is needed'):
        filled(tmp_path, wrong)


def test_counters_that_old_files_lack_do_not_matter() -> None:
    wanted = ["norm.weight", "norm.num_batches_tracked"]
    assert fitted({"module.norm.weight": torch.ones(2)}, wanted, "w").keys() == {"norm.weight"}


@pytest.mark.parametrize("content", ({}, {"epoch": 3}, [torch.ones(2)], {"state_dict": {"a": {"b": 3}}}, None))
def test_files_without_named_tensors(content: Any) -> None:
    with pytest.raises(DeepvisError, match="w holds no named tensors"):
        fitted(content, ["weight"], "w")


def test_a_module_of_the_user_s_is_copied_and_left_alone(tmp_path: Path) -> None:
    module, weights = seeded(Crafty()), state()
    save_file(weights, tmp_path / "w.safetensors")
    before = Untouched(module)
    net = load(module, tmp_path / "w.safetensors", preprocess=SMALL, labels=list("abcde"))
    assert net.module is not module and same(net.module.state_dict(), weights) and net.labels == list("abcde")
    before.check()
    with pytest.raises(DeepvisError, match="weights=FILE"):
        load(module)
    with pytest.raises(DeepvisError, match="weights=FILE"):
        load(module, "random")


def test_a_module_without_weights_is_filled(tmp_path: Path) -> None:
    with torch.device("meta"):
        hollow = Crafty()
    assert same(filled(tmp_path, state(), hollow), state())
    assert next(hollow.parameters()).is_meta
