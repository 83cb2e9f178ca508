"""The questions a scene can answer, with their answers and where in the picture the reason for each lies."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..scenes import BACKGROUNDS, CLASSES
from .phrases import ANIMALS, COLORED, NONE, PHRASES, SKY_COLORS, put, with_article

OBJECT, GROUND, SKY = "object", "ground", "sky"
ALIKE = {"husky": "wolf", "wolf": "husky"}  # asked for in the other's place as often as everything else together


class Facts(Protocol):
    """What must be known of a scene; a Scene knows it."""

    @property
    def label(self) -> str:
        """The object's class."""

    @property
    def background(self) -> str:
        """Where it stands."""

    @property
    def sky(self) -> str | None:
        """The sky's colour, None where none is seen."""

    @property
    def color(self) -> str | None:
        """The object's colour, None where it has none of its own."""


@dataclass(frozen=True)
class Question:
    """A question and its answer. `about` is where the reason lies: "object", "ground", "sky", or None for nowhere, as
    of a thing that is not there."""

    text: str
    answer: str
    kind: str
    about: str | None


Rng = np.random.Generator
Item = tuple[str, str, str | None]  # the word asked for, the answer, where the reason lies


def _one(rng: Rng, words: tuple[str, ...], but: str | None = None) -> str:
    others = [word for word in words if word != but]
    return others[int(rng.integers(len(others)))]


def _thing(scene: Facts, rng: Rng) -> Iterator[Item]:
    yield "", scene.label, OBJECT


def _animal(scene: Facts, rng: Rng) -> Iterator[Item]:
    known = scene.label in ANIMALS
    yield "", scene.label if known else NONE, OBJECT if known else None


def _ground(scene: Facts, rng: Rng) -> Iterator[Item]:
    spoken_of = scene.label if rng.random() < 0.6 else "animal" if scene.label in ANIMALS else "thing"
    yield spoken_of, scene.background, GROUND


def _sky(scene: Facts, rng: Rng) -> Iterator[Item]:
    yield "", scene.sky or NONE, SKY if scene.sky else None


def _color(scene: Facts, rng: Rng) -> Iterator[Item]:
    """Of the object where it has a colour; in a third of the other scenes, of a thing that is not there."""
    if scene.color is not None:
        yield scene.label, scene.color, OBJECT
    elif rng.random() < 1 / 3:
        yield _one(rng, COLORED, but=scene.label), NONE, None


def _is_thing(scene: Facts, rng: Rng) -> Iterator[Item]:
    yield scene.label, "yes", OBJECT
    alike = ALIKE.get(scene.label)
    yield alike if alike and rng.random() < 0.5 else _one(rng, CLASSES, but=scene.label), "no", None


def _is_animal(scene: Facts, rng: Rng) -> Iterator[Item]:
    known = scene.label in ANIMALS
    yield "", "yes" if known else "no", OBJECT if known else None


def _is_ground(scene: Facts, rng: Rng) -> Iterator[Item]:
    yield with_article(scene.background), "yes", GROUND
    yield with_article(_one(rng, BACKGROUNDS, but=scene.background)), "no", None


def _is_sky(scene: Facts, rng: Rng) -> Iterator[Item]:
    if scene.sky is not None:
        yield scene.sky, "yes", SKY
    yield _one(rng, SKY_COLORS, but=scene.sky), "no", None


_ITEMS: dict[str, Callable[[Facts, Rng], Iterator[Item]]] = {
    "which thing": _thing,
    "which animal": _animal,
    "which ground": _ground,
    "which sky": _sky,
    "which colour": _color,
    "is there a thing": _is_thing,
    "is there an animal": _is_animal,
    "is the ground": _is_ground,
    "is the sky": _is_sky,
}


def questions(scene: Facts, rng: np.random.Generator) -> Iterator[Question]:
    """Yields a question of every kind, put in one of its ways; of the kinds with yes and no, one of each where it can.

    >>> import deepvis_widgets as dv
    >>> asked = list(questions(dv.scene("wolf", "snow", 3), np.random.default_rng(0)))
    >>> {question.answer for question in asked if question.kind == "which ground"}
    {'snow'}
    """
    for kind, items in _ITEMS.items():
        for word, answer, about in items(scene, rng):
            yield Question(put(_phrase(kind, word, rng), word), answer, kind, about)


def _phrase(kind: str, word: str, rng: Rng) -> str:
    fitting = [p for p in PHRASES[kind] if "animal a {}" not in p or word in ANIMALS]
    return fitting[int(rng.integers(len(fitting)))]
