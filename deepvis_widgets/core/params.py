"""Parameters of methods: dataclass fields that know their label and range, so that widgets can build their controls
from them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .checks import one_of
from .errors import DeepvisError


@dataclass(frozen=True)
class Spec:
    """One parameter: its default, label, and range (low, high, step) or choices; with neither it is free text."""

    name: str
    default: Any
    label: str
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[Any, ...] | None = None
    help: str = ""
    also: Mapping[Any, Any] = field(default_factory=dict)  # other words for a choice, and which they stand for


def number(default: float | None, label: str, low: float, high: float, step: float, help: str = "") -> Any:
    """A dataclass field for a number in [low, high]; an int default makes it a whole number."""
    return dataclasses.field(
        default=default, metadata={"label": label, "low": low, "high": high, "step": step, "help": help}
    )


def choice(
    default: Any, label: str, choices: Sequence[Any], help: str = "", also: Mapping[Any, Any] | None = None
) -> Any:
    """A dataclass field for one of a few values, some of which may have another name, too."""
    metadata = {"label": label, "choices": tuple(choices), "help": help, "also": also or {}}
    return dataclasses.field(default=default, metadata=metadata)


def text(default: str, label: str, help: str = "") -> Any:
    """A dataclass field for free text, such as a layer's name."""
    return dataclasses.field(default=default, metadata={"label": label, "help": help})


def specs(params: type) -> list[Spec]:
    """The parameters of a method's dataclass, in order."""
    return [Spec(field.name, field.default, **field.metadata) for field in dataclasses.fields(params)]


def make(params: type, given: dict[str, Any], method: str) -> Any:
    """An instance of `params` from keyword arguments; DeepvisError names what is unknown or out of range.

    >>> @dataclass(frozen=True)
    ... class Blur:
    ...     sigma: float = number(2.0, "Sigma", 0.0, 10.0, 0.5)
    >>> make(Blur, {"sigma": 3.0}, "blur").sigma
    3.0
    """
    known = {spec.name: spec for spec in specs(params)}
    for name, value in given.items():
        if name not in known:
            accepted = ", ".join(known) or "no parameters"
            raise DeepvisError(f'{method} has no parameter "{name}"; accepted: {accepted}.')
        _check(known[name], value, method)
    return params(**{name: _usual(known[name], value) for name, value in given.items()})


def _usual(spec: Spec, value: Any) -> Any:
    """The usual name of a choice."""
    return spec.also.get(value, value) if spec.also else value


def _check(spec: Spec, value: Any, method: str) -> None:
    if spec.choices is not None:
        one_of(spec.name, _usual(spec, value), spec.choices, by=method)
        return
    if isinstance(spec.default, str):
        if not isinstance(value, str):
            raise DeepvisError(f"{spec.name}={value!r} is not accepted by {method}; accepted: text.")
        return
    whole = isinstance(spec.default, int) and not isinstance(spec.default, bool)
    kind = int if whole else (int, float)
    if value is None and spec.default is None:
        return
    if isinstance(value, bool) or not isinstance(value, kind) or not spec.low <= value <= spec.high:  # type: ignore[operator]
        raise DeepvisError(
            f"{spec.name}={value!r} is not accepted by {method}; "
            f"accepted: {'a whole number' if whole else 'a number'} from {spec.low} to {spec.high}."
        )
