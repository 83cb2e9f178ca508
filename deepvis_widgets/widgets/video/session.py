"""Passes one picture of a video after the other through the network, the newest first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import Tensor

from ...core.network.network import Network
from ...core.picture.picture import to_bytes
from ...engine.client import Client, nothing
from ...methods.class_evidence import ClassEvidence
from ..link.protocol import Array
from .film import Film
from .state import VideoState

MOST = 32  # pictures that are kept, the last ones looked at


@dataclass(frozen=True, eq=False)
class Watched:
    """A picture (3, H, W) as the network sees it, what bars show of its answers (n,), the class explained, and its map
    (h, w).
    """

    view: Tensor
    shares: Tensor
    channel: int
    map: Tensor

    @classmethod
    def of(cls, network: Network, picture: Any, target: int | None) -> Watched:
        """Explains a class, None: the top one."""
        view = network.view(picture)
        evidence = ClassEvidence.of(network, view)
        channel = evidence.top if target is None else target
        return cls(view, evidence.shown(), channel, evidence.maps([channel])[0])


@dataclass(frozen=True, eq=False)
class Kept:
    """What a page shows of a picture: its pixels, uint8 (H, W, 3), and the same answers."""

    pixels: Array
    shares: Tensor
    channel: int
    map: Tensor

    @classmethod
    def of(cls, watched: Watched) -> Kept:
        """Keeps an answer, without the picture's numbers."""
        return cls(to_bytes(watched.view), watched.shares, watched.channel, watched.map)


class VideoSession:
    """Follows the state, and the camera. `on_answer` is called on the engine's thread, for the latest picture only:
    where a network is slower than a video, pictures are left out. `kept` are the pictures of this video looked at last.
    """

    def __init__(self, state: VideoState, client: Client, on_answer: Callable[[Watched], object]) -> None:
        self.watched: Watched | None = None
        self.kept: dict[int, Kept] = {}  # by number of the picture; replaced, never changed
        self._state, self._client, self._on_answer = state, client, on_answer
        self._filmed: Any = None  # the last picture of the camera, while it is shown
        state.observe(lambda _: self._drop(), names=["video", "target"])
        state.observe(lambda _: self.look(), names=["video", "step"])
        state.observe(lambda _: self._ask(), names="target")

    def look(self) -> None:
        """Shows the picture that the state names."""
        self._filmed = None
        self._ask()

    def film(self, view: Tensor, done: Callable[[], object]) -> None:
        """Shows a picture of the camera; `done` is called when it is answered, or another one is asked about."""
        self._filmed = view
        self._ask(done)

    def forget(self) -> None:
        """Lets go of the answer, once the client is closed."""
        self.watched = self._filmed = None
        self._drop()

    def _drop(self) -> None:
        """Lets go of the pictures of another video, or the maps of another class."""
        self.kept = {}

    def _ask(self, done: Callable[[], object] = nothing) -> None:
        state, network, filmed = self._state, self._client.network, self._filmed
        film, step, target = state.film, state.step, state.target
        if filmed is None and step >= len(film):
            return
        self._client.ask(
            "watch",
            lambda _: Watched.of(network, film[step] if filmed is None else filmed, target),
            partial(self._answered, film, None if filmed is not None else step, target),
            doing="looking at this picture",
            done=done,
        )

    def _answered(self, film: Film, step: int | None, target: int | None, watched: Watched) -> None:
        self.watched = watched
        if step is not None and film is self._state.film and target == self._state.target:
            others = [(number, kept) for number, kept in self.kept.items() if number != step]
            self.kept = dict([*others[1 - MOST :], (step, Kept.of(watched))])
        self._on_answer(watched)
