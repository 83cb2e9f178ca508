"""Where the relevance of a real network's answer is, layer by layer, down to the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets

from ...core.errors import DeepvisError
from ...methods.lrp import RelevanceMap
from ...methods.relevance.propagate import PICTURE
from ..kit.layout import box, classed
from ..kit.picture_lab import PictureLab
from ..page.parts import Page
from ..remake.networks import target_keyword
from ..remake.recipe import Call, Explanation, Pictured
from . import ledger_handout
from .ledger_controls import LedgerControls
from .ledger_state import PARAMS, LedgerState
from .panes import AccountPane, LayerPane, PicturePane
from .session import LedgerSession


class RelevanceLedger(LedgerState, PictureLab):
    """Layer-wise relevance propagation (Bach et al. 2015) through a network: ΣR of every layer, what biases and ε took,
    and the relevance map of any layer. A click on a bar shows that layer.

    `composite`, `epsilon`, `gamma` and `biases` are those of dv.explain(..., "lrp"); `target` is a class or None (the
    top class), `layer` the layer shown, "picture" for the picture itself. All may be set, observed and linked; what
    does not exist raises DeepvisError. `result` is the RelevanceMap with its `ledger`, None until the first answer.

    >>> import deepvis_widgets as dv
    >>> ledger = dv.RelevanceLedger("husky-wolf", pictures=[dv.scene("wolf")], composite="epsilon")
    >>> ledger.layer = "features.conv2"
    >>> ledger.close()
    """

    ARGUMENTS = "network", "picture", "target", "pictures", "layer", *PARAMS

    def __init__(
        self,
        network: Any = "husky-wolf",
        picture: Any = None,
        *,
        target: int | str | None = None,
        pictures: Any = None,
        layer: str = PICTURE,
        **params: Any,
    ) -> None:
        if unknown := [name for name in params if name not in PARAMS]:
            raise DeepvisError(f'RelevanceLedger has no "{unknown[0]}"; accepted: {", ".join(PARAMS)}.')
        super().__init__(network, pictures)
        classed(self, "dv-relevance")
        self.network.recordings.limit = max(2, self.network.recordings.limit)
        self._session = LedgerSession(self, self.client.ask)
        self._make_panes()
        self.begin(picture, **params, target=target, layer=layer)

    @property
    def result(self) -> RelevanceMap | None:
        """Returns what LRP found, with its `ledger`; None until the first answer."""
        return self._session.result

    def page(self) -> Page:
        """The relevance of every layer as a map, and the account of all of them."""
        return Page(self.called, ledger_handout.page(self.network, self.view, self.result, self.layer))

    def opened(self) -> None:
        """Computes everything anew for another picture."""
        if self.view is not None:
            self._picture.open(self.view)
            self._session.explain(self.view, self.target)

    def retargeted(self) -> None:
        """Computes the account of another class."""
        self._session.explain(self.view, self.target)

    def explanations(self) -> Sequence[Explanation]:
        """The relevance of the picture, and that of the layer shown."""
        given = {name: value for name, value in self.params.items() if value != self.trait_defaults(name)}
        arguments = self.network, Pictured(self.image), "lrp"
        call = Call("explain", arguments, target_keyword(self.network, self.target) | given)
        return [Explanation("found", call, "relevance down to the picture; found.ledger has every layer")]

    def ending(self) -> None:
        self._session.forget()
        super().ending()

    def _make_panes(self) -> None:
        self._picture, account = PicturePane(self.stage), AccountPane(self)
        layer, self.controls = LayerPane(self.network, self.group), LedgerControls(self)
        self.chart, self.words, self.map = account.chart, account.words, layer.map
        beside = box("dv-relevance-panes", self.stage, self.map, self.controls)
        self.children = [self.bar, beside, self.chart, self.words]
        for pane in (self._picture, account, layer):
            self._session.subscribe(pane.show)
        as_choice = (lambda target: -1 if target is None else target, lambda index: None if index == -1 else index)
        traitlets.link((self, "target"), (self.controls.classes, "value"), transform=as_choice)
