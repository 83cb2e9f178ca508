"""Why a unit has the value it has: what each unit of the layers below adds to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ...core.network.target import Target

Window = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Part:
    """What the units of one layer add: `adds` (C,), the sum of weight × activation over the window, and what enters.

    `layer` is "picture" for the channels that the network is fed; where a function makes of them what enters, relu say,
    `through` names it. `kernel` and `values` (C, h, w) are the weights, norms folded in, and what they meet, after a
    pooling that lies between; their products add up to `adds`. `window` is (top, left, height, width) on the layer's
    own map, None where only tokens beside the picture add, and `places` (C, 2) where in it each unit adds most.
    `branch` is the summand it belongs to: the layer that is added to others.
    """

    layer: str
    adds: Tensor
    kernel: Tensor
    values: Tensor
    places: Tensor
    window: Window | None = None
    through: str | None = None
    branch: str = ""


@dataclass(frozen=True)
class Term:
    """One unit of a layer below, and what it adds; `part` is its place among the circuit's parts."""

    layer: str
    unit: int
    adds: float
    part: int


@dataclass(frozen=True, eq=False)
class Circuit:
    """A unit, its `value`, and what makes it: Σ adds + `bias` + `rest` = `enters`.

    `enters` is the number before the unit's own function `through` (relu, say), or the value itself where there is
    none; of a unit that is switched off what it would be, and `through` ends with "off". `exact` says that every term
    is weight × activation; `rest` is then nothing but rounding. Else the terms are relevance by conditional LRP
    (Achtibat et al. 2023), and `rest` is what biases took on the way, `bias` 0.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> found = dv.circuit(net, scene, "features.conv2", 5)
    >>> found.exact, abs(found.rest) < 1e-3
    (True, True)
    >>> abs(found.total + found.bias - found.value) < 1e-3
    True
    >>> found.terms[0].layer
    'features.relu1'
    """

    unit: Target
    value: float
    enters: float
    through: str | None
    exact: bool
    parts: Sequence[Part]
    bias: float
    rest: float
    terms: Sequence[Term] = field(init=False)

    def __post_init__(self) -> None:
        found = [
            Term(part.layer, unit, adds, place)
            for place, part in enumerate(self.parts)
            for unit, adds in enumerate(part.adds.tolist())
            if adds != 0
        ]
        object.__setattr__(self, "terms", sorted(found, key=lambda term: -abs(term.adds)))

    @property
    def total(self) -> float:
        """What all terms add up to."""
        return sum(float(part.adds.sum(dtype=torch.float64)) for part in self.parts)

    @property
    def how(self) -> str:
        """Says in one sentence whether the terms are exact."""
        if self.exact:
            return "Exact: weight × activation, summed over the window."
        return "Not exact: conditional LRP, since an operation on the way is not linear in what enters."

    def table(self) -> list[dict[str, object]]:
        """Returns the terms as rows, the one that adds most first, then bias and rest."""
        rows: list[dict[str, object]] = [
            {
                "layer": term.layer,
                "unit": term.unit,
                "through": self.parts[term.part].through or "",
                "branch": self.parts[term.part].branch,
                "adds": term.adds,
            }
            for term in self.terms
        ]
        ends = [("bias", self.bias), ("rest", self.rest)]
        return rows + [{"layer": name, "unit": "", "through": "", "branch": "", "adds": adds} for name, adds in ends]

    def csv(self) -> str:
        """Returns the table as comma-separated text with a heading."""
        rows = self.table()
        lines = [",".join(rows[0]), *(",".join(_cell(value) for value in row.values()) for row in rows)]
        return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    text = repr(value) if isinstance(value, float) else str(value)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n') else text


def part_of(
    layer: str,
    weight: Tensor,
    entered: Tensor,
    others: Tensor,
    through: str | None = None,
    branch: str = "",
    entry: tuple[Tensor, Tensor] | None = None,
) -> Part:
    """Returns the part of maps: weights and what entered (C, H, W); `others` (C,) is what tokens beside them add.
    `entry` are the weights, and what meets them, where that is pooled before.
    """
    weight, entered = weight.detach().cpu(), entered.detach().cpu()
    products = weight * entered
    places = products.abs().flatten(1).argmax(1)
    places = torch.stack([places // weight.shape[2], places % weight.shape[2]], 1)
    adds = products.sum((1, 2)) + others.detach().cpu()
    kernel, values = (weight, entered) if entry is None else (part.detach().cpu() for part in entry)
    window = window_of(kernel)
    top, left, height, width = window or (0, 0, 0, 0)
    inside = slice(None), slice(top, top + height), slice(left, left + width)
    own = kernel[inside].clone(), values[inside].clone()
    return Part(layer, adds, *own, places, window_of(weight), through, branch)


def window_of(weight: Tensor) -> Window | None:
    """Returns the smallest box in which maps (C, H, W) are not all zero, None where they are.

    >>> maps = torch.zeros(2, 5, 5)
    >>> maps[1, 2:4, 3] = 1
    >>> window_of(maps)
    (2, 3, 2, 1)
    """
    some = (weight != 0).any(0)
    rows, cols = some.any(1).nonzero().flatten().tolist(), some.any(0).nonzero().flatten().tolist()
    return (rows[0], cols[0], rows[-1] - rows[0] + 1, cols[-1] - cols[0] + 1) if rows else None
