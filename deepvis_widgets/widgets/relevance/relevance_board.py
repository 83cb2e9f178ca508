"""Layer-wise relevance propagation by hand: a network of seven neurons whose answer flows back edge by edge."""

from __future__ import annotations

from typing import Any

from ...core.errors import DeepvisError
from ..board.binding import follow_steps
from ..board.board import Board
from ..board.number_fields import row
from ..board.pen import Pen
from ..kit.layout import classed
from ..kit.player import Player
from ..page.parts import Page
from . import board_handout
from .board_controls import NumberControls, RuleControls
from .board_state import NUMBERS, RelevanceState
from .chart import RelevanceChart
from .drawing import SIZE, Scene, draw, element_at
from .toy_network import START_BIASES, START_INPUTS, START_WEIGHTS, STEPS
from .words import describe, element_named, name_of

INTERVAL = 1800  # ms per step: each has a sentence to read


class RelevanceBoard(RelevanceState, Board):
    """Layer-wise relevance propagation (Bach et al. 2015) on seven neurons: 1, 2, 3 → 4, 5, 6 (rectified) → 7.

    `inputs` are three numbers, `weights` a dictionary {(1, 4): 0.9, ...} (an edge left out is absent), `biases` one
    {4: 0.1, ...}; give new ones rather than changing these. `rule` is one of RULES with its `epsilon`, `gamma` or
    `alpha` (β = α − 1), and `step` (0 to 7) how far the relevance has flowed back. All of them may be set, observed and
    linked. What does not fit raises DeepvisError and changes nothing. `flow` has every number of the moment.

    The numbers are those of dv.explain's rules on the same network, in double precision.

    >>> import deepvis_widgets as dv
    >>> board = dv.RelevanceBoard(rule="flat")
    >>> round(board.flow.message((4, 7)), 3)
    0.327
    >>> board.close()
    """

    ARGUMENTS = "inputs", "weights", "biases", "rule", *NUMBERS, "step"
    SETTINGS = ("chosen",)

    def __init__(
        self,
        inputs: Any = START_INPUTS,
        weights: Any = None,
        biases: Any = None,
        rule: str = "epsilon",
        **numbers: Any,
    ) -> None:
        self._take(inputs, weights, biases, rule, numbers)
        self._shown: Scene | None = None
        self.rules, self.editor = RuleControls(self), NumberControls(self, self.refuse)
        self.player, self.chart = Player(STEPS, INTERVAL), RelevanceChart(height=210)
        super().__init__(SIZE, [self.rules, row(self.player)], [self.editor, self.chart])
        classed(self, "dv-relevance")
        follow_steps(self, self.player)
        self._listen()
        self.show()

    def _take(self, inputs: Any, weights: Any, biases: Any, rule: str, numbers: dict[str, Any]) -> None:
        """Takes what was given, before anything is made: what is refused leaves nothing behind."""
        self.inputs, self.rule = inputs, rule
        self.weights = START_WEIGHTS if weights is None else weights
        self.biases = START_BIASES if biases is None else biases
        for name, value in numbers.items():
            if name not in (*NUMBERS, "step"):
                raise DeepvisError(f'RelevanceBoard has no "{name}"; accepted: {", ".join(NUMBERS)}, step.')
            setattr(self, name, value)

    def show(self) -> None:
        """Brings the chart, the drawing and its words in line with the state."""
        scene, before = self.scene(), self._shown
        if scene == before:
            return
        self._shown = scene
        if before is None or scene.flow != before.flow:
            self.chart.show(scene.flow.ledger)
        self.redraw()
        self.say(describe(scene.pointed, scene.step, scene.flow, scene.division))

    def scene(self) -> Scene:
        """Returns all that is drawn and said now."""
        network = (self.weights, self.biases, self.division, self.flow)
        return Scene(*network, self.step, self.pointed, element_named(self.chosen))

    def draw(self, pen: Pen) -> None:
        """Draws the network with its relevance."""
        draw(pen, self.scene())

    def page(self) -> Page:
        """The way back by every rule, step by step, every formula, and the account of the layers."""
        return Page(self.called, board_handout.page(self.scene(), self.inputs))

    def _listen(self) -> None:
        network = ["inputs", "weights", "biases", "rule", *NUMBERS]
        self.observe(lambda _: self.refuse(""), names=[*network, "chosen"])
        self.observe(lambda _: self.show(), names=[*network, "step", "pointed", "chosen"])
        self.on_point(lambda top, left: self.set_trait("pointed", element_at(top, left, self.weights)))
        self.on_point(self._press, press=True)
        self.on_leave(lambda: self.set_trait("pointed", None))

    def _press(self, top: float, left: float) -> None:
        element = element_at(top, left, self.weights)
        if element is not None:
            self.chosen = name_of(element)
            self.editor.number.focus()
