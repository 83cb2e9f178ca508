"""What the husky and wolf lesson asks of its two networks, on their engines: pictures, answers, explanations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from torch import Tensor

from ...core.network.network import Network
from ...core.report import Report, part_of
from ...core.results import HeatMap
from ...engine.client import Client, explanation_key
from ...methods import explain
from ...zoo.scenes import Scene
from .answers import Answer
from .scenes import Order, drawn

# a dozen superpixels need no more, and ten pictures are waiting; the mean colour of snow, LIME's usual fill, hides none
SAMPLES: dict[str, dict[str, Any]] = {"lime": {"samples": 300, "fill": "grey"}}

OnScene = Callable[[float, Scene | None], object]
OnMap = Callable[[float, tuple[int, HeatMap] | None], object]


class Questions:
    """Asks `networks` (name → network), each through a client of its own; `say` is told a sentence where one fails.

    Callbacks come on the threads of the networks, and none after `close`.
    """

    def __init__(self, networks: Mapping[str, Network], say: Callable[[str], object]) -> None:
        self._clients = {name: Client(network, say) for name, network in networks.items()}

    def draw(
        self, slot: str, orders: Sequence[Order], on_scene: OnScene, done: Callable[[tuple[Scene, ...]], object]
    ) -> None:
        """Draws scenes one after the other."""

        def work(report: Report) -> tuple[Scene, ...]:
            scenes: list[Scene] = []
            for order in orders:
                report(len(scenes) / len(orders), scenes[-1] if scenes else None)
                scenes.append(drawn(order))
            return tuple(scenes)

        client = next(iter(self._clients.values()))
        client.ask(slot, work, done, doing="drawing the pictures", long=True, on_partial=on_scene)

    def answer(
        self, name: str, slot: str, scenes: Sequence[Scene], done: Callable[[tuple[Answer, ...]], object]
    ) -> None:
        """Asks one network what it sees in each scene."""
        client = self._clients[name]

        def work(_: Report) -> tuple[Answer, ...]:
            return answers_to(client.network, [client.network.view(found) for found in scenes])

        client.ask(f"{slot} answers", work, done, doing="asking the network")

    def explain(
        self,
        name: str,
        method: str,
        scenes: Sequence[Scene],
        first: Callable[[], int],
        on_map: OnMap,
        ended: Callable[[], object],
    ) -> None:
        """Explains what one network answers to every scene, each time going on with that of `first()` if it is still to
        be done; `ended` is called when all is done, and also when it was stopped.
        """
        client, count = self._clients[name], len(scenes)

        def work(report: Report) -> None:
            waiting = list(range(count))
            while waiting:
                index, ready = first() if first() in waiting else waiting[0], count - len(waiting)
                part = part_of(report, ready / count, (ready + 1) / count, partial(_of_scene, index))
                found = _explained(client, method, scenes[index], part)
                waiting.remove(index)
                report((ready + 1) / count, (index, found))

        doing = f"running {method}"
        client.ask("explain", work, lambda _: ended(), doing=doing, long=True, on_partial=on_map, on_cancelled=ended)

    def known(self, name: str, method: str, views: Sequence[Tensor]) -> dict[int, HeatMap]:
        """Returns the explanations by a method that were made before, by number of the view; none is computed."""
        client = self._clients[name]
        keys = [_key(client, view, method) for view in views]
        found = {place: client.engine.cache.get(key) for place, key in enumerate(keys)}
        return {place: result for place, result in found.items() if isinstance(result, HeatMap)}

    def stop(self) -> None:
        """Stops explaining; what there is stays."""
        for client in self._clients.values():
            client.cancel("explain")

    def idle(self, timeout: float | None = None, long: bool = True) -> bool:
        """Waits until nothing runs or waits, but for long work where `long` is False; False if something still does
        after `timeout` seconds.
        """
        # twice: the end of a job of one network may ask the other
        return all(client.idle(timeout, long) for _ in range(2) for client in self._clients.values())

    def close(self) -> None:
        """Gives the engines back: nothing more is told."""
        for client in self._clients.values():
            client.close()


def answers_to(network: Network, views: Sequence[Tensor]) -> tuple[Answer, ...]:
    """Returns the network's answer to each view (3, H, W)."""
    shares = [network.probabilities(view[None])[0] for view in views]
    return tuple(Answer(network.labels[int(share.argmax())], float(share.max())) for share in shares)


def _explained(client: Client, method: str, scene: Scene, report: Report) -> HeatMap:
    network, params = client.network, SAMPLES.get(method, {})
    view = network.view(scene)
    key = _key(client, view, method)
    found = client.engine.cache.get_or_make(key, lambda: explain(network, view, method, report=report, **params))
    assert isinstance(found, HeatMap)
    return found


def _key(client: Client, view: Tensor, method: str) -> str:
    return explanation_key(client.network, view, method, None, SAMPLES.get(method, {}))


def _of_scene(index: int, found: object | None) -> object | None:
    return None if found is None else (index, found)
