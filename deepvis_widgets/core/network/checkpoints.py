"""Gradient checkpointing set aside for a pass: what it would compute again on the way back, outside of every rule and
in the user's mode, is kept instead.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

MODULE = "torch.utils.checkpoint"
_lock = threading.Lock()
_users = 0  # passes that run now; the functions below stand in for PyTorch's as long as there are any
_theirs: dict[str, Any] = {}


class _Pass(threading.local):
    """Whether this thread is in a pass of ours; others checkpoint as ever."""

    runs = False


_pass = _Pass()


@contextmanager
def without_checkpoints() -> Iterator[None]:
    """Has checkpointed functions simply called in this thread.

    >>> import torch
    >>> from torch.utils.checkpoint import checkpoint
    >>> x = torch.ones(2, requires_grad=True)
    >>> with without_checkpoints():
    ...     y = checkpoint(torch.exp, x, use_reentrant=True)
    >>> torch.autograd.grad(y.sum(), x)[0]  # which PyTorch refuses after a reentrant checkpoint
    tensor([2.7183, 2.7183])
    """
    checkpoint = sys.modules.get(MODULE)
    if checkpoint is None or _pass.runs:
        yield
        return
    _enter(checkpoint)
    _pass.runs = True
    try:
        yield
    finally:
        _pass.runs = False
        _leave(checkpoint)


def _enter(checkpoint: ModuleType) -> None:
    global _users
    with _lock:
        _users += 1
        if _users == 1:
            for name, stand_in in _STAND_INS.items():
                if hasattr(checkpoint, name):
                    _theirs[name] = getattr(checkpoint, name)
                    setattr(checkpoint, name, stand_in)


def _leave(checkpoint: ModuleType) -> None:
    global _users
    with _lock:
        _users -= 1
        if _users == 0:
            for name, own in _theirs.items():
                setattr(checkpoint, name, own)
            _theirs.clear()


def _impl(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], **settings: Any) -> Any:
    """Stands in for what torch.utils.checkpoint.checkpoint calls in new versions."""
    if _pass.runs:
        return function(*args, **kwargs)
    return _theirs_now("_checkpoint_impl")(function, args, kwargs, **settings)


class _Function:
    """Stands in for CheckpointFunction, the reentrant kind."""

    @staticmethod
    def apply(function: Callable[..., Any], preserve: bool, *args: Any) -> Any:
        if _pass.runs:
            return function(*args)
        return _theirs_now("CheckpointFunction").apply(function, preserve, *args)


def _generator(*args: Any, **kwargs: Any) -> Iterator[Any]:
    """Stands in for what runs before and after the function, of the other kind."""
    if _pass.runs:
        return iter((None,))
    made: Iterator[Any] = _theirs_now("_checkpoint_without_reentrant_generator")(*args, **kwargs)
    return made


def _theirs_now(name: str) -> Any:
    with _lock:
        return _theirs.get(name) or getattr(sys.modules[MODULE], name)


_STAND_INS: dict[str, Any] = {
    "_checkpoint_impl": _impl,
    "CheckpointFunction": _Function,
    "_checkpoint_without_reentrant_generator": _generator,
}
