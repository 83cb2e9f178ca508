"""From an atlas to its panes, a picture at a time on the network's engine."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from torch import Tensor

from ...atlas import Atlas, Top, Unit
from ...core.content_key import content_key
from ...core.network.network import Network
from ...engine.cache import Cache
from ...engine.engine import Engine
from ..link import frames
from ..link.protocol import Frame
from ..link.push import push
from . import frames as atlas_frames
from .answers import KINDS, Grid, TopAnswer, UnitListener, UnitsAnswer
from .frames import contrasted
from .stream import Stream

UNITS = 8  # in a list
SEEN = 32 * 2**20  # bytes of pictures, for units that are looked at again: twenty cards, or a grid


class AtlasFeed:
    """Reads `atlas`, None while there is none, for the panes of a unit and for grids. Answers come in streams; what the
    user does meanwhile goes first.
    """

    def __init__(self, network: Network, engine: Engine, panes: UnitListener) -> None:
        self.network = network
        self.atlas: Atlas | None = None
        self._panes = panes
        self._seen = Cache(SEEN)  # not the engine's, where they would take the place of explanations
        self._unit, self._find = Stream(engine, "atlas-unit"), Stream(engine, "atlas-find")
        self._card, self._sheet = Stream(engine, "atlas-card"), Stream(engine, "atlas-sheet")

    def close(self) -> None:
        """Begins nothing further."""
        for stream in (self._unit, self._find, self._card, self._sheet):
            stream.stop()

    # --- a unit ---

    def show(self, layer: str, channel: int, kinds: Sequence[str] = KINDS) -> None:
        """Tells the panes those answers about a unit that are named by `kinds`."""
        if self.atlas is not None:
            wanted = [kind for kind in KINDS if kind in kinds]
            steps = self._unit_steps(self.atlas, layer, channel, wanted)

            def refuse(sentence: str) -> None:
                for kind in wanted:
                    self._panes.refuse(kind, sentence)

            self._unit.start(steps, refuse)

    def _unit_steps(self, atlas: Atlas, layer: str, channel: int, kinds: Sequence[str]) -> Iterator[None]:
        unit, name = atlas.unit(layer, channel), f"{layer}:{channel}"
        for kind in kinds:
            yield
            if kind == "facts":
                self._panes.show_facts(unit, name)
            elif kind == "similar":
                yield from self._read_all(atlas)
                found = UnitsAnswer(kind, f"Similar to {name}", atlas.similar(layer, channel, UNITS))
                yield from self._list_steps(atlas, found)
            else:
                yield from self._top_steps(atlas, TopAnswer(kind, unit, name))

    def _top_steps(self, atlas: Atlas, answer: TopAnswer) -> Iterator[None]:
        self._panes.show_top(answer)
        made: tuple[Tensor, ...] = ()
        for top in answer.unit.top:
            yield
            made = (*made, self.picture(atlas, top, answer.kind))
            self._panes.show_top(replace(answer, pictures=made))
        if not answer.unit.top:
            self._panes.show_top(replace(answer, pictures=()))

    def picture(self, atlas: Atlas, top: Top, kind: str) -> Tensor:
        """What a unit sees of a picture, or its deconv if the `kind` is "deconv"; on any thread, at once."""
        make: Callable[[], Tensor] = (lambda: top.patch) if kind == "top" else (lambda: contrasted(top.deconv))
        return self._cached(atlas, make, kind, top.layer, top.channel, top.rank)

    def is_known(self, atlas: Atlas, top: Top, kind: str) -> bool:
        """Whether `picture` has it at once."""
        return self._key(atlas, kind, top.layer, top.channel, top.rank) in self._seen

    def _cached(self, atlas: Atlas, make: Callable[[], Tensor], *what: object) -> Tensor:
        return self._seen.get_or_make(self._key(atlas, *what), make)

    @staticmethod
    def _key(atlas: Atlas, *what: object) -> Hashable:
        return content_key("atlas", str(atlas.folder), *what)

    # --- units to go on to ---

    def search(self, label: str, layer: str | None) -> None:
        """Tells the units that go best with a class, by name or number, of one layer or of all; none for no label."""
        if self.atlas is not None and label:
            steps = self._search_steps(self.atlas, label, layer)
            self._find.start(steps, lambda sentence: self._panes.refuse("find", sentence))

    def _search_steps(self, atlas: Atlas, label: str, layer: str | None) -> Iterator[None]:
        index = self.network.class_index(int(label) if label.isdecimal() else label)
        if layer is None:
            yield from self._read_all(atlas)
        elif place := atlas.stand_in(layer, 0):  # else the search says that the layer is not covered
            layer = place[0]
        found = atlas.search(index, UNITS, layer)
        yield from self._list_steps(atlas, UnitsAnswer("find", f"Fire for {self.network.labels[index]}", found))

    @staticmethod
    def _read_all(atlas: Atlas) -> Iterator[None]:
        for name in atlas.layers:
            atlas.layer(name)
            yield

    def _list_steps(self, atlas: Atlas, answer: UnitsAnswer) -> Iterator[None]:
        self._panes.show_units(answer)
        pictures: tuple[Tensor, ...] = ()
        for layer, channel, _ in answer.units:
            yield
            pictures = (*pictures, self._thumbnail(atlas, layer, channel))
            self._panes.show_units(replace(answer, pictures=pictures))

    # --- grids ---

    def _thumbnail(self, atlas: Atlas, layer: str, channel: int) -> Tensor:
        """The strongest patch of a unit at the size of a tile."""
        make = partial(atlas_frames.top_picture, atlas, layer, channel)
        return self._cached(atlas, make, "thumbnail", layer, channel)

    def sheet_picture(self, layer: str, channel: int) -> Tensor | None:
        """What a unit looks like in a grid of pictures; None where the atlas does not cover it."""
        return None if self.atlas is None else self._sheet_picture(self.atlas, layer, channel)

    def _sheet_picture(self, atlas: Atlas, layer: str, channel: int) -> Tensor | None:
        if atlas.stand_in(layer, channel) is None:
            return None
        make = partial(atlas_frames.sheet_picture, atlas, layer, channel)
        return self._cached(atlas, make, "sheet", layer, channel)  # type: ignore[arg-type]

    def fill(self, grid: Grid, layer: str, units: Sequence[int], seq: int) -> None:
        """Sends pictures of these units to a grid, and acknowledges its question at the end."""
        if self.atlas is None:
            grid.ack(seq)
            return

        def fail(sentence: str) -> None:
            push(grid, notice=sentence)
            grid.ack(seq)

        self._sheet.start(self._sheet_steps(self.atlas, grid, layer, units), fail, lambda: grid.ack(seq))

    def _sheet_steps(self, atlas: Atlas, grid: Grid, layer: str, units: Sequence[int]) -> Iterator[None]:
        for channel in units:
            yield
            picture = self._sheet_picture(atlas, layer, channel)
            if picture is not None:
                grid.push("pictures", *frames.pattern_frame(layer, {channel: picture}))

    def answer_card(self, grid: Grid, frame: Frame) -> None:
        """Sends the card of the unit that a grid asks for."""
        layer, channel = str(frame.meta["layer"]), int(frame.meta["unit"])
        if self.atlas is None:
            grid.ack(frame.seq)
            return
        done = lambda *_: grid.ack(frame.seq)  # noqa: E731
        self._card.start(self._card_steps(self.atlas, grid, layer, channel), done, done)

    def _card_steps(self, atlas: Atlas, grid: Grid, layer: str, channel: int) -> Iterator[None]:
        if atlas.stand_in(layer, channel) is None:
            return
        unit: Unit = atlas.unit(layer, channel)
        pictures = []
        for top in unit.top[: atlas_frames.CARD]:
            yield
            pictures.append(self.picture(atlas, top, "top"))
        grid.push("card", *atlas_frames.card_frame(unit, layer, channel, pictures))
