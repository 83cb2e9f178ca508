"""Why this number: a unit taken apart into what the units below add, and so on down to the picture."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image
from torch import Tensor

from ...core.changes.switched_off import NOTHING_OFF
from ...core.errors import DeepvisError
from ...core.network.layout import Position
from ...core.network.network import Network
from ...methods.circuits.answers import Answered
from ...methods.circuits.circuit import Circuit
from ..kit.arguments import default_layer
from ..kit.picture_lab import PictureLab
from ..page.parts import Page, Text
from ..remake.atlases import as_atlas, atlas_argument
from ..remake.networks import class_said
from ..remake.recipe import Call, Explanation, Pictured
from . import handout
from .drawing import Scene
from .panes import CircuitPanes
from .session import CircuitSession, Unit
from .state import CircuitState

KINDS = (".png", ".csv")  # of files beside a session


class CircuitBoard(CircuitState, PictureLab):
    """What the units of the layer below add to one unit, exactly: weight × activation, sum + bias = the value.

    `network` is a Network, a module, or a name for dv.load; `picture` anything a picture can be made of (None: the
    first of `pictures`, a folder or a list; None: the ready scenes). It begins at `unit` of `layer`, at `position` or
    where it is strongest; without these at the answer of `target` (None: the top class), or else in the middle of the
    network. `atlas` is a dv.Atlas, or the folder of one, with pictures of what units want to see, or were strongest on
    (None: the one that ships with the package); where it has none they are drawn while you look.

    A click on a term goes one layer down, one on the trail back; `trail` may be set, observed and linked. Where a sum
    cannot be exact, as behind a norm of the picture's own numbers, the terms are conditional relevance (Achtibat et al.
    2023), and the drawing says so. `circuit` has all numbers, `save` writes the drawing or the table. `close()` frees
    everything.

    >>> import deepvis_widgets as dv
    >>> board = dv.CircuitBoard("husky-wolf", dv.scene("wolf", seed=3), "features.conv5", 12)
    >>> board.go_down("features.relu4", 3)
    >>> board.layer, len(board.trail)
    ('features.relu4', 2)
    >>> board.close()
    """

    ARGUMENTS = "network", "picture", "layer", "unit", "position", "pictures", "atlas"
    SETTINGS = "target", "trail"

    def __init__(
        self,
        network: Any = "husky-wolf",
        picture: Any = None,
        layer: str | None = None,
        unit: int | None = None,
        position: Position | None = None,
        *,
        target: int | str | None = None,
        pictures: Any = None,
        atlas: Any = None,
    ) -> None:
        super().__init__(network, pictures)
        self.atlas = as_atlas(_whole(self.network), atlas)
        self.panes = CircuitPanes(self, self.stage, self.content)
        self.session = CircuitSession(self, self.client, self.panes, self._stored)
        self.children = [self.bar, *self.panes.rows]
        self.add_class("dv-circuit-board")
        self.begin(picture)
        first = self._first(layer, unit, position, target)
        self.set_or_close(trail=first)

    def _first(self, layer: str | None, unit: int | None, position: Position | None, target: Any) -> Any:
        """Where the trail begins."""
        if layer is not None:
            return [(layer, unit or 0, position)]
        answers = self.network.layers[-1]
        if answers.channels == self.network.classes and not self.network.answers.placed:
            assert self.view is not None
            return [(answers.name, self.network.top(self.view) if target is None else self._class(target), None)]
        return [(default_layer(self.network), unit or 0, position)]

    def _class(self, target: Any) -> int:
        try:
            return self.network.class_index(target)
        except DeepvisError:
            self.close()
            raise

    def retargeted(self) -> None:
        """Another class: the trail begins at its answer."""
        answers = self.network.layers[-1]
        if self.target is not None and answers.channels == self.network.classes:
            self.visit(answers.name, self.target)

    @property
    def circuit(self) -> Circuit | None:
        """The unit that is shown, taken apart; None while nothing is known."""
        known = self.session.answered
        return None if known is None else known.circuit

    def table(self) -> list[dict[str, object]]:
        """Returns all terms of the unit that is shown as rows, with bias and rest."""
        return self._known().table()

    def drawing(self) -> Image.Image:
        """Returns the drawing as a picture: the trail, and the strongest terms."""
        self._known()
        return self.panes.drawing.image()

    def argument(self, name: str) -> Any:
        """The present value of an argument of the construction."""
        if name in ("layer", "unit", "position"):
            first = self.trail[0]
            return {"layer": first.layer, "unit": first.channel, "position": first.position}[name]
        return atlas_argument(self.atlas, self.network) if name == "atlas" else super().argument(name)

    def settings(self) -> Iterator[tuple[str, Any]]:
        """The class, of which the trail begins anew, and then the trail, where it goes on."""
        if self.target is not None:
            yield "target", class_said(self.network, self.target)
        if len(self.trail) > 1 or self.target is not None:
            yield "trail", [(unit.layer, unit.channel, unit.position) for unit in self.trail]

    def explanations(self) -> Sequence[Explanation]:
        """The unit that is shown, taken apart."""
        here = self.trail[-1]
        unit = here.channel if here.position is None else (here.channel, here.position)
        call = Call("circuit", (self.network, Pictured(self.image), here.layer, unit))
        return [Explanation("found", call, "the unit that is shown, taken apart")]

    def save(self, path: Any) -> Path:
        """Writes the drawing (.png), all terms (.csv) or the session (.json, see `dv.open`); returns the path."""
        file = Path(path).expanduser()
        if file.suffix == ".json":
            return super().save(file)
        if file.suffix not in KINDS:
            raise DeepvisError(
                f'A circuit is not saved as "{file.name}"; accepted are names that end in .png, .csv or .json.'
            )
        file.write_bytes(self.content(file.suffix))
        return file

    def content(self, kind: str) -> bytes:
        """Returns what is in a file: the drawing (".png"), or all terms (".csv")."""
        if kind == ".csv":
            return self._known().csv().encode()
        file = io.BytesIO()
        self.drawing().save(file, "PNG")
        return file.getvalue()

    def page(self) -> Page:
        """The units of the trail, and those one layer further down, each taken apart."""
        answer = self.session.answered
        if answer is None:
            return Page(self.called, Text(Scene().empty))
        apart = partial(self.session.apart, answer.view)
        return Page(self.called, handout.page(self.network, answer, apart, self._pictures))

    def _pictures(self, answer: Answered) -> dict[Unit, Tensor]:
        """What the units of an answer want to see, as far as it is known or stored."""
        known = self.panes.drawing.pictures
        for row in answer.rows:
            at = (row.term.layer, row.term.unit)
            if row.below is not None and at not in known and (stored := self._stored(*at)) is not None:
                known[at] = stored
        return known

    def _known(self) -> Circuit:
        self.client.idle(30)
        found = self.circuit
        if found is None:
            raise DeepvisError("No unit has been taken apart yet.")
        return found

    def _stored(self, layer: str, unit: int) -> Tensor | None:
        """What a unit wants to see, else what it was strongest on, where the atlas has it; on the engine's thread."""
        atlas = self.atlas
        place = None if atlas is None else atlas.stand_in(layer, unit)
        if atlas is None or place is None:
            return None
        found = atlas.patterns(layer, unit)
        if not found and atlas.has_pictures:
            found = [top.patch for top in atlas.unit(*place).top[:1]]
        return found[0] if found else None

    def ending(self) -> None:
        """Lets go of the pass and of what it showed."""
        super().ending()
        self.session.forget()
        self.panes.drawing.forget()


def _whole(network: Network) -> Network:
    """The network with all of its units: what a unit wants to see is the same whatever else is switched off."""
    return network.changed(NOTHING_OFF, network.added) if network.off else network
