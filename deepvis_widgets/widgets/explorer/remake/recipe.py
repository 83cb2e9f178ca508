"""The Explorer as it stands, as values to make it again from, and what explains what it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ....core.attention.heads import Heads
from ....core.network.target import Target
from ...remake.networks import class_said, input_value
from ...remake.recipe import Call, Covered, Explanation, Named, Pictured, Recipe, Variant
from ..state import TABS, ExplorerState

FIRST = "inputs", "reference", "off", "place"  # what the answers are asked about
LOOKS = (
    *("method", "params", "occluder", "fill", "localize", "why", "backward", "backward_view", "backward_seed"),
    *("zoom", "about", "opacity", "colormap", "gamma", "boost", "sort", "scale", "tile", "shares"),
)
SETTINGS = *FIRST, "position", "frozen", "layer", "unit", *LOOKS, "tiles"
RULES = {"gradient": "PLAIN", "deconvnet": "DECONVNET", "guided_backprop": "GUIDED"}


def held(state: ExplorerState) -> Target:
    """Returns the unit of the backward pane, which the Explorer is opened with: another one while it is frozen."""
    return state.held if state.frozen and state.held is not None else state.selected


def settings(state: ExplorerState, atlas: bool) -> Iterator[tuple[str, Any]]:
    """Yields the traits to be set where they are not as in a new Explorer; `atlas` says whether it is given one."""
    new = ExplorerState()
    new.begin(state.network, state.image, state.layer)
    new.about = TABS[1] if atlas else TABS[0]
    inputs = {name: input_value(state.network, name, value) for name, value in state.inputs.items()}
    yield from _changed(state, new, FIRST, inputs=inputs, reference=Pictured(state.reference))
    unit = held(state)
    if unit.position is not None or unit.looking is not None:
        yield "position", unit.looking or unit.position
    if state.frozen:
        yield "frozen", True
    if unit != state.selected:
        yield from (("layer", state.layer), ("unit", state.unit))
        yield from [("position", state.position)] if state.position is not None else []
    yield from _changed(state, new, LOOKS)
    if state.tiles_chosen:
        yield "tiles", state.tiles


def _changed(state: ExplorerState, new: ExplorerState, names: Any, **told: Any) -> Iterator[tuple[str, Any]]:
    for name in names:
        if differs(getattr(state, name), getattr(new, name)):
            yield name, told.get(name, getattr(state, name))


def differs(value: Any, first: Any) -> bool:
    """Returns whether a trait has another value than at first; that of a picture may be an array."""
    return value is not first if first is None else bool(value != first)


def explanations(state: ExplorerState) -> Iterator[Explanation]:
    """Yields the calls that give the map over the picture and the backward pane."""
    inputs = {name: input_value(state.network, name, value) for name, value in state.inputs.items()}
    beside = {"reference": None if state.reference is None else Pictured(state.reference)}
    answering = Variant(state.network, inputs, state.off, **beside)
    shown = Pictured(state.view if state.filming else state.image)
    seen = shown if state.occluder is None else Covered(shown, state.network, state.occluder, state.fill)
    if state.method is not None:
        asked = replace(answering, place=state.place)
        call = Call("explain", (asked, seen, state.method), {**_class(state, answering, shown), **state.chosen_params})
        yield Explanation("found", call, "the map over the picture")
    if state.backward != "off":
        yield _backward(state, answering, seen)


def circuit(state: ExplorerState, way: Sequence[Target]) -> Recipe:
    """Returns a circuit board at the first unit of a way down, with the way as its trail."""
    inputs = {name: input_value(state.network, name, value) for name, value in state.inputs.items()}
    shown = Pictured(state.view if state.filming else state.image)
    seen = shown if state.occluder is None else Covered(shown, state.network, state.occluder, state.fill)
    first = way[0]
    given: dict[str, Any] = {"network": Variant(state.network, inputs, state.off), "picture": seen}
    given |= {"layer": first.layer, "unit": first.channel}
    given |= {} if first.position is None else {"position": first.position}
    trail = [(unit.layer, unit.channel, unit.position) for unit in way]
    return Recipe("CircuitBoard", given, [("trail", trail)] if len(way) > 1 else [], leading=["network", "picture"])


def _class(state: ExplorerState, network: Variant, picture: Pictured) -> dict[str, Any]:
    """The class explained; under an occluder the one that was on top before."""
    if state.target is not None:
        return {"target": class_said(state.network, state.target)}
    if state.occluder is None or state.filming:
        return {}
    if state.top is not None:
        return {"target": class_said(state.network, state.top)}
    return {"target": Call("top", (Call("view", (picture,), of=state.network),), of=network)}


def _backward(state: ExplorerState, network: Variant, seen: Pictured | Covered) -> Explanation:
    """The signal of the backward pane; where dv.explain has no such start, what it is made by."""
    unit, what = held(state), "the backward pane"
    assert unit.layer is not None
    heads = isinstance(state.network.layers[unit.layer].layout, Heads)
    if not heads and (state.backward != "gradient" or state.backward_seed == "one"):
        place = unit.channel if unit.position is None else (unit.channel, unit.position)
        seed = {} if state.backward_seed == "one" else {"seed": state.backward_seed}
        keywords = {"layer": unit.layer, "unit": place, **seed}
        return Explanation("backward", Call("explain", (network, seen, state.backward), keywords), what)
    view = Call("view", (seen,), of=state.network)
    more = {name: getattr(unit, name) for name in ("position", "looking") if getattr(unit, name) is not None}
    target = Call("Target", (unit.channel, unit.layer), more, where="core.network.target")
    rules = Named(RULES[state.backward], where="core.network.backward_rules")
    keywords = {"seed": state.backward_seed}
    return Explanation(
        "signal, unit", Call("attribution", (network, view, target, rules), keywords, where="methods.backward"), what
    )
