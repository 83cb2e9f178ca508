"""Every widget alive: as a hand-out, made while the site is built, with its picture as the thumbnail."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import deepvis_widgets as dv


def look_at(step: int, video: Any) -> None:
    video.step = step


PLATE = ["features.relu1", "features.relu4"]
PATIENCE = 600  # s for what a widget computes
WIDGETS: dict[str, Callable[[], Any]] = {
    "Explorer": dv.Explorer,
    "Compare": lambda: dv.Compare(methods=["cam", "saliency", "lrp", "occlusion"]),
    "HuskyWolf": lambda: dv.HuskyWolf(seed=0, first="biased"),
    "CamBoard": dv.CamBoard,
    "CamVideo": lambda: dv.CamVideo(video=[dv.scene("wolf", seed=seed) for seed in range(1, 5)]),
    "OcclusionLab": dv.OcclusionLab,
    "ShiftLab": dv.ShiftLab,
    "TeachBoard": lambda: dv.TeachBoard(examples=trays(zebra=4, leopard=4), picture=dv.scene("zebra", seed=9)),
    "QuestionBoard": dv.QuestionBoard,
    "CircuitBoard": dv.CircuitBoard,
    "MaximizationLab": lambda: dv.MaximizationLab(seeds=2),
    "MaximizationPlate": lambda: dv.MaximizationPlate(layers=PLATE, units=6, runs=1),
    "ConvolutionBoard": dv.ConvolutionBoard,
    "PoolingBoard": dv.PoolingBoard,
    "DeconvnetBoard": dv.DeconvnetBoard,
    "InteractionBoard": dv.InteractionBoard,
    "RelevanceBoard": dv.RelevanceBoard,
    "RelevanceLedger": dv.RelevanceLedger,
    "AtlasView": lambda: dv.AtlasView(network=dv.load("husky-wolf")),
    "SnowLab": lambda: dv.SnowLab(seed=0, share=1.0),
}
Act = Callable[[Any], Any]
# what is done to a widget before it is handed out, each when the one before has come to its end
ACTS: dict[str, Sequence[Act]] = {
    "Explorer": [lambda explorer: explorer.press("unit-pictures")],
    "HuskyWolf": [
        lambda lesson: lesson.cast(14, 3, {"the coat": 5}),
        dv.HuskyWolf.next,
        dv.HuskyWolf.next,
        lambda lesson: lesson.cast(1, 16, {"the snow on the ground": 15}),
        dv.HuskyWolf.next,
    ],
    "CamVideo": [partial(look_at, step) for step in (1, 2, 3, 0)],
    "OcclusionLab": [dv.OcclusionLab.sweep],
    "MaximizationLab": [dv.MaximizationLab.start],
    "MaximizationPlate": [dv.MaximizationPlate.draw],
    "SnowLab": [dv.SnowLab.train],
}
FAST = ("Explorer", "PoolingBoard", "ConvolutionBoard")


def trays(**counts: int) -> dict[str, list[Any]]:
    """Scenes to learn classes from."""
    return {label: [dv.scene(label, seed=seed) for seed in range(count)] for label, count in counts.items()}


def write_gallery(pages: Path, names: Sequence[str]) -> Sequence[str]:
    """Writes a page for each widget and one with all of them; those named are handed out. Returns the names."""
    for folder in ("gallery", "handouts"):
        (pages / folder).mkdir(parents=True, exist_ok=True)
    for name in names:
        hand_out(name, pages / "handouts")
    for name in WIDGETS:
        (pages / "gallery" / f"{name}.md").write_text(page_of(name, name in names), "utf-8")
    cards = "\n".join(card(name, name in names) for name in WIDGETS)
    (pages / "gallery" / "index.md").write_text(WIDE + INDEX.format(cards=cards), "utf-8")
    return names


def hand_out(name: str, folder: Path) -> None:
    """Writes a widget's hand-out and its picture."""
    print(f"{name}: a hand-out is made", flush=True)
    widget = WIDGETS[name]()
    try:
        for act in (lambda _: None, *ACTS.get(name, ())):
            act(widget)
            widget.idle(PATIENCE)
        widget.handout(folder / f"{name}.html", f"dv.{name}")
        picture = widget.snapshot()
        picture.thumbnail((800, 2400))
        picture.save(folder / f"{name}.webp", quality=80)
    finally:
        widget.close()


WIDE = "---\nhide: [navigation, toc]\n---\n\n"  # a page without columns beside it: a hand-out takes the room
INDEX = """# Gallery

Every widget, alive: each page below holds one as a hand-out, a file that needs no kernel and no network. In a notebook
they do more; [a recipe for each](../docs/widgets.md) says what.

<div class="cards" markdown="1">

{cards}

</div>
"""


def card(name: str, handed: bool) -> str:
    picture = f"![](../handouts/{name}.webp)\n" if handed else ""
    return f'<div markdown="1">\n\n{picture}[dv.{name}]({name}.md)\n\n{said(name)}\n\n</div>\n'


def page_of(name: str, handed: bool) -> str:
    """The page of a widget: what it is, its hand-out where there is one, and where to go on."""
    alive = framed(name, "../") if handed else "It is not handed out here: this site was built in a hurry (`--fast`)."
    reference = f"[Reference](../reference/widgets.md#deepvis_widgets.{name})"
    links = f"[A recipe](../docs/widgets.md) · {reference} · [All widgets](index.md)"
    return f"{WIDE}# {name}\n\n{said(name)}\n\n{alive}\n\n{links}\n"


def said(name: str) -> str:
    """The first paragraph of a widget's docstring."""
    return re.sub(r"\s+", " ", (inspect.getdoc(getattr(dv, name)) or "").split("\n\n")[0])


def framed(name: str, up: str) -> str:
    """A hand-out in a frame, and a link that opens it alone; `up` leads from the page to the site's root."""
    file = f"{up}handouts/{name}.html"
    frame = f'<iframe class="handout" src="{file}" title="dv.{name}, alive" loading="lazy"></iframe>'
    return f'{frame}\n<p class="alone"><a href="{file}">dv.{name} alone, as a file to take away</a></p>'
