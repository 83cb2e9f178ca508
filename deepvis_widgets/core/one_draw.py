"""The same random numbers for all passes of a network that answers by chance."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

SEED = 0
_lock = threading.RLock()  # two passes at once would take numbers from each other


@contextmanager
def one_draw(device: torch.device) -> Iterator[None]:
    """Begins the random numbers of Python, NumPy and PyTorch (CPU and `device`) anew, the same each time, and leaves
    them as they were before.

    >>> with one_draw(torch.device("cpu")):
    ...     first = torch.rand(3)
    >>> with one_draw(torch.device("cpu")):
    ...     bool((torch.rand(3) == first).all())
    True
    """
    with _lock:
        sources = _sources(device)
        states = [read() for read, _, _ in sources]
        try:
            for _, _, begin in sources:
                begin(SEED)
            yield
        finally:
            for (_, write, _), state in zip(sources, states, strict=True):
                write(state)


def drawn_so_far(device: torch.device) -> tuple[bytes, ...]:
    """Returns what tells whether a random number was drawn between two times: it is another one then.

    >>> before = drawn_so_far(torch.device("cpu"))
    >>> before == drawn_so_far(torch.device("cpu")), random.random() < 1, before == drawn_so_far(torch.device("cpu"))
    (True, True, False)
    """
    return tuple(_bytes(read()) for read, _, _ in _sources(device))


def _sources(device: torch.device) -> list[tuple[Callable[[], Any], Callable[[Any], Any], Callable[[int], Any]]]:
    """How the state of each source is read and written, and how it begins anew."""
    found: list[tuple[Callable[[], Any], Callable[[Any], Any], Callable[[int], Any]]] = [
        (random.getstate, random.setstate, random.seed),
        (np.random.get_state, np.random.set_state, np.random.seed),
        (torch.get_rng_state, torch.set_rng_state, torch.default_generator.manual_seed),
    ]
    if device.type == "cuda":
        cuda = torch.cuda
        found.append((cuda.get_rng_state_all, cuda.set_rng_state_all, cuda.manual_seed_all))
    elif device.type == "mps":
        found.append((torch.mps.get_rng_state, torch.mps.set_rng_state, torch.mps.manual_seed))
    return found


def _bytes(state: Any) -> bytes:
    if isinstance(state, torch.Tensor):
        return state.numpy().tobytes()
    if isinstance(state, list):  # one tensor for each GPU
        return b"".join(map(_bytes, state))
    return repr([part.tolist() if isinstance(part, np.ndarray) else part for part in state]).encode()
