"""Weights from files: read as plain tensors, taken out of what training code wraps them in, put into a module."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from ...core.errors import DeepvisError

# what training code puts the named tensors under; averages of weights after the weights themselves
WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "network", "module", "weights", "params") + (
    *("model_ema", "state_dict_ema", "ema_state_dict", "ema", "params_ema"),
)
COUNTER = "num_batches_tracked"  # of batch norms; old files have none
HELPERS = ("aux1.", "aux2.", "AuxLogits.")  # extra classifiers of GoogLeNet and Inception, of use in training only


def read_weights(path: Path) -> Any:
    """Returns what is in a safetensors or torch file, read as plain tensors; no code in it is run.

    Raises DeepvisError where there is no such file, or it cannot be read.
    """
    check_file(path)
    return _read(path, load_file if path.suffix == ".safetensors" else load_torch)


def check_file(path: Path, accepted: str = "safetensors or torch weights file") -> None:
    """Raises DeepvisError where there is no file, or nothing in it."""
    if not path.exists():
        raise DeepvisError(f'There is no file "{path}"; give the path of a {accepted}.')
    if path.is_dir():
        raise DeepvisError(f'"{path}" is a folder; give the path of one {accepted}.')
    if path.stat().st_size == 0:
        raise DeepvisError(f'"{path.name}" is empty; give a whole {accepted}.')


def load_torch(file: Any) -> Any:
    """Returns the tensors in a file of torch.save; raises pickle.UnpicklingError where there is more in it."""
    return torch.load(file, map_location="cpu", weights_only=True)


def _read(path: Path, read: Any) -> Any:
    try:
        return read(path)
    except pickle.UnpicklingError as error:
        raise DeepvisError(
            f'"{path.name}" holds more than tensors, or is no weights file: nothing in it was run; '
            "save the network's state_dict() and give that."
        ) from error
    except MemoryError:
        raise
    except Exception as error:  # readers of damaged files fail in every way there is
        reason = " ".join(str(error).split())[:150] or type(error).__name__
        raise DeepvisError(
            f'"{path.name}" cannot be read as weights: it is incomplete, damaged or of another kind ({reason}).'
        ) from error


def fitted(content: Any, wanted: Collection[str], source: str) -> dict[str, Tensor]:
    """Returns the named tensors in `content` under the names that are `wanted`.

    Dictionaries round them (`WRAPPERS`) are opened, and what stands before every name, such as "module." or "net.", is
    taken off where, and only where, all that is wanted is then there. Where no way of reading fits, what comes nearest
    is returned. Raises DeepvisError where there are no named tensors, or the network is there more than once.

    >>> content = {"state_dict": {"net.0.weight": torch.ones(1), "loss.weight": torch.ones(2)}, "epoch": 3}
    >>> list(fitted(content, ["0.weight"], "the file"))
    ['0.weight']
    """
    needed = {key for key in wanted if not key.endswith(COUNTER)}
    readings = [reading for state in _unwrapped(content) for reading in _unprefixed(state, needed, source)]
    if not readings:
        raise DeepvisError(f"{source} holds no named tensors; accepted is the state_dict of a network.")
    return max(readings, key=lambda state: len(needed & state.keys()))


def _unwrapped(content: Any) -> Iterator[dict[str, Tensor]]:
    if not isinstance(content, dict):
        return
    for key in WRAPPERS:
        yield from _unwrapped(content.get(key))
    state = {key: value for key, value in content.items() if isinstance(key, str) and isinstance(value, Tensor)}
    if state:
        yield state


def _unprefixed(state: dict[str, Tensor], needed: set[str], source: str) -> Iterator[dict[str, Tensor]]:
    """The state as it is, then without what stands before all that is needed, or before most of it."""
    yield state
    found = Counter(prefix for key in state for prefix in _prefixes(key, needed))
    whole = [prefix for prefix, count in found.items() if count == len(needed)]
    if len(whole) > 1 and not needed <= state.keys():
        raise DeepvisError(
            f'{source} holds this network more than once, under "{whole[0]}" and "{whole[1]}"; '
            "save the state_dict of the one you mean."
        )
    for prefix, _ in found.most_common(1):
        yield {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}


def _prefixes(key: str, needed: set[str]) -> Iterator[str]:
    """What stands in a key before a name that is needed."""
    for place, letter in enumerate(key):
        if letter == "." and key[place + 1 :] in needed:
            yield key[: place + 1]


def with_weights(module: nn.Module, state: dict[str, Tensor], source: str) -> nn.Module:
    """Returns the module with these weights, in its own precision; DeepvisError names the first one that does not
    fit.
    """
    wanted = module.state_dict()
    state = {key: value for key, value in state.items() if key in wanted or not key.startswith(HELPERS)}
    counters = {key: torch.zeros((), dtype=torch.long) for key in wanted if key.endswith(COUNTER)}
    state = counters | state
    _check(state, wanted, f"{source} does not fit {type(module).__name__}")
    module.load_state_dict({key: state[key].to(wanted[key].dtype, copy=True) for key in wanted}, assign=True)
    return module


def _check(state: dict[str, Tensor], wanted: dict[str, Tensor], misfit: str) -> None:
    missing = next((key for key in wanted if key not in state), None)
    unknown = next((key for key in state if key not in wanted), None)
    if missing is not None:
        also = f' and holds "{unknown}" instead' if unknown is not None else ""
        raise DeepvisError(f'{misfit}: it lacks "{missing}"{also}.')
    if unknown is not None:
        raise DeepvisError(f'{misfit}: it holds "{unknown}", for which there is no place.')
    for key, value in state.items():
        if value.shape != wanted[key].shape:
            shape, needed = ("×".join(map(str, tensor.shape)) or "one number" for tensor in (value, wanted[key]))
            raise DeepvisError(f'{misfit}: "{key}" is {shape} where {needed} is needed.')
        if value.is_floating_point() != wanted[key].is_floating_point():
            raise DeepvisError(f'{misfit}: "{key}" holds {value.dtype} numbers where {wanted[key].dtype} is needed.')
