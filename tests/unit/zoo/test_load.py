"""Networks by name: from torchvision's own store, from files of every kind, or one sentence saying why not."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torchvision import models

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.zoo import torchvision_models as tv
from deepvis_widgets.zoo.embedded import EMBEDDED, MEAN, SIZE, STD, EmbeddedNet
from deepvis_widgets.zoo.flattened import FLATTENED
from deepvis_widgets.zoo.grey import GREY
from deepvis_widgets.zoo.load import load
from deepvis_widgets.zoo.pixels import PIXELS
from deepvis_widgets.zoo.questions import ANSWERS, QUESTIONS, load_question_module, question_words
from deepvis_widgets.zoo.questions.phrases import FIRST
from deepvis_widgets.zoo.scenes import CLASSES

SMALL = "squeezenet1_1"
SENTENCE = re.compile(r"^[^\n]{15,500}\.$")


def state(name: str = SMALL, classes: int = 1000, seed: int = 3) -> dict[str, Tensor]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        weights: dict[str, Tensor] = models.get_model(name, weights=None, num_classes=classes).state_dict()
    return weights


def refusal(name: Any, weights: Any = None) -> str:
    with pytest.raises(DeepvisError) as caught:
        load(name, weights)
    assert SENTENCE.match(str(caught.value)), str(caught.value)
    return str(caught.value)


def same(module: nn.Module, expected: dict[str, Tensor]) -> bool:
    found = module.state_dict()
    return found.keys() == expected.keys() and all(torch.equal(found[key], expected[key].float()) for key in expected)


@pytest.fixture
def weights() -> dict[str, Tensor]:
    return state()


# --- files ---


@pytest.mark.parametrize("form", ("safetensors", "torch", "old torch"))
def test_files_of_every_form(tmp_path: Path, weights: dict[str, Tensor], form: str) -> None:
    path = tmp_path / ("w.safetensors" if form == "safetensors" else "w.pth")
    if form == "safetensors":
        save_file(weights, path)
    else:
        torch.save(weights, path, _use_new_zipfile_serialization=form == "torch")
    net = load(SMALL, path)
    assert same(net.module, weights) and same(load(SMALL, str(path)).module, weights)
    assert net.name == SMALL and net.size == (224, 224) and net.labels[281] == "tabby"
    assert not net.module.training and all(p.requires_grad and p.is_leaf for p in net.module.parameters())


@pytest.mark.parametrize(
    "wrap",
    (
        lambda s: {"state_dict": s, "epoch": 3},
        lambda s: {"model": {f"module.{key}": value for key, value in s.items()}},
        lambda s: {f"module._orig_mod.{key}": value for key, value in s.items()},
        lambda s: {key: nn.Parameter(value) for key, value in s.items()},
    ),
)
def test_wrappers_and_prefixes_are_taken_off(tmp_path: Path, weights: dict[str, Tensor], wrap: Any) -> None:
    torch.save(wrap(weights), tmp_path / "w.pt")
    assert same(load(SMALL, tmp_path / "w.pt").module, weights)


def test_half_precision_becomes_single(tmp_path: Path, weights: dict[str, Tensor]) -> None:
    half = {key: value.half() for key, value in weights.items()}
    save_file(half, tmp_path / "w.safetensors")
    net = load(SMALL, tmp_path / "w.safetensors")
    assert net.dtype is torch.float32 and same(net.module, half)


def test_the_file_may_go_once_it_is_read(tmp_path: Path, weights: dict[str, Tensor]) -> None:
    path = tmp_path / "w.safetensors"
    save_file(weights, path)
    net = load(SMALL, path)
    path.write_bytes(b"")
    assert same(net.module, weights)


@pytest.mark.parametrize("name", (SMALL, "resnet18", "shufflenet_v2_x0_5"))
def test_another_number_of_classes_comes_from_the_file(tmp_path: Path, name: str) -> None:
    save_file(state(name, classes=7), tmp_path / "w.safetensors")
    net = load(name, tmp_path / "w.safetensors")
    assert net.classes == 7 and net.labels[6] == "class 6"
    assert same(net.module, state(name, classes=7))


def test_regnet_and_old_files_without_counters(tmp_path: Path) -> None:
    weights = state("regnet_y_400mf", classes=5)
    fewer = {key: value for key, value in weights.items() if not key.endswith("num_batches_tracked")}
    torch.save(fewer, tmp_path / "w.pt")
    assert same(load("regnet_y_400mf", tmp_path / "w.pt").module, weights)


def test_extra_classifiers_of_training_are_left_out(tmp_path: Path) -> None:
    with torch.device("meta"):
        module = models.googlenet(weights=None, init_weights=False, aux_logits=True, num_classes=4)
    weights = {key: torch.full(value.shape, 0.01).to(value.dtype) for key, value in module.state_dict().items()}
    assert any(key.startswith("aux1.") for key in weights)
    torch.save(weights, tmp_path / "w.pt")
    net = load("googlenet", tmp_path / "w.pt")
    assert net.module.transform_input and net.classes == 4 and net.module.aux1 is None


# --- what does not fit ---


def test_files_that_are_no_weights(tmp_path: Path, weights: dict[str, Tensor]) -> None:
    assert "no file" in refusal(SMALL, tmp_path / "none.pth")
    assert "folder" in refusal(SMALL, tmp_path)
    for suffix in (".pth", ".safetensors"):
        path = tmp_path / f"w{suffix}"
        path.touch()
        assert "is empty" in refusal(SMALL, path)
        path.write_bytes(b"these are no weights at all")
        assert path.name in refusal(SMALL, path)
    torch.save([1, 2, 3], tmp_path / "w.pth")
    assert "no named tensors" in refusal(SMALL, tmp_path / "w.pth")
    torch.save({"epoch": 3}, tmp_path / "w.pth")
    assert "no named tensors" in refusal(SMALL, tmp_path / "w.pth")


@pytest.mark.parametrize("form", ("safetensors", "torch", "old torch"))
def test_truncated_files(tmp_path: Path, weights: dict[str, Tensor], form: str) -> None:
    path = tmp_path / ("w.safetensors" if form == "safetensors" else "w.pth")
    if form == "safetensors":
        save_file(weights, path)
    else:
        torch.save(weights, path, _use_new_zipfile_serialization=form == "torch")
    whole = path.read_bytes()
    for share in (0.5, 0.001, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        assert path.name in refusal(SMALL, path)


class Trap:
    """Runs code when a careless reader opens the file."""

    sprung: list[str] = []

    def __reduce__(self) -> Any:
        return (Trap.sprung.append, ("code was run",))


def test_code_in_a_file_is_not_run(tmp_path: Path) -> None:
    for name, write in {"zip.pth": torch.save, "plain.pth": lambda o, p: p.write_bytes(pickle.dumps(o))}.items():
        write({"features.0.weight": Trap()}, tmp_path / name)
        assert "nothing in it was run" in refusal(SMALL, tmp_path / name)
    assert not Trap.sprung


def test_a_whole_module_is_not_unpickled(tmp_path: Path) -> None:
    torch.save(EmbeddedNet(), tmp_path / "w.pth")
    assert "state_dict()" in refusal(SMALL, tmp_path / "w.pth")


def test_the_first_key_that_does_not_fit_is_named(tmp_path: Path, weights: dict[str, Tensor]) -> None:
    path = tmp_path / "w.safetensors"

    def told(changed: dict[str, Tensor]) -> str:
        save_file(changed, path)
        return refusal(SMALL, path)

    without = {key: value for key, value in weights.items() if key != "features.0.bias"}
    assert told(without).endswith('does not fit SqueezeNet: it lacks "features.0.bias".')
    assert 'it lacks "features.0.bias" and holds "stem.bias" instead' in told({**without, "stem.bias": torch.ones(64)})
    assert 'it holds "more", for which there is no place' in told({**weights, "more": torch.ones(2)})
    assert '"features.0.bias" is 3 where 64 is needed' in told({**weights, "features.0.bias": torch.ones(3)})
    whole = {**weights, "features.0.bias": torch.ones(64, dtype=torch.int8)}
    assert '"features.0.bias" holds torch.int8 numbers' in told(whole)
    assert "does not fit" in told(state("alexnet", classes=3))
    assert "not all finite" in told({**weights, "features.0.bias": torch.full((64,), float("nan"))})


def test_names_that_are_none() -> None:
    assert "near names are resnet18" in refusal("resnet-18")
    assert "near names are husky-wolf" in refusal("huskywolf")
    assert "there is no network" in refusal("qqqqqqqq").lower()
    assert "fcn_resnet50" in refusal("fcn_resnet50")  # a segmentation model
    assert "is not the name" in refusal(nn.Linear(1, 1)) and "is not the name" in refusal(None)
    assert "dict was given as weights" in refusal(SMALL, {"a": 1})


# --- torchvision's own weights ---


def test_published_weights_come_from_torchvision_s_store(
    tmp_path: Path, weights: dict[str, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path))
    entry = models.SqueezeNet1_1_Weights.DEFAULT
    store = tmp_path / "checkpoints"
    store.mkdir()
    torch.save(weights, store / entry.url.rsplit("/", 1)[1])
    net = load(SMALL)
    assert same(net.module, weights) and not net.module.training
    assert net.labels == entry.meta["categories"] and net.size == (224, 224)


def test_a_download_that_fails_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*args: Any, **kwargs: Any) -> None:
        raise OSError("Name or service not known")

    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path))
    monkeypatch.setattr("torch.hub.urlopen", offline)
    message = refusal(SMALL)
    assert "weights=FILE" in message and "Name or service not known" in message and "squeezenet1_1-" in message


def test_a_damaged_download_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path))
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / models.SqueezeNet1_1_Weights.DEFAULT.url.rsplit("/", 1)[1]).write_bytes(b"<html>")
    assert "weights=FILE" in refusal(SMALL)


# --- random weights, embedded networks ---


@pytest.mark.parametrize("name", (SMALL, "husky-wolf"))
def test_random_weights_are_the_same_every_time(name: str) -> None:
    before = torch.get_rng_state()
    one, two = load(name, "random"), load(name, "random")
    assert torch.equal(torch.get_rng_state(), before)
    assert same(one.module, two.module.state_dict())
    assert len({float(p.std()) for p in one.module.parameters() if p.ndim > 1}) > 3


@pytest.mark.parametrize("name", ("googlenet", "vit_b_32", "regnet_y_400mf", "mnasnet0_5"))
def test_every_kind_can_be_built(name: str) -> None:
    built, hollow = tv.random(name, 3), tv.without_weights(name, 3)
    assert not built.training and not hollow.training
    shapes = ({key: value.shape for key, value in module.state_dict().items()} for module in (built, hollow))
    assert next(shapes) == next(shapes)


def test_embedded_networks(tmp_path: Path) -> None:
    net = load("husky-wolf", "random")
    assert net.labels == list(CLASSES) and net.size == (SIZE, SIZE) and net.preprocessing.mean == MEAN
    assert net.has_head and net.layers["features.relu8"].shape == (128, 16, 16)
    save_file(net.module.state_dict(), tmp_path / "mine.safetensors")
    again = load("husky-wolf-biased", tmp_path / "mine.safetensors")
    assert same(again.module, net.module.state_dict()) and again.name == "husky-wolf-biased"
    save_file(state(classes=12), tmp_path / "other.safetensors")
    assert "does not fit EmbeddedNet" in refusal("husky-wolf", tmp_path / "other.safetensors")


def test_the_network_that_is_asked_in_words(tmp_path: Path) -> None:
    net = load("husky-wolf-questions")
    assert net.labels == list(ANSWERS) and net.inputs.values == {"words": FIRST} and net.preprocessing.mean == MEAN
    module, view = load_question_module(), torch.rand(3, SIZE, SIZE)
    asked = question_words("Where is the wolf?")[None]
    expected = module((view[None] - MEAN[0]) / STD[0], asked).detach()
    torch.testing.assert_close(net.given(words="Where is the wolf?").logits(view[None]), expected, atol=1e-4, rtol=0)
    other = load("husky-wolf-questions", "random")
    save_file(other.module.state_dict(), tmp_path / "mine.safetensors")
    assert same(load("husky-wolf-questions", tmp_path / "mine.safetensors").module, other.module.state_dict())


@pytest.mark.parametrize("name", [*EMBEDDED, GREY, FLATTENED, PIXELS, QUESTIONS])
def test_loading_an_embedded_network_leaves_torch_s_random_state(name: str) -> None:
    before = torch.get_rng_state()
    load(name)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("name", EMBEDDED)
def test_embedded_networks_bring_their_weights(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = EmbeddedNet().eval()
    monkeypatch.setattr("deepvis_widgets.zoo.load.load_module", {name: module}.__getitem__)
    net = load(name)
    assert net.module is module and net.name == name and net.labels == list(CLASSES)
