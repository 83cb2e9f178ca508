"""The names of the small network's numbers: "a1" to "a3", "w14" and so on, "b4" to "b7"."""

from __future__ import annotations

from ...core.errors import DeepvisError
from .toy_network import EDGES, INPUTS, START_BIASES, Edge
from .words import low


def name_of(element: int | Edge) -> str:
    """The name of a neuron's or an edge's number.

    >>> name_of((1, 4)), name_of(2), name_of(5)
    ('w14', 'a2', 'b5')
    """
    if isinstance(element, tuple):
        return f"w{element[0]}{element[1]}"
    return f"a{element}" if element in INPUTS else f"b{element}"


_elements: tuple[int | Edge, ...] = (*INPUTS, *EDGES, *START_BIASES)
ELEMENTS = {name_of(element): element for element in _elements}


def element_named(name: str) -> int | Edge:
    """The neuron or edge whose number has this name; DeepvisError where there is none.

    >>> element_named("w14")
    (1, 4)
    """
    if name not in ELEMENTS:
        raise DeepvisError(f'There is no number "{name}"; accepted: {", ".join(ELEMENTS)}.')
    return ELEMENTS[name]


def title_of(name: str) -> str:
    """A number's name for a menu.

    >>> title_of("w14")
    'weight w₁₄ (1 → 4)'
    """
    element = element_named(name)
    if isinstance(element, tuple):
        return f"weight w{low(*element)} ({element[0]} → {element[1]})"
    return f"input a{low(element)}" if element in INPUTS else f"bias b{low(element)}"
