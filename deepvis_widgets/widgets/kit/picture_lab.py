"""What lessons on one picture and one network share: the choice of a picture, the stage, the way to the engine."""

from __future__ import annotations

import uuid
from typing import Any

import traitlets

from ...core.errors import DeepvisError
from ...engine.client import Client
from ...engine.engine import Engine
from ..link.protocol import Frame
from ..link.push import push
from ..views.stage import Stage
from .arguments import as_network, as_pictures, given_pictures
from .picture_bar import PictureBar
from .picture_state import PictureState
from .root import RootWidget


class PictureLab(PictureState, RootWidget):
    """A lesson on pictures that one network is shown.

    Subclasses lay out `bar`, the choice of pictures, and `stage`, the picture itself. They follow `image` and `target`,
    with observers or by overriding `opened` and `retargeted`, ask the engine through `client`, whose errors are told on
    the stage, and call `begin` when they are complete. `ending` is called once, when the lesson closes.

    >>> import deepvis_widgets as dv
    >>> lab = PictureLab("husky-wolf", [dv.scene("wolf", background="snow", seed=3)])
    >>> lab.begin(None, target="wolf")
    >>> lab.network.labels[lab.target]
    'wolf'
    >>> lab.close()
    """

    def __init__(self, network: Any, pictures: Any) -> None:
        found, self.choices = as_network(network), as_pictures(pictures)
        self.group = uuid.uuid4().hex
        self.bar = PictureBar(self.choices, self.show)
        self.stage = Stage(group=self.group, zoom=352, label="The picture as the network sees it")
        self.stage.on_frame("file", self._dropped)
        self.client = Client(found, self.say)
        super().__init__(found)
        self.add_class("dv-lab")
        self.observe(lambda _: self.retargeted(), names="target")

    # --- for subclasses ---

    def opened(self) -> None:
        """Another picture is `view`."""

    def retargeted(self) -> None:
        """Another class is to be explained."""

    def begin(self, picture: Any, **traits: Any) -> None:
        """Sets these traits and opens the first picture: this one, or the first of the choices."""
        self.set_or_close(**traits, image=self.choices[0][1] if picture is None else picture)

    def say(self, sentence: str) -> None:
        """Shows a sentence on the stage, from any thread; an empty one takes the last one away."""
        push(self.stage, notice=sentence)

    # --- common ---

    def argument(self, name: str) -> Any:
        """The present value of an argument of the construction."""
        return given_pictures(self.bar.choices) if name == "pictures" else super().argument(name)

    @traitlets.observe("image")
    def _to_image(self, _: Any) -> None:
        self.bar.point(self.image)
        self.say("")
        self.opened()

    @property
    def engine(self) -> Engine:
        """The engine of the network."""
        return self.client.engine

    def show(self, picture: Any, name: str = "") -> None:
        """Shows another picture, called `name` where it is given; one that cannot be read leaves a sentence on the
        stage, and the old picture stays.
        """
        try:
            self.image = picture
        except DeepvisError as error:
            self.say(str(error))
            self.bar.point(self.image)
        else:
            self.bar.point(picture, name)

    def _dropped(self, frame: Frame) -> None:
        self.show(frame.arrays["bytes"].tobytes(), str(frame.meta.get("name", "")))
        self.stage.ack(frame.seq)

    def ending(self) -> None:
        self.client.close()
        self.view = None
