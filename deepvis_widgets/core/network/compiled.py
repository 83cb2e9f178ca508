"""Modules that PyTorch has compiled: torch.compile is undone for a pass, TorchScript cannot be looked into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


def uncompiled(module: nn.Module) -> nn.Module:
    """Returns the module that torch.compile was given, with the names that its author knows; others as they are."""
    inner = getattr(module, "_orig_mod", None)
    return inner if isinstance(inner, nn.Module) else module


def is_script(module: nn.Module) -> bool:
    """Returns whether a module is, or holds, TorchScript: its operations run where no rule sees them.

    >>> is_script(torch.jit.script(nn.ReLU())), is_script(nn.ReLU())
    (True, False)
    """
    return any(isinstance(part, torch.jit.ScriptModule) for part in module.modules())


def kind_of(module: nn.Module) -> str:
    """Returns the name of a module's class; of TorchScript and of exported programs, that of the class it was made of.

    >>> kind_of(torch.jit.script(nn.ReLU()))
    'ReLU'
    """
    exported = getattr(module, "type_name", None)
    made_of = exported() if callable(exported) else None
    if isinstance(made_of, str):
        return made_of.rpartition(".")[2]
    return str(getattr(module, "original_name", type(module).__name__))


@contextmanager
def eagerly(module: nn.Module) -> Iterator[None]:
    """Has the parts of a module that torch.compile knows run as they are written, so that every operation is seen."""
    if not any(map(_is_compiled, module.modules())):
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield


def _is_compiled(part: nn.Module) -> bool:
    inside = vars(part)
    return inside.get("_compiled_call_impl") is not None or "_orig_mod" in inside.get("_modules", {})
