"""Under which name a network was loaded, as long as it is still that network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from torch import nn

from ..core.network.network import Network
from ..core.picture.preprocess import Preprocess
from ..core.weights_key import Stamps, stamps


@dataclass(frozen=True)
class Loaded:
    """The arguments of `load` that gave a network; None: those that were left out."""

    name: str
    weights: str | None = None
    preprocess: Preprocess | None = None
    labels: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False)
class _Note:
    loaded: Loaded
    preprocessing: Preprocess
    labels: tuple[str, ...]
    asked: tuple[Any, ...]  # the key of its answers, which a place of the picture is a part of
    weights: Stamps | None


_notes: WeakKeyDictionary[nn.Module, _Note] = WeakKeyDictionary()  # a module is the user's: nothing is written on it


def note_loaded(network: Network, name: str, weights: Any, preprocess: Any, labels: Sequence[str] | None) -> None:
    """Remembers what a network was loaded by, where a line of code can say it: not by a callable of the user's."""
    if preprocess is None or type(preprocess) is Preprocess:
        said = Loaded(
            name, None if weights is None else str(weights), preprocess, None if labels is None else tuple(labels)
        )
        answers = tuple(network.labels), network.answers.key
        _notes[network.module] = _Note(said, network.preprocessing, *answers, stamps(network.module))


def loaded(network: Network) -> Loaded | None:
    """Returns the arguments of `load` that give this network again, but for what was changed by its own methods, such
    as units that are switched off; None for one that was made in another way, or whose weights were changed since.

    >>> import deepvis_widgets as dv
    >>> loaded(dv.load("husky-wolf").without("features.relu5", 3)).name
    'husky-wolf'
    """
    note = _notes.get(network.module)
    if note is None or note.preprocessing is not network.preprocessing:
        return None
    if (note.labels, note.asked) != (tuple(network.labels), network.answers.key):
        return None
    return note.loaded if note.weights == stamps(network.module) else None
