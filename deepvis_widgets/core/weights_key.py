"""Keys of what a network has learned, and of how it answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Protocol
from weakref import WeakKeyDictionary

import torch

from .content_key import content_key
from .picture.preprocess import Preprocess

Stamps = tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class _Known:
    stamps: Stamps
    key: str


_known: WeakKeyDictionary[torch.nn.Module, _Known] = WeakKeyDictionary()
_lock = threading.Lock()


def weights_key(module: torch.nn.Module) -> str:
    """Digest of a module's parameters and buffers with their names; hashed again only after a change.

    A change is noticed by each tensor's memory address and version counter: optimizers, load_state_dict, in-place
    operations and replaced tensors all show. Writing through `.data` or through shared numpy memory does not: call
    forget_weights after it.

    >>> module = torch.nn.Linear(2, 1)
    >>> before = weights_key(module)
    >>> _ = module.weight.data.zero_(), forget_weights(module)
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
    """Has the module hashed again at the next weights_key."""
    with _lock:
        _known.pop(module, None)


def _tensors(module: torch.nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    return chain(module.named_parameters(), module.named_buffers())


def stamps(module: torch.nn.Module) -> Stamps | None:
    """What changes whenever a module's parameters or buffers do, as weights_key notices it, found without hashing.

    None if a change could not be noticed: a tensor made in inference mode counts no versions.
    """
    tensors = list(_tensors(module))
    if any(tensor.is_inference() or tensor.layout is not torch.strided for _, tensor in tensors):
        return None
    return tuple((name, t.data_ptr(), t._version, t.dtype, tuple(t.shape), t.stride()) for name, t in tensors)


class NetworkLike(Protocol):
    """A network, as far as its answers depend on it."""

    @property
    def module(self) -> torch.nn.Module: ...

    @property
    def preprocessing(self) -> Preprocess: ...


def network_key(network: NetworkLike) -> str:
    """Returns a key that is equal for networks that answer alike: weights and preprocessing. The same in every process.

    >>> import deepvis_widgets as dv
    >>> network_key(dv.load("husky-wolf")) == network_key(dv.load("husky-wolf-biased"))
    False
    """
    p = network.preprocessing
    return content_key(weights_key(network.module), p.size, p.resize, p.mean, p.std, p.interpolation, p.fit)
