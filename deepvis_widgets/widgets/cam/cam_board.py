"""Class activation mapping, taken apart: the terms, their sum, the classes side by side, the box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.errors import DeepvisError
from ...methods import method
from ...methods.class_evidence import ClassEvidence
from ..kit.picture_lab import PictureLab
from ..kit.unit_pictures import UnitPictures
from ..page.parts import Page
from ..remake.networks import target_keyword
from ..remake.recipe import Call, Explanation, Pictured
from .handout import page_of
from .panes import CamPanes
from .session import CamSession
from .state import CamState


class CamBoard(CamState, PictureLab):
    """A class activation map M_c = Σ_k w_k^c f_k, its largest terms, and how their sum becomes it (Zhou et al. 2016).

    `network` is a Network, a module, or a name for dv.load; `picture` anything a picture can be made of (None: the
    first of `pictures`, a folder or a list; None: the ready scenes). `target` is the class explained, an index or a
    label, None for the top class. Everything on the board is computed from the feature maps of one pass.

    The traits may be set, observed and linked. `close()` frees everything. Raises DeepvisError for a network that has
    no exact class activation maps, naming Grad-CAM.

    >>> import deepvis_widgets as dv
    >>> board = dv.CamBoard("husky-wolf", dv.scene("wolf", background="snow", seed=3))
    >>> board.step, board.threshold = 12, 0.3
    >>> board.close()
    """

    ARGUMENTS = "network", "picture", "pictures", "target"
    SETTINGS = "step", "threshold"

    def __init__(
        self, network: Any = "husky-wolf", picture: Any = None, pictures: Any = None, target: int | str | None = None
    ) -> None:
        super().__init__(network, pictures)
        self.panes = CamPanes(self, self.group, self.stage)
        terms = self.panes.terms
        self.units = terms.pictures = UnitPictures(self.client, self.network, terms.put)
        self.session = CamSession(self, self.client, self.panes)
        self.children = [self.bar, *self.panes.rows]
        self.add_class("dv-cam-board")
        refusal = method("cam").refuses(self.network)
        if refusal:
            self.close()
            raise DeepvisError(refusal)
        self.begin(picture, target=target)

    @property
    def evidence(self) -> ClassEvidence | None:
        """What the recorded picture says for and against every class; None while nothing is known."""
        known = self.session.explained
        return None if known is None else known.recorded.evidence

    @property
    def count(self) -> int | None:
        """How many terms there are; None while nothing is known, and where there are none."""
        known = self.session.explained
        return None if known is None else known.count

    @property
    def channel(self) -> int | None:
        """The class that is explained; None while nothing is known."""
        known = self.session.explained
        return None if known is None else known.channel

    def page(self) -> Page:
        """Returns what stays on a page: the sum, whose terms and classes it adds up by itself, and the maps beside."""
        return Page(self.called, page_of(self, self.session.explained, self.units.known))

    def explanations(self) -> Sequence[Explanation]:
        """The map of the class."""
        call = Call("explain", (self.network, Pictured(self.image), "cam"), target_keyword(self.network, self.target))
        return [Explanation("found", call, "the map of the class")]

    def ending(self) -> None:
        """Lets go of the feature maps."""
        self.session.forget()
        super().ending()
