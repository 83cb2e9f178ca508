"""The same random numbers for all passes of a network that answers by chance."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

SEED = 0
_lock = threading.RLock()  # two passes at once would take numbers from each other

Source = tuple[Callable[[], Any], Callable[[Any], Any], Callable[[int], Any]]  # its state: read, written, begun anew


class Draw:
    """Random numbers that began anew. `drawn` says at the end whether one was taken."""

    def __init__(self, seed: int) -> None:
        self.drawn = False
        self._seed = seed
        self._begun: list[tuple[Source, Any, bytes]] = []
        self._known: dict[int, object] = {}  # alive, so that its id stays its own

    def begin(self, generator: object) -> None:
        """Begins a generator anew, too, unless it was before."""
        if id(generator) not in self._known and (source := _source(generator)) is not None:
            self._known[id(generator)] = generator
            self._begin(source)

    def _begin(self, source: Source) -> None:
        read, _, begin = source
        state = read()
        begin(self._seed)
        self._begun.append((source, state, _bytes(read())))

    def end(self) -> None:
        """Leaves all of them as they were."""
        for (read, write, _), state, first in self._begun:
            self.drawn = self.drawn or _bytes(read()) != first
            write(state)


@contextmanager
def one_draw(device: torch.device, module: nn.Module | None = None, seed: int = SEED) -> Iterator[Draw]:
    """Begins the random numbers of Python, NumPy and PyTorch (CPU and `device`), and of the generators that a module
    keeps, anew, the same each time, and leaves them as they were before.

    >>> with one_draw(torch.device("cpu")):
    ...     first = torch.rand(3)
    >>> with one_draw(torch.device("cpu")) as draw:
    ...     bool((torch.rand(3) == first).all())
    True
    >>> draw.drawn
    True
    """
    with _lock:
        draw = Draw(seed)
        try:
            for source in _sources(device):
                draw._begin(source)
            for part in () if module is None else module.modules():
                for value in tuple(vars(part).values()):
                    draw.begin(value)
            yield draw
        finally:
            draw.end()


def _sources(device: torch.device) -> list[Source]:
    """The sources that everybody draws from."""
    found: list[Source] = [
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


def _source(generator: object) -> Source | None:
    """A generator of somebody's own; None for what is none."""
    if isinstance(generator, torch.Generator):
        return generator.get_state, generator.set_state, generator.manual_seed
    if isinstance(generator, random.Random):
        return generator.getstate, generator.setstate, generator.seed
    if isinstance(generator, np.random.RandomState):
        return generator.get_state, generator.set_state, generator.seed
    if isinstance(generator, np.random.Generator):
        bits: Any = generator.bit_generator

        def write(state: Any) -> None:
            bits.state = state

        return (lambda: bits.state), write, lambda seed: write(type(bits)(seed).state)
    return None


def _bytes(state: Any) -> bytes:
    if isinstance(state, torch.Tensor):
        return state.numpy().tobytes()
    if isinstance(state, list):  # one tensor for each GPU
        return b"".join(map(_bytes, state))
    if isinstance(state, dict):
        return repr({key: _bytes(value) if isinstance(value, dict) else value for key, value in state.items()}).encode()
    return repr([part.tolist() if isinstance(part, np.ndarray) else part for part in state]).encode()
