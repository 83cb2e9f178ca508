"""A recipe as lines of code, ready to paste."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from torch import Tensor

from ...core.network.network import Network
from .networks import Known
from .pictures import said
from .recipe import Call, Covered, Named, Pictured, Recipe, Variant
from .text import WIDTH, call_text, laid_out, text_of, variable_of

PACKAGE = "deepvis_widgets"
FEW = 64  # numbers of an array that are written out


def code_of(recipe: Recipe) -> str:
    """Returns the lines that give what a widget shows, and the widget itself.

    Networks and pictures that only their user has are variables, `net` and `picture`, and a comment says so.

    >>> from ...zoo.scenes import scene
    >>> print(code_of(Recipe("CamBoard", {"picture": Pictured(scene("wolf", "snow", seed=3))}, [("step", 3)])))
    import deepvis_widgets as dv
    <BLANKLINE>
    picture = dv.scene("wolf", "snow", seed=3)
    <BLANKLINE>
    cam_board = dv.CamBoard(picture=picture)
    cam_board.step = 3
    cam_board
    """
    return _Lines(recipe).text()


class _Lines:
    """Writes a recipe; what is found on the way to need a name is written before."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._imports: dict[str, set[str]] = {}
        self._yours: list[str] = []
        self._first: list[str] = []
        self._names: dict[int, str] = {}  # of networks, pictures and arrays, by identity
        self._covered: dict[int, str] = {}
        self._held: list[Any] = []  # what must not go while its identity counts

    def text(self) -> str:
        self._name_networks()
        self._name_picture()
        explanations, widget = self._explanations(), self._widget()
        imports = [f"import {PACKAGE} as dv"]
        imports += [
            f"from {PACKAGE}.{where} import {', '.join(sorted(n))}" for where, n in sorted(self._imports.items())
        ]
        blocks = [imports, self._yours + self._first, *explanations, widget]
        return "\n\n".join("\n".join(block) for block in blocks if block)

    # --- what has a name ---

    def _name_networks(self) -> None:
        for value in self._values():
            network = value.network if isinstance(value, Variant | Covered) else value
            if isinstance(network, Network) and id(network) not in self._names:
                self._name_network(network)

    def _name_network(self, network: Network) -> None:
        name = self._free("net", network)
        known = Known.of(network)
        if known.loaded is None:
            self._yours.append(f"# {name} is your network: {network!r}")
            return
        line = self._call(known.load, f"{name} = ")
        for change in known.changes:
            line += f".{call_text(change.function, change.arguments, change.keywords, self._tell)}"
        self._first.append(line)

    def _name_picture(self) -> None:
        """The picture shown has a name, as explanations need it too; further ones come after it."""
        main = self._recipe.arguments.get("picture")
        if not isinstance(main, Pictured):
            return
        call = said(main.picture)
        if call is None:
            self._picture(main.picture)
        else:
            self._first.append(f"{self._free('picture', main.picture)} = {self._said(call)}")

    def _free(self, name: str, value: Any) -> str:
        taken = [other for other in self._names.values() if other.rstrip("0123456789").rstrip("_") == name]
        found = f"{name}_{len(taken) + 1}" if taken else name
        self._names[id(value)] = found
        self._held.append(value)
        return found

    def _values(self) -> Iterator[Any]:
        """Everything in the recipe, however deep."""
        calls = [found.call for found in self._recipe.explanations]
        yield from _inside([self._recipe.arguments, self._recipe.traits, calls])

    # --- blocks ---

    def _explanations(self) -> list[list[str]]:
        blocks: list[list[str]] = []
        for found in self._recipe.explanations:
            before, self._first = self._first, []
            line = self._call(found.call, f"{found.variable} = ")
            self._first, lines = before, [*self._first, line]
            if found.what or not blocks:
                blocks.append([f"# {found.what}"] if found.what else [])
            blocks[-1] += lines
        return blocks

    def _widget(self) -> list[str]:
        name, recipe = variable_of(self._recipe.widget), self._recipe
        first, given = recipe.leading, dict(recipe.arguments)
        lines = [self._call(Call(recipe.widget, [given.pop(name) for name in first], given), f"{name} = ")]
        for trait, value in recipe.traits:
            before = f"{name}.{trait} = "
            lines.append(before + laid_out(value, self._tell, WIDTH - len(before)))
        return [*lines, name]

    # --- text ---

    def _call(self, call: Call, before: str = "") -> str:
        owner = "" if call.where else "dv." if call.of is None else f"{self._tell(call.of)}."
        function = owner + call.function
        if call.where:
            self._imports.setdefault(call.where, set()).add(call.function)
        return before + call_text(function, call.arguments, call.keywords, self._tell, len(before))

    def _said(self, call: str | Call) -> str:
        return text_of(call, self._tell)

    def _tell(self, value: Any) -> str | None:
        if isinstance(value, Network):
            return self._names[id(value)]
        if isinstance(value, Named):
            return self._imported(value)
        if isinstance(value, Call):
            return self._call(value)
        if isinstance(value, Pictured):
            return self._names.get(id(value.picture)) or self._picture(value.picture)
        if isinstance(value, Variant):
            return self._variant(value)
        if isinstance(value, Covered):
            return self._cover(value)
        return self._array(value) if isinstance(value, np.ndarray | Tensor) else None

    def _imported(self, named: Named) -> str:
        if named.where:
            self._imports.setdefault(named.where, set()).add(named.name)
        return named.name

    def _picture(self, picture: Any) -> str:
        """The picture itself, or the name of one that only its user has."""
        call = said(picture)
        if call is not None:
            return self._said(call)
        name = self._free("picture", picture)
        self._yours.append(f"# {name} is your picture{_sized(picture)}")
        return name

    def _variant(self, variant: Variant) -> str:
        calls = [Call("given", (), variant.inputs)] if variant.inputs else []
        calls += [] if variant.reference is None else [Call("compared_with", (variant.reference,))]
        calls += [Call("without", (layer, list(units))) for layer, units in variant.off.items() if units]
        calls += [] if variant.place is None else [Call("at", (variant.place,))]
        chain = (f".{call_text(call.function, call.arguments, call.keywords, self._tell)}" for call in calls)
        return self._names[id(variant.network)] + "".join(chain)

    def _cover(self, covered: Covered) -> str:
        """The picture under its occluder is a variable of its own."""
        where = "core.picture.fills"
        self._imports.setdefault(where, set()).update(("fill_picture", "occlude"))
        if id(covered) not in self._covered:
            self._covered[id(covered)] = "covered"
            net = self._names[id(covered.network)]
            self._first.append(f"view = {net}.view({self._tell(covered.picture)})")
            fill = f"fill_picture(view, {text_of(covered.fill, self._tell)})"
            self._first.append(f"covered = occlude(view, {fill}, {text_of(covered.box, self._tell)})")
        return self._covered[id(covered)]

    def _array(self, array: np.ndarray | Tensor) -> str | None:
        """Arrays that are too large for a line are their user's."""
        if int(np.prod(array.shape)) <= FEW:
            return None
        if id(array) not in self._names:
            name = self._free("numbers", array)
            self._yours.append(f"# {name} is your array of shape {tuple(array.shape)}")
        return self._names[id(array)]


def _inside(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, Call):
        yield from _inside([value.of, value.arguments, value.keywords])
    elif isinstance(value, Variant):
        yield from _inside([value.inputs, value.reference])
    elif isinstance(value, Covered):
        yield from _inside([value.picture])
    elif isinstance(value, Mapping):
        yield from _inside(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _inside(item)


def _sized(picture: Any) -> str:
    image = getattr(picture, "image", picture)  # of a scene
    width, height = getattr(image, "width", None), getattr(image, "height", None)
    return f", {height} × {width} pixels" if isinstance(width, int) else ""
