"""Networks of one's own making: how much snow behind the wolves does it take until a network looks at nothing else?"""

from __future__ import annotations

import html
import threading
from collections.abc import Sequence
from typing import Any

import ipywidgets
import traitlets

from ....core.checks import whole
from ....core.errors import DeepvisError
from ....core.network.network import Network
from ....methods import method
from ....zoo.scenes import Scene
from ....zoo.snow_net import FRESH, checked_share
from ..scenes import orders
from .panes import SnowPanes
from .session import Made, SnowWork
from .state import METHODS

BUDGET = ("steps", "animals", "grounds")  # of train_on_snow


class SnowLab(ipywidgets.VBox):
    """A slider that says how much snow is behind wolves, and a button that trains a small network on such pictures,
    in the background, in about half a minute. Each network is a point of a chart: how many huskies on snow it calls
    wolf, and how much of its evidence there lies on the animal. Below, its answers to ten pictures, with its maps.

    `scenes` are other pictures of huskies and wolves to ask about; `fresh` is how many new animals of each kind every
    network is examined with. Each training begins from `seed`, the next one of
    the same share from the seed after it. `steps`, `animals` and `grounds` are handed on to `train_on_snow`.

    The traits may be set, observed and linked from Python; `points` is there to be read. What does not exist raises
    DeepvisError and changes nothing. `close()` ends the thread and frees what was computed.
    """

    share = traitlets.Any(1.0, help="snow behind wolves for the next network: 0 as behind huskies, 1 behind every one")
    shown = traitlets.Any(-1, help="number of the network shown, -1 before there is one")
    method = traitlets.Any("cam", help="name of the method that explains: cam or occlusion")
    points = traitlets.Tuple(
        read_only=True,
        help="for each network: share, seed, accuracy, called_wolf and mass (of huskies on snow), seconds",
    )

    def __init__(
        self,
        *,
        share: float = 1.0,
        seed: int = 0,
        scenes: Sequence[Scene] | None = None,
        fresh: int = FRESH,
        **budget: int,
    ) -> None:
        if unknown := set(budget) - set(BUDGET):
            raise DeepvisError(f"There is no argument {min(unknown)}; accepted are {', '.join(BUDGET)}.")
        checked_share(share)
        self._seed, self._budget = _from("seed", seed, 0), {name: _from(name, n, 1) for name, n in budget.items()}
        fresh, asked = _from("fresh", fresh, 1), orders(scenes)
        self.networks: list[Made] = []
        self._lock = threading.RLock()
        self.panes = SnowPanes(self)
        super().__init__(self.panes.rows)
        self.add_class("dv-husky-wolf").add_class("dv-snow-lab")
        self.share = share
        self.work = SnowWork(asked, scenes, fresh, self._failed)
        self.panes.bind()
        self.observe(lambda _: self._show(), names=["shown", "method"])
        self.observe(lambda _: self.panes.show_seen(), names="share")
        self.panes.show_progress(None)
        self._show()

    # --- what may be set ---

    @traitlets.validate("share")
    def _check_share(self, proposal: Any) -> float:
        return round(checked_share(proposal["value"]), 4)  # steps of a slider are not exact

    @traitlets.validate("shown")
    def _check_shown(self, proposal: Any) -> int:
        index, last = whole(proposal["value"]), len(self.networks) - 1
        if index is None or not (0 <= index <= last or index == last == -1):
            there = f"accepted are 0 to {last}" if self.networks else "there is none yet, call train()"
            raise DeepvisError(f"There is no network {proposal['value']!r}; {there}.")
        return index

    @traitlets.validate("method")
    def _check_method(self, proposal: Any) -> str:
        name = method(proposal["value"]).name
        if name not in METHODS:
            raise DeepvisError(f'method="{name}" is not accepted; accepted: {", ".join(METHODS)}.')
        return name

    # --- training ---

    @property
    def training(self) -> bool:
        """Whether a network is being trained."""
        return self.panes.train.disabled

    @property
    def made(self) -> Made | None:
        """The network shown, with what was found out about it."""
        return self.networks[self.shown] if self.networks else None

    @property
    def network(self) -> Network | None:
        """The network shown: for `dv.explain`, `dv.Explorer` and the others."""
        return None if self.made is None else self.made.network

    def train(self) -> None:
        """Train a network on pictures with this share of snow behind wolves, in the background.

        Raises DeepvisError while one is being trained.
        """
        with self._lock:
            if self.training:
                raise DeepvisError("A network is being trained already; wait for it, or call stop().")
            self.panes.complain("")
            self.panes.show_progress(0.0, "Starting")
        share = self.share
        seed = self._seed + sum(point["share"] == share for point in self.points)
        self.work.train(
            share,
            seed,
            self._budget,
            self.panes.show_progress,
            lambda made: self._trained(share, seed, made),
            lambda: self.panes.show_progress(None),
        )

    def stop(self) -> None:
        """Stop training; what was drawn for it stays."""
        self.work.stop()

    def _trained(self, share: float, seed: int, made: Made) -> None:
        found = made.examination
        point = {
            "share": share,
            "seed": seed,
            "accuracy": found.accuracy,
            "called_wolf": found.huskies_on_snow_called_wolf,
            "mass": found.mass_on_huskies_on_snow,
            "seconds": made.seconds,
        }
        with self._lock:
            self.networks.append(made)
            self.set_trait("points", (*self.points, point))
            self.panes.show_progress(None)
            self.shown = len(self.networks) - 1

    def _failed(self, sentence: str) -> None:
        with self._lock:
            self.panes.show_progress(None)
            self.panes.complain(html.escape(sentence))

    def _show(self) -> None:
        with self._lock:
            self.panes.show()
            made = self.made
        if made is not None:
            self.work.explain(made, self.method, lambda: self._explained(made))

    def _explained(self, made: Made) -> None:
        with self._lock:
            if made is self.made:
                self.panes.show_pictures()

    def close(self) -> None:
        """End the thread, free what was computed, and take the widgets off the page."""
        if self.comm is not None:
            self.work.close()
            self.networks = []
            self.panes.close()
        super().close()


def _from(name: str, value: Any, least: int) -> int:
    number = whole(value)
    if number is None or number < least:
        raise DeepvisError(f"{name}={value!r} is not accepted; accepted: a whole number from {least}.")
    return number
