"""A network on its way to other processes: its code in memory, its numbers in a safetensors file.

The numbers lie in the build's folder once, however many workers read them; nothing is ever unpickled from a disk.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cloudpickle
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ...core.errors import DeepvisError
from ...core.network.eval_mode import module_lock
from ...core.network.network import Network

WEIGHTS = "weights.safetensors"


@dataclass(frozen=True)
class PackedNetwork:
    """A network without its tensors, and the folder of the file that has them."""

    code: bytes
    folder: str


class _Packer(cloudpickle.Pickler):  # type: ignore[misc]
    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.tensors: list[Tensor] = []
        self.numbers: dict[int, int] = {}

    def persistent_id(self, value: Any) -> Any:
        if not isinstance(value, Tensor):
            return None
        if id(value) not in self.numbers:  # shared weights stay shared
            self.numbers[id(value)] = len(self.tensors)
            self.tensors.append(value)
        return self.numbers[id(value)], isinstance(value, nn.Parameter), value.requires_grad


class _Unpacker(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, tensors: dict[str, Tensor]) -> None:
        super().__init__(file)
        self.tensors = tensors
        self.made: dict[int, Tensor] = {}

    def persistent_load(self, pid: Any) -> Tensor:
        number, is_parameter, requires_grad = pid
        if number not in self.made:
            tensor = self.tensors[str(number)]
            made = nn.Parameter(tensor, requires_grad) if is_parameter else tensor.requires_grad_(requires_grad)
            self.made[number] = made
        return self.made[number]


def pack(network: Network, folder: Path) -> PackedNetwork:
    """Writes the network's numbers into the folder. Raises DeepvisError for a module that cannot be sent."""
    file = io.BytesIO()
    packer = _Packer(file)
    try:
        with module_lock:
            parts = (network.preprocessing, network.answers, network.inputs, network.name, network.off, network.added)
            packer.dump((network.module, *parts, str(network.device)))
    except Exception as error:  # whatever an attribute of a user's module raises
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DeepvisError(f"{network.name} cannot be sent to a worker process ({reason}).") from error
    tensors = {str(n): tensor.detach().cpu().contiguous().clone() for n, tensor in enumerate(packer.tensors)}
    save_file(tensors, folder / WEIGHTS)
    return PackedNetwork(file.getvalue(), str(folder))


@lru_cache(maxsize=1)
def unpack(packed: PackedNetwork) -> Network:
    """Returns the network that was packed, a copy of its own; the last one is remembered."""
    tensors = load_file(Path(packed.folder) / WEIGHTS)
    module, preprocessing, answers, given, name, off, added, device = _Unpacker(io.BytesIO(packed.code), tensors).load()
    with torch.inference_mode(False):
        network = Network(module.to(device), preprocessing, name=name, answers=answers, inputs=given)
        return network.changed(off, added)
