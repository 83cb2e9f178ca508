"""What the interaction board shows, without the board: the sizes, and the unit that is lit."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import traitlets

from ...core.checks import whole
from ...core.errors import DeepvisError
from ..link.traits import Checked, whole_numbers
from .stack import RANGES, Stack, Unit

FIRST = Stack()


class InteractionState(traitlets.HasTraits):
    """The sizes as traits; `stack` has everything that follows from them.

    >>> state = InteractionState(unit=(2, 4))
    >>> state.stride, state.unit, state.stack.field(state.unit)
    (1, (2, 4), (2, 6))
    """

    input_size = traitlets.Int(FIRST.input_size, help="how many inputs there are")
    kernel_size = traitlets.Int(FIRST.kernel_size, help="weights of a kernel")
    stride = traitlets.Int(FIRST.stride, help="units from one window to the next")
    padding = traitlets.Int(FIRST.padding, help="zeros added on both sides of every layer")
    dilation = traitlets.Int(FIRST.dilation, help="units from a weight of the kernel to the next")
    depth = traitlets.Int(FIRST.depth, help="how many layers there are over the input")
    unit = Checked(help="(layer, index) of the unit that is lit; layer 0 is the input")
    hovered = traitlets.Any(None, allow_none=True, help="the unit under the pointer, lit instead")
    stack = traitlets.Instance(Stack, ())

    def arrange(self, **sizes: Any) -> None:
        """Sets several sizes at once, or none of them."""
        unknown = ", ".join(sorted(set(sizes) - set(RANGES)))
        if unknown:
            raise DeepvisError(f"There is no {unknown} here; accepted: {', '.join(RANGES)}.")
        for name, value in sizes.items():
            if whole(value) is None:
                raise DeepvisError(f"{name}={value!r} is not accepted; accepted is a whole number.")
        self._take(Stack(**{**self.sizes(), **{name: int(value) for name, value in sizes.items()}}))

    def sizes(self) -> dict[str, int]:
        """The present sizes by name."""
        return {name: getattr(self, name) for name in RANGES}

    @property
    def lit(self) -> Unit:
        """The unit that is lit: the one under the pointer, or else the chosen one."""
        pointed: Unit | None = self.hovered
        chosen: Unit = self.unit
        return chosen if pointed is None else pointed

    def _take(self, stack: Stack) -> None:
        layer, index = self.unit
        kept = layer <= stack.depth and index < stack.sizes[layer]
        with self.hold_trait_notifications():
            for name, value in asdict(stack).items():
                setattr(self, name, value)
            self.stack, self.hovered = stack, None
            self.unit = (layer, index) if kept and layer else top(stack)

    @traitlets.default("unit")
    def _first_unit(self) -> Unit:
        return top(self.stack)

    @traitlets.validate("unit", "hovered")
    def _check_unit(self, proposal: Any) -> Unit | None:
        given = proposal["value"]
        if given is None and proposal["trait"].name == "hovered":
            return None
        unit, sizes = whole_numbers(given, 2), self.stack.sizes
        if unit is None or not (0 <= unit[0] < len(sizes) and 0 <= unit[1] < sizes[unit[0]]):
            raise DeepvisError(
                f"{given!r} is no unit; accepted is (layer, index), with the layer from 0, the input, to "
                f"{len(sizes) - 1}, and the index from 0."
            )
        return unit[0], unit[1]

    @traitlets.validate(*RANGES)
    def _check_size(self, proposal: Any) -> int:
        Stack(**{**self.sizes(), proposal["trait"].name: proposal["value"]})
        return int(proposal["value"])

    @traitlets.observe(*RANGES)
    def _resize(self, _change: Any) -> None:
        if self.sizes() != asdict(self.stack):
            self._take(Stack(**self.sizes()))


def top(stack: Stack) -> Unit:
    """The unit in the middle of the last layer."""
    return stack.depth, stack.sizes[-1] // 2
