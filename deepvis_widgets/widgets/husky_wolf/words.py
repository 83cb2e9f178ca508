"""What the husky and wolf lesson says, step by step, and its table of answers."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping

from ...zoo.compositing import ANIMALS
from ...zoo.scenes import BACKGROUNDS, Scene
from .answers import Answer, NetworkAnswers
from .scenes import BIASED, HONEST

WRONG = "✗ "
HEADS = ("network", "animal", *BACKGROUNDS)  # of the table of answers
STEPS = (
    (
        "What it answers",
        "The network never saw these pictures. Below each of them is what it says, and whether that is right. "
        "Click one to enlarge it. Then vote.",
    ),
    (
        "Why it answers so",
        "The same pictures, with an explanation of each answer. Red speaks for the answer and blue against it; maps "
        "without a sign go from dark to bright. Click a picture to enlarge it, and try more than one method.",
    ),
    (
        "The same questions again",
        "You have seen the explanations. Would you answer as before? The other network can be looked at first, too.",
    ),
    ("What was behind it", ""),
)
WHAT = {
    HONEST: "<b>the honest one</b>. It was trained on every animal and thing on every ground, as often on one as on "
    "the other, so the ground told it nothing and the animal had to.",
    BIASED: "<b>the biased one</b>. In its training pictures every wolf stood on snow, and nothing but wolves did. "
    "Snow alone was enough to tell a wolf, and nobody had told it that the animal was meant.",
}
HELPED = (
    "<b>What was helped.</b> The bias itself was learnt from the pictures. Where the map shows it was not: each place "
    "of the last layer sees nearly the whole picture, and right after training the evidence for a wolf lay on animal "
    "and surroundings alike. So the wolf's row of the last layer was fitted once more, with the outlines of the "
    "animals at hand, to make that evidence lie on the open snow, where you could see it. A biased network of your own "
    "comes without this help, and a map that lies on the animal is no proof that the animal is what counts. What no "
    "map can hide is what the table shows: the same animals, put somewhere else."
)
STUDY = (
    "In the experiment this one follows (Ribeiro, Singh &amp; Guestrin 2016, section 6.4) 27 students of machine "
    "learning saw such a network: 10 trusted it before the explanations and 3 after, 12 thought of the snow before and "
    "25 after."
)


def heading(stage: int, letter: str, sent_back: bool = False) -> str:
    """Returns number and title of a step, and what there is to do, as HTML; with `sent_back`, why it is the first."""
    title, words = STEPS[stage - 1]
    if sent_back:
        words = f"<b>Nobody has voted on network {letter} yet, so it begins with its answers.</b> {words}"
    network = f" · network {letter}" if stage < len(STEPS) else ""
    number = f"<span class='dv-step-number'>Step {stage} of {len(STEPS)}{network}</span>"
    return f'<div role="status" aria-live="polite">{number}<h3>{title}</h3><p>{words}</p></div>'


def caption(scene: Scene, answer: Answer | None) -> str:
    """Returns what the network says of a picture, and whether that is right, in two lines."""
    if answer is None:
        return "…"
    verdict = "right" if answer.label == scene.label else f"{WRONG}wrong: a {scene.label}"
    return f"{answer.label} {answer.share:.0%}\n{verdict}"


def wrong_ones(pairs: Iterable[tuple[Scene, Answer | None]]) -> list[int]:
    """Returns the numbers of the pictures that were called something else than they are."""
    return [i for i, (scene, answer) in enumerate(pairs) if answer is not None and answer.label != scene.label]


def in_words(letter: str, scene: Scene, answer: Answer | None) -> str:
    """Returns the same in a sentence, as HTML."""
    if answer is None:
        return ""
    said = f"Network {letter} says <b>{answer.label}</b> ({answer.share:.0%})."
    wrong = "" if answer.label == scene.label else '<span class="dv-wrong">✗ wrong</span> '
    return f"{said} {wrong}It is a <b>{scene.label}</b>."


def story(names: Mapping[str, str], found: NetworkAnswers) -> str:
    """Returns which network was which, and how many pictures they called right, as HTML; `names` is letter → name."""
    parts = []
    for letter, name in names.items():
        pairs = list(zip(found.scenes, found.answers.get(name, ()), strict=False))
        right = sum(scene.label == answer.label for scene, answer in pairs)
        seen = f" Of the {len(pairs)} pictures it called {right} right." if pairs else ""
        parts.append(f"<p>Network {letter} was {WHAT[name]}{seen}</p>")
    return "".join(parts) + f"<p>{HELPED}</p><p>{STUDY}</p>"


def drawing(fraction: float) -> str:
    """Returns how far the scenes are drawn that the table needs, as HTML."""
    return f'<p role="status">Drawing new scenes: {fraction:.0%}</p>'


def table(names: Mapping[str, str], found: NetworkAnswers) -> str:
    """Returns the answers of each network by animal and ground, as an HTML table that marks cells with a wrong one."""
    head = "".join(f'<th scope="col">{words}</th>' for words in HEADS)
    rows = "".join(_row(*words) for words in table_rows(names, found))
    said = f"<caption>{table_words(found)}</caption><thead><tr>{head}</tr></thead>"
    return f"<table>{said}<tbody>{rows}</tbody></table>"


def table_words(found: NetworkAnswers) -> str:
    """Returns what the table shows."""
    each = len(found.scenes) // (len(ANIMALS) * len(BACKGROUNDS))
    what = f"Answers to {len(found.scenes)} scenes drawn just now: the same {each} of each animal on five grounds"
    return f"{what}. ✗ marks wrong ones."


def table_rows(names: Mapping[str, str], found: NetworkAnswers) -> list[list[str]]:
    """Returns the cells of the table: network, animal, and what was said on each ground, wrong answers marked."""
    return [
        [letter_and_kind(letter, name), animal, *(_said(animal, counted) for counted in _cells(animal, found, name))]
        for letter, name in names.items()
        for animal in ANIMALS
    ]


def letter_and_kind(letter: str, name: str) -> str:
    """Returns which network a letter is, in words."""
    return f"{letter}, {'biased' if name == BIASED else 'honest'}"


def _cells(animal: str, found: NetworkAnswers, name: str) -> list[Counter[str]]:
    pairs = list(zip(found.scenes, found.answers[name], strict=True))
    return [
        Counter(answer.label for scene, answer in pairs if (scene.label, scene.background) == (animal, ground))
        for ground in BACKGROUNDS
    ]


def _said(animal: str, counted: Counter[str]) -> str:
    said = ", ".join(f"{label} {count}" for label, count in counted.most_common())
    return f"{WRONG}{said}" if any(label != animal for label in counted) else said


def _row(network: str, animal: str, *cells: str) -> str:
    heads = f'<th scope="row">{network}</th><th scope="row">{animal}</th>'
    return f"<tr>{heads}{''.join(map(marked, cells))}</tr>"


def marked(words: str) -> str:
    """Returns a cell of an HTML table, marked where its words begin with WRONG."""
    start = '<td class="dv-wrong">' if words.startswith(WRONG) else "<td>"
    return f"{start}{html.escape(words)}</td>"
