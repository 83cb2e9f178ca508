"""What can be asked of a scene: kinds of questions, the ways each is put, and the words and answers there are.

A question is read as a bag of words: how often each occurs, in no order. So each kind must be told by its words alone.
"""

from ...core.inputs.words import WORD
from ..scenes import BACKGROUNDS, CLASSES

ANIMALS: tuple[str, ...] = ("husky", "wolf", "leopard", "zebra", "owl", "butterfly")
COLORED: tuple[str, ...] = ("car", "butterfly", "teapot")  # the things whose colour a scene knows
SKY_COLORS: tuple[str, ...] = ("blue", "grey", "violet", "orange")
COLORS: tuple[str, ...] = (*SKY_COLORS, "red", "yellow", "green", "white", "black")
NONE = "none"
ANSWERS: tuple[str, ...] = ("yes", "no", NONE, *CLASSES, *BACKGROUNDS, *COLORS)

# kind → the ways it is put; "{}" is the word asked for, with its article where it stands as "a {}"
PHRASES: dict[str, tuple[str, ...]] = {
    "which thing": (
        "what is this?",
        "what do you see?",
        "what is in the picture?",
        "which thing is this?",
        "what thing do you see?",
    ),
    "which animal": (
        "which animal is this?",
        "what animal is there?",
        "which animal do you see?",
        "what is the animal?",
        "which animal is in the picture?",
    ),
    "which ground": (
        "what is the ground?",
        "which ground is this?",
        "what ground do you see?",
        "what is the ground under the {}?",
        "which ground is the {} on?",
        "where is the {}?",
        "where is this?",
    ),
    "which sky": (
        "what colour is the sky?",
        "which colour is the sky?",
        "which color is the sky?",
        "what color is the sky in the picture?",
        "what sky is there?",
    ),
    "which colour": (
        "what colour is the {}?",
        "which colour is the {}?",
        "which color is the {}?",
        "what color is the {} in the picture?",
    ),
    "is there a thing": (
        "is there a {}?",
        "is this a {}?",
        "do you see a {}?",
        "is a {} in the picture?",
        "is the animal a {}?",
    ),
    "is there an animal": (
        "is there an animal?",
        "is this an animal?",
        "do you see an animal?",
        "is an animal in the picture?",
    ),
    "is the ground": (
        "is the ground {}?",
        "is there {}?",
        "is this {}?",
        "do you see {}?",
        "is {} in the picture?",
    ),
    "is the sky": (
        "is the sky {}?",
        "is there a {} sky?",
        "do you see a {} sky?",
        "is a {} sky in the picture?",
    ),
}
KINDS: tuple[str, ...] = tuple(PHRASES)
FIRST = "what is the animal?"
UNCOUNTED = ("snow",)  # grounds that take no article
# words a question is understood without
FILLERS = frozenset(["is", "the", "a", "an", "there", "this", "do", "you", "see", "in", "picture", "on", "under"])


def tokens(text: str) -> list[str]:
    """Returns the words of a question: lower case, without punctuation.

    >>> tokens("Is there a WOLF?")
    ['is', 'there', 'a', 'wolf']
    """
    return WORD.findall(text.lower())


def with_article(word: str) -> str:
    """Returns a word with the article it takes.

    >>> with_article("owl"), with_article("snow"), with_article("blue sky")
    ('an owl', 'snow', 'a blue sky')
    """
    if word in UNCOUNTED:
        return word
    return f"an {word}" if word[:1] in "aeiou" else f"a {word}"


def put(phrase: str, word: str = "") -> str:
    """Returns the phrase with the word filled in.

    >>> put("is there a {}?", "owl"), put("what colour is the {}?", "car")
    ('is there an owl?', 'what colour is the car?')
    """
    return phrase.replace("a {}", with_article(word)).replace("{}", word) if word else phrase


def _vocabulary() -> tuple[str, ...]:
    asked = (*CLASSES, *BACKGROUNDS, *COLORS, "animal", "thing", "a", "an")
    said = [word for phrases in PHRASES.values() for phrase in phrases for word in tokens(phrase)]
    return tuple(sorted({*asked, *said}))


VOCABULARY: tuple[str, ...] = _vocabulary()
