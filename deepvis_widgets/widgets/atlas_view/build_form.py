"""Building an atlas beside everything else: a form, and the work in other processes."""

from __future__ import annotations

import copy
import html
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import ipywidgets

from ...atlas import Atlas
from ...core.errors import Cancelled, sentence
from ...core.network.network import Network
from ...engine.engine import Engine

SLOT = "atlas-copy"
NOTHING_YET = "There is no atlas of this network here yet."


class AtlasBuilder(ipywidgets.VBox):
    """Folders, Build, Open, progress and Cancel; `on_atlas` is called with every atlas that was built or opened.

    The build works on a copy of the network, in processes of its own: whatever shows the network goes on.
    """

    def __init__(self, network: Network, engine: Callable[[], Engine], on_atlas: Callable[[Atlas], object]) -> None:
        self._network, self._engine, self._on_atlas = network, engine, on_atlas
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._first: tuple[float, float] | None = None  # time and fraction of the first report of a build
        self.said = ipywidgets.HTML(NOTHING_YET).add_class("dv-atlas-said")
        self.pictures = ipywidgets.Text(description="Pictures", placeholder="a folder of pictures")
        self.pictures.tooltip = "The folder of pictures to look at"
        self.out = ipywidgets.Text(description="Atlas", value=f"atlas-{network.name}")
        self.out.tooltip = "The folder that the atlas is in, or comes into"
        self.build_button = ipywidgets.Button(description="Build an atlas from a folder…", icon="cogs")
        self.build_button.tooltip = "Look at all pictures of the folder, in the background"
        self.open_button = ipywidgets.Button(description="Open", tooltip="Open an atlas that was built before")
        self.cancel_button = ipywidgets.Button(
            description="Cancel", tooltip="Stop; what is finished is kept for another time"
        )
        self.progress = ipywidgets.FloatProgress(min=0, max=1, layout={"flex": "1 1 120px"})
        self.how_far = ipywidgets.HTML(layout={"flex": "0 0 auto"})
        self._running = _row(self.progress, self.how_far, self.cancel_button)
        super().__init__(
            [self.said, _row(self.pictures, self.out), _row(self.build_button, self.open_button), self._running]
        )
        self.add_class("dv-atlas-builder")
        self.build_button.on_click(lambda _: self.start())
        self.open_button.on_click(lambda _: self.open_folder())
        self.cancel_button.on_click(lambda _: self.stop())
        self._show_running(False)

    def say(self, words: str) -> None:
        """Show a sentence above the form."""
        self.said.value = html.escape(words)

    # --- building ---

    def start(self) -> None:
        """Begin to build, if nothing is being built."""
        folder = self.pictures.value.strip()
        if not folder:
            self.say("Name a folder of pictures to build from.")
            return
        if self._thread is not None and self._thread.is_alive():
            return
        self._stopped.clear()
        self._show_running(True)
        self.say("The network is copied for the work.")
        # on the engine's thread, where no pass is running, so that the copy is of the network at rest
        self._engine().submit(
            SLOT,
            lambda _: _copied(self._network),
            long=True,
            on_result=lambda made: self._begin(made, folder),
            on_error=lambda words, _: self._end(words),
            on_cancelled=lambda: self._end("The build was stopped."),
            doing="copying the network",
        )

    def stop(self) -> None:
        """Stop building; what is finished is used by the next build of the same."""
        self._stopped.set()

    def wait(self, timeout: float) -> bool:
        """Wait until nothing is being built; False if something still is."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return thread is None or not thread.is_alive()

    def open_folder(self) -> None:
        """Open the atlas in the folder named."""
        try:
            found = Atlas.open(self.out.value.strip(), self._network)
        except Exception as error:
            self.say(sentence(error, "opening the atlas"))
        else:
            self._on_atlas(found)

    def _begin(self, network: Network, folder: str) -> None:
        out = Path(self.out.value.strip() or f"atlas-{self._network.name}")
        self.say("Looking at all pictures. The Explorer stays usable meanwhile.")
        self._thread = threading.Thread(
            target=self._build, args=(network, folder, out), name="deepvis-atlas", daemon=True
        )
        self._thread.start()

    def _build(self, network: Network, folder: str, out: Path) -> None:
        try:
            made = Atlas.build(network, folder, out, workers=_workers(network), quiet=True, report=self._report)
            found = made.of(self._network)
        except Cancelled:
            self._end("Stopped. Another build into the same folder goes on where this one was.")
        except Exception as error:
            self._end(sentence(error, "building the atlas"))
        else:
            self._end(f"{found!r} is finished.")
            if not self._stopped.is_set():  # closed meanwhile
                self._on_atlas(found)

    def _report(self, fraction: float, partial: object | None = None) -> None:
        if self._stopped.is_set():
            raise Cancelled("atlas")
        if fraction != self.progress.value or not self.how_far.value:
            self.progress.value = fraction
            self.how_far.value = self._told(fraction)

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
        self.progress.value, self.how_far.value, self._first = 0.0, "", None
        self._running.layout.display = None if running else "none"
        self.build_button.disabled = self.open_button.disabled = running

    def close(self) -> None:
        """Stop building, and take the form off the page."""
        self.stop()
        super().close()


def _copied(network: Network) -> Network:
    return Network(copy.deepcopy(network.module), network.preprocessing, network.labels, network.name)


def _workers(network: Network) -> int | None:
    """One core is left to whoever watches; a network on a GPU works where it is."""
    return None if network.device.type != "cpu" else max(1, (os.cpu_count() or 2) - 1)


def _row(*children: ipywidgets.Widget) -> ipywidgets.Box:
    return ipywidgets.Box(list(children)).add_class("dv-atlas-row")
