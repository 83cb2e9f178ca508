"""The torch state of a thread, set aside while another job runs inside a long one.

The only file that touches torch's private stack of function modes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import overrides


@contextmanager
def fresh_torch_state() -> Iterator[None]:
    """As in a new thread: gradients on, no inference mode, no autocast, no torch function mode; all restored after.

    Not set aside, because torch keeps them per process and not per thread: the default random generators,
    and hooks on a module.
    """
    with torch.inference_mode(False), torch.enable_grad(), _no_autocast(), _no_function_modes():
        yield


@contextmanager
def _no_autocast() -> Iterator[None]:
    with torch.autocast("cpu", enabled=False), torch.autocast("cuda", enabled=False):
        yield


@contextmanager
def _no_function_modes() -> Iterator[None]:
    modes = _pop_all_modes()
    try:
        yield
    finally:
        for mode in reversed(modes):
            overrides._push_mode(mode)  # type: ignore[no-untyped-call]


def _pop_all_modes() -> list[Any]:
    depth = torch._C._len_torch_function_stack()
    return [overrides._pop_mode() for _ in range(depth)]  # type: ignore[no-untyped-call]
