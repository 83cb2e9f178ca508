"""What an atlas knows of the selected unit, and the form that builds an atlas where there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...atlas import Atlas, Top, Unit
from ...core.network.network import Network
from ...engine.engine import Engine
from ..atlas_view.answers import Found, TopAnswer, UnitsAnswer
from ..atlas_view.build import AtlasBuild
from ..atlas_view.frames import stack, statistics
from ..atlas_view.unit_statistics import bin_names, strongest
from ..link.frames import no_pictures
from ..link.port import Port
from ..link.protocol import Frame


@dataclass(frozen=True)
class AtlasActs:
    """What a person can do with an atlas."""

    visit: Callable[[str, int], None]
    show_top: Callable[[Top], None]
    search: Callable[[str, bool], None]
    use_atlas: Callable[[Atlas], None]


class AtlasPane:
    """Strongest pictures of a unit, their deconvs, its numbers, and units to go on to. A UnitListener."""

    def __init__(self, network: Network, port: Port, engine: Callable[[], Engine], acts: AtlasActs) -> None:
        self.port, self._network, self._acts = port, network, acts
        self.unit: Unit | None = None
        self._units: dict[str, Found] = {}
        self.build = AtlasBuild(network, engine, acts.use_atlas, port.put)
        port.put(found=False, folder=self.build.folder)
        port.on_frame("pick", self._pick)
        port.on_frame("visit", self._visit)
        port.on_frame("search", lambda frame: acts.search(str(frame.meta["label"]), bool(frame.meta["here"])))
        port.on_frame("build", lambda frame: self.build.start(str(frame.meta["pictures"]), str(frame.meta["out"])))
        port.on_frame("open", lambda frame: self.build.open_folder(str(frame.meta["out"])))
        port.on_frame("stop", lambda _: self.build.stop())

    # --- answers, on any thread ---

    def show_top(self, answer: TopAnswer) -> None:
        """Names the strongest pictures, and shows them, or their deconvs, as far as they are there."""
        self.unit = answer.unit
        if answer.pictures is None:
            self.port.put(captions=captions(answer.unit), top_notice="")
        else:
            pictures = stack(answer.pictures) if answer.pictures else no_pictures()
            self.port.push(answer.kind, {"of": answer.name}, {"pictures": pictures})

    def show_units(self, answer: UnitsAnswer) -> None:
        """Shows units to go on to."""
        if answer.pictures is None:
            self._units[answer.kind] = answer.units
            captions = [f"{layer}:{channel} {value:+.2f}" for layer, channel, value in answer.units]
            self.port.put(**{f"{answer.kind}_captions": captions, f"{answer.kind}_title": answer.title, "notice": ""})
        else:
            pictures = stack(answer.pictures) if answer.pictures else no_pictures()
            self.port.push(answer.kind, {}, {"pictures": pictures})

    def show_facts(self, unit: Unit, name: str) -> None:
        """Shows the numbers of a unit."""
        self.port.put(facts=facts_of(unit, name, self._network.labels))

    def refuse(self, kind: str, sentence: str) -> None:
        """Shows why there is nothing to show."""
        if kind in ("top", "deconv"):
            self.unit = None
            self.port.put(top_notice=sentence, captions=[])
            self.port.push(kind, {"of": ""}, {"pictures": no_pictures()})
        else:
            self.port.put(notice=sentence)

    # --- what a person does ---

    def _pick(self, frame: Frame) -> None:
        index = int(frame.meta["index"])
        if self.unit is not None and index < len(self.unit.top):
            self._acts.show_top(self.unit.top[index])

    def _visit(self, frame: Frame) -> None:
        units, index = self._units.get(str(frame.meta["list"]), []), int(frame.meta["index"])
        if index < len(units):
            self._acts.visit(*units[index][:2])


def captions(unit: Unit) -> list[str]:
    """What is said of a unit's strongest pictures."""
    return [f"{top.activation:.3g} · {top.name}" for top in unit.top]


def facts_of(unit: Unit, name: str, labels: Sequence[str]) -> dict[str, Any]:
    """The numbers of a unit, as the card draws them: how its activations are spread, and its classes."""
    edges, counts = unit.histogram
    classes = [[labels[index], float(unit.correlation[index])] for index in strongest(unit.correlation)]
    spread = {"bins": bin_names(edges), "counts": np.log10(1.0 + counts).tolist()}
    return {"of": name, "line": statistics(unit), **spread, "classes": classes}
