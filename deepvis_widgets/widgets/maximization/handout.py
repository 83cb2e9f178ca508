"""What the maximization lab shows on a page: pictures with their objective, those kept, and one of each layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from ...core.network.network import Network
from ...core.network.target import Target
from ...core.picture.picture import to_bytes
from ...methods.backward import describe
from ..page.parts import Chart, Column, Line, Part, Picture, Row, Text
from .ascent_run import Look
from .climb_words import climb_words
from .kept import Kept, settings_words
from .layer_gallery import Drawn
from .objective_chart import COLOURS, POINTS
from .state import FULL_FRAME, TRUE_SIZE

SIDE, LEAST = 152, 104  # css pixels of a picture: the largest, and the least at true size, for the words below
TURNED = "#8a8f98"

Card = tuple[str, Drawn]  # its title, and the picture


def page(network: Network, look: Look | None, view: str, kept: Sequence[Kept], layers: Sequence[Card]) -> Part:
    """Everything there is to see now, shown as `view` says; before the first step a sentence."""
    parts: list[Part] = [Text("No picture was made yet.")] if look is None else climbs(network, look, view)
    if kept:
        parts += [Text("Kept", "heading"), Row([_kept(network, each) for each in kept])]
    if layers:
        parts += [Text("One unit of each layer", "heading"), Row([_card(network, *each) for each in layers])]
    return Column(parts)


def climbs(network: Network, look: Look, view: str) -> list[Part]:
    """A row of pictures, or two side by side, with the objective of each."""
    height, width = look.box[2:]
    words = describe(network, Target(look.target.channel, look.target.layer))
    rest = " · done" if look.done else ""
    said = Text(f"Step {len(look.trace)} · {words} · sees {height}×{width} px{rest}")
    if look.beside is None:
        return [said, climb(network, look, view, "What it wants to see")]
    return [said, climb(network, look, view, "Up the logit"), climb(network, look.beside, view, "Up the probability")]


def climb(network: Network, look: Look, view: str, title: str) -> Part:
    """One row: the pictures, what became of all classes, and the objective by step."""
    shown = look.pictures if view == FULL_FRAME else look.crops
    last = look.trace[-1].tolist() if len(look.trace) else []
    captions = [f"seed {look.params.seed + place}: {value:.3g}" for place, value in enumerate(last)]
    captions += [""] * (len(shown) - len(captions))
    pictures = [
        Picture(to_bytes(picture), caption, _size(network, picture) if view == TRUE_SIZE else SIDE)
        for picture, caption in zip(shown, captions, strict=True)
    ]
    said = climb_words(network, look)
    return Column([Text(title, "heading"), Row(pictures), *([Text(said)] if said else []), objective(look)])


def objective(look: Look) -> Chart:
    """The objective over the steps, one line for each picture, and dots at the foot where knobs were turned."""
    trace = look.trace.double().numpy()
    steps, count = trace.shape
    kept = np.unique(np.linspace(0, steps - 1, min(steps, POINTS)).round().astype(int))
    lines = [
        Line(f"seed {look.params.seed + place}", kept.tolist(), trace[kept, place].tolist(), _colour(place))
        for place in range(count)
    ]
    if look.turns:
        floor = [float(trace.min())] * len(look.turns)
        lines.append(Line("a knob was turned", look.turns, floor, TURNED, dots=True))
    return Chart(lines, "Objective, by step", "step", height=190)


def _kept(network: Network, kept: Kept) -> Picture:
    lines = [kept.target, f"{kept.value:.3g} after {kept.step} steps, seed {kept.seed}", settings_words(kept)]
    return Picture(to_bytes(kept.picture), "\n".join(lines), _size(network, kept.picture))


def _card(network: Network, title: str, drawn: Drawn) -> Picture:
    height, width = drawn.picture.shape[1:]
    caption = f"{title}\n{height}×{width} px\n{drawn.value:.3g}"
    return Picture(to_bytes(drawn.picture), caption, _size(network, drawn.picture))


def _size(network: Network, picture: Tensor) -> int:
    """The css pixels of a picture (3, h, w) at the true size of what the unit sees."""
    return max(LEAST, round(SIDE * max(picture.shape[1:]) / max(network.size)))


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]
