"""The panes of the Explorer: what each shows, and what a person can do on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ...core.network.network import Network
from ...core.network.untrained import is_untrained
from ...core.picture.picture import from_bytes
from ...zoo.scenes import CLASSES, Scene
from ..link.live_widget import LiveWidget
from ..link.port import Port
from ..link.protocol import Frame
from .answers import AtlasInUse, Subscribe
from .blocks import Block
from .inputs_pane import InputsPane
from .keys import KEYS
from .live_panes import BackwardPane, BarsPane, GridPane, PatternsPane, StagePane, StatusPane, UnitPane
from .method_pane import MethodPane
from .picture_menu import PictureMenu
from .ribbon_pane import RibbonPane
from .state import ExplorerState
from .why.why_pane import WhyPane

Done = Callable[[], object]


@dataclass(frozen=True)
class Acts:
    """What a person can do on the panes that is more than setting the state."""

    show: Callable[[Any], None]
    pick: Callable[[int], None]
    drag: Callable[[Any, int, Done], None]
    scroll: Callable[[Tensor, Done], None]
    film: Callable[[Tensor, Done], None]
    press: Callable[[str], None]
    stop_method: Callable[[], None]
    say: Callable[[str], None]
    show_pictures: Callable[[], None]  # known ones, or else new ones
    draw_pictures: Callable[[], None]
    stop_pictures: Callable[[], None]
    ask_card: Callable[[Port, Frame], None]


class Panes:
    """The panes of one Explorer, each behind a port of `widget`; they know the state, and no session."""

    def __init__(
        self,
        state: ExplorerState,
        widget: LiveWidget,
        blocks: Sequence[Block],
        pictures: Sequence[tuple[str, Any]],
        names: dict[str, str],
        acts: Acts,
    ) -> None:
        network = state.network
        port = partial(Port, widget)
        self.page = port("page")
        self.page.put(keys=KEYS, network=network.name, size=list(network.size), note=remark(network, state.image))
        state.observe(lambda change: self.page.put(note=remark(network, change["new"])), names="image")
        self.stage = StagePane(state, port("stage"))
        self.pictures = PictureMenu(state, port("pictures"), pictures, acts.show)
        self.method = MethodPane(state, port("method"), acts.stop_method)
        self.ribbon = RibbonPane(network, blocks, names, port("ribbon"))
        self.grid = GridPane(state, port("grid"))
        self.unit, self.backward = UnitPane(port("unit"), names), BackwardPane(port("backward"))
        self.patterns = PatternsPane(port("patterns"))
        self.bars = BarsPane(network, port("bars"))
        self.status = StatusPane(network, port("status"))
        self.inputs = InputsPane(state, port("inputs"), acts.say, lambda: self.pictures.choices)
        self.why = WhyPane(state, port("why"))
        self.camera = port("camera")
        self.camera.put(size=list(network.size))
        self._listen(acts)

    # --- frames from the browser ---

    def _listen(self, acts: Acts) -> None:
        stage, grid, camera = self.stage.port, self.grid.port, self.camera

        def dragged(frame: Frame) -> None:
            found = frame.meta["box"]
            acts.drag(None if found is None else tuple(found), frame.seq, partial(stage.ack, frame.seq))

        def brought(frame: Frame) -> None:
            self.pictures.upload(frame)
            stage.ack(frame.seq)

        def scrolled(frame: Frame) -> None:
            units = torch.tensor(frame.arrays["units"].astype("int64"))
            acts.scroll(units, partial(grid.ack, frame.seq))

        def filmed(frame: Frame) -> None:
            acts.film(from_bytes(frame.arrays["picture"]), partial(camera.ack, frame.seq))

        stage.on_frame("occluder", dragged)
        stage.on_frame("file", brought)
        grid.on_frame("visible", scrolled)
        grid.on_frame("card", partial(acts.ask_card, grid))
        camera.on_frame("frame", filmed)
        self.patterns.port.on_frame("rest", lambda _: acts.show_pictures())
        self.patterns.port.on_frame("start", lambda _: acts.draw_pictures())
        self.patterns.port.on_frame("stop", lambda _: acts.stop_pictures())
        self.bars.port.on_frame("pick", lambda frame: acts.pick(int(frame.meta["index"])))
        self.page.on_frame("key", lambda frame: acts.press(str(frame.meta["command"])))

    # --- answers ---

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        for pane in (
            self.stage,
            self.method,
            self.grid,
            self.unit,
            self.backward,
            self.bars,
            self.inputs,
            self.patterns,
            self.ribbon,
            self.status,
            self.why,
        ):
            pane.follow(subscribe)
        subscribe(AtlasInUse, lambda atlas: self.grid.port.put(cards=atlas.pictures))

    def close(self) -> None:
        """Lets go of what the panes hold."""
        self.stage.close()
        self.why.close()


def remark(network: Network, picture: Any) -> str:
    """What is to be said of a network that answers by chance, or cannot know the picture, of units that it came
    without, and of bands and windows; empty for others.
    """
    off = f"without {network.off.words}" if network.off else ""
    return " · ".join(filter(None, (_doubt(network, picture), off, network.preprocessing.described)))


def _doubt(network: Network, picture: Any) -> str:
    if network.varies:
        return "answers vary by chance"
    if is_untrained(network.module):
        return "random weights"
    drawn = all(label in CLASSES for label in network.labels)
    return f"knows {len(network.labels)} drawn things" if drawn and not isinstance(picture, Scene) else ""
