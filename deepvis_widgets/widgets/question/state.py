"""What decides what the question board shows."""

from __future__ import annotations

from typing import Any

import traitlets

from ...core.errors import DeepvisError
from ...core.network.network import Network
from ...methods import method
from ...zoo.questions.phrases import FIRST
from ..kit.picture_state import PictureState
from ..link.traits import Checked


class QuestionState(PictureState):
    """The picture, the question, and the answer that is explained.

    >>> import deepvis_widgets as dv
    >>> state = QuestionState(dv.load("husky-wolf-questions"))
    >>> state.question = "Where is the wolf?"
    >>> state.ask("is there a wolf?")
    >>> state.question, state.target
    ('is there a wolf?', None)
    """

    question = Checked("", help="what is asked; setting it asks something else")

    def ask(self, text: str) -> None:
        """Asks something else, and has the answer to it explained."""
        self.question = text
        self.target = None

    def opening(self) -> str:
        """The question to begin with, where none is given."""
        return FIRST if self.takes(FIRST) else str(self.network.inputs.values[words_of(self.network)])

    def takes(self, text: str) -> bool:
        """Whether the network knows these words."""
        try:
            self.network.inputs.given(**{words_of(self.network): text})
        except DeepvisError:
            return False
        return True

    @traitlets.validate("question")
    def _check_question(self, proposal: Any) -> str:
        given = self.network.inputs.inputs[words_of(self.network)]
        text: str = given.checked(proposal["value"])
        if not given.parts(text):
            raise DeepvisError(f'There is no word in this question; ask, for one, "{FIRST}"')
        return text


def words_of(network: Network) -> str:
    """Returns the name of the words that a network is given. Raises DeepvisError where it takes none.

    >>> import deepvis_widgets as dv
    >>> words_of(dv.load("husky-wolf-questions"))
    'words'
    """
    found = next((name for name, given in network.inputs.inputs.items() if given.kind == "words"), None)
    if found is None:
        raise DeepvisError(
            f'{network.name} takes no words beside its picture; accepted is "husky-wolf-questions", or a dv.Network '
            "with inputs={...: dv.Words(...)}."
        )
    return found


def check_network(network: Network) -> None:
    """Raises DeepvisError for a network that takes no words, or has no exact class activation maps."""
    words_of(network)
    if refusal := method("cam").refuses(network):
        raise DeepvisError(refusal)
