"""The plate on the page: pictures of every layer appear one by one, from the first layer to the classes."""

from __future__ import annotations

import io
import os
import re
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

from ...core.errors import DeepvisError
from ...engine.client import Client
from ...engine.engine import Engine
from ...engine.main_thread import MainThread
from ...methods.synthesis.params import SynthesisParams
from ...methods.synthesis.plate import RUNS, UNITS, Drawn, Plate, draw_plate, plate_params, plate_rows
from ..kit.arguments import as_network
from ..kit.noted_state import NotedState, ReadOnly
from ..kit.root import RootWidget
from ..page.parts import Page
from ..remake.recipe import Call, Explanation
from ..remake.remade import LEFT_OUT
from . import handout
from .panes import LEAST, SIDE, PlatePanes


class PlateState(NotedState):
    """Whether the plate is being drawn."""

    running = ReadOnly(False, help="whether pictures are being drawn")


class MaximizationPlate(PlateState, RootWidget):
    """What units of every layer want to see, each from several starts, at the true size of what they see (Yosinski et
    al. 2015, fig. 4).

    `layers`, `units`, `runs` and further parameters are those of dv.plate. It begins by itself when it is first shown
    on a page. `draw`, `stop` and `save` are what the buttons do; `plate` has what is drawn so far, `running` says
    whether more is on its way. Raises DeepvisError for what does not exist or does not fit.

    >>> import deepvis_widgets as dv
    >>> shown = dv.MaximizationPlate("husky-wolf-flattened", ["features.relu1", "relu2", "classes"], units=2, steps=8)
    >>> [row.size for row in shown.plate.rows]
    [(7, 7), (128, 128), (128, 128)]
    >>> shown.close()
    """

    ARGUMENTS = "network", "layers", "units", "runs", *(field.name for field in fields(SynthesisParams))

    def __init__(
        self,
        network: Any = "husky-wolf",
        layers: Sequence[str] | None = None,
        units: int | Mapping[str, Sequence[int]] = UNITS,
        *,
        runs: int = RUNS,
        **params: Any,
    ) -> None:
        found = as_network(network)
        rows, settings = plate_rows(found, layers, units), plate_params(runs, **params)
        self._params = params
        self.network, self.plate = found, Plate(found.name, rows, settings)
        self._lock, self._main = threading.Lock(), MainThread()
        self._number, self._untouched = 0, True  # nothing was drawn yet, and nobody asked for it
        self.client = Client(found, lambda sentence: self.panes.say(sentence))
        super().__init__()
        self.add_class("dv-lab").add_class("dv-plate")
        self.panes = PlatePanes(self.plate, found.size, uuid.uuid4().hex, self._play, self._file)
        self.children = self.panes.rows
        self.panes.galleries[0].on_frame("shown", lambda _: self._shown())

    @property
    def engine(self) -> Engine:
        """The engine of the network."""
        return self.client.engine

    def argument(self, name: str) -> Any:
        """The present value of an argument of the construction."""
        return self.network if name == "network" else self._rows_asked().get(name, LEFT_OUT)

    def _rows_asked(self) -> dict[str, Any]:
        """The arguments of dv.plate."""
        rows = self.plate.rows
        units = {row.name: list(row.channels) for row in rows}
        layers, runs = [row.name for row in rows], self.plate.params.pictures
        return {"layers": layers, "units": units, "runs": runs, **self._params}

    def explanations(self) -> Sequence[Explanation]:
        """The plate without a widget."""
        return [Explanation("found", Call("plate", (self.network,), self._rows_asked()), "the pictures")]

    def draw(self) -> None:
        """Draws all pictures anew, the first layer first."""
        if self.client.closed:
            raise DeepvisError("This plate is closed; open another one to draw pictures.")
        self._untouched = False
        with self._lock:
            self._number += 1
            number = self._number
            self.plate.pictures.clear()
        self.note(running=True)
        self.announce()
        self.panes.say("")
        self.panes.clear()
        self.panes.progress(0.0)
        self.client.ask(
            "plate",
            partial(draw_plate, self.network, self.plate.rows, self.plate.params),
            lambda _: None,
            doing="drawing this plate",
            long=True,
            on_partial=partial(self._drawn, number),
            done=lambda: self._end(number),
        )

    def stop(self) -> None:
        """Stops after the step that is being computed; what is drawn stays."""
        self._untouched = False
        self.client.cancel("plate")

    def save(self, path: str | os.PathLike[str] | None = None) -> Path:
        """Writes the plate as it is as one PNG file, and returns its path; None: in the working folder, named after the
        network. A name that ends in .json is that of a session, see `dv.open`. Raises DeepvisError where that cannot be
        written.
        """
        if path is not None and Path(path).suffix == ".json":
            return super().save(path)
        file = Path(self._name) if path is None else Path(path).expanduser()
        self.plate.save(file)
        return file

    @property
    def _name(self) -> str:
        """What its file is called."""
        name = re.sub(r"[^\w.-]+", "-", self.network.name)
        return f"plate-{name}.png"

    def page(self) -> Page:
        """The pictures of every layer, as far as they are drawn."""
        with self._lock:
            return Page(self.called, handout.page(self.plate, SIDE, LEAST))

    def ending(self) -> None:
        """Stops, and gives the engine back."""
        with self._lock:
            self._number += 1
        self.note(running=False)
        self.client.close()

    # --- what the page does ---

    def _shown(self) -> None:
        if self._untouched:
            self.draw()

    def _play(self) -> None:
        (self.stop if self.running else self.draw)()

    def _file(self) -> tuple[str, bytes]:
        """The plate as it is, for the browser to save."""
        written = io.BytesIO()
        with self._lock:
            picture = self.plate.image()
        picture.save(written, "PNG")
        return self._name, written.getvalue()

    # --- on the engine's thread ---

    def _drawn(self, number: int, fraction: float, part: Any) -> None:
        with self._lock:
            if number != self._number:
                return
            if isinstance(part, Drawn):
                self.plate.pictures[part.row, part.place] = part.pictures
                self.panes.drawn(part)
            self.panes.progress(fraction)

    def _end(self, number: int) -> None:
        with self._lock:
            if number == self._number:
                self.note(running=False)
                self.panes.progress(None)
        self._main.run(self.announce)
