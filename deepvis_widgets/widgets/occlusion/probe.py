"""One experiment in hiding parts of a picture: what is hidden with what, and which answers are read."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ...core.network.network import Network
from ...core.network.target import Target
from ...core.picture.boxes import Box
from ...core.picture.fills import fill_picture, occlude
from ...methods.occlusion import watched_unit
from ...methods.perturbation.score import Score, precision


@dataclass(frozen=True, eq=False)
class Question:
    """Everything that an experiment depends on; another setting is another experiment."""

    view: Tensor
    fill: str
    target: int | None
    layer: str
    unit: int | None
    window: int
    stride: int
    approximate: bool


@dataclass(frozen=True)
class Seen:
    """What the network answered with `box` hidden (None: nothing): the score and probability of the class explained,
    the class predicted, the strongest activation of the unit watched; `guessed` by an approximate sweep, from windows
    nearby.
    """

    box: Box | None
    score: float
    probability: float
    label: int
    activation: float
    guessed: bool = False


@dataclass(frozen=True, eq=False)
class Probe:
    """A picture, what hides it, and what is read: the class `target` and the unit `watched`; `whole` is the answer to
    the whole picture, `probabilities` (classes,) what the bars show.
    """

    network: Network
    view: Tensor
    fill: Tensor
    target: int
    watched: Target
    whole: Seen
    probabilities: Tensor

    @classmethod
    def of(cls, network: Network, question: Question) -> Probe:
        """Looks at the whole picture of a question; its `target` None is the top class there, its `unit` None the
        strongest one of the layer.
        """
        view, unit = question.view, "" if question.unit is None else f":{question.unit}"
        score = Score.of(network, view, None if question.target is None else Target(question.target))
        watched = watched_unit(network, view, score.target, question.layer + unit)
        assert watched is not None
        seen, shares = _read(score, watched, view, None)
        return cls(network, view, fill_picture(view, question.fill), score.target.channel, watched, seen, shares)

    def look(self, box: Box) -> tuple[Seen, Tensor]:
        """One pass with the box hidden: what is read, and all class probabilities (classes,)."""
        score = Score(self.network, Target(self.target))
        return _read(score, self.watched, occlude(self.view, self.fill, box), box)


def _read(score: Score, watched: Target, view: Tensor, box: Box | None) -> tuple[Seen, Tensor]:
    layer = watched.layer
    assert layer is not None
    recording = score.forward(view[None], (layer,))
    logits = recording.logits[0].to("cpu", precision(score.network))
    answers = score.network.answers
    shares = answers.shown(logits[None])[0]
    maps = score.network.layers[layer].layout.maps(recording.outputs[layer])[0, watched.channel]
    channel = score.target.channel
    label = answers.top(logits)
    return Seen(box, float(logits[channel]), float(shares[channel]), label, float(maps.max())), shares
