"""A device that is not there: its tensors lie in the memory of the CPU, and mixing them with others is the error that
it is on a GPU.

What it cannot show: how quick anything is, what an operation of the device's own rounds otherwise or lacks, and other
threads: the mode holds for the one that enters it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

DEVICE = torch.device("cuda", 0)
CPU = torch.device("cpu")
aten = torch.ops.aten
# a GPU takes places to look at, and to write to, from the CPU as well
INDEXING = {aten.index.Tensor, aten.index_put.default, aten.index_put_.default, aten.copy_.default}


class There(Tensor):
    """A tensor on the device. PyTorch itself believes it to be on "meta", which needs no driver."""

    inner: Tensor

    @staticmethod
    def __new__(cls, inner: Tensor) -> There:
        shape = {"strides": inner.stride(), "dtype": inner.dtype, "device": "meta"}
        made: There = Tensor._make_wrapper_subclass(cls, inner.size(), **shape)  # type: ignore[attr-defined]
        made.inner = inner
        return made

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]
    device = property(lambda self: DEVICE)  # type: ignore[assignment]
    is_meta = property(lambda self: False)  # type: ignore[assignment]
    is_cuda = property(lambda self: True)  # type: ignore[assignment]
    is_cpu = property(lambda self: False)  # type: ignore[assignment]

    def get_device(self) -> int:
        return 0

    def data_ptr(self) -> int:
        return self.inner.data_ptr()

    def untyped_storage(self) -> torch.UntypedStorage:
        return self.inner.untyped_storage()

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        made = There(self.inner.clone())
        return nn.Parameter(made, self.requires_grad) if isinstance(self, nn.Parameter) else made

    def tolist(self) -> Any:
        return self.inner.tolist()

    def new_tensor(self, data: Any, dtype: torch.dtype | None = None) -> Tensor:  # type: ignore[override]
        return torch.tensor(data, dtype=dtype or self.dtype, device=DEVICE)

    def numpy(self, *_: Any, **__: Any) -> Any:
        raise TypeError("a tensor of this device is no numpy array; copy it to the CPU first")

    __array__ = numpy  # type: ignore[assignment]

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return run(func, args, kwargs or {})


class Pretending(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sends what is made on the device, or copied there, to it."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return run(func, args, kwargs or {})


def run(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """Runs one operation on the CPU; its results are on the device where they would be."""
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    there = [tensor for tensor in tensors if isinstance(tensor, There)]
    wanted = kwargs.get("device")
    if there and wanted is None and func not in INDEXING:
        here = [tensor for tensor in tensors if not isinstance(tensor, There) and tensor.ndim > 0]
        if here:
            raise RuntimeError(f"{func} of tensors on two devices")
    if "device" in kwargs or func is aten._to_copy.default:
        kwargs = {**kwargs, "device": CPU}
    found = func(*tree_map(_inside, args), **tree_map(_inside, kwargs))
    if func._schema.name.endswith("_"):
        return args[0]
    made_there = bool(there) if wanted is None else torch.device(wanted).type != "cpu"
    return tree_map(lambda leaf: There(leaf) if made_there and isinstance(leaf, Tensor) else leaf, found)


def _inside(leaf: Any) -> Any:
    return leaf.inner if isinstance(leaf, There) else leaf


@contextmanager
def pretended(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Inside, this thread has the device."""
    tensor = torch.tensor

    def made(data: Any, *, device: Any = None, **more: Any) -> Tensor:
        found: Tensor = tensor(data, **more)
        return found if device is None or torch.device(device).type == "cpu" else found.to(DEVICE)

    with monkeypatch.context() as patched, Pretending():
        patched.setattr(torch.cuda, "_lazy_init", lambda: None)
        patched.setattr(torch, "tensor", made)  # it asks the driver before it asks a mode
        yield


def moved(module: nn.Module) -> nn.Module:
    """Returns the module, its weights on the pretended device: `to` would ask the driver."""
    for part in module.modules():
        for name, weight in part._parameters.items():
            if weight is not None:
                part._parameters[name] = nn.Parameter(weight.detach().to(DEVICE))
        for name, buffer in part._buffers.items():
            part._buffers[name] = None if buffer is None else buffer.to(DEVICE)
    return module
