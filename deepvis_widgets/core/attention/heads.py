"""Weights of attention as maps: where one token looks, head by head."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..network.layout import Layout, Position
from ..positions.labels import Grid
from ..positions.trace import PositionTrace


@dataclass(frozen=True)
class Heads(Layout):
    """Weights (B, heads, queries, keys): the map of a head shows how much one token looks at each patch. That token is
    `looking`, a position on the map or a name, or the class token, or where there is none all tokens in the mean.

    >>> patches = Grid((1,), (1, 2, 3, 4), 2, 2, ((-1, 0),))
    >>> heads = Heads(("class",), patches, patches, ("class",))
    >>> weights = torch.arange(25.0).view(1, 1, 5, 5)
    >>> heads.maps(weights)[0, 0].tolist(), heads.looking_from((1, 0)).maps(weights)[0, 0].tolist()
    ([[1.0, 2.0], [3.0, 4.0]], [[16.0, 17.0], [18.0, 19.0]])
    """

    queries: Grid = Grid((1,), (), 0, 0, ())
    keys: Grid = Grid((1,), (), 0, 0, ())
    names: tuple[str, ...] = ()  # of the queries that are no part of the picture
    looking: Position | None = None

    def maps(self, output: Tensor) -> Tensor:
        found = self._row(output)[:, :, torch.tensor(self.keys.index, device=output.device)]
        return found.reshape(*found.shape[:2], self.keys.height, self.keys.width)

    def grid(self, shape: torch.Size) -> tuple[int, int, int]:
        return shape[1], self.keys.height, self.keys.width

    def others(self, output: Tensor) -> Tensor:
        places = [place for _, place in self.keys.others]
        return self._row(output)[:, :, torch.tensor(places, dtype=torch.long, device=output.device)]

    def looking_from(self, position: Position) -> Heads:
        """The same, seen from another token."""
        return replace(self, looking=position) if self.queries.index else self

    @property
    def place(self) -> int | None:
        """The place of the token that looks among the queries; None: all in the mean."""
        looking = self.looking if self.looking is not None or "class" not in self.names else "class"
        if looking is None:
            return None
        if isinstance(looking, str):
            return self.queries.others[self.names.index(looking)][1]
        row = looking[0] * self.queries.height // self.keys.height  # there may be fewer keys than queries
        return self.queries.index[row * self.queries.width + looking[1] * self.queries.width // self.keys.width]

    def _row(self, output: Tensor) -> Tensor:
        """The weights (B, heads, keys) of the token that looks."""
        place = self.place
        return output.mean(2) if place is None else output[:, :, place]


def find_heads(weights: Tensor, trace: PositionTrace) -> Heads | None:
    """Returns how the weights (B, heads, queries, keys) of an attention lie; None where it is not known which patches
    the keys are, or which the queries.
    """
    queries, keys = trace.sides_of(weights)
    if keys is None or (queries is None and weights.shape[2] > 1):
        return None
    queries = queries or Grid((1,), (), 0, 0, ())
    return Heads(trace.names_of(keys), queries, keys, trace.names_of(queries))
