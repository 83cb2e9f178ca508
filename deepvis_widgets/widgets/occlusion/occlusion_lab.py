"""Occlusion by hand and by sweep: where hiding a part of the picture changes the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...methods.occlusion import APPROXIMATE, fitting_window
from ..kit.made import last_picture
from ..kit.picture_lab import PictureLab
from ..page.parts import Page
from ..remake.networks import target_keyword
from ..remake.recipe import Call, Explanation, Pictured
from .controls import SweepBar
from .handout import SIDE, page_of
from .panes import OcclusionPanes
from .probe import Probe
from .session import OcclusionSession
from .state import OcclusionState, last_maps
from .trail import Trail


class OcclusionLab(OcclusionState, PictureLab):
    """A window that hides a part of the picture, moved by hand or swept over it (Zeiler & Fergus 2014, sec. 4.2).

    Every place the window has been leaves its trail on the picture: what the class `target` (an index or a label, None:
    the top class) lost there, averaged where windows overlap. Three maps have a cell for every position of the window:
    the probability of the class, the label predicted, and the strongest activation of a unit, as in figure 6 of the
    paper (where the activations of the unit's map are summed); beside them is the deconvolution of that unit's map on
    the whole picture, the figure's third panel. `unit` None is the strongest one of `layer` on the whole
    picture, `layer` None the last one that has maps.

    `window` is the side of the square in pixels, `stride` what lies between two positions of a sweep, at most the
    window; an occluder of another size makes a window of its longer side. An `approximate` sweep measures few of its
    windows, and says so over its maps. The traits may be set, observed and linked.
    `close()` frees everything.

    >>> import deepvis_widgets as dv
    >>> lab = dv.OcclusionLab("husky-wolf-biased", dv.scene("husky", background="snow", seed=3))
    >>> lab.window, lab.stride, lab.fill = 32, 16, "blur"
    >>> lab.occluder = (40, 40, 32, 32)
    >>> lab.close()
    """

    ARGUMENTS = "network", "picture", "pictures", "target", "layer", "unit"
    SETTINGS = "window", "stride", "fill", "score", "approximate", "occluder"
    STARTED = ("window",)

    def __init__(
        self,
        network: Any = "husky-wolf",
        picture: Any = None,
        pictures: Any = None,
        target: int | str | None = None,
        layer: str | None = None,
        unit: int | None = None,
    ) -> None:
        super().__init__(network, pictures)
        self.window = fitting_window(self.network.size)
        sweeping = SweepBar(self.sweep, self.stop, self.clear)
        self.panes = OcclusionPanes(
            self, self.group, self.stage, sweeping, lambda box, done: self.session.look(box, done), self._pick_cell
        )
        self.session = OcclusionSession(self, self.client, self.panes)
        self.children = [self.bar, *self.panes.rows]
        self.add_class("dv-occlusion-lab")
        self.begin(picture, target=target, layer=layer or last_maps(self.network), unit=unit)

    @property
    def probe(self) -> Probe | None:
        """What is hidden with what, and which answers are read; None while the whole picture is being looked at."""
        experiment = self.session.experiment
        return None if experiment is None else experiment.probe

    @property
    def trail(self) -> Trail:
        """Everything the window has been over, in `seen`; empty while the whole picture is being looked at."""
        experiment = self.session.experiment
        return Trail(self.network.size, self.window, self.stride) if experiment is None else experiment.trail

    def explanations(self) -> Sequence[Explanation]:
        """What a whole sweep finds."""
        chosen = {"window": self.window, "stride": self.stride, "fill": self.fill, "score": self.score}
        more = {"windows": APPROXIMATE} if self.approximate else {}
        watched = self.layer if self.unit is None else f"{self.layer}:{self.unit}"
        keywords = target_keyword(self.network, self.target) | chosen | more | {"watch": watched}
        call = Call("explain", (self.network, Pictured(self.image), "occlusion"), keywords)
        return [Explanation("found", call, "what a whole sweep finds")]

    def sweep(self) -> None:
        """Puts the window everywhere, from coarse to fine; what was found by hand stays.

        While the whole picture is still being looked at, the sweep follows that.
        """
        self.session.sweep()

    def stop(self) -> None:
        """Stops the sweep; what it has found stays."""
        self.session.stop()

    def clear(self) -> None:
        """Forgets every position, and begins anew."""
        self.session.restart()

    restart = clear

    def _pick_cell(self, place: tuple[int, int]) -> None:
        """Puts the window where it was for a cell; at the border it is pushed back into the picture."""
        experiment = self.session.experiment
        if experiment is None:
            return
        boxes = experiment.trail.boxes
        if place[0] < boxes.shape[0] and place[1] < boxes.shape[1]:
            top, left = boxes[place][:2].tolist()
            self.occluder = self.fitted(top, left)

    def page(self) -> Page:
        """Returns what stays on a page: the window, which is dragged over what the sweep was told, and its maps."""
        projection = self.panes.projection
        projected = last_picture(projection, projection.title, SIDE)
        return Page(self.called, self.session.read(lambda known: page_of(self, known, projected)))

    def ending(self) -> None:
        """Stops the sweep, and lets go of what was found."""
        self.session.forget()
        super().ending()
