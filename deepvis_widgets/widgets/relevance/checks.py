"""What numbers the small network may have; everything else is refused in a sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ...core.errors import DeepvisError
from .toy_network import EDGES, INPUTS, START_BIASES, Edge

LARGEST = 1e6  # of a number typed in: its square is still far from overflow


def finite(value: Any, name: str) -> float:
    """A number that can be shown; DeepvisError otherwise.

    >>> finite("0.5", "a1")
    0.5
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not abs(number) <= LARGEST:
        raise DeepvisError(f"{name} = {value!r} does not fit; accepted is a number from {-LARGEST:g} to {LARGEST:g}.")
    return number


def checked_inputs(values: Any) -> tuple[float, ...]:
    """Three numbers; DeepvisError otherwise."""
    if isinstance(values, str | Mapping) or not hasattr(values, "__len__") or len(values) != len(INPUTS):
        raise DeepvisError(
            f"inputs={values!r} does not fit; accepted are three numbers, for neurons 1, 2 and 3 "
            "(a real network is for dv.RelevanceLedger)."
        )
    return tuple(finite(value, f"a{i}") for i, value in zip(INPUTS, values, strict=True))


def checked_weights(weights: Any) -> dict[Edge, float]:
    """A dictionary (from, to) → number over edges that can be; DeepvisError otherwise."""
    if not isinstance(weights, Mapping):
        raise DeepvisError("weights is no dictionary; accepted is {(from, to): number}, such as {(1, 4): 0.9}.")
    for edge in weights:
        if edge not in EDGES:
            raise DeepvisError(
                f"There can be no edge {edge!r}; edges lead from 1, 2, 3 to 4, 5, 6 and from those to 7."
            )
    return {edge: finite(weights[edge], f"w{edge[0]}{edge[1]}") for edge in EDGES if edge in weights}


def checked_biases(biases: Any) -> dict[int, float]:
    """A dictionary neuron → number; those left out are zero. DeepvisError for a neuron that has none."""
    if not isinstance(biases, Mapping) or any(k not in START_BIASES for k in biases):
        raise DeepvisError(f"biases={biases!r} does not fit; accepted is {{neuron: number}} for neurons 4 to 7.")
    return {k: finite(biases.get(k, 0.0), f"b{k}") for k in START_BIASES}
