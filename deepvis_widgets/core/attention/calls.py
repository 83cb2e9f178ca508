"""The attentions of a pass, counted, and which of them are layers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import Tensor, nn

from ..network.pass_options import PassOptions
from .parts import COMPOUND, See, weights_of

MOST = 2**23  # weights of one attention that are kept
NAME = "heads"
SOFTMAX = nn.Softmax(-1)  # stands for the module of a layer that no module is

Record = Callable[[str, nn.Module, Tensor], Any]


class AttentionCalls:
    """Counts the attentions of a pass, and shows the weights of those asked for to `record`, which returns others to go
    on with, or None.

    A softmax counts, too: it may be an attention that is written out. Where the options name no layers (None) all are
    shown, called after the module that runs: `found` are their names then, in order.

    >>> from torch import ones
    >>> calls, shown = AttentionCalls(PassOptions(heads=None), lambda name, *_: shown.append(name)), []
    >>> calls.running.append("blocks.0.attn")
    >>> _ = calls("softmax", (), {})(ones(1, 2, 3, 3))
    >>> shown, calls.found
    (['blocks.0.attn heads'], ['blocks.0.attn heads'])
    """

    def __init__(self, options: PassOptions, record: Record) -> None:
        self._options, self._record = options, record
        self._count = 0
        self.compound = 0  # attentions among the calls that are no softmax of their own; counted while names are sought
        self.found: list[str | None] = []
        self.running: list[str] = []  # the modules that run, outermost first; known while names are sought

    @property
    def finding(self) -> bool:
        """Whether names are sought."""
        return self._options.heads is None

    def __call__(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> See | None:
        """Returns who is shown the weights of the next attention; None: nobody."""
        number, self._count = self._count, self._count + 1
        layer = self._found(name, args, kwargs) if self._options.heads is None else self._named(number)
        return None if layer is None else partial(self._see, layer)

    def leave(self) -> None:
        """A module has run."""
        if self.running:
            self.running.pop()

    def _named(self, number: int) -> str | None:
        heads = self._options.heads or ()
        layer = heads[number] if number < len(heads) else None
        return layer if layer is not None and self._options.listens(layer) else None

    def _found(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str | None:
        count = weights_of(name, args, kwargs) if name in COMPOUND else 0
        self.compound += name in COMPOUND
        shown = count is not None and count <= MOST
        self.found.append(self._free(f"{self.running[-1]} {NAME}" if self.running else NAME) if shown else None)
        return self.found[-1]

    def _free(self, name: str) -> str:
        """The name, with a number where there is one of it before."""
        taken = sum(other is not None and other.partition("#")[0] == name for other in self.found)
        return f"{name}#{taken + 1}" if taken else name

    def _see(self, layer: str, weights: Tensor) -> Tensor:
        if weights.ndim != 4 or weights.numel() > MOST:
            return weights
        handed = self._record(layer, SOFTMAX, weights)
        return weights if handed is None else handed
