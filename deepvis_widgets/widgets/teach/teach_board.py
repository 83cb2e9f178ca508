"""Classes of one's own, taught by a few pictures of each, and where they are in any other picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ...core.errors import DeepvisError
from ...core.picture.folder import folder_of
from ...core.picture.picture import from_bytes
from ...core.picture.view import View
from ...zoo.teaching.taught import TaughtNetwork
from ...zoo.teaching.teach import teach
from ..kit.picture_lab import PictureLab
from ..kit.unit_pictures import UnitPictures
from ..link.protocol import Frame
from ..page.parts import Page
from ..remake.recipe import Call, Explanation, Named, Pictured
from ..remake.remade import as_pictures
from .answers import Explained
from .handout import page_of
from .panes import TeachPanes
from .session import TeachSession
from .state import EMPTY, FEWEST, TeachState


class TeachBoard(TeachState, PictureLab):
    """Trays of pictures, each a class; a linear layer on the network's pooled features tells them apart, fitted anew
    with every picture that comes or goes (generic localization: Zhou et al. 2016, sec. 4).

    `network` is a Network, a module, or a name for dv.load. `examples` are the trays, {"striped": [picture, ...],
    "plain": "folder"}, two to six, which also take files and folders by hand and the picture shown; of a folder what
    can be read of its first 100 pictures is taken, and a sentence names the others. `picture` is the one asked about
    (None: the first of `pictures`, a folder or a list; None: the ready scenes), or the camera's. `target` is the class
    whose map lies over it, a label or a number, None for the top one. A sentence says how far to trust what was taught:
    each picture is left out once, and told by the others.

    The traits may be set, observed and linked; `taught` is the network, for every other function and widget. `close()`
    frees everything. Raises DeepvisError for a network without pooled features.

    >>> import deepvis_widgets as dv
    >>> trays = {label: [dv.scene(label, seed=seed) for seed in (3, 4)] for label in ("zebra", "husky")}
    >>> board = dv.TeachBoard("husky-wolf", trays)
    >>> board.add("zebra", dv.scene("zebra", seed=5))
    >>> board.taught.labels
    ['zebra', 'husky']
    >>> board.close()
    """

    ARGUMENTS = "network", "examples", "picture", "pictures", "target"

    def __init__(
        self,
        network: Any = "husky-wolf",
        examples: Mapping[str, Sequence[Any]] | None = None,
        picture: Any = None,
        *,
        pictures: Any = None,
        target: int | str | None = None,
    ) -> None:
        super().__init__(network, pictures)
        self.panes = TeachPanes(self, self.stage, self.show)
        self.children = [self.bar, *self.panes.rows]
        self.add_class("dv-teach-board")
        try:
            self.session = TeachSession(self, self.client, self.panes)
        except DeepvisError:
            self.close()
            raise
        units = self.panes.units
        units.pictures = UnitPictures(self.client, self.session.network, units.put)
        self.panes.picture.camera.on_frame("frame", self._filmed)
        trays = EMPTY if examples is None else examples
        self.begin(picture, examples=trays, target=target)
        if trays == EMPTY:
            self.session.learn()

    @property
    def taught(self) -> TaughtNetwork:
        """What the trays teach, as a network; see dv.teach. Raises DeepvisError while fewer than two hold a picture."""
        return teach(self.network, {label: pictures for label, pictures in self.examples.items() if pictures})

    @property
    def explained(self) -> Explained | None:
        """What was last said of the picture; None while nothing is known."""
        return self.session.explained

    def page(self) -> Page:
        """Returns what stays on a page: the trays and what they teach, whose classes it adds up by itself."""
        session = self.session
        return Page(self.called, page_of(self, session.known_lesson, session.explained, self.panes.units.known))

    def argument(self, name: str) -> Any:
        """The present value of an argument of the construction."""
        if name == "target":
            return None if self.target is None else self.labels[self.target]
        return told(self.examples) if name == "examples" else super().argument(name)

    def explanations(self) -> Sequence[Explanation]:
        """What the trays teach, and the map of the class explained."""
        trays = {label: pictures for label, pictures in self.examples.items() if pictures}
        if len(trays) < FEWEST:
            return ()
        taught = Call("teach", (self.network, told(trays)))
        target = {} if self.target is None else {"target": self.labels[self.target]}
        call = Call("explain", (Named("taught"), Pictured(self.image), "cam"), target)
        return [Explanation("taught", taught, "what was taught, and its map"), Explanation("found", call)]

    def _filmed(self, frame: Frame) -> None:
        """A picture of the camera, as the network sees it; the next one comes when it is answered."""
        camera, key = self.panes.picture.camera, self.network.preprocessing.key
        self.session.when_looked(partial(camera.ack, frame.seq))
        self.show(View.of(from_bytes(frame.arrays["picture"]), key), "camera")

    def ending(self) -> None:
        """Lets go of all maps."""
        super().ending()
        if hasattr(self, "session"):
            self.session.forget()


def told(trays: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Returns the trays as parts of a recipe: the pictures of a folder by its path.

    >>> told({"striped": ["a.png"]})["striped"][0].picture
    'a.png'
    """
    return {label: folder_of(pictures) or as_pictures(pictures) for label, pictures in trays.items()}
