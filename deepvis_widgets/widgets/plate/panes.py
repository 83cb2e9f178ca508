"""The panes of the plate: a bar with what it does, and a row of pictures for each layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets
import numpy as np
import torch
from torch import Tensor

from ...core.picture.picture import to_bytes
from ...methods.synthesis.plate import Drawn, Plate, PlateRow
from ..kit import layout
from ..kit.notice import Notice, status
from ..kit.progress import bar
from ..link.push import push
from ..views.download_button import DownloadButton, Made
from ..views.gallery import Gallery

SIDE = 88  # css pixels of a picture that shows all the network sees
LEAST = 44  # of the room that a picture has: for the words below it
ROOM = 0.5  # grey of a picture that is still to come

Act = Callable[[], object]


class PlatePanes:
    """Everything on the page, in `rows`. `drawn`, `progress` and `say` may be called on any thread."""

    def __init__(self, plate: Plate, size: tuple[int, int], group: str, play: Act, file: Callable[[], Made]) -> None:
        self._plate, self._scale = plate, SIDE / max(size)
        self.play = layout.button("Draw", "Draw all pictures, or stop drawing", "play", play, "112px")
        self.saver = DownloadButton(file, text="Save PNG", label="Save the plate as one picture")
        self.bar = bar("0 1 160px")
        self.words, self.notice = layout.html("dv-lab-numbers"), Notice()
        self.galleries = [self._gallery(row, group) for row in plate.rows]
        buttons = layout.box("dv-board-row", self.play, self.saver, self.bar, self.words)
        self.rows: list[ipywidgets.Widget] = [buttons, self.notice, *self.galleries]
        self.progress(None)
        self.clear()

    def _gallery(self, row: PlateRow, group: str) -> Gallery:
        side = max(LEAST, round(self._scale * max(row.size)))
        title, startable = row.name, False
        return Gallery(group=group, title=title, size=side, actual_size=True, startable=startable, label=title)

    def clear(self) -> None:
        """Every picture is still to come."""
        for row in range(len(self.galleries)):
            self._show(row)
        push(self.words, value=status(self._said()))

    def drawn(self, answer: Drawn) -> None:
        """Shows the pictures of one unit, which the plate has already."""
        self._show(answer.row)
        push(self.words, value=status(self._said()))

    def _said(self) -> str:
        units = sum(len(row.channels) for row in self._plate.rows)
        return f"{len(self._plate.pictures)} of {units} units, {self._plate.params.pictures} runs each"

    def _show(self, number: int) -> None:
        row, runs = self._plate.rows[number], self._plate.params.pictures
        pictures = [self._plate.pictures.get((number, place)) for place in range(len(row.channels))]
        shown = np.stack([to_bytes(each) for unit in pictures for each in _pictures(unit, row.size, runs)])
        height, width = row.size
        meta = {"caption": f"sees {height}×{width} px", "scale": self._scale}
        gallery = self.galleries[number]
        push(gallery, captions=_captions(row.words, runs))
        gallery.push("pictures", meta, {"pictures": shown})

    def progress(self, fraction: float | None) -> None:
        """Shows how far the drawing is; None where nothing is drawn."""
        busy = fraction is not None
        push(self.play, description="Stop" if busy else "Draw", icon="stop" if busy else "play")
        layout.display(self.bar, busy)
        push(self.bar, value=fraction or 0.0)

    def say(self, sentence: str) -> None:
        """Shows one sentence about what went wrong; an empty one takes it away."""
        self.notice.say(sentence)


def _pictures(unit: Tensor | None, size: tuple[int, int], runs: int) -> Tensor:
    return torch.full((runs, 3, *size), ROOM) if unit is None else unit


def _captions(words: Sequence[str], runs: int) -> list[str]:
    """Returns what each unit is called, under its first run."""
    return [text if run == 0 else f"run {run + 1}" for text in words for run in range(runs)]
