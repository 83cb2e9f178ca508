"""The Explorer on a page without its network: what it showed, and the answers to many places of an occluder."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ....core.picture.fills import occlude
from ....core.picture.picture import to_bytes
from ...page.parts import Column, Occluder, Part, Text
from ..state import ExplorerState

PLACES = 12  # along each side
SHARE = 0.25  # of the picture's side that the occluder covers, where none is there
TOGETHER = 16  # pictures in a pass
MOST = 10  # answers


def recorded(state: ExplorerState, drawn: Part, why: str) -> Part:
    """Returns what is shown, below a recording: an occluder at PLACES × PLACES places of the picture, with the answers
    to each. `why` says what keeps the network out of the page; where its answers are not drawn as bars, there is no
    recording.
    """
    said = [Text(f"This page does not run the network. {why}".strip(), "note")]
    answers = state.network.answers
    if answers.placed or not hasattr(answers, "probabilities"):
        return Column([*said, drawn])
    return Column([*said, _occluder(state), drawn])


def _occluder(state: ExplorerState) -> Occluder:
    size = state.network.size
    window = (state.occluder or (0, 0, *(round(SHARE * side) for side in size)))[2:]
    stride = tuple(max(1, (side - own) // (PLACES - 1)) for side, own in zip(size, window, strict=True))
    values = _answers(state, window, stride)
    whole = _shown(state, state.view[None])[0]
    best = whole.argsort(descending=True, stable=True)[:MOST] if state.network.answers.ranked else torch.arange(MOST)
    best = best[best < len(whole)]
    names = [state.network.labels[index] for index in best.tolist()]
    start = None if state.occluder is None else state.occluder[:2]
    pictures = {"picture": to_bytes(state.view[:3]), "fill": to_bytes(state.cover[:3])}
    return Occluder(
        **pictures,
        window=window,
        stride=stride,
        values=values[..., best].numpy().astype(np.float32),
        names=names,
        percent=state.network.answers.percent,
        start=start,
        title="Drag the square over the picture",
    )


def _answers(state: ExplorerState, window: tuple[int, int], stride: tuple[int, int]) -> Tensor:
    """What is shown of the scores (rows, cols, n) with the window's corner at each place."""
    rows, cols = (_places(side, own, step) for side, own, step in zip(state.network.size, window, stride, strict=True))
    views = [occlude(state.view, state.cover, (row, col, *window)) for row in rows for col in cols]
    found = [_shown(state, torch.stack(views[at : at + TOGETHER])) for at in range(0, len(views), TOGETHER)]
    return torch.cat(found).view(len(rows), len(cols), -1)


def _places(side: int, window: int, step: int) -> range:
    return range(0, min(side - window, step * (PLACES - 1)) + 1, step)


def _shown(state: ExplorerState, views: Tensor) -> Tensor:
    return state.answering.answers.shown(state.answering.logits(views).float()).cpu()
