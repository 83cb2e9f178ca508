"""What a network looks at, picture by picture of a video, and live through the camera."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from ...core.errors import DeepvisError
from ...core.picture.picture import from_bytes
from ...core.picture.view import View
from ...engine.client import Client
from ...engine.engine import Engine
from ...methods import method
from ..kit.arguments import as_network
from ..kit.notice import attempt
from ..kit.root import RootWidget
from ..link.protocol import Frame
from ..link.push import push
from ..page.parts import Page
from ..remake.networks import target_keyword
from ..remake.recipe import Call, Explanation, Pictured
from .handout import page_of
from .panes import VideoPanes
from .session import VideoSession, Watched
from .state import VideoState


class CamVideo(VideoState, RootWidget):
    """The class activation map over a video that is played, stepped and scrubbed, and over the camera's pictures (Zhou
    et al. 2016).

    `network` is a Network, a module, or a name for dv.load; `video` the path of a file (decoded by PyAV, the extra
    `video`) or a list of pictures; None: there is the camera alone. `target` is the class explained, an index or a
    label, None for the top class of each picture. A network slower than the video leaves pictures out.

    The traits may be set, observed and linked. `close()` frees everything. Raises DeepvisError for a file that is no
    video, and for a network that has no exact class activation maps.

    >>> import deepvis_widgets as dv
    >>> clip = dv.CamVideo("husky-wolf", [dv.scene("wolf", seed=seed) for seed in (3, 4)])
    >>> clip.step = 1
    >>> clip.close()
    """

    ARGUMENTS = "network", "video", "target"
    SETTINGS = ("step",)

    def __init__(self, network: Any = "husky-wolf", video: Any = None, *, target: int | str | None = None) -> None:
        found = as_network(network)
        refusal = method("cam").refuses(found)
        if refusal:
            raise DeepvisError(refusal)
        self.client = Client(found, self.say)
        super().__init__(found)
        self.panes = VideoPanes(self, uuid.uuid4().hex)
        self.session = VideoSession(self, self.client, self.panes.watched)
        self.children = self.panes.rows
        self.add_class("dv-lab")
        self.add_class("dv-cam-video")
        self.panes.camera.on_frame("frame", self._filmed)
        self.panes.stage.on_frame("file", self._dropped)
        self.set_or_close(target=target, video=video)

    @property
    def engine(self) -> Engine:
        """The engine of the network."""
        return self.client.engine

    @property
    def watched(self) -> Watched | None:
        """What was last said of a picture; None while nothing is known."""
        return self.session.watched

    def say(self, sentence: str) -> None:
        """Shows a sentence on the picture, from any thread."""
        push(self.panes.stage, notice=sentence)

    def page(self) -> Page:
        """Returns what stays on a page: the pictures that were looked at, to be stepped through under their maps."""
        return Page(self.called, page_of(self, self.session.watched, self.session.kept))

    def explanations(self) -> Sequence[Explanation]:
        """The map over the picture shown, where the video is a list of them."""
        if not isinstance(self.video, list | tuple):
            return ()
        arguments = self.network, Pictured(self.video[self.step]), "cam"
        call = Call("explain", arguments, target_keyword(self.network, self.target))
        return [Explanation("found", call, "the map over the picture shown")]

    def _dropped(self, frame: Frame) -> None:
        """A picture that was dropped or pasted: a video of one."""
        attempt(self.say, setattr, self, "video", [frame.arrays["bytes"].tobytes()])

    def _filmed(self, frame: Frame) -> None:
        """A picture of the camera, as the network sees it; the next one comes when it is answered."""
        view = View.of(from_bytes(frame.arrays["picture"]), self.network.preprocessing.key)
        self.session.film(view, partial(self.panes.camera.ack, frame.seq))

    def ending(self) -> None:
        """Closes the file, and lets go of the answer."""
        self.client.close()
        self.film.close()
        self.session.forget()
