"""From an atlas to its panes, a picture at a time on the network's engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from torch import Tensor

from ...atlas import Atlas, Top, Unit
from ...core.content_key import content_key
from ...core.network.network import Network
from ...engine.engine import Engine
from ..link import frames
from ..link.protocol import Frame
from ..views.unit_grid import UnitGrid
from . import frames as atlas_frames
from .frames import contrasted
from .stream import Stream
from .unit_list import Found, UnitList
from .unit_panes import AtlasPanes, TopPictures

UNITS = 8  # in a list
KINDS = ("top", "facts", "similar", "deconv")  # in the order in which they are made; the last takes longest


class AtlasFeed:
    """Reads `atlas`, None while there is none, for the panes of a unit and for grids. Answers come in streams; what the
    user does meanwhile goes first.
    """

    def __init__(self, network: Network, engine: Engine, panes: AtlasPanes) -> None:
        self.network, self.engine, self.panes = network, engine, panes
        self.atlas: Atlas | None = None
        self._unit, self._find = Stream(engine, "atlas-unit"), Stream(engine, "atlas-find")
        self._card, self._sheet = Stream(engine, "atlas-card"), Stream(engine, "atlas-sheet")

    def close(self) -> None:
        """Begin nothing further."""
        for stream in (self._unit, self._find, self._card, self._sheet):
            stream.stop()

    # --- a unit ---

    def show(self, layer: str, channel: int, kinds: Sequence[str] = KINDS) -> None:
        """Fill those of the panes named by `kinds` with a unit."""
        if self.atlas is not None:
            steps = self._unit_steps(self.atlas, layer, channel, [kind for kind in KINDS if kind in kinds])
            self._unit.start(steps, lambda sentence: self._refuse(sentence, kinds))

    def _unit_steps(self, atlas: Atlas, layer: str, channel: int, kinds: Sequence[str]) -> Iterator[None]:
        unit = atlas.unit(layer, channel)
        for kind in kinds:
            yield
            if kind == "facts":
                self.panes.facts.show(unit, f"{layer}:{channel}")
            elif kind == "similar":
                yield from self._similar_steps(atlas, layer, channel)
            else:
                yield from self._top_steps(unit, kind, f"{layer}:{channel}")

    def _top_steps(self, unit: Unit, kind: str, name: str) -> Iterator[None]:
        pane = self._top_pane(kind)
        pane.expect(unit, name)
        made: list[Tensor] = []
        for top in unit.top:
            yield
            made.append(self._picture(top, kind))
            pane.show(made)
        if not unit.top:
            pane.show([])

    def _top_pane(self, kind: str) -> TopPictures:
        return self.panes.top if kind == "top" else self.panes.deconv

    def _picture(self, top: Top, kind: str) -> Tensor:
        make: Callable[[], Tensor] = (lambda: top.patch) if kind == "top" else (lambda: contrasted(top.deconv))
        return self._cached(make, kind, top.layer, top.channel, top.rank)

    def _cached(self, make: Callable[[], Tensor], *what: object) -> Tensor:
        assert self.atlas is not None
        return self.engine.cache.get_or_make(content_key("atlas", str(self.atlas.folder), *what), make)

    def _refuse(self, sentence: str, kinds: Sequence[str]) -> None:
        for kind in kinds:
            if kind in ("top", "deconv"):
                self._top_pane(kind).refuse(sentence)
        if "similar" in kinds:
            self.panes.similar.notice = sentence

    def _similar_steps(self, atlas: Atlas, layer: str, channel: int) -> Iterator[None]:
        yield from self._read_all(atlas)
        found = atlas.similar(layer, channel, UNITS)
        yield from self._list_steps(self.panes.similar, f"Similar to {layer}:{channel}", found)

    # --- units to go on to ---

    def search(self, layer: str | None) -> None:
        """List the units that go best with the class in the finder, of one layer or of all."""
        finder = self.panes.finder
        if self.atlas is None or not finder.label:
            return
        steps = self._search_steps(self.atlas, finder.label, layer)
        self._find.start(steps, lambda sentence: setattr(finder.units, "notice", sentence))

    def _search_steps(self, atlas: Atlas, label: str, layer: str | None) -> Iterator[None]:
        index = self.network.class_index(int(label) if label.isdecimal() else label)
        within = layer
        if layer is None:
            yield from self._read_all(atlas)
        else:
            place = atlas.stand_in(layer, 0)
            within = layer if place is None else place[0]  # None: the search says that it is not covered
        found = atlas.search(index, UNITS, within)
        yield from self._list_steps(self.panes.finder.units, f"Fire for {self.network.labels[index]}", found)

    @staticmethod
    def _read_all(atlas: Atlas) -> Iterator[None]:
        for name in atlas.layers:
            atlas.layer(name)
            yield

    def _list_steps(self, pane: UnitList, title: str, found: Found) -> Iterator[None]:
        pane.expect(title, found)
        pictures: list[Tensor] = []
        for layer, channel, _ in found:
            yield
            pictures.append(self.thumbnail(layer, channel))
            pane.show(pictures)

    # --- grids ---

    def thumbnail(self, layer: str, channel: int) -> Tensor:
        """The strongest patch of a unit at the size of a tile."""
        atlas = self.atlas
        assert atlas is not None
        return self._cached(lambda: atlas_frames.top_picture(atlas, layer, channel), "thumbnail", layer, channel)

    def sheet_picture(self, layer: str, channel: int) -> Tensor | None:
        """What a unit looks like in a grid of pictures; None where the atlas does not cover it."""
        atlas = self.atlas
        if atlas is None or atlas.stand_in(layer, channel) is None:
            return None
        make = lambda: atlas_frames.sheet_picture(atlas, layer, channel)  # noqa: E731
        return self._cached(make, "sheet", layer, channel)  # type: ignore[arg-type]

    def fill(self, grid: UnitGrid, layer: str, units: Sequence[int], seq: int) -> None:
        """Send pictures of these units to a grid, and acknowledge its question at the end."""

        def fail(sentence: str) -> None:
            grid.notice = sentence
            grid.ack(seq)

        self._sheet.start(self._sheet_steps(grid, layer, units), fail, lambda: grid.ack(seq))

    def _sheet_steps(self, grid: UnitGrid, layer: str, units: Sequence[int]) -> Iterator[None]:
        for channel in units:
            yield
            picture = self.sheet_picture(layer, channel)
            if picture is not None:
                grid.push("pictures", *frames.pattern_frame(layer, channel, picture))

    def answer_card(self, grid: UnitGrid, frame: Frame) -> None:
        """Send the card of the unit that a grid asks for."""
        layer, channel = str(frame.meta["layer"]), int(frame.meta["unit"])
        if self.atlas is None:
            grid.ack(frame.seq)
            return
        done = lambda *_: grid.ack(frame.seq)  # noqa: E731
        self._card.start(self._card_steps(self.atlas, grid, layer, channel), done, done)

    def _card_steps(self, atlas: Atlas, grid: UnitGrid, layer: str, channel: int) -> Iterator[None]:
        if atlas.stand_in(layer, channel) is None:
            return
        unit = atlas.unit(layer, channel)
        pictures = []
        for top in unit.top[: atlas_frames.CARD]:
            yield
            pictures.append(self._picture(top, "top"))
        grid.push("card", *atlas_frames.card_frame(unit, layer, channel, pictures))
