"""What the session of the husky and wolf lesson publishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor

from ...core.results import HeatMap
from ...zoo.scenes import Scene


@dataclass(frozen=True)
class Answer:
    """What a network says of a picture, and how sure it is of that (its softmax probability)."""

    label: str
    share: float


@dataclass(frozen=True, eq=False)
class PicturesAnswer:
    """The pictures as far as they are drawn, with what network `letter` says of them.

    `views` are the pictures as the network sees them, (3, H, W) in [0, 1]; `answers` holds None for what it has not
    said yet, and `maps` the explanations there are, by number of the picture: none in a step that shows none.
    """

    letter: str = "A"
    scenes: tuple[Scene, ...] = ()
    views: tuple[Tensor, ...] = ()
    answers: tuple[Answer | None, ...] = ()
    maps: Mapping[int, HeatMap] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class NetworkAnswers:
    """What networks say of the same scenes; `answers` is by name of the network."""

    scenes: tuple[Scene, ...] = ()
    answers: Mapping[str, tuple[Answer, ...]] = field(default_factory=dict)
