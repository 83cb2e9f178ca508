"""Without what an exporter has to say, on the thread that exports: other threads are heard as before."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Any

import torch

LOG = "_jit_set_onnx_log_enabled"


@contextmanager
def silently() -> Iterator[None]:
    """Drops warnings of this thread, such as those of a pass that is traced with its sizes as they are, on purpose; and
    keeps torch.onnx from writing whole graphs, which it does where one cannot be exported.

    >>> with silently():
    ...     warnings.warn("nobody hears this")
    """
    with _unwarned(), _unlogged():
        yield


@contextmanager
def _unwarned() -> Iterator[None]:
    """Not by catch_warnings, which changes the filters of all threads."""
    here, shown = get_ident(), warnings.showwarning

    def show(*given: Any, **more: Any) -> None:
        if get_ident() != here:
            shown(*given, **more)

    setattr(warnings, "showwarning", show)  # noqa: B010 -- its type is that of the original function
    try:
        yield
    finally:
        warnings.showwarning = shown


@contextmanager
def _unlogged() -> Iterator[None]:
    """An export turns the log on whatever it is asked for, and the log goes past Python to the process's own output."""
    own = getattr(torch._C, LOG, None)
    if own is None:
        yield
        return
    setattr(torch._C, LOG, lambda on: None)
    try:
        yield
    finally:
        setattr(torch._C, LOG, own)
