"""A row of pictures that climb: the pictures, what became of all classes, and the objective by step."""

from __future__ import annotations

import html

import numpy as np
import torch

from ...core.network.network import Network
from ...core.picture.picture import to_bytes
from ..kit import layout
from ..link.frames import no_pictures
from ..link.push import push
from ..views.gallery import Gallery
from .ascent_run import Look
from .climb_words import climb_words
from .objective_chart import AscentTrace

SIDE = 152  # css pixels of a picture


class ClimbRow:
    """Shows looks at one row, on any thread, one at a time: `pictures` and `chart` are laid out."""

    def __init__(self, group: str, title: str, objective: str, network: Network) -> None:
        self._network, self._scale = network, SIDE / max(network.size)
        self.gallery = Gallery(group=group, size=SIDE, title=title, placeholder="Press Start.", label="The pictures")
        self.words = layout.html("dv-lab-numbers")
        self.heading = layout.title(f"{objective}, by step", "dv-lab-title")
        self.trace = AscentTrace()
        self.pictures = layout.box("dv-max-pictures", self.gallery, self.words)
        self.chart = layout.box("dv-max-chart", self.heading, self.trace)

    def show(self, look: Look, caption: str, full_frame: bool, true_size: bool) -> None:
        """Shows the pictures as they are, and how far they have come."""
        shown = look.pictures if full_frame else look.crops
        push(self.gallery, actual_size=true_size)
        meta = {"caption": caption, "scale": self._scale}
        self.gallery.push("pictures", meta, {"pictures": np.stack([to_bytes(picture) for picture in shown])})
        last = look.trace[-1].tolist() if len(look.trace) else []
        captions = [f"seed {look.params.seed + place}: {value:.3g}" for place, value in enumerate(last)]
        push(self.gallery, progress=look.fraction, captions=captions)
        push(self.words, value=html.escape(climb_words(self._network, look)))
        self.trace.show(look.trace, look.turns)

    def clear(self) -> None:
        """Shows an empty gallery."""
        self.gallery.forget("pictures")
        self.gallery.push("pictures", {"caption": ""}, {"pictures": no_pictures()})
        self.begin()

    def begin(self) -> None:
        """Takes away what is said of pictures that are gone."""
        self.trace.show(torch.empty(0, 0))
        push(self.gallery, captions=[], progress=0.0)
        push(self.words, value="")
