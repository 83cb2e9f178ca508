"""The maps of an occlusion experiment on their way to the browser, and the colours of its labels."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ..link.frames import Parts, quantise
from .trail import Trail

# Okabe and Ito's colours, told apart by colour-blind people too
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")
OTHERS = "#999999"


class LabelColours:
    """A colour for each label, in the order in which they appear; those that come too late share a grey."""

    def __init__(self, first: int) -> None:
        self._labels = [first]

    def see(self, labels: Sequence[int]) -> None:
        """These labels have appeared."""
        self._labels += [label for label in dict.fromkeys(labels) if label not in self._labels]

    def colour(self, label: int) -> str:
        """A label's colour, as #rrggbb."""
        place = self._labels.index(label)
        return COLOURS[place] if place < len(COLOURS) else OTHERS

    def legend(self, shown: Sequence[int], names: Sequence[str]) -> str:
        """A line for each label that is `shown`, one for each cell of a map: its colour, its name, its share."""
        return "".join(
            f'<div class="dv-lab-key"><span style="background:{self.colour(label)}"></span>'
            f"{html.escape(names[label])} {count / len(shown):.0%}</div>"
            for label, count in Counter(shown).most_common()
        )


def values_frame(
    values: Sequence[float], trail: Trail, between: tuple[float, float], notes: list[str], lines: list[str]
) -> Parts:
    """Meta and arrays of a "map" frame: one value per answer, where the trail's cells show it."""
    low, high = torch.tensor(between, dtype=torch.float64)
    cells = trail.cells()
    each = torch.tensor([*values, between[0]], dtype=torch.float64)  # -1 finds what stands last
    levels = quantise(each[cells], low, high, 65535)
    meta = {"lo": between[0], "hi": between[1], "lines": lines, "notes": notes}
    return meta, {"values": levels, **_records(trail, cells)}


def labels_frame(trail: Trail, colours: LabelColours, notes: list[str], lines: list[str]) -> Parts:
    """Meta and arrays of an "rgb" frame: the label of each answer in its colour."""
    cells = trail.cells()
    table = [tuple(bytes.fromhex(colours.colour(seen.label)[1:])) for seen in trail.seen]
    picture = torch.tensor([*table, (0, 0, 0)], dtype=torch.uint8)[cells].numpy()
    return {"lines": lines, "notes": notes}, {"picture": picture, **_records(trail, cells)}


def _records(trail: Trail, cells: Tensor) -> dict[str, np.ndarray]:
    boxes = np.array([seen.box for seen in trail.seen], np.int32).reshape(-1, 4)
    return {"record": cells.numpy().astype(np.int32), "boxes": boxes}
