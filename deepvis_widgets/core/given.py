"""What a user gives as a network, and the module of it that runs."""

from __future__ import annotations

from typing import Any

from torch import nn
from torch.nn.parameter import is_lazy

from .errors import DeepvisError
from .network.compiled import uncompiled

INNER = ("model", "net", "network", "module")  # what training code calls the network inside its own module


def given(network: Any) -> nn.Module:
    """Returns the module that runs a network: the one given, what torch.compile and torch.export had made theirs of,
    or the network in a Lightning module that has no `forward` of its own.

    >>> type(given(nn.Linear(2, 1))).__name__
    'Linear'

    Raises:
        DeepvisError: if it is no network, or its weights are still to come.
    """
    if type(network).__name__ == "ExportedProgram":
        network = unflattened(network)
    if not isinstance(network, nn.Module):
        raise DeepvisError(_refusal(network))
    module = entrance(uncompiled(network))
    _check_weights(module)
    return module


def unflattened(program: Any) -> nn.Module:
    """Returns the module of a program that torch.export made, with the parts and names of the one it was made of."""
    from torch.export import unflatten  # late: it takes longer than the rest of a start

    module: Any = unflatten(program)
    module.check_input_constraints = False  # which hold it to as many pictures at once as it was exported with
    found: nn.Module = module
    return found


def entrance(module: nn.Module) -> nn.Module:
    """Returns the part of a module that runs: itself where it has a `forward`, else the network inside it.

    >>> class Training(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.net = nn.ReLU()
    >>> entrance(Training())
    ReLU()
    """
    if _runs(module):
        return module
    within = inside(module)
    return module if within is None else entrance(within)


def inside(module: nn.Module) -> nn.Module | None:
    """Returns the network that a module holds by one of the usual names, None where it holds none."""
    parts = dict(module.named_children())
    return next((parts[name] for name in INNER if name in parts), None)


def _runs(module: nn.Module) -> bool:
    """Whether somebody wrote a forward for it; Lightning's own only calls the one that is not there."""
    owner = next(base for base in type(module).__mro__ if "forward" in vars(base))
    return "forward" in vars(module) or (owner is not nn.Module and owner.__name__ != "LightningModule")


def _check_weights(module: nn.Module) -> None:
    tensors = (*module.named_parameters(), *module.named_buffers())
    unready = next((name for name, tensor in tensors if is_lazy(tensor)), None)
    if unready is not None:
        raise DeepvisError(
            f'{type(module).__name__} has parameters without numbers yet ("{unready}"): run it once on pictures, '
            "then give the module."
        )
    hollow = next((name for name, tensor in tensors if tensor.is_meta), None)
    if hollow is not None:
        raise DeepvisError(
            f'{type(module).__name__} has no weights yet: its "{hollow}" is on the device "meta"; '
            "load them with load_state_dict(weights, assign=True), then give the module."
        )


def _refusal(network: Any) -> str:
    kind = type(network).__name__
    if isinstance(network, str):
        return f'A str is not a network; dv.load("{network}") makes one of a name or of a file.'
    if isinstance(network, dict):
        return f"A {kind} is not a network; load it into a torch.nn.Module with load_state_dict, and give that."
    return f"A {kind} is not a network; accepted is a torch.nn.Module, and dv.load(name) makes one of a name."
