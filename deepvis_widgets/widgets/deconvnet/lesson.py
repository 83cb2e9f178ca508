"""All numbers that the deconvnet board shows at one moment, each computed at most once, and which belong together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional as F

from ..board.cells import Cell
from ..convolution.arithmetic import Convolution, Slide
from ..pooling.arithmetic import Pooled, pool

Place = tuple[int, int]

INPUTS, MAPS, SMALL = ("input", "back"), ("z", "rectified", "unpooled", "behind"), ("pooled", "signal")
FORWARD = ("input", "kernel", "z", "rectified", "pooled")
BACKWARD = ("back", "flipped", "behind", "unpooled", "signal")  # each under its counterpart
BEGINS = {
    **{"input": 0, "kernel": 0, "z": 0, "rectified": 1, "pooled": 2},
    **{"signal": 3, "unpooled": 4, "behind": 5, "flipped": 6, "back": 6},
}  # panel → the step that shows it
STEPS = 7


@dataclass(frozen=True, eq=False)
class DeconvnetLesson:
    """An input x (n, n) and a kernel (k, k), the window of the pooling, and what goes the way back.

    `above` (m, m) is the signal that a layer above would send; `seed` says whether it starts the way back ("above"),
    or 1.0 at `position` ("one"), the activation there alone ("activation"), or all activations ("map"). `rule` is how
    the signal passes ReLU: one of pooling.arithmetic.RULES.
    """

    x: Tensor
    kernel: Tensor
    window: int
    above: Tensor
    seed: str
    position: Place
    rule: str

    @property
    def sizes(self) -> dict[str, int]:
        """Its sizes by the names of the traits."""
        return {"input_size": len(self.x), "kernel_size": len(self.kernel), "window": self.window}

    @property
    def made(self) -> Convolution:
        """The convolution: stride 1, no padding."""
        return Convolution.over(2, len(self.x), len(self.kernel))

    @cached_property
    def forward(self) -> Slide:
        """The kernel over the input."""
        return self.made.forward(self.x, self.kernel)

    @cached_property
    def signal(self) -> Tensor:
        """What starts the way back, one number for each pooled cell."""
        if self.seed == "above":
            return self.above
        pooled: Tensor = F.max_pool2d(self.forward.result.clamp(min=0)[None], self.window)[0]
        if self.seed == "map":
            return pooled
        alone = torch.zeros_like(pooled)
        alone[self.position] = 1.0 if self.seed == "one" else pooled[self.position]
        return alone

    @cached_property
    def pooled(self) -> Pooled:
        """From the convolution's output through ReLU and pooling, and back to before ReLU."""
        return pool(self.forward.result, self.signal, self.window, self.window)

    @cached_property
    def backward(self) -> Slide:
        """The flipped kernel over what passed ReLU, with zeros around it."""
        return self.made.transposed(self.values("behind"), self.kernel)

    def values(self, panel: str) -> Tensor:
        """The numbers of a panel."""
        if panel == "behind":
            return self.pooled.backward[self.rule]
        if panel in ("rectified", "pooled", "unpooled"):
            found: Tensor = getattr(self.pooled, panel)
            return found
        if panel in ("flipped", "back"):
            return self.backward.kernel if panel == "flipped" else self.backward.result
        return {"input": self.x, "kernel": self.kernel, "z": self.forward.result, "signal": self.signal}[panel]

    # --- what belongs together ---

    def switch(self, place: Place) -> Place:
        """Where the maximum of a window was."""
        row, col = self.pooled.switches[place].tolist()
        return row, col

    @cached_property
    def sources(self) -> dict[Place, Place]:
        """Switch → the pooled cell that took its maximum there."""
        side = len(self.signal)
        return {self.switch((row, col)): (row, col) for row in range(side) for col in range(side)}

    def window_of(self, place: Place) -> set[Place]:
        """The cells of the input that one cell of the convolution's output is made of."""
        return set(self.forward.window(*place))

    def users(self, place: Place) -> set[Place]:
        """The cells of the convolution's output that one cell of the input has a part in."""
        side, reach = len(self.forward.result), len(self.kernel)
        rows, cols = (range(max(0, at - reach + 1), min(at, side - 1) + 1) for at in place)
        return {(row, col) for row in rows for col in cols}

    def lit(self, cell: Cell) -> dict[str, set[Place]]:
        """Panel → the places in it that belong to the cell under the pointer."""
        place = (cell.row, cell.col)
        if cell.grid in INPUTS:
            inputs, maps = {place}, self.users(place)
            small = {self.sources[found] for found in maps if found in self.sources}
        elif cell.grid in MAPS or cell.grid in SMALL:
            found = place if cell.grid in MAPS else self.switch(place)
            inputs, maps = self.window_of(found), {found}
            small = {self.sources[found]} if found in self.sources else set()
        else:
            return {}
        groups = ((INPUTS, inputs), (MAPS, maps), (SMALL, small))
        return {panel: places for panels, places in groups for panel in panels}
