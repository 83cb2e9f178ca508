"""Building an atlas beside everything else: a form, and the work in other processes."""

from __future__ import annotations

import copy
import html
import os
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import ipywidgets

from ...atlas import Atlas
from ...core.errors import Cancelled, sentence
from ...core.network.eval_mode import module_lock
from ...core.network.network import Network
from ...engine.engine import Engine
from ...engine.interruptible import Interrupted, Interruptible
from ...engine.main_thread import MainThread
from ...engine.shutdown import end_with_process
from ..kit.layout import box, button, classed, display
from ..kit.progress import bar
from ..link.push import push

SLOT = "atlas-copy"
NOTHING_YET = "There is no atlas of this network here yet."


class AtlasBuilder(ipywidgets.VBox):
    """Folders, Build, Open, progress and Cancel; `on_atlas` is called on the main thread with every atlas that was
    built or opened.

    The build works on a copy of the network, in processes of its own: whatever shows the network goes on.
    """

    def __init__(self, network: Network, engine: Callable[[], Engine], on_atlas: Callable[[Atlas], object]) -> None:
        self._network, self._engine, self._on_atlas = network, engine, on_atlas
        self._main, self._slot = MainThread(), f"{SLOT} {uuid.uuid4().hex}"
        self._stopped = threading.Event()
        self._computing = Interruptible()
        self._ended = threading.Event()  # nothing is being built
        self._ended.set()
        self._first: tuple[float, float] | None = None  # time and fraction of the first report of a build
        self.said = classed(ipywidgets.HTML(NOTHING_YET), "dv-atlas-said")
        self.pictures = ipywidgets.Text(description="Pictures", placeholder="a folder of pictures")
        self.pictures.tooltip = "The folder of pictures to look at"
        self.out = ipywidgets.Text(description="Atlas", value=f"atlas-{network.name}")
        self.out.tooltip = "The folder that the atlas is in, or comes into"
        self.build_button = button(
            "Build an atlas from a folder…", "Look at all pictures of the folder, in the background", "cogs", self.start
        )
        self.open_button = button("Open", "Open an atlas that was built before", on_click=self.open_folder)
        self.cancel_button = button("Cancel", "Stop; what is finished is kept for another time", on_click=self.stop)
        self.progress = bar("1 1 120px")
        self.how_far = ipywidgets.HTML(layout={"flex": "0 0 auto"})
        self._running = box("dv-atlas-row", self.progress, self.how_far, self.cancel_button)
        folders = box("dv-atlas-row", self.pictures, self.out)
        super().__init__([self.said, folders, box("dv-atlas-row", self.build_button, self.open_button), self._running])
        self.add_class("dv-atlas-builder")
        self._show_running(False)
        end_with_process(self)

    def say(self, words: str) -> None:
        """Shows a sentence above the form; on any thread."""
        push(self.said, value=html.escape(words))

    # --- building ---

    def start(self) -> None:
        """Begins to build, if nothing is being built."""
        folder = self.pictures.value.strip()
        if not folder:
            self.say("Name a folder of pictures to build from.")
            return
        if not self._ended.is_set():
            return
        self._stopped.clear()
        self._show_running(True)
        self.say("The network is copied for the work.")
        out = Path(self.out.value.strip() or f"atlas-{self._network.name}")
        # on the engine's thread, where no pass is running, so that the copy is of the network at rest
        self._engine().submit(
            self._slot,
            lambda _: _copied(self._network),
            long=True,
            on_result=lambda made: self._begin(made, folder, out),
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

    def open_folder(self) -> None:
        """Opens the atlas in the folder named."""
        try:
            found = Atlas.open(self.out.value.strip(), self._network)
        except Exception as error:
            self.say(sentence(error, "opening the atlas"))
        else:
            self._on_atlas(found)

    def _begin(self, network: Network, folder: str, out: Path) -> None:
        self.say("Looking at all pictures. The Explorer stays usable meanwhile.")
        self._computing = Interruptible()
        self._ended.clear()
        threading.Thread(target=self._work, args=(network, folder, out), name="deepvis-atlas", daemon=True).start()

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
        if fraction != self.progress.value or not self.how_far.value:
            with self._computing.paused():
                push(self.progress, value=fraction)
                push(self.how_far, value=self._told(fraction))

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
        push(self.progress, value=0.0)
        push(self.how_far, value="")
        display(self._running, running)
        for each in (self.build_button, self.open_button):
            push(each, disabled=running)

    def close(self) -> None:
        """Stops building, and takes the form off the page."""
        self.stop()
        super().close()


def _copied(network: Network) -> Network:
    with module_lock:
        module = copy.deepcopy(network.module)
    return Network(module, network.preprocessing, network.labels, network.name)


def _workers(network: Network) -> int | None:
    """One core is left to whoever watches; a network on a GPU works where it is."""
    return None if network.device.type != "cpu" else max(1, (os.cpu_count() or 2) - 1)
