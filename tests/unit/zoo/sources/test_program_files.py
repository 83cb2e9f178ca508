"""Networks that are whole in one file: TorchScript, .pt2 and ONNX, and what is refused in them."""

from __future__ import annotations

import json
import re
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file
from torch import Tensor

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods import explain
from deepvis_widgets.widgets.explorer.blocks import blocks
from deepvis_widgets.widgets.explorer.state import ExplorerState
from deepvis_widgets.zoo.load import load
from tests.families import picture
from tests.small_nets import Plain, seeded

SIZE = 16
SMALL = Preprocess((SIZE, SIZE), None)
SENTENCE = re.compile(r'^[^\n]{15,700}[."]$')


def refusal(name: Any, **more: Any) -> str:
    with pytest.raises(DeepvisError) as caught:
        load(name, **more)
    assert SENTENCE.match(str(caught.value)), str(caught.value)
    return str(caught.value)


class Trap:
    """Runs code when a careless reader opens the file."""

    sprung: list[str] = []

    def __reduce__(self) -> Any:
        return (Trap.sprung.append, ("code was run",))


# --- TorchScript ---


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("name", ("net.pt", "net.torchscript", "net"))
def test_torchscript_shows_its_scores_and_their_gradient(tmp_path: Path, name: str) -> None:
    module, path = seeded(Plain()), tmp_path / name
    torch.jit.trace(module, torch.rand(1, 3, SIZE, SIZE)).save(path)
    net = load(path, preprocess=SMALL, labels=list("abcde"))
    assert net.name == "net" and net.labels == list("abcde") and net.layers.names == ["output"]
    view = picture(SIZE)
    torch.testing.assert_close(net.logits(view[None]), module(net.feed(view[None])).detach())
    x = net.feed(view[None]).requires_grad_()
    (expected,) = torch.autograd.grad(module(x)[0, 1], x)
    found = net.record(view)
    torch.testing.assert_close(found.gradient(found.logits[0, 1]), expected)
    with pytest.raises(DeepvisError, match="TorchScript"):
        explain(net, view, "lrp")
    assert not net.module._forward_hooks


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_the_explorer_opens_torchscript_from_a_file(tmp_path: Path) -> None:
    torch.jit.trace(seeded(Plain()), torch.rand(1, 3, SIZE, SIZE)).save(tmp_path / "net.pt")
    net = load(tmp_path / "net.pt", preprocess=SMALL)
    assert [block.layers for block in blocks(net)] == [("output",)]
    state = ExplorerState()
    state.begin(net, picture(SIZE))
    assert (state.layer, state.method, state.backward) == ("output", "gradient_x_input", "gradient")


# --- .pt2 ---


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pt2") / "net.pt2"
    torch.export.save(torch.export.export(seeded(Plain()), (torch.rand(1, 3, SIZE, SIZE),)), path)
    return path


def changed(program: Path, to: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Path:
    """A copy of an archive, of which every part went through `change(name, content)`."""
    with zipfile.ZipFile(program) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            part = change(name, old.read(name))
            if part is not None:
                new.writestr(*part)
    return to


def test_an_exported_program(program: Path, tmp_path: Path) -> None:
    module, view = seeded(Plain()), picture(SIZE)
    net = load(program)
    assert net.size == (SIZE, SIZE) and net.layers.names[:2] == ["features.0", "features.1"] and net.has_head
    torch.testing.assert_close(net.logits(view[None]), module(net.feed(view[None])).detach())
    other = load(shutil.copy(program, tmp_path / "net.bin"))  # known by what is in it
    assert other.layers.names == net.layers.names
    assert load(changed(program, tmp_path / "same.pt2", lambda *part: part)).name == "same"


def pickled(directory: Path) -> bytes:
    torch.save({"x": Trap()}, directory / "trap")
    return (directory / "trap").read_bytes()


def test_pickled_code_in_an_exported_program_is_not_run(program: Path, tmp_path: Path) -> None:
    trap = pickled(tmp_path)

    def in_inputs(name: str, content: bytes) -> tuple[str, bytes]:
        return name, trap if "sample_inputs" in name else content

    def in_a_weight(name: str, content: bytes) -> tuple[str, bytes]:
        if name.endswith("weights_config.json"):
            table = json.loads(content)
            for entry in table["config"].values():
                entry["use_pickle"] = entry["path_name"] == "weight_0" or entry["use_pickle"]
            return name, json.dumps(table).encode()
        return name, trap if name.endswith("weight_0") else content

    def as_an_object(name: str, content: bytes) -> tuple[str, bytes]:
        if name.endswith("constants_config.json"):
            table = json.loads(content)
            table["config"]["it"] = {"path_name": "opaque_obj_0", "use_pickle": False, "is_param": False}
            return name, json.dumps(table).encode()
        return name, content

    for change in (in_inputs, in_a_weight, as_an_object):
        path = changed(program, tmp_path / f"{change.__name__}.pt2", change)
        if change is as_an_object:
            with zipfile.ZipFile(path, "a") as archive:
                archive.writestr("net/data/constants/opaque_obj_0", trap)
        assert "nothing in it was run" in refusal(path)
    assert not Trap.sprung


def test_damaged_programs(program: Path, tmp_path: Path) -> None:
    path = tmp_path / "net.pt2"
    path.write_bytes(program.read_bytes()[:2000])
    assert "cannot be read as a network" in refusal(path)
    assert "cannot be read" in refusal(changed(program, path, lambda *part: None if "models" in part[0] else part))
    path.write_bytes(b"")
    assert "is empty" in refusal(path)


# --- ONNX ---

WEIGHTS = {
    "kernel": (4, 3, 3, 3),
    "bias": (4,),
    "last": (5, 4),
}


def tensor(name: str) -> Tensor:
    return torch.randn(WEIGHTS[name], generator=torch.Generator().manual_seed(len(name)))


def write_onnx(path: Path, height: Any = SIZE, rectifier: str = "Relu", opset: int = 17) -> None:
    nodes = [
        helper.make_node("Identity", ["bias"], ["again"], "Again"),  # as exporters write equal weights
        helper.make_node("Conv", ["picture", "kernel", "again"], ["maps"], "/features/0/Conv", pads=[1, 1, 1, 1]),
        helper.make_node(rectifier, ["maps"], ["positive"], "/features/1/Relu"),
        helper.make_node("GlobalAveragePool", ["positive"], ["means"], "Pool"),
        helper.make_node("Flatten", ["means"], ["flat"], "Flatten"),
        helper.make_node("Gemm", ["flat", "last"], ["scores"], "Last", transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["n", 3, height, SIZE])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 5])],
        [numpy_helper.from_array(np.asarray(tensor(name)), name) for name in WEIGHTS],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)]), path)


def test_onnx(tmp_path: Path) -> None:
    write_onnx(tmp_path / "net.onnx")
    net, view = load(tmp_path / "net.onnx"), picture(SIZE)
    assert net.size == (SIZE, SIZE) and net.has_head and len(net.layers) == 5
    assert [layer.kind for layer in net.layers][:2] == ["Conv2d", "ReLU"]
    maps = F.relu(F.conv2d(net.feed(view[None]), tensor("kernel"), tensor("bias"), padding=1))
    torch.testing.assert_close(net.logits(view[None]), maps.mean((2, 3)) @ tensor("last").T)
    cam = explain(net, view, "cam", target=2)
    expected = (tensor("last")[2, :, None, None] * maps[0]).sum(0)
    torch.testing.assert_close(cam.heatmap, expected, rtol=1e-4, atol=1e-5)  # type: ignore[union-attr]


def test_onnx_of_no_size_and_of_operations_that_nobody_knows(tmp_path: Path) -> None:
    write_onnx(tmp_path / "any.onnx", height="rows")
    assert load(tmp_path / "any.onnx").size == (224, 224)
    write_onnx(tmp_path / "other.onnx", rectifier="Mish", opset=18)
    assert "opset_version=17" in refusal(tmp_path / "other.onnx")
    (tmp_path / "damaged.onnx").write_bytes(b"no graph")
    assert "cannot be read as a network" in refusal(tmp_path / "damaged.onnx")
    assert "There is no file" in refusal(tmp_path / "none.onnx")


def test_the_extra_for_onnx_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_onnx(tmp_path / "net.onnx")
    monkeypatch.setitem(sys.modules, "onnx2torch", None)
    assert refusal(tmp_path / "net.onnx") == (
        'net.onnx needs onnx2torch, which is not installed: pip install "deepvis_widgets[onnx]"'
    )


# --- files that hold no network ---


def test_weights_alone_are_no_network(program: Path, tmp_path: Path) -> None:
    save_file(seeded(Plain()).state_dict(), tmp_path / "w.safetensors")
    torch.save({"model": seeded(Plain()).state_dict()}, tmp_path / "w.pth")
    for name in ("w.safetensors", "w.pth"):
        assert f'weights="{name}"' in refusal(tmp_path / name)
    torch.save(seeded(Plain()), tmp_path / "module.pt")
    assert "nothing in it was run" in refusal(tmp_path / "module.pt")
    assert "brings its own weights" in refusal(program, weights=tmp_path / "w.pth")
