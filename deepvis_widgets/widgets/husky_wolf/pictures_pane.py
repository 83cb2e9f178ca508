"""The pictures of the husky and wolf lesson, with answers and explanations, and the chosen one enlarged."""

from __future__ import annotations

import threading

import ipywidgets
import traitlets
from torch import Tensor

from ...core.picture.picture import to_bytes
from ...core.results import HeatMap
from ...methods import method
from ..kit.layout import box, button, classed, display, dropdown, html
from ..link.frames import overlay_frame
from ..link.push import push
from ..views.gallery import Gallery
from ..views.stage import Stage
from .answers import PicturesAnswer
from .map_overlay import gallery_pictures
from .state import HuskyWolfState, offered
from .words import caption, in_words, wrong_ones


class PicturesPane:
    """A gallery of all pictures, a large view of the chosen one, and `tools` for the maps over them.

    `show` may be called on any thread.
    """

    def __init__(self, state: HuskyWolfState) -> None:
        self._state, self._shown = state, PicturesAnswer()
        self._enlarged: tuple[int, int] | None = None  # number of the picture on the stage, of how many
        self._lock = threading.RLock()
        label = "The pictures that the network is asked about"
        self.gallery: Gallery = classed(Gallery(label=label, size=112, fluid=True, placeholder=""), "dv-scenes")
        self.stage = Stage(zoom=320, draw_occluder=False, label="The picture that was chosen, enlarged")
        self.words = html("dv-words")
        self.smaller = button("Close", "Show all pictures alike again", on_click=lambda: setattr(state, "picture", -1))
        self.viewer = box("dv-viewer", self.stage, self.words, self.smaller)
        self.box = box("dv-pictures", self.gallery, self.viewer)
        self.method = dropdown("Method", offered(), "The method that explains the answers", value="cam")
        tip = "How much of the picture the explanation covers"
        self.opacity = ipywidgets.FloatSlider(
            0.6, min=0, max=1, step=0.05, description="Opacity", readout_format=".0%", tooltip=tip
        )
        self.tools = box("dv-row", self.method, self.opacity)
        self._bind()

    def _bind(self) -> None:
        for trait, control in (("method", self.method), ("opacity", self.opacity)):
            traitlets.link((self._state, trait), (control, "value"))
        traitlets.link((self._state, "picture"), (self.gallery, "chosen"))
        self.link = ipywidgets.jslink((self.opacity, "value"), (self.stage, "opacity"))
        self._state.observe(lambda _: self._draw_gallery(), names="opacity")
        self._state.observe(lambda _: self._draw_large(), names="picture")
        self._draw_large()

    def show(self, pictures: PicturesAnswer) -> None:
        """Shows these pictures with the answers and the maps there are."""
        with self._lock:
            self._shown = pictures
            self._draw_gallery()
            self._draw_large()

    def _draw_gallery(self) -> None:
        with self._lock:
            shown = self._shown
            pairs = list(zip(shown.scenes, shown.answers, strict=True))
            push(self.gallery, captions=[caption(*pair) for pair in pairs], marked=wrong_ones(pairs))
            pictures = gallery_pictures(shown.views, shown.maps, self._state.opacity)
            self.gallery.push("pictures", {"caption": ""}, {"pictures": pictures})

    def _draw_large(self) -> None:
        with self._lock:
            shown, index = self._shown, self._state.picture
            display(self.viewer, index >= 0)
            if 0 <= index < len(shown.views):
                self._enlarge(index, shown.views[index], shown.maps.get(index))
                push(self.words, value=in_words(shown.letter, shown.scenes[index], shown.answers[index]))

    def _enlarge(self, index: int, view: Tensor, result: HeatMap | None) -> None:
        enlarged = index, len(self._shown.views)
        if enlarged != self._enlarged:
            picture = to_bytes(view)
            self.stage.push("picture", arrays={"picture": picture, "fill": picture})
            self._enlarged = enlarged
        title = "" if result is None else f"{method(result.method).title}: {result.target}"
        meta, arrays = overlay_frame(result, title)
        push(self.stage, colormap="blue-red" if meta.get("signed", False) else "inferno")
        self.stage.push("overlay", meta, arrays)
