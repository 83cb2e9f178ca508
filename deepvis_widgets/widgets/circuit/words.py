"""The numbers of a circuit in words."""

from __future__ import annotations

from ...core.network.target import Target
from ...methods.circuits.circuit import Circuit

LONGEST = 26  # characters of a layer's name in a drawing


def signed(value: float) -> str:
    """A number with its sign: +1.23, −0.4, 0.

    >>> signed(-0.25), signed(3.0), signed(0.0)
    ('−0.25', '+3', '0')
    """
    return f"{value:+.3g}".replace("-", "−") if value else "0"


def plain(value: float) -> str:
    """A number with four digits.

    >>> plain(-1.23456)
    '−1.235'
    """
    return f"{value:.4g}".replace("-", "−")


def ended(name: str, most: int = LONGEST) -> str:
    """The end of a long name, which tells layers apart.

    >>> ended("features.denseblock1.denselayer1.conv2", 16)
    '…nselayer1.conv2'
    """
    return name if len(name) <= most else "…" + name[1 - most :]


def called(unit: Target, single: bool, name: str = "") -> str:
    """A unit by its number and its name, and where it is asked about: "at (3, 4)", or of which token; a map of a
    `single` number has one place alone.

    >>> called(Target(5, "conv", (3, 4)), False), called(Target(1, "fc", (0, 0)), True, "wolf")
    ('unit 5 at (3, 4)', 'unit 1 wolf')
    """
    return " ".join(filter(None, (f"unit {unit.channel}", name, "" if single else _place(unit))))


def _place(unit: Target) -> str:
    position = unit.position
    if position is None:
        return ""
    return f"of {position}" if isinstance(position, str) else f"at {position}"


def sum_of(circuit: Circuit) -> str:
    """The sum in numbers, and what the unit's own function makes of it."""
    count = len(circuit.terms)
    noun = "term" if count == 1 else "terms"
    parts = [f"{count} {noun} {signed(circuit.total)}"]
    if circuit.bias or circuit.exact:
        parts.append(f"bias {signed(circuit.bias)}")
    if not circuit.exact:
        parts.append(f"rest {signed(circuit.rest)}")
    after = "" if circuit.through is None else f" → {circuit.through} → {plain(circuit.value)}"
    return f"{'  ·  '.join(parts)}  =  {plain(circuit.enters)}{after}"


def sentence(circuit: Circuit, single: bool, name: str = "") -> str:
    """What is shown, for those who do not see the drawing."""
    head = f"{circuit.unit.layer}, {called(circuit.unit, single, name)}: {sum_of(circuit)}. {circuit.how}"
    strongest = ", ".join(f"{term.layer} unit {term.unit} {signed(term.adds)}" for term in circuit.terms[:3])
    return f"{head} Most: {strongest}." if strongest else head
