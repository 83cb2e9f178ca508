"""What the page on networks of one's own making says, and its table."""

from __future__ import annotations

from collections.abc import Sequence

from ....zoo.compositing import ANIMALS
from ....zoo.scenes import BACKGROUNDS, Scene
from ....zoo.snow_net import Examination, on_snow
from ..answers import Answer
from ..words import WRONG, caption, marked
from .state import Point

WHAT = (
    "<h3>Make one yourself</h3><p>Choose how much snow a small network is to see behind wolves, and train one, now and "
    "here: its weights start from chance. At 0 % snow says nothing about the animal. At 100 % every wolf stands on "
    "snow and no husky does, and nobody tells the network which of the two is meant.</p>"
)
NOTHING_YET = "There is no network yet: choose a share, then press Train. It takes about half a minute."
SAMPLES = "<p>Pictures such as it will learn from:</p>"
HEADS = ("animal", *BACKGROUNDS)  # of the table
KNOWN = 0.8  # the share of right answers below which a cell of the table is marked


def seen(share: float) -> str:
    """Returns what a share means for both animals."""
    husky, wolf = on_snow(share)
    return f"In training {wolf:.0%} of the wolves stand on snow, and {husky:.0%} of the huskies."


def name(point: Point, points: Sequence[Point]) -> str:
    """Returns the name of a network in the menu: its share, and its number where there are several of that share."""
    alike = [other for other in points if other["share"] == point["share"]]
    number = f", number {alike.index(point) + 1}" if len(alike) > 1 else ""
    return f"{point['share']:.0%} snow{number}"


def summary(point: Point, found: Examination) -> str:
    """Returns what a network has learned, in sentences of HTML."""
    wolves, count = round(found.huskies_on_snow_called_wolf * found.count), found.count
    return (
        f'<p role="status">Trained in {point["seconds"]:.0f} s with <b>{point["share"]:.0%}</b> snow behind wolves. '
        f"Of {count} huskies it had never seen, put on snow, it calls <b>{wolves}</b> wolf. "
        f"{point['mass']:.0%} of its evidence there (the positive part of its class activation maps) lies on the "
        f"animal, which covers {found.area:.0%} of the picture.</p>"
    )


def sample_caption(scene: Scene) -> str:
    """Returns what a picture to learn from is, and where that stands, in two lines."""
    return f"{scene.label}\non {scene.background}"


def caption_of(scene: Scene, answer: Answer | None, before: Answer | None) -> str:
    """Returns the answer to a picture, and what the network before said if that was something else."""
    changed = answer is not None and before is not None and answer.label != before.label
    return caption(scene, answer) + (f"\nbefore: {before.label}" if changed and before is not None else "")


def in_words(scene: Scene, answer: Answer, method: str, mass: float | None) -> str:
    """Returns what there is to say of one picture, in a sentence or two."""
    where = "" if mass is None else f" {mass:.0%} of what speaks for it ({method}) lies on the animal."
    return f"It says <b>{answer.label}</b> ({answer.share:.0%}) to this {scene.label} ({scene.background}).{where}"


def table(found: Examination) -> str:
    """Returns right answers by animal and ground, as an HTML table that marks cells with many wrong ones."""
    head = "".join(f'<th scope="col">{words}</th>' for words in HEADS)
    rows = "".join(
        f'<tr><th scope="row">{animal}</th>{"".join(map(marked, cells))}</tr>' for animal, *cells in table_rows(found)
    )
    return f"<table><caption>{table_words(found)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def table_words(found: Examination) -> str:
    """Returns what the table shows."""
    return f"Right answers to {found.count} fresh animals of each kind, every one put on every ground."


def table_rows(found: Examination) -> list[list[str]]:
    """Returns the cells of the table: the animal, and how many answers were right on each ground, few ones marked."""
    return [
        [animal, *(_said(float(share), found.count) for share in shares)]
        for animal, shares in zip(ANIMALS, found.right, strict=True)
    ]


def _said(share: float, count: int) -> str:
    return f"{WRONG if share < KNOWN else ''}{round(share * count)} of {count}"
