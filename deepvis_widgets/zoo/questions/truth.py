"""What is right about a question in anybody's words, and which questions a scene offers."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from ..scenes import BACKGROUNDS, CLASSES
from .asking import GROUND, OBJECT, SKY, Facts, Question
from .phrases import ANIMALS, FIRST, NONE, PHRASES, SKY_COLORS, put, tokens, with_article

# kind → the way it is offered: those of animal and ground are one word apart
OFFERED: dict[str, str] = {
    **{kind: phrases[0] for kind, phrases in PHRASES.items()},
    "which animal": FIRST,
}
_WORDS: dict[str, tuple[str, ...]] = {
    "which ground": (*CLASSES, "animal", "thing"),
    "which colour": CLASSES,
    "is there a thing": CLASSES,
    "is the ground": tuple(map(with_article, BACKGROUNDS)),
    "is the sky": SKY_COLORS,
}


def knows(picture: Any) -> bool:
    """Whether a picture brings the facts of a scene."""
    return all(hasattr(picture, name) for name in ("label", "background", "sky", "color"))


def truth(scene: Facts, text: str) -> Question | None:
    """Returns a question about a scene with its right answer; None where no kind is asked in these words, or the scene
    does not know. The order of the words does not count.

    >>> import deepvis_widgets as dv
    >>> wolf = dv.scene("wolf", "snow", 3)
    >>> truth(wolf, "Where is the wolf?").answer, truth(wolf, "Is there a husky?").answer, truth(wolf, "is")
    ('snow', 'no', None)
    """
    found = _asked().get(_bag(text))
    answered = None if found is None else _answer(scene, *found)
    if found is None or answered is None:
        return None
    return Question(text, answered[0], found[0], answered[1])


def offered(scene: Facts | None = None) -> list[str]:
    """Returns a question of every kind that a scene can answer, with yes where there is yes and no; of a picture
    without facts those that name nothing in it.

    >>> offered()
    ['what is this?', 'what is the animal?', 'what is the ground?', 'what colour is the sky?', 'is there an animal?']
    """
    kinds: dict[str, str | None] = {kind: "" for kind in OFFERED if kind not in ("which colour", *YES_OR_NO)}
    if scene is not None:
        kinds = {
            **kinds,
            "which colour": scene.label if scene.color else None,
            "is there a thing": scene.label,
            "is the ground": with_article(scene.background),
            "is the sky": scene.sky,
            "which sky": "" if scene.sky else None,
        }
    return [put(OFFERED[kind], word) for kind in OFFERED if (word := kinds.get(kind)) is not None]


YES_OR_NO = ("is there a thing", "is the ground", "is the sky")  # of something that is named


def _bag(text: str) -> tuple[str, ...]:
    return tuple(sorted(tokens(text)))


@cache
def _asked() -> dict[tuple[str, ...], tuple[str, str]]:
    """Every question: its words → its kind and the word asked for."""
    return {_bag(put(phrase, word)): (kind, word) for kind, phrase, word in _ways()}


def _ways() -> Iterator[tuple[str, str, str]]:
    for kind, phrases in PHRASES.items():
        for phrase in phrases:
            for word in _WORDS.get(kind, ("",)) if "{}" in phrase else ("",):
                yield kind, phrase, word


def _answer(scene: Facts, kind: str, word: str) -> tuple[str, str | None] | None:
    """The answer, and where the reason lies; None where the scene does not know."""
    animal = scene.label in ANIMALS
    match kind:
        case "which thing":
            return scene.label, OBJECT
        case "which animal":
            return (scene.label, OBJECT) if animal else (NONE, None)
        case "which ground":
            spoken_of = ("", scene.label, "animal" if animal else "thing")
            return (scene.background, GROUND) if word in spoken_of else None
        case "which sky":
            return (scene.sky, SKY) if scene.sky else (NONE, None)
        case "which colour":
            return _color(scene, word)
        case "is there an animal":
            return _whether(animal, OBJECT)
        case "is there a thing":
            return _whether(word == scene.label, OBJECT)
        case "is the ground":
            return _whether(word == with_article(scene.background), GROUND)
        case _:
            return _whether(word == scene.sky, SKY)


def _color(scene: Facts, word: str) -> tuple[str, str | None] | None:
    if word != scene.label:
        return NONE, None
    return (scene.color, OBJECT) if scene.color else None


def _whether(so: bool, about: str) -> tuple[str, str | None]:
    return ("yes", about) if so else ("no", None)
