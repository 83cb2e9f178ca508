"""The user's model, and torch's global state, before and after: nothing may have changed."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.modules import module as torch_modules


def hooks_of(part: nn.Module) -> dict[str, list[int]]:
    """Every hook table of a module with the ids of the hooks in it."""
    return {name: list(value) for name, value in vars(part).items() if "hook" in name and hasattr(value, "keys")}


def model_state(module: nn.Module) -> dict[str, Any]:
    """All there is to see of a model but its weights' values."""
    parameters = dict(module.named_parameters())
    return {
        "training": {name: part.training for name, part in module.named_modules()},
        "attributes": {name: sorted(vars(part)) for name, part in module.named_modules()},
        "hooks": {name: hooks_of(part) for name, part in module.named_modules()},
        "types": {name: type(part) for name, part in module.named_modules()},
        "requires_grad": {name: p.requires_grad for name, p in parameters.items()},
        "grad": {name: id(p.grad) if p.grad is not None else None for name, p in parameters.items()},
        "parameters": {name: (id(p), p.data_ptr(), p.dtype, p._version) for name, p in parameters.items()},
        "tensor hooks": {name: dict(p._backward_hooks or {}) for name, p in parameters.items()},
        "buffers": {name: (id(b), b.data_ptr(), b._version) for name, b in module.named_buffers()},
    }


def torch_state() -> dict[str, Any]:
    """What of torch, numpy and Python a call could leave bent."""
    return {
        "grad mode": torch.is_grad_enabled(),
        "inference mode": torch.is_inference_mode_enabled(),
        "random": torch.get_rng_state().numpy().tobytes(),
        "numpy random": [np.asarray(part).tobytes() for part in np.random.get_state()[1:3]],
        "python random": random.getstate(),
        "dtype": torch.get_default_dtype(),
        "threads": torch.get_num_threads(),
        "function modes": torch._C._len_torch_function_stack(),
        "anomaly": torch.is_anomaly_enabled(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "global hooks": {
            name: list(value)
            for name, value in vars(torch_modules).items()
            if name.startswith("_global") and hasattr(value, "keys")
        },
    }


def tensors_of(module: nn.Module) -> dict[str, torch.Tensor]:
    """The weights and buffers; quantised modules keep more than tensors in their state."""
    return {name: value for name, value in module.state_dict().items() if isinstance(value, torch.Tensor)}


class Untouched:
    """Taken before; `check()` after says what changed, if anything did."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module
        self.weights = {name: value.clone() for name, value in tensors_of(module).items()}
        self.grads = {name: None if p.grad is None else p.grad.clone() for name, p in module.named_parameters()}
        self.model, self.torch = model_state(module), torch_state()

    def check(self) -> None:
        now, everything = model_state(self.module), torch_state()
        for what in self.model:
            assert now[what] == self.model[what], f"{what} of the model changed"
        for what in self.torch:
            assert everything[what] == self.torch[what], f"torch's {what} changed"
        for name, value in tensors_of(self.module).items():
            assert torch.equal(value, self.weights[name]) or value.isnan().any(), f"{name} changed"
        for name, p in self.module.named_parameters():
            kept = self.grads[name]
            assert kept is None or torch.equal(p.grad, kept), f"the gradient of {name} changed"
