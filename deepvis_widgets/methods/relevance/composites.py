"""Composites: which rule an operation gets by its kind and place."""

from __future__ import annotations

from dataclasses import dataclass

from .biases import KEPT
from .linear_call import LinearCall
from .rules import Rule, alpha_beta_rule, epsilon_rule, flat_rule, gamma_rule, z_box_rule, z_plus_rule
from .stabilise import STABILISER

COMPOSITES = ("epsilon", "epsilon_plus", "epsilon_plus_flat", "epsilon_gamma_box", "epsilon_alpha2_beta1")


@dataclass(frozen=True)
class Composite:
    """The rules for what reads the picture itself (None: as any other), for convolutions and for dense layers; what
    becomes of `biases`.
    """

    picture: Rule | None
    convolution: Rule
    dense: Rule
    epsilon: float
    biases: str = KEPT

    def rule(self, call: LinearCall, reads_picture: bool) -> tuple[Rule, float]:
        """Returns the rule for a call, and what keeps its denominators from zero."""
        if reads_picture and self.picture is not None:
            return self.picture, STABILISER
        rule = self.dense if call.dense else self.convolution
        return rule, self.epsilon if rule is epsilon_rule else STABILISER


def composite(name: str, epsilon: float, gamma: float, biases: str = KEPT) -> Composite:
    """Returns a composite by name, as zennit and the literature (Montavon et al. 2019, Kohlbrenner et al. 2020) build
    them.

    >>> composite("epsilon_plus", 1e-6, 0.25).dense.__name__
    'epsilon_rule'
    """
    named: dict[str, tuple[Rule | None, Rule]] = {
        "epsilon": (None, epsilon_rule),
        "epsilon_plus": (None, z_plus_rule),
        "epsilon_plus_flat": (flat_rule, z_plus_rule),
        "epsilon_gamma_box": (z_box_rule, gamma_rule(gamma)),
        "epsilon_alpha2_beta1": (None, alpha_beta_rule(2, 1)),
    }
    picture, convolution = named[name]
    return Composite(picture, convolution, epsilon_rule, epsilon, biases)
