"""Layer-wise relevance propagation by hand: a network of seven neurons whose answer flows back edge by edge."""

from __future__ import annotations

import random
from typing import Any

import ipywidgets
import traitlets

from ...core.errors import DeepvisError
from ..board.board import Board
from ..board.pen import Pen
from ..kit.player import Player
from .chart import RelevanceChart
from .drawing import SIZE, STEPS, Scene, Thing, draw, thing_at
from .toy_network import (
    EDGES,
    INPUTS,
    RULES,
    START_BIASES,
    START_INPUTS,
    START_WEIGHTS,
    Division,
    Edge,
    Flow,
    checked_biases,
    checked_inputs,
    checked_weights,
    finite,
    flow,
)
from .words import edge_words, low, neuron_words, step_words

RULE_NAMES = {
    "epsilon": "ε: in proportion",
    "gamma": "γ: more for what agrees",
    "alpha-beta": "αβ: for and against apart",
    "z+": "z⁺: only what speaks for",
    "w²": "w²: by weight alone",
    "flat": "flat: all alike",
}
INTERVAL = 1800  # ms per step: each has a sentence to read


class RelevanceBoard(Board):
    """Layer-wise relevance propagation (Bach et al. 2015) on seven neurons: 1, 2, 3 → 4, 5, 6 (rectified) → 7.

    `inputs` are three numbers, `weights` a dictionary {(1, 4): 0.9, ...} (an edge left out is absent), `biases` one
    {4: 0.1, ...}; give new ones rather than changing these. `rule` is one of RULES with its `epsilon`, `gamma` or
    `alpha` (β = α − 1), and `step` (0 to 7) how far the relevance has flowed back. All of them may be set, observed and
    linked. What does not fit raises DeepvisError and changes nothing. `flow` has every number of the moment.

    The numbers are those of dv.explain's rules on the same network, in double precision.
    """

    inputs = traitlets.Any(START_INPUTS, help="activations of neurons 1, 2 and 3")
    weights = traitlets.Any(help="{(from, to): weight}; an edge left out is absent")
    biases = traitlets.Any(help="{neuron: bias} of neurons 4 to 7")
    rule = traitlets.Unicode("epsilon", help="how a neuron divides its relevance")
    epsilon = traitlets.Any(1e-6, help="ε of the ε rule, 1e-6 to 10")
    gamma = traitlets.Any(0.25, help="γ of the γ rule, 0 to 10")
    alpha = traitlets.Any(2.0, help="α of the αβ rule, 1 to 5; β = α − 1")
    step = traitlets.Int(0, help="how far the relevance has flowed back, 0 to 7")

    def __init__(
        self,
        inputs: Any = START_INPUTS,
        weights: Any = None,
        biases: Any = None,
        rule: str = "epsilon",
        **numbers: Any,
    ) -> None:
        self._pointed: Thing = None
        self._showing = False
        self._make_controls()
        above, below = self._rows()
        super().__init__(SIZE, above, below)
        self.add_class("dv-relevance")
        self.canvas.layout.width = f"{SIZE[1]}px"
        self.inputs, self.rule = inputs, rule
        self.weights = START_WEIGHTS if weights is None else weights
        self.biases = START_BIASES if biases is None else biases
        for name, value in numbers.items():
            if name not in (*self.numbers, "step"):
                raise DeepvisError(f'RelevanceBoard has no "{name}"; accepted: {", ".join(self.numbers)}, step.')
            setattr(self, name, value)
        self._connect()
        self._changed()

    @property
    def division(self) -> Division:
        """The rule with its numbers."""
        return Division(self.rule, self.epsilon, self.gamma, self.alpha)

    @property
    def flow(self) -> Flow:
        """Activations, messages, relevances and what bias and ε took, as things stand."""
        return flow(self.inputs, self.weights, self.biases, self.division)

    def set(self, name: str, value: float | None) -> None:
        """Set one number by its name: "a1" to "a3", "w14" and so on, "b4" to "b7"; None takes an edge away."""
        thing = _named(name)
        if isinstance(thing, tuple):
            rest = {edge: weight for edge, weight in self.weights.items() if edge != thing}
            self.weights = rest if value is None else rest | {thing: value}
        elif thing in INPUTS:
            self.inputs = tuple(value if i == thing else old for i, old in zip(INPUTS, self.inputs, strict=True))
        else:
            self.biases = self.biases | {thing: value}

    # --- what may be set ---

    @traitlets.default("weights")
    def _first_weights(self) -> dict[Edge, float]:
        return dict(START_WEIGHTS)

    @traitlets.default("biases")
    def _first_biases(self) -> dict[int, float]:
        return dict(START_BIASES)

    @traitlets.validate("inputs")
    def _check_inputs(self, proposal: Any) -> tuple[float, ...]:
        return checked_inputs(proposal["value"])

    @traitlets.validate("weights")
    def _check_weights(self, proposal: Any) -> dict[Edge, float]:
        return checked_weights(proposal["value"])

    @traitlets.validate("biases")
    def _check_biases(self, proposal: Any) -> dict[int, float]:
        return checked_biases(proposal["value"])

    @traitlets.validate("rule")
    def _check_rule(self, proposal: Any) -> str:
        if proposal["value"] not in RULES:
            raise DeepvisError(f'There is no rule "{proposal["value"]}" here; accepted: {", ".join(RULES)}.')
        return str(proposal["value"])

    @traitlets.validate("epsilon", "gamma", "alpha")
    def _check_number(self, proposal: Any) -> float:
        name = proposal["trait"].name
        least, most = {"epsilon": (1e-6, 10.0), "gamma": (0.0, 10.0), "alpha": (1.0, 5.0)}[name]
        number = finite(proposal["value"], name)
        if not least <= number <= most:
            raise DeepvisError(f"{name} = {number:g} does not fit; accepted is a number from {least:g} to {most:g}.")
        return number

    @traitlets.validate("step")
    def _check_step(self, proposal: Any) -> int:
        if not 0 <= proposal["value"] < STEPS:
            raise DeepvisError(f"There is no step {proposal['value']}; accepted are 0 to {STEPS - 1}.")
        return int(proposal["value"])

    # --- controls ---

    def _make_controls(self) -> None:
        wide = {"description_width": "initial"}
        self.player = Player(STEPS, INTERVAL)
        self.rule_choice = ipywidgets.Dropdown(
            options=[(RULE_NAMES[name], name) for name in RULES],
            description="Rule",
            tooltip="how each neuron divides its relevance among those before it",
            style=wide,
        )
        self.numbers = {
            "epsilon": ipywidgets.FloatLogSlider(
                value=1e-6,
                min=-6,
                max=1,
                step=0.1,
                description="ε",
                readout_format=".1e",
                tooltip="ε: added to every denominator",
                style=wide,
            ),
            "gamma": ipywidgets.FloatSlider(
                value=0.25, min=0, max=10, step=0.05, description="γ", tooltip="γ: the bonus of what agrees", style=wide
            ),
            "alpha": ipywidgets.FloatSlider(
                value=2,
                min=1,
                max=5,
                step=0.1,
                description="α = 1 + β",
                tooltip="α: what counts for; β against",
                style=wide,
            ),
        }
        names = [f"a{i}" for i in INPUTS] + [f"w{i}{k}" for i, k in EDGES] + [f"b{k}" for k in START_BIASES]
        self.what = ipywidgets.Dropdown(
            options=[(_title(name), name) for name in names],
            description="Change",
            tooltip="which number to change; a click on the drawing chooses too",
            style=wide,
            layout={"width": "224px"},
        )
        self.number = ipywidgets.FloatText(
            description="to", step=0.1, tooltip="the new number; Enter takes it", style=wide, layout={"width": "110px"}
        )
        self.connected = ipywidgets.Checkbox(
            value=True,
            description="connected",
            tooltip="whether this edge exists",
            indent=False,
            layout={"width": "110px"},
        )
        self.again = ipywidgets.Button(description="Start values", tooltip="back to the numbers it began with")
        self.chance = ipywidgets.Button(description="Random", tooltip="other numbers, drawn at random")
        self.chart = RelevanceChart(height=210)

    def _rows(self) -> tuple[list[Any], list[Any]]:
        def row(*children: Any) -> Any:
            return ipywidgets.Box(children).add_class("dv-board-row")

        top = row(self.rule_choice, *self.numbers.values())
        edit = row(self.what, self.number, self.connected, self.again, self.chance)
        return [top, row(self.player)], [edit, self.chart]

    def _connect(self) -> None:
        traitlets.link((self, "step"), (self.player, "step"))
        traitlets.link((self, "rule"), (self.rule_choice, "value"))
        for name, control in self.numbers.items():
            traitlets.link((self, name), (control, "value"))
        self.observe(lambda _: self._changed(), names=["inputs", "weights", "biases", "rule", *self.numbers])
        self.observe(lambda _: self._stepped(), names="step")
        self.what.observe(lambda _: self._chosen(), names="value")
        self.number.observe(self._typed, names="value")
        self.connected.observe(self._ticked, names="value")
        self.again.on_click(lambda _: self._put(START_INPUTS, START_WEIGHTS, START_BIASES))
        self.chance.on_click(lambda _: self._put(*_drawn()))
        self.on_point(self._moved)
        self.on_point(self._pressed, press=True)
        self.on_leave(lambda: self._point(None))

    # --- what happens ---

    def _changed(self) -> None:
        for name, control in self.numbers.items():
            control.layout.display = None if name.startswith(self.rule.split("-")[0]) else "none"
        if isinstance(self._pointed, tuple) and self._pointed not in self.weights:
            self._pointed = None
        self.refuse("")
        self.chart.show(self.flow.ledger)
        self._show_number()
        self._show()

    def _stepped(self) -> None:
        self._pointed = None
        self._show()

    def _show(self) -> None:
        self.redraw()
        self.say(self._words_now())

    def _words_now(self) -> str:
        state = self.flow
        if isinstance(self._pointed, tuple):
            return edge_words(self._pointed, state, self.division)
        if self._pointed is None:
            return step_words(self.step, state, self.division)
        return neuron_words(self._pointed, state)

    def draw(self, pen: Pen) -> None:
        draw(pen, Scene(self.weights, self.biases, self.flow, self.step, self._pointed, _named(self.what.value)))

    # --- pointing and typing ---

    def _moved(self, top: float, left: float) -> None:
        self._point(thing_at(top, left, self.weights))

    def _point(self, thing: Thing) -> None:
        if thing != self._pointed:
            self._pointed = thing
            self._show()

    def _pressed(self, top: float, left: float) -> None:
        thing = thing_at(top, left, self.weights)
        if thing is not None:
            self.what.value = _name(thing)
            self.number.focus()

    def _chosen(self) -> None:
        """Another number is to be changed: its formula is shown as if it were pointed at."""
        thing = _named(self.what.value)
        self._pointed = None if isinstance(thing, tuple) and thing not in self.weights else thing
        self.refuse("")
        self._show_number()
        self._show()

    def _show_number(self) -> None:
        thing = _named(self.what.value)
        self._showing = True
        self.connected.layout.display = None if isinstance(thing, tuple) else "none"
        if isinstance(thing, tuple):
            self.connected.value = thing in self.weights
            self.number.value = self.weights.get(thing, 0.0)
        else:
            self.number.value = self.inputs[thing - 1] if thing in INPUTS else self.biases[thing]
        self._showing = False

    def _typed(self, change: Any) -> None:
        if not self._showing:
            self._try(lambda: self.set(self.what.value, change["new"]))

    def _ticked(self, change: Any) -> None:
        if not self._showing:
            self._try(lambda: self.set(self.what.value, self.number.value if change["new"] else None))

    def _try(self, action: Any) -> None:
        try:
            action()
        except DeepvisError as error:
            self._show_number()
            self.refuse(str(error))

    def _put(self, inputs: Any, weights: Any, biases: Any) -> None:
        with self.hold_trait_notifications():
            self.inputs, self.weights, self.biases = inputs, weights, biases


def _drawn() -> tuple[Any, Any, Any]:
    """Random inputs, weights of all edges there are at the start, and biases, with one digit each."""
    pick = random.Random().uniform
    inputs = tuple(round(pick(0, 1.5), 1) for _ in INPUTS)
    weights = {edge: round(pick(-1, 1.4), 1) for edge in START_WEIGHTS}
    return inputs, weights, {k: round(pick(-0.3, 0.3), 1) for k in START_BIASES}


def _name(thing: int | Edge) -> str:
    if isinstance(thing, tuple):
        return f"w{thing[0]}{thing[1]}"
    return f"a{thing}" if thing in INPUTS else f"b{thing}"


def _named(name: str) -> int | Edge:
    """The neuron or edge whose number has this name; DeepvisError where there is none."""
    everything: tuple[int | Edge, ...] = (*INPUTS, *EDGES, *START_BIASES)
    things = {_name(thing): thing for thing in everything}
    if name not in things:
        raise DeepvisError(f'There is no number "{name}"; accepted: {", ".join(things)}.')
    return things[name]


def _title(name: str) -> str:
    thing = _named(name)
    if isinstance(thing, tuple):
        return f"weight w{low(*thing)} ({thing[0]} → {thing[1]})"
    return f"input a{low(thing)}" if thing in INPUTS else f"bias b{low(thing)}"
