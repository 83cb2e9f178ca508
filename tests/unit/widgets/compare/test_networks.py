"""The networks of a comparison: their titles, and which of their classes is meant."""

from __future__ import annotations

import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.compare.networks import class_in, rows_of
from tests.unit.widgets.compare.nets import network


def test_networks_of_one_name_are_numbered() -> None:
    rows = rows_of([network(0, "net"), network(1, "other"), network(2, "net")])
    assert [(row.title, row.place) for row in rows] == [("net (1)", 0), ("other", 1), ("net (2)", 2)]


def test_a_class_is_found_by_its_label_where_labels_differ() -> None:
    first, same, other = network(0), network(1), network(2)
    other.labels = ["class 4", "class 3", "b", "c", "d"]
    assert [class_in(each, first, 3) for each in (first, same, other)] == [3, 3, 1]
    with pytest.raises(DeepvisError, match='There is no class "class 0"'):
        class_in(other, first, 0)
