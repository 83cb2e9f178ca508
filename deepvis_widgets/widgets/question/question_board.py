"""A question about a picture: the answers, where the explained one lies, and what each word adds to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets

from ..kit.arguments import as_network
from ..kit.picture_lab import PictureLab
from ..page.parts import Page
from ..remake.networks import target_keyword
from ..remake.recipe import Call, Explanation, Pictured, Variant
from .answers import Answered
from .handout import page_of
from .panes import QuestionPanes
from .session import QuestionSession
from .state import QuestionState, check_network, words_of


class QuestionBoard(QuestionState, PictureLab):
    """Ask in plain words what is in a picture, and see where the answer comes from (bag of words and image features:
    Zhou et al. 2015; class activation maps: Zhou et al. 2016).

    `network` is a Network that is given dv.Words beside its picture, or a name for dv.load; `picture` anything a
    picture can be made of (None: the first of `pictures`, a folder or a list; None: the ready scenes), and `question` a
    line of words. `target` is the answer explained, an index or a label, None for the one that is given. Scenes know
    what is right.

    The traits may be set, observed and linked. `close()` frees everything. Raises DeepvisError for words that the
    network does not know, and for a network that takes none or has no exact class activation maps.

    >>> import deepvis_widgets as dv
    >>> board = dv.QuestionBoard(picture=dv.scene("wolf", background="snow", seed=3))
    >>> board.question = "what is the ground?"
    >>> board.close()
    """

    ARGUMENTS = "network", "picture", "pictures", "question"
    SETTINGS = ("target",)

    def __init__(
        self,
        network: Any = "husky-wolf-questions",
        picture: Any = None,
        *,
        pictures: Any = None,
        question: str | None = None,
    ) -> None:
        found = as_network(network)
        check_network(found)
        super().__init__(found, pictures)
        self.panes = QuestionPanes(self, self.stage)
        self.session = QuestionSession(self, self.client, self.panes.answered)
        self.children = [self.bar, *self.panes.rows]
        self.add_class("dv-question-board")
        self.begin(picture, question=self.opening() if question is None else question)

    @traitlets.observe("question", "target")
    def _asked_anew(self, _: Any) -> None:
        self.say("")

    @property
    def answered(self) -> Answered | None:
        """The last answers that came, and the explained one taken apart; None while nothing is known."""
        return self.session.answered

    def page(self) -> Page:
        """Returns what stays on a page: the questions that were asked, each with its answer and where that lies."""
        return Page(self.called, page_of(self, self.session.past))

    def explanations(self) -> Sequence[Explanation]:
        """Where the answer lies, to this question."""
        asked = Variant(self.network, {words_of(self.network): self.question})
        call = Call("explain", (asked, Pictured(self.image), "cam"), target_keyword(self.network, self.target))
        return [Explanation("found", call, "where the answer lies")]

    def ending(self) -> None:
        """Lets go of the answer."""
        super().ending()
        self.session.forget()
