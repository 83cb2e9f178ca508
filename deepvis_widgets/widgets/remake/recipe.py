"""What a widget is made again from: values, which code.py writes as lines of code, and packing.py as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...core.network.network import Network
from ...core.picture.boxes import Box


@dataclass(frozen=True, eq=False)
class Pictured:
    """A value that is a picture, in any form that a network's `view` reads."""

    picture: Any


@dataclass(frozen=True, eq=False)
class Covered:
    """A picture as a network sees it, under an occluder."""

    picture: Pictured
    network: Network
    box: Box
    fill: str


@dataclass(frozen=True, eq=False)
class Variant:
    """A network that is given other `inputs` beside its picture, compares it with another `reference`, is without the
    units that are `off`, or asked about a `place` of the picture.
    """

    network: Network
    inputs: Mapping[str, Any] = field(default_factory=dict)
    off: Mapping[str, Sequence[int]] = field(default_factory=dict)
    place: Any = None
    reference: Pictured | None = None

    @property
    def plain(self) -> bool:
        """Whether it is the network as it was given."""
        changed = self.inputs, any(self.off.values()), self.place is not None, self.reference
        return not any(changed)


@dataclass(frozen=True, eq=False)
class Named:
    """What a variable that has a value already is called, or a name of the module `where` in the package."""

    name: str
    where: str = ""


@dataclass(frozen=True, eq=False)
class Call:
    """A call of a function with these arguments: of `dv`, of the module `where` in the package, or a method `of` a
    variable or a network.
    """

    function: str
    arguments: Sequence[Any] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""
    of: Named | Network | Variant | None = None


@dataclass(frozen=True, eq=False)
class Explanation:
    """A call that gives the numbers of what is on screen, under the name of a variable; `what` says where they are seen
    (empty: with those before).
    """

    variable: str
    call: Call
    what: str = ""


@dataclass(frozen=True, eq=False)
class Recipe:
    """A widget by its public name, the arguments of its construction, the traits that are set after it, one after the
    other, and what explains in lines of code what it shows. `leading` arguments may be given without their names.
    """

    widget: str
    arguments: Mapping[str, Any]
    traits: Sequence[tuple[str, Any]]
    explanations: Sequence[Explanation] = ()
    leading: Sequence[str] = ()
