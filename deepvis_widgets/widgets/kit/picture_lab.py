"""What lessons on one picture and one network share: the choice of a picture, the class explained, the engine."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from typing import Any

import ipywidgets
import traitlets
from torch import Tensor

from ...core.errors import DeepvisError, sentence
from ...engine.engine import Engine
from ..views.stage import Stage
from .arguments import as_network, as_pictures
from .layout import close_all
from .picture_bar import PictureBar

log = logging.getLogger(__name__)


class PictureLab(ipywidgets.VBox):
    """A lesson on pictures that one network is shown.

    Subclasses lay out `bar`, the choice of pictures, and `stage`, the picture itself; they override `opened`, called
    with every new picture, and `retargeted`. Whatever takes long they give to `ask`.
    """

    image = traitlets.Any(help="the picture shown; setting it opens another")
    target = traitlets.Any(None, allow_none=True, help="class index explained, None: the top class; a label may be set")

    def __init__(self, network: Any, pictures: Any) -> None:
        self.network = as_network(network)
        self.group = uuid.uuid4().hex
        self.choices = as_pictures(pictures)
        self.view: Tensor | None = None
        self.lock = threading.RLock()  # answers come on the worker's thread, changes on others
        self.bar = PictureBar(self.choices, self.show, live=False)
        self.stage = Stage(group=self.group, zoom=352, label="The picture as the network sees it")
        self.stage.on_frame("file", lambda frame: self._dropped(frame))
        self.engine = Engine.of(self.network).acquire()
        super().__init__()
        self.add_class("dv-lab")
        self.observe(lambda _: self.retargeted(), names="target")

    # --- for subclasses ---

    def opened(self) -> None:
        """Another picture is `view`; what can be told about it is yet to be asked."""
        raise NotImplementedError

    def retargeted(self) -> None:
        """Another class is to be explained."""
        raise NotImplementedError

    def begin(self, picture: Any, **traits: Any) -> None:
        """Set these traits and open the first picture: this one, or the first of the choices."""
        try:
            for name, value in traits.items():
                setattr(self, name, value)
            self.image = self.choices[0][1] if picture is None else picture
        except Exception:
            self.close()  # nobody else could
            raise
        self.bar.point(0 if picture is None else None)

    def ask(
        self,
        slot: str,
        work: Callable[..., Any],
        on_result: Callable[[Any], object],
        doing: str,
        done: Callable[[], object] = lambda: None,
        **more: Any,
    ) -> None:
        """Have `work(report)` done by the engine; a newer question of the same slot takes the place of this one.

        What goes wrong is told on the stage; `done` is called in any case.
        """
        if self.closed:
            done()
            return

        def finish(result: Any) -> None:
            try:
                if not self.closed:
                    on_result(result)
            except Exception as error:
                log.exception("Showing what came of %s failed", doing)
                self.stage.notice = sentence(error, doing)
            finally:
                done()

        def fail(reason: str, _: BaseException) -> None:
            self.stage.notice = reason
            done()

        self.engine.submit(
            f"{slot} {self.group}",
            work,
            on_result=finish,
            on_error=fail,
            on_cancelled=done,
            doing=doing,
            **more,
        )

    def cancel(self, slot: str) -> None:
        """Drop what was asked for a slot."""
        self.engine.cancel(f"{slot} {self.group}")

    # --- common ---

    @traitlets.validate("image")
    def _check_image(self, proposal: Any) -> Any:
        self.view = self.network.view(proposal["value"])
        return proposal["value"]

    @traitlets.observe("image")
    def _to_image(self, _: Any) -> None:
        self.stage.notice = ""
        self.opened()

    @traitlets.validate("target")
    def _check_target(self, proposal: Any) -> int | None:
        return None if proposal["value"] is None else self.network.class_index(proposal["value"])

    @property
    def closed(self) -> bool:
        """Whether the lesson was closed."""
        return self.comm is None

    def show(self, picture: Any, name: str = "") -> None:
        """Show another picture; one that cannot be read leaves a sentence on the stage and the old picture in place."""
        try:
            self.image = picture
        except DeepvisError as error:
            self.stage.notice = str(error)

    def _dropped(self, frame: Any) -> None:
        self.bar.leave()
        self.show(frame.arrays["bytes"].tobytes(), str(frame.meta.get("name", "")))
        self.stage.ack(frame.seq)

    def close(self) -> None:
        """Give the engine back, free what was computed, and take the widgets off the page."""
        if not self.closed:
            self.engine.release()
            close_all(self.children)
            self.view = None
        super().close()
