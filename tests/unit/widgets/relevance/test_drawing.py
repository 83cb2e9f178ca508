"""What of the small network is under the pointer."""

from __future__ import annotations

from deepvis_widgets.widgets.relevance.drawing import centre, element_at
from deepvis_widgets.widgets.relevance.toy_network import START_WEIGHTS


def test_the_pointer_finds_neurons_and_edges() -> None:
    assert element_at(*centre(5), START_WEIGHTS) == 5
    start, end = centre(6), centre(7)
    assert element_at((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, START_WEIGHTS) == (6, 7)
    assert element_at(2, 2, START_WEIGHTS) is None
