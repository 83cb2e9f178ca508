"""What the husky and wolf lesson asks of its two networks, on their engines: pictures, answers, explanations."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from ...core.content_key import content_key
from ...core.network.network import Network
from ...core.picture.colormap import colour
from ...core.results import HeatMap
from ...core.weights_key import weights_key
from ...engine.engine import Engine
from ...methods import explain
from ...zoo.scenes import Scene, scene

Report = Callable[..., None]
Order = tuple[str, str, int]  # animal, ground, seed

# As in the experiment of Ribeiro, Singh & Guestrin 2016 (sec. 6.4): ten pictures, and in two of them animal and ground
# disagree. Everywhere else the ground gives the animal away.
ORDERS: tuple[Order, ...] = (
    ("husky", "meadow", 5),
    ("wolf", "snow", 7),
    ("husky", "forest", 25),
    ("wolf", "snow", 1),
    ("husky", "snow", 22),
    ("wolf", "snow", 8),
    ("husky", "desert", 3),
    ("wolf", "meadow", 24),
    ("husky", "street", 2),
    ("wolf", "snow", 25),
)
FAINT = 0.12  # the least a map covers of its picture
# a dozen superpixels need no more, and ten pictures are waiting
SAMPLES: dict[str, dict[str, Any]] = {"lime": {"samples": 300}}


@dataclass(frozen=True)
class Answer:
    """What a network says of a picture, and how sure it is of that (its softmax probability)."""

    label: str
    share: float


@lru_cache(maxsize=128)
def drawn(order: Order) -> Scene:
    """A scene; drawn once."""
    label, background, seed = order
    return scene(label, background, seed)


def answers(network: Network, views: Sequence[Tensor]) -> list[Answer]:
    """The network's answer to each view (3, H, W)."""
    shares = [network.probabilities(view[None])[0] for view in views]
    return [Answer(network.labels[int(share.argmax())], float(share.max())) for share in shares]


class Asking:
    """Asks on the engines of `networks` (name → network). Callbacks come on their threads, `fail` with a sentence."""

    def __init__(self, networks: dict[str, Network], fail: Callable[[str], None]) -> None:
        self.networks, self._fail = networks, fail
        self._engines = {name: Engine.of(network).acquire() for name, network in networks.items()}
        self._group = uuid.uuid4().hex
        self._lock = threading.Lock()
        self._closed = False

    def draw(
        self,
        slot: str,
        orders: Sequence[Order],
        on_scene: Callable[[float, Scene | None], None],
        done: Callable[[list[Scene]], None],
    ) -> None:
        """Draw scenes one after the other."""

        def work(report: Report) -> list[Scene]:
            scenes: list[Scene] = []
            for order in orders:
                report(len(scenes) / len(orders), scenes[-1] if scenes else None)
                scenes.append(drawn(order))
            return scenes

        self._submit(next(iter(self.networks)), slot, work, done, on_scene, "drawing the pictures")

    def answer(self, name: str, slot: str, scenes: Sequence[Scene], done: Callable[[list[Answer]], None]) -> None:
        """Ask one network what it sees in each scene."""
        network = self.networks[name]

        def work(_: Report) -> list[Answer]:
            return answers(network, [network.view(found) for found in scenes])

        self._submit(name, f"{slot} {name}", work, done, None, "asking the network", long=False)

    def explain(
        self,
        name: str,
        method: str,
        scenes: Sequence[Scene],
        first: Callable[[], int],
        on_map: Callable[[float, tuple[int, HeatMap] | None], None],
        done: Callable[[], None],
    ) -> None:
        """Explain the answer to every scene, each time going on with that of `first()` if it is
        still to be done; `done` is called at the end, and also when it was stopped."""
        network, params = self.networks[name], SAMPLES.get(method, {})
        cache = self._engines[name].cache

        def one(index: int, report: Report) -> HeatMap:
            view = network.view(scenes[index])
            key = content_key("husky-wolf", method, weights_key(network.module), view, params)
            found = cache.get_or_make(key, lambda: explain(network, view, method, report=report, **params))
            assert isinstance(found, HeatMap)
            return found

        def work(report: Report) -> None:
            waiting = list(range(len(scenes)))
            while waiting:
                index = first() if first() in waiting else waiting[0]
                ready = len(scenes) - len(waiting)

                def so_far(fraction: float, partial: Any = None, index: int = index, ready: int = ready) -> None:
                    report((ready + fraction) / len(scenes), None if partial is None else (index, partial))

                result = one(index, so_far)
                waiting.remove(index)
                report((ready + 1) / len(scenes), (index, result))

        self._submit(name, "explain", work, lambda _: done(), on_map, f"running {method}", done)

    def stop(self) -> None:
        """Stop explaining; what there is stays."""
        for engine in self._engines.values():
            engine.cancel(f"explain {self._group}")

    def idle(self, timeout: float) -> bool:
        """Wait until nothing runs or waits; False if something still does after `timeout` seconds."""
        # twice: the end of a job of one network may ask the other
        return all(engine.idle(timeout) for _ in range(2) for engine in self._engines.values())

    def close(self) -> None:
        """Give the engines back: nothing more is told."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        for engine in self._engines.values():
            engine.release()

    def _submit(
        self,
        name: str,
        slot: str,
        work: Callable[[Report], Any],
        done: Callable[[Any], None],
        on_partial: Callable[[float, Any], None] | None,
        doing: str,
        stopped: Callable[[], None] = lambda: None,
        long: bool = True,
    ) -> None:
        if self._closed:
            return

        def told(callback: Callable[..., None]) -> Callable[..., None]:
            return lambda *args: None if self._closed else callback(*args)

        self._engines[name].submit(
            f"{slot} {self._group}",
            work,
            long=long,
            on_result=told(done),
            on_partial=None if on_partial is None else told(on_partial),
            on_error=told(lambda sentence, _: self._fail(sentence)),
            on_cancelled=told(stopped),
            doing=doing,
        )


def blended(view: Tensor, result: HeatMap, opacity: float) -> Tensor:
    """A heat map over its picture (3, H, W), the picture showing through where the map says little, as on the stage."""
    over = colour(result.heatmap, "blue-red" if result.signed else "inferno", result.signed)
    values = result.heatmap.detach().float().cpu()
    size = values.abs() if result.signed else values - values.min()
    strength = (FAINT + 1.3 * size / size.max().clamp(min=1e-30)).clamp(max=1) * opacity
    return torch.lerp(view, over, strength)
