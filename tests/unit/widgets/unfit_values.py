"""Values that hardly any trait accepts, and the traits that are asked."""

from __future__ import annotations

import math
from typing import Any

import ipywidgets

import deepvis_widgets as dv
from deepvis_widgets.widgets.link.live_widget import LiveWidget

UNFIT: dict[str, Any] = {
    "None": None,
    "nan": math.nan,
    "inf": math.inf,
    "beyond a float": 10**400,
    "below all": -(10**6),
    "empty list": [],
    "list": [1, "x"],
    "list of lists": [[]],
    "dictionary": {"cam": 3},
    "text": "nonsense",
    "bytes": b"nonsense",
    "object": object(),
}


def traits_of(name: str) -> list[str]:
    """The traits that a public widget adds to those of a box and of a view, but what only it sets."""
    known = {*ipywidgets.VBox.class_traits(), *LiveWidget.class_traits()}
    return sorted(
        trait for trait, found in getattr(dv, name).class_traits().items() if trait not in known and not found.read_only
    )
