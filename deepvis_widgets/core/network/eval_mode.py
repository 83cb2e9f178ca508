"""Eval mode for the time of a pass, also where threads pass one module, or modules that share parts, at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from torch import nn

module_lock = threading.RLock()  # of whoever changes a module's modes or hooks, or copies it; nobody holds it in a pass


@dataclass(eq=False)
class _Held:
    """A part of a module that `passes` need in eval mode, and the mode it goes back to after the last of them."""

    part: nn.Module  # alive, so that its id stays its own
    training: bool = False
    passes: set[object] = field(default_factory=set)


_held: dict[int, _Held] = {}


@contextmanager
def eval_mode(module: nn.Module) -> Iterator[None]:
    """Keeps a module and all its parts in eval mode; after the last pass through a part, of whatever thread, the part
    is in its own mode again.

    A user's `train()` meanwhile stays when the last pass is over, though the passes that run go on in train mode. His
    `eval()` of a module in train mode cannot be told from what is set here, and is undone then.

    >>> module = nn.Dropout()
    >>> with eval_mode(module):
    ...     module.training
    False
    >>> module.training
    True
    """
    parts, own = list(module.modules()), object()
    try:
        with module_lock:
            for part in parts:
                _hold(part, own)
        yield
    finally:
        with module_lock:
            for part in parts:
                _let_go(part, own)


def _hold(part: nn.Module, own: object) -> None:
    held = _held.setdefault(id(part), _Held(part))
    held.passes.add(own)
    if part.training:  # as the first pass found it, or set by the user since
        held.training = True
        part.training = False


def _let_go(part: nn.Module, own: object) -> None:
    """Gives a part back; nothing where an interruption came before it was held."""
    held = _held.get(id(part))
    if held is None or own not in held.passes:
        return
    if len(held.passes) == 1:
        if held.training:
            part.training = True
        del _held[id(part)]
    held.passes.discard(own)
