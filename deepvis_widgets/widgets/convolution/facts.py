"""The facts below the convolution board: sizes with their formulae, and how far the transpose is from an inverse."""

from __future__ import annotations

import html
from collections.abc import Sequence

import ipywidgets

from ..kit.layout import classed
from . import words
from .state import ConvolutionState


class Facts(ipywidgets.HTML):
    """Two columns of text about the lesson of a state."""

    def __init__(self, state: ConvolutionState) -> None:
        super().__init__(table(words.facts(state.lesson)))
        classed(self, "dv-board-facts")
        state.observe(lambda change: self.set_trait("value", table(words.facts(change["new"]))), names="lesson")


def table(rows: Sequence[tuple[str, str]]) -> str:
    """Two columns of text as HTML.

    >>> table([("W", "4 × 6")])
    "<table class='dv-facts'><tr><th scope='row'>W</th><td>4 × 6</td></tr></table>"
    """
    lines = "".join(f"<tr><th scope='row'>{html.escape(a)}</th><td>{html.escape(b)}</td></tr>" for a, b in rows)
    return f"<table class='dv-facts'>{lines}</table>"
