"""What a line of code can say of a network: the name it was loaded by, and what was changed of it since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from ...core.network.network import Network
from ...core.picture.preprocess import Preprocess
from ...zoo.loaded import Loaded, loaded
from .recipe import Call, Pictured


@dataclass(frozen=True, eq=False)
class Known:
    """A network: what it was loaded by (None: it is its user's own), and the methods called on that since."""

    network: Network
    loaded: Loaded | None
    changes: tuple[Call, ...]

    @classmethod
    def of(cls, network: Network) -> Known:
        """Returns what is known of a network."""
        return cls(network, loaded(network), tuple(_changes(network)))

    @property
    def load(self) -> Call:
        """The call that loads it."""
        assert self.loaded is not None
        given = {
            "weights": self.loaded.weights,
            "preprocess": self.loaded.preprocess and preprocess_call(self.loaded.preprocess),
            "labels": self.loaded.labels and list(self.loaded.labels),
        }
        return Call("load", (self.loaded.name,), {name: value for name, value in given.items() if value is not None})


def input_value(network: Network, name: str, value: Any) -> Any:
    """Returns the value of an input beside the picture as a part of a recipe."""
    return Pictured(value) if network.inputs.inputs[name].kind == "picture" else value


def _changes(network: Network) -> Iterator[Call]:
    given = {
        name: input_value(network, name, value)
        for name, value in network.inputs.values.items()
        if _is_other(value, network.inputs.inputs[name].checked(network.inputs.inputs[name].start()))
    }
    if given:
        yield Call("given", (), given)
    for layer, units in network.off.units.items():
        yield Call("without", (layer, list(units)))
    for added in network.added.every:
        directions = added.directions
        offset = {} if directions.offset is None else {"offset": directions.offset.tolist()}
        names = [list(directions.names)] if directions.names else []
        title = added.layer.name.removeprefix(f"{added.source}:")
        yield Call("with_units", (added.source, directions.matrix.tolist(), *names), {**offset, "name": title})


def _is_other(value: Any, first: Any) -> bool:
    """Whether a value was given; a picture that was not begins as a tensor."""
    if isinstance(value, str | int | float | tuple | list) or value is None:
        return bool(value != first)
    return type(value) is not type(first) or bool((value != first).any())


def preprocess_call(prepare: Preprocess) -> Call:
    """Returns the call that makes a Preprocess.

    >>> preprocess_call(Preprocess((32, 32), None)).keywords
    {'size': (32, 32), 'resize': None}
    """
    usual = Preprocess()
    given = {field.name: getattr(prepare, field.name) for field in fields(Preprocess)}
    return Call("Preprocess", (), {name: value for name, value in given.items() if value != getattr(usual, name)})


def class_said(network: Network, index: int | None) -> int | str | None:
    """Returns the label of a class, or its number where several have that label.

    >>> import deepvis_widgets as dv
    >>> class_said(dv.load("husky-wolf"), 1)
    'wolf'
    """
    if index is None:
        return None
    labels = network.labels
    return labels[index] if labels.count(labels[index]) == 1 else index


def target_keyword(network: Network, index: int | None) -> dict[str, Any]:
    """Returns the class as a keyword argument of a call; none where the top class is meant."""
    return {} if index is None else {"target": class_said(network, index)}
