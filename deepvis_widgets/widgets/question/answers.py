"""What the question board is told: the answers to one question, where one of them lies, what each word adds to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ...core.masks import known_mask
from ...core.network.network import Network
from ...core.picture.boxes import Box, around
from ...core.picture.reduce import to_size
from ...methods.class_evidence import ClassEvidence
from ...methods.perturbation.contributions import contributions
from ...scores.mass import mass
from ...zoo.questions.truth import knows, truth
from .state import words_of


@dataclass(frozen=True, eq=False)
class Asked:
    """Everything that the answer depends on."""

    view: Tensor
    image: Any
    text: str
    target: int | None


@dataclass(frozen=True, eq=False)
class OnObject:
    """The box round the object, the share of the picture that it covers, and of the map's positive evidence on it (nan
    where there is none).
    """

    box: Box
    covers: float
    mass: float


@dataclass(frozen=True, eq=False)
class Answered:
    """The answers to a question, `shares` (n,) what bars show of them and `top` the one that is given; the explained
    one, `channel`, with its class activation map (h, w), and what each word adds to its score.

    `truth` is the right answer, None where the picture does not know; `on_object` None where it brings no mask.
    """

    asked: Asked
    shares: Tensor
    top: int
    channel: int
    map: Tensor
    words: list[tuple[str, float]]
    truth: str | None
    on_object: OnObject | None

    @classmethod
    def of(cls, network: Network, asked: Asked) -> Answered:
        """Asks the network, and takes the answer apart."""
        name = words_of(network)
        net = network.given(**{name: asked.text})
        evidence = ClassEvidence.of(net, asked.view)
        channel = evidence.top if asked.target is None else asked.target
        found = evidence.maps([channel])[0]
        words = contributions(net, asked.view, channel).get(name, [])
        right, on_object = _right(asked), _on_object(net, asked, found)
        return cls(asked, evidence.shown(), evidence.top, channel, found, words, right, on_object)


def _right(asked: Asked) -> str | None:
    known = truth(asked.image, asked.text) if knows(asked.image) else None
    return None if known is None else known.answer


def _on_object(network: Network, asked: Asked, found: Tensor) -> OnObject | None:
    mask = known_mask(network, asked.image)
    box = None if mask is None else around(mask)
    if mask is None or box is None:
        return None
    return OnObject(box, float(mask.float().mean()), mass(to_size(found, network.size), mask))
