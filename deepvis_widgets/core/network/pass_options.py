"""What may be asked of one pass."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ..answers.base import Answers
from ..answers.find import UNSAID, Unsaid
from ..asked_twice import ONCE, AskedTwice
from ..changes.added_layers import NOTHING_ADDED, AddedLayers
from ..changes.switched_off import NOTHING_OFF, SwitchedOff
from ..inputs.bundle import NOTHING, Bundle
from .backward_rules import PLAIN, Rules

Look = Callable[[str, Tensor], None]  # the name of a layer, and its output


@dataclass(frozen=True)
class PassOptions:
    """How one pass runs and what it keeps.

    - `rules`: the table of replacements the pass runs under.
    - `keep`: the layers whose outputs are kept; None: all.
    - `until`: the layer at which the pass ends; None: the class scores.
    - `grad`: whether the pass keeps its graph.
    - `since`: the layer whose output the graph begins at; None: the input.
    - `cloned`: the layers whose output the network overwrites in place.
    - `skip_rectifier`: the number of the rectifier call that passes its input on unchanged.
    - `beside`: a mode that sees every call, too.
    - `answers`: what the network's output means.
    - `given`: what the network is given beside the picture.
    - `heads`: the layers that the weights of the attentions are, in order (None: no layer); no list: they are found.
    - `off`: the units whose output is zero.
    - `added`: the layers of directions that are read from others.
    - `twice`: what its random numbers begin with, and what is put back of what the network writes of itself.
    - `look`: sees the outputs to keep as they come, and none is kept.

    >>> PassOptions(keep=("features.0",), until="features.0").grad
    False
    """

    rules: Rules = PLAIN
    keep: Collection[str] | None = None
    until: str | None = None
    grad: bool = False
    since: str | None = None
    cloned: Collection[str] = ()
    skip_rectifier: int | None = None
    beside: AbstractContextManager[Any] | None = None
    heads: Sequence[str | None] | None = ()
    look: Look | None = None
    answers: Answers | Unsaid = UNSAID
    given: Bundle = NOTHING
    off: SwitchedOff = NOTHING_OFF
    added: AddedLayers = NOTHING_ADDED
    twice: AskedTwice = ONCE

    def attends(self) -> bool:
        """Whether the weights of an attention are asked for."""
        return self.heads is None or any(name is not None and self.listens(name) for name in self.heads)

    def listens(self, layer: str) -> bool:
        """Whether a layer's output must be seen: it is wanted, or units of it are switched off."""
        return self.wants(layer) or layer in self.off.units or self.leads_on(layer)

    def leads_on(self, layer: str) -> bool:
        """Whether layers that are wanted are read from this one."""
        return any(self.wants(e.layer.name) or self.leads_on(e.layer.name) for e in self.added.to(layer))

    def wants(self, layer: str) -> bool:
        """Whether a layer is to be kept, or the pass ends or its graph begins there."""
        return self.keep is None or layer in self.keep or layer in (self.until, self.since)

    def hooked(self) -> set[str] | None:
        """The modules a pass has to listen to, by dotted names; None: all."""
        if self.keep is None:
            return None
        names = {*self.keep, *self.cloned, *self.off.units, self.until or "", self.since or ""}
        names |= self.added.below(names)
        # a second call of "conv" is "conv#2"; a module may be called "conv#2", too
        return {*names, *(name.rpartition("#")[0] for name in names if "#" in name)}


ALL_LAYERS = PassOptions()
