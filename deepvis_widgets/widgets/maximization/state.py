"""What decides what the MaximizationLab shows."""

from __future__ import annotations

from typing import Any

import traitlets

from ...core.checks import one_of
from ...core.errors import DeepvisError
from ...core.network.network import Network
from ...core.network.target import Target
from ...core.params import make
from ...methods.synthesis import SynthesisParams
from ...methods.synthesis.yosinski import TURNED
from ..kit.noted_state import NotedState, ReadOnly
from ..link.traits import Checked
from .knobs import NAMES

NEW = ("seeds", "seed")  # what only new pictures can follow
NUMBERS = ("preset", "steps", *NEW, *NAMES)
LOGIT, PROBABILITY, BOTH = CLIMBED = ("logit", "probability", "both")
ENLARGED, TRUE_SIZE, FULL_FRAME = VIEWS = ("enlarged", "true size", "full frame")


class MaximizationState(NotedState):
    """What is maximised, the knobs, how it is shown, and whether pictures are being made.

    Choosing a unit lets the class go, and another preset brings its own numbers. What does not exist raises
    DeepvisError and changes nothing.
    """

    layer = traitlets.Unicode(help="dotted name of the unit's layer")
    unit = traitlets.Int(0, help="channel of that layer")
    target = traitlets.Any(None, allow_none=True, help="class index maximised, or None: the unit; a label may be set")
    score = traitlets.Unicode(LOGIT, help="what of a class is maximised: logit, probability, or both side by side")
    preset = traitlets.Unicode("yosinski-3", help="the recipe")
    seeds = Checked(4, help="pictures made together")
    seed = Checked(0, help="seed of the first picture")
    steps = Checked(0, help="how many steps; 0: the recipe's own number")
    rate = Checked(1.0, help="learning rate, times the recipe's own")
    decay = traitlets.Any(None, allow_none=True, help="what is taken off per step")
    blur = traitlets.Any(None, allow_none=True, help="σ of the blur in pixels")
    blur_every = traitlets.Any(None, allow_none=True, help="steps from one blur to the next")
    small_norm = traitlets.Any(None, allow_none=True, help="percentile of the colour norm under which pixels go")
    small_contribution = traitlets.Any(None, allow_none=True, help="percentile of the contribution under which they go")
    transforms = Checked(1.0, help="Fourier: jitter, how far the picture is moved, turned and scaled")
    tv = Checked(0.1, help="Fourier: weight of the total variation")
    pull = Checked(0.03, help="Fourier: weight of the distance from grey")
    fitted = Checked(True, help="Yosinski: rates fitted to this network instead of to CaffeNet")
    stretch = Checked(False, help="show faint pictures with all the contrast there is")
    minimize = Checked(False, help="what the unit wants least")
    view = traitlets.Unicode(ENLARGED, help="how the pictures are shown")
    running = ReadOnly(False, help="whether pictures are being made")

    def __init__(self, network: Network, **traits: Any) -> None:
        self.network = network
        super().__init__(**traits)

    @property
    def params(self) -> SynthesisParams:
        """All knobs as they stand."""
        values = {name: getattr(self, name) for name in NUMBERS}
        return SynthesisParams(pictures=values.pop("seeds"), score=self.scores[0], **values)

    @property
    def scores(self) -> tuple[str, ...]:
        """What is climbed, one row of pictures for each; a unit has its activation only."""
        if self.target is None:
            return (LOGIT,)
        return (LOGIT, PROBABILITY) if self.score == BOTH else (self.score,)

    @property
    def goal(self) -> Target:
        """What is maximised."""
        return Target(self.unit, self.layer) if self.target is None else Target(self.target)

    def reset(self) -> None:
        """Puts all knobs where the preset has them."""
        defaults = SynthesisParams()
        for name in NAMES:
            setattr(self, name, True if name == "fitted" else getattr(defaults, name))

    @traitlets.validate("layer")
    def _check_layer(self, proposal: Any) -> str:
        return str(self.network.layers[proposal["value"]].name)

    @traitlets.validate("unit")
    def _check_unit(self, proposal: Any) -> int:
        self.network.target(None, self.layer, proposal["value"])
        return int(proposal["value"])

    @traitlets.validate("target")
    def _check_target(self, proposal: Any) -> int | None:
        return None if proposal["value"] is None else self.network.class_index(proposal["value"])

    @traitlets.validate("score")
    def _check_score(self, proposal: Any) -> str:
        one_of("score", proposal["value"], CLIMBED, by="MaximizationLab")
        answers = self.network.answers
        if proposal["value"] != LOGIT and not answers.probable:
            raise DeepvisError(
                f'{self.network.name} gives no probabilities; score="{LOGIT}" climbs its {answers.score}.'
            )
        return str(proposal["value"])

    @traitlets.validate("view")
    def _check_view(self, proposal: Any) -> str:
        if proposal["value"] not in VIEWS:
            raise DeepvisError(f'There is no view "{proposal["value"]}"; accepted: {", ".join(VIEWS)}.')
        return str(proposal["value"])

    @traitlets.validate(*NUMBERS)
    def _check_number(self, proposal: Any) -> Any:
        name = proposal["trait"].name
        make(SynthesisParams, {"pictures" if name == "seeds" else name: proposal["value"]}, "activation_maximization")
        return proposal["value"]

    @traitlets.observe("layer")
    def _fit_unit(self, _: Any) -> None:
        self.unit = min(self.unit, self.network.layers[self.layer].channels - 1)

    @traitlets.observe("layer", "unit")
    def _leave_class(self, _: Any) -> None:
        self.target = None

    @traitlets.observe("preset")
    def _leave_numbers(self, _: Any) -> None:
        for name in TURNED:
            setattr(self, name, None)
