"""Keys of what a network has learned, and of how it answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Protocol
from weakref import WeakKeyDictionary

import torch

from .changes.added_layers import AddedLayers
from .changes.switched_off import SwitchedOff
from .content_key import content_key
from .picture.preprocess import Preprocess

Stamps = tuple[object, ...]

PLACES = 8  # of a parameter, evenly spread, whose values are looked at


@dataclass(frozen=True)
class _Known:
    stamps: Stamps
    key: str


_known: WeakKeyDictionary[torch.nn.Module, _Known] = WeakKeyDictionary()
_forgotten: WeakKeyDictionary[torch.nn.Module, int] = WeakKeyDictionary()
_lock = threading.Lock()


def weights_key(module: torch.nn.Module) -> str:
    """Digest of a module's parameters and buffers with their names; hashed again only after a change.

    A change is noticed as `stamps` says; call forget_weights after any other.

    >>> module = torch.nn.Linear(2, 1)
    >>> before = weights_key(module)
    >>> _ = torch.nn.init.zeros_(module.weight)
    >>> weights_key(module) == before
    False
    """
    seen = stamps(module)
    with _lock:
        known = _known.get(module)
    if known is not None and seen is not None and known.stamps == seen:
        return known.key
    key = content_key(*_tensors(module))
    if seen is not None:  # taken before hashing: a change during it shows at the next call
        with _lock:
            _known[module] = _Known(seen, key)
    return key


def forget_weights(module: torch.nn.Module) -> None:
    """Says that weights of a module, or of a part of it, have changed where `stamps` cannot notice it: nothing that was
    computed or hashed with them is used any more.

    >>> module = torch.nn.Linear(100, 100)
    >>> before = weights_key(module)
    >>> module.weight.data[3, 7] = 1.0
    >>> forget_weights(module)
    >>> weights_key(module) == before
    False
    """
    with _lock:
        for part in module.modules():
            _forgotten[part] = _forgotten.get(part, 0) + 1


def _tensors(module: torch.nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    return chain(module.named_parameters(), module.named_buffers())


@torch.no_grad()
def stamps(module: torch.nn.Module) -> Stamps | None:
    """What changes when a module's parameters or buffers do, found without hashing: in about 1 ms for a ResNet-50.

    Each tensor's memory address and version counter show optimizers, load_state_dict, in-place operations and replaced
    tensors. Writing through `.data` or through shared memory counts no version: of parameters it shows in eight values
    of each, so that a step, a scaling or a new initialisation is noticed, and a change of a few values is not. What is
    written through `.data` of a buffer, and tensors that are no parameters or buffers, cannot be noticed.

    None if a change could not be noticed: a tensor made in inference mode counts no versions.
    """
    found: list[object] = []
    looks: dict[tuple[torch.dtype, int], list[torch.Tensor]] = {}
    for path, part in module.named_modules():  # not named_parameters: joining names takes longer than all of this
        for name, tensor in (*part._parameters.items(), *part._buffers.items()):
            if tensor is None:
                continue
            if tensor.is_inference() or tensor.layout is not torch.strided:
                return None
            kind, shape, stride = tensor.dtype, tensor.shape, tensor.stride()
            found.append((path, name, tensor.data_ptr(), tensor._version, kind, shape, stride))
            if type(tensor) is torch.nn.Parameter and not tensor.is_meta:
                look = tensor.as_strided(*_spread(shape, stride))
                looks.setdefault((kind, tensor.get_device()), []).append(look)
    return _forgotten.get(module, 0), *map(_values, looks.values()), *found


@lru_cache(maxsize=4096)
def _spread(shape: torch.Size, stride: tuple[int, ...]) -> tuple[tuple[int], tuple[int]]:
    """The size and stride of a view of some values, evenly spread over the memory of a tensor."""
    extent = 1 + sum((size - 1) * step for size, step in zip(shape, stride, strict=True)) if shape.numel() else 0
    return (min(PLACES, extent),), (max(1, extent // PLACES),)


def _values(looks: list[torch.Tensor]) -> bytes:
    """What all of these show, of one type and on one device."""
    return torch.cat(looks).cpu().view(torch.uint8).numpy().tobytes()


class NetworkLike(Protocol):
    """A network, as far as its answers depend on it."""

    @property
    def module(self) -> torch.nn.Module: ...

    @property
    def preprocessing(self) -> Preprocess: ...

    @property
    def off(self) -> SwitchedOff: ...

    @property
    def added(self) -> AddedLayers: ...


def learned_key(network: NetworkLike) -> str:
    """Returns a key of what a network has learned, less the units that are switched off, and of the directions that
    were added.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> learned_key(net) == learned_key(net.without("features.relu5", 3))
    False
    """
    weights = weights_key(network.module)
    changed = network.off or network.added
    return content_key(weights, network.off.key, network.added.key) if changed else weights


def network_key(network: NetworkLike) -> str:
    """Returns a key that is equal for networks that answer alike: weights, units switched off, directions added,
    preprocessing. The same in every process.

    >>> import deepvis_widgets as dv
    >>> network_key(dv.load("husky-wolf")) == network_key(dv.load("husky-wolf-biased"))
    False
    """
    p = network.preprocessing
    return content_key(learned_key(network), p.size, p.resize, p.mean, p.std, p.interpolation, p.fit, *p.more)
