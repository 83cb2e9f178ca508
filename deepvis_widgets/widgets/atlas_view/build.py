"""Building an atlas beside everything else, in other processes."""

from __future__ import annotations

import copy
import os
import threading
import time
import uuid
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from pathlib import Path

from ...atlas import Atlas
from ...core.errors import Cancelled, sentence
from ...core.network.eval_mode import module_lock
from ...core.network.network import Network
from ...engine.engine import Engine
from ...engine.interruptible import Interrupted, Interruptible
from ...engine.main_thread import MainThread
from ...engine.shutdown import end_with_process

SLOT = "atlas-copy"
NOTHING_YET = "There is no atlas of this network here yet."


class AtlasBuild:
    """Builds or opens an atlas beside everything else; `on_atlas` is called on the main thread with every atlas.

    The build works on a copy of the network, in processes of its own: whatever shows the network goes on. `show` is
    told what changed, on any thread: `said` (a sentence), `running`, `fraction` in [0, 1], `how_far` (words).
    """

    def __init__(
        self,
        network: Network,
        engine: Callable[[], Engine],
        on_atlas: Callable[[Atlas], object],
        show: Callable[..., object],
    ) -> None:
        self._network, self._engine, self._on_atlas, self._show = network, engine, on_atlas, show
        self._main, self._slot = MainThread(), f"{SLOT} {uuid.uuid4().hex}"
        self._stopped = threading.Event()
        self._computing = Interruptible()
        self._ended = threading.Event()  # nothing is being built
        self._ended.set()
        self._first: tuple[float, float] | None = None  # time and fraction of the first report of a build
        self.say(NOTHING_YET)
        self._show_running(False)
        end_with_process(self)

    @property
    def folder(self) -> str:
        """The folder that an atlas of this network is in, or comes into, unless another is named."""
        return f"atlas-{self._network.name}"

    def say(self, words: str) -> None:
        """Shows a sentence."""
        self._show(said=words)

    # --- building ---

    def start(self, pictures: str, out: str) -> None:
        """Begins to build an atlas of the folder `pictures` into the folder `out`, if nothing is being built."""
        folder = pictures.strip()
        if not folder:
            self.say("Name a folder of pictures to build from.")
            return
        if not self._ended.is_set():
            return
        self._stopped.clear()
        self._show_running(True)
        self.say("The network is copied for the work.")
        into = Path(out.strip() or self.folder)
        # on the engine's thread, where no pass is running, so that the copy is of the network at rest
        self._engine().submit(
            self._slot,
            lambda _: _copied(self._network),
            long=True,
            on_result=lambda made: self._begin(made, folder, into),
            on_error=lambda words, _: self._end(words),
            on_cancelled=lambda: self._end("The build was stopped."),
            doing="copying the network",
        )

    def stop(self) -> None:
        """Stops building; what is finished is used by the next build of the same."""
        self._stopped.set()

    def end(self) -> None:
        """Stops building because the process ends."""
        self.stop()

    def interrupt(self) -> None:
        """Interrupts what is being computed."""
        self._computing.interrupt()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until nothing is being built, at most `timeout` seconds; False if something still is."""
        return self._ended.wait(timeout)

    def open_folder(self, out: str) -> None:
        """Opens the atlas in a folder."""
        try:
            found = Atlas.open(out.strip(), self._network)
        except Exception as error:
            self.say(sentence(error, "opening the atlas"))
        else:
            self._on_atlas(found)

    def _begin(self, network: Network, folder: str, out: Path) -> None:
        self.say("Looking at all pictures. The Explorer stays usable meanwhile.")
        self._computing = Interruptible()
        self._ended.clear()
        work = partial(copy_context().run, self._work, network, folder, out)  # where a front end finds its session
        threading.Thread(target=work, name="deepvis-atlas", daemon=True).start()

    def _work(self, network: Network, folder: str, out: Path) -> None:
        try:
            self._build(network, folder, out)
        finally:
            self._ended.set()

    def _build(self, network: Network, folder: str, out: Path) -> None:
        try:
            found = self._computing.run(self._built, network, folder, out)
        except (Cancelled, Interrupted):
            self._end("Stopped. Another build into the same folder goes on where this one was.")
        except Exception as error:
            self._end(sentence(error, "building the atlas"))
        else:
            self._end(f"{found!r} is finished.")
            self._main.run(self._adopt, found)

    def _built(self, network: Network, folder: str, out: Path) -> Atlas:
        made = Atlas.build(network, folder, out, workers=_workers(network), quiet=True, report=self._report)
        return made.of(self._network)

    def _adopt(self, found: Atlas) -> None:
        if not self._stopped.is_set():  # closed meanwhile
            self._on_atlas(found)

    def _report(self, fraction: float, partial: object | None = None) -> None:
        if self._stopped.is_set():
            raise Cancelled("atlas")
        with self._computing.paused():
            self._show(fraction=fraction, how_far=self._told(fraction))

    def _told(self, fraction: float) -> str:
        """How much is done, and how long the rest takes at the rate since the first report."""
        now = time.monotonic()
        began, start = self._first = self._first or (now, fraction)
        if fraction == start:
            return f"{fraction:.0%}"
        minutes, seconds = divmod(round((now - began) * (1 - fraction) / (fraction - start)), 60)
        return f"{fraction:.0%} · {minutes}:{seconds:02} left"

    def _end(self, words: str) -> None:
        self._show_running(False)
        self.say(words)

    def _show_running(self, running: bool) -> None:
        self._first = None
        self._show(running=running, fraction=0.0, how_far="")


def _copied(network: Network) -> Network:
    with module_lock:
        module = copy.deepcopy(network.module)
    return network.with_module(module)


def _workers(network: Network) -> int | None:
    """One core is left to whoever watches; a network on a GPU works where it is."""
    return None if network.device.type != "cpu" else max(1, (os.cpu_count() or 2) - 1)
