"""Networks that are whole in one file: TorchScript, torch.export's .pt2, and ONNX.

TorchScript and .pt2 files are programs of PyTorch's operations; pickled Python in them is refused.
"""

from __future__ import annotations

import io
import json
import pickle
import re
import zipfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ...core.errors import DeepvisError
from ...core.given import unflattened
from .source import library
from .state_dicts import check_file, load_torch, read_weights

ONNX, EXPORTED = ".onnx", ".pt2"
SUFFIXES = (ONNX, EXPORTED, ".pt", ".pth", ".ts", ".jit", ".torchscript", ".safetensors", ".ckpt", ".bin")

# the parts of a .pt2 file: what says which tensors it holds, those, and remarks
TABLE = "_config.json"
NUMBERS = re.compile(r"(weight|tensor)_\d+")
NOTES = ("version", "byteorder", "archive_format", "archive_version", "serialization_id")


def is_file(name: str) -> bool:
    """Returns whether a name is that of a file, one that is there or one that is missed."""
    path = Path(name).expanduser()
    return path.suffix in SUFFIXES or path.is_file()


def file_module(path: Path) -> nn.Module:
    """Returns the network in a file. Raises DeepvisError where there is none in it, or it cannot be read."""
    check_file(path, "TorchScript, .pt2 or .onnx file")
    if path.suffix == ONNX:
        return _read(path, _onnx)
    inside = _members(path)
    if path.suffix == EXPORTED or any(name.endswith("/archive_format") for name in inside):
        return _read(path, _exported)
    if any("/code/" in name for name in inside):
        return _read(path, _script)
    read_weights(path)  # says what is wrong where it holds none
    raise DeepvisError(
        f'"{path.name}" holds weights, not a network; say which one they are of: '
        f'dv.load("resnet18", weights="{path.name}"), or dv.load(module, weights="{path.name}") for a module of yours.'
    )


def _read(path: Path, read: Callable[[Path], nn.Module]) -> nn.Module:
    try:
        return read(path)
    except (DeepvisError, MemoryError):
        raise
    except Exception as error:  # readers of damaged files fail in every way there is
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DeepvisError(f'"{path.name}" cannot be read as a network ({type(error).__name__}: {reason}).') from error


def _members(path: Path) -> list[str]:
    if not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def _script(path: Path) -> nn.Module:
    module: nn.Module = torch.jit.load(str(path), map_location="cpu")  # type: ignore[no-untyped-call]
    return module


# --- .pt2 ---


def _exported(path: Path) -> nn.Module:
    from torch.export import load  # late: it takes longer than the rest of a start

    _check_pickles(path)
    return unflattened(load(path))


def _check_pickles(path: Path) -> None:
    """Raises DeepvisError where a part of the archive that torch.export may unpickle is more than tensors."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        tables = [json.loads(archive.read(name))["config"] for name in names if name.endswith(TABLE)]
        entries = [entry for table in tables for entry in table.values()]
        pickled = {entry["path_name"] for entry in entries if entry["use_pickle"]}
        known = all(NUMBERS.fullmatch(entry["path_name"]) for entry in entries) and len(set(names)) == len(names)
        if not known or not all(_is_harmless(archive, name, pickled) for name in names):
            raise DeepvisError(f'"{path.name}" holds more than tensors and operations: nothing in it was run.')


def _is_harmless(archive: zipfile.ZipFile, name: str, pickled: Collection[str]) -> bool:
    """Whether a part is text, the bytes of one tensor, or a pickle of tensors alone."""
    part = name.rpartition("/")[2]
    plain = part in NOTES or part.endswith(".json") or NUMBERS.fullmatch(part) is not None
    return (plain and part not in pickled) or _is_tensors(archive.read(name))


def _is_tensors(content: bytes) -> bool:
    try:
        load_torch(io.BytesIO(content))
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError):
        return not content
    return True


# --- ONNX ---


def _onnx(path: Path) -> nn.Module:
    onnx = library("onnx", "onnx", path.name)
    converter = library("onnx2torch", "onnx", path.name)
    program = onnx.load(str(path))
    _without_identities(program.graph)
    try:
        module: nn.Module = converter.convert(program)
    except NotImplementedError as error:
        raise DeepvisError(
            f'"{path.name}" has operations that onnx2torch does not know ({error}); export it with opset_version=17.'
        ) from error
    _say_size(module, program)
    return module


def _without_identities(graph: Any) -> None:
    """Takes out what only gives a value a second name, as exporters do for equal weights: onnx2torch cannot read it."""
    answers = {value.name for value in graph.output}
    names: dict[str, str] = {}
    for node in list(graph.node):
        for place, name in enumerate(node.input):
            node.input[place] = names.get(name, name)
        if node.op_type == "Identity" and node.output[0] not in answers:
            names[node.output[0]] = node.input[0]
            graph.node.remove(node)


def _say_size(module: Any, program: Any) -> None:
    """Notes the shape of the picture at the graph's input, as torch.export does."""
    weights = {tensor.name for tensor in program.graph.initializer}
    inputs = [value for value in program.graph.input if value.name not in weights]
    shape = [size.dim_value for size in inputs[0].type.tensor_type.shape.dim] if inputs else []
    if len(shape) == 4 and all(shape[2:]):
        first = next(node for node in module.graph.nodes if node.op == "placeholder")
        first.meta["val"] = torch.empty([size or 1 for size in shape], device="meta")
