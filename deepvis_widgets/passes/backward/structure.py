"""What a module is, as far as it shows: its parts, their settings and hooks, and where its weights lie."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

import torch
from torch import Tensor, nn

from ...core.network.eval_mode import module_lock

HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
GLOBAL_HOOKS = tuple(f"_global{name}" for name in HOOKS)
HOLDERS = (dict, list, set)


class Structure:
    """A module as it is when this is made; `is_same` says whether it still is.

    It is another one once a part or a weight is exchanged, or a part is set otherwise. The values of weights are left
    aside, and what lies inside objects that are neither modules nor lists, sets or dictionaries cannot be seen.

    >>> module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    >>> structure = Structure(module)
    >>> module[0].weight.data += 1
    >>> structure.is_same()
    True
    >>> module[0].stride = (2, 2)
    >>> structure.is_same()
    False
    """

    def __init__(self, module: nn.Module) -> None:
        parts = list(nn.Module.modules(module))
        self._ways = [(type(part), type(part).forward) for part in parts]
        self._settings: list[tuple[Any, Any]] = [(vars(part), dict(vars(part))) for part in parts]
        for _, settings in list(self._settings):
            self._settings += [(held, copy(held)) for held in settings.values() if isinstance(held, HOLDERS)]
        own = [tensor for part in parts for held in (part._parameters, part._buffers) for tensor in held.values()]
        self._places = [(tensor, _place(tensor)) for tensor in own if tensor is not None]

    def is_same(self) -> bool:
        """Returns whether nothing that can be seen has changed."""
        try:
            settings = all(now == before for now, before in self._settings)
        except Exception:  # objects that cannot be compared, such as tensors, are not the same ones any more
            return False
        ways = all(kind.forward is way for kind, way in self._ways)
        return settings and ways and not any_global_hooks() and all(_place(own) == at for own, at in self._places)


def structure_of(module: nn.Module) -> Structure | None:
    """Returns the structure of a module; None where it has hooks, be it those of a pass that runs: they are to see
    every pass; and where the parts do not show how they are set, as those of TorchScript.
    """
    with module_lock:
        parts = list(nn.Module.modules(module))
        scripted = any(isinstance(part, torch.jit.ScriptModule) for part in parts)
        if scripted or any_global_hooks() or any(vars(part).get(name) for part in parts for name in HOOKS):
            return None
        try:
            return Structure(module)
        except Exception:  # settings that cannot be copied, tensors of a kind that lies nowhere
            return None


def any_global_hooks() -> bool:
    """Returns whether there are hooks that are to see every module."""
    known: Mapping[str, Any] = vars(nn.modules.module)
    return any(known.get(name) for name in GLOBAL_HOOKS)


def _place(tensor: Tensor) -> tuple[Any, ...]:
    return tensor.data_ptr(), tensor.dtype, tensor.shape
