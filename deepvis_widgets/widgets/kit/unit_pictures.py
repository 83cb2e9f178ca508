"""What units look for: a picture that each wants to see, beside the part of a picture where it is strongest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ...atlas import Atlas
from ...atlas.shipped import shipped_atlas
from ...core.content_key import content_key
from ...core.network.network import Network
from ...core.picture.boxes import Box, crop
from ...core.report import Report
from ...core.results import Pictures
from ...core.weights_key import learned_key
from ...engine.client import Client, nothing
from ...methods import explain
from ...methods.cam import averaged_layer

SIDE, GAP = 96, 4  # pixels of each of the two pictures, and between them
STEPS = 48  # of a pattern that is drawn
NEAR = 0.4  # of the picture's sides: the most that a patch shows, where the unit sees the whole picture


@dataclass(frozen=True, eq=False)
class UnitPicture:
    """A unit, with its place among those asked for: what it wants to see and where it is strongest, both (3, SIDE,
    SIDE), None where that is not known, or not yet.
    """

    unit: int
    place: int
    pattern: Tensor | None = None
    patch: Tensor | None = None

    @property
    def known(self) -> bool:
        """Whether there is anything to see."""
        return self.pattern is not None or self.patch is not None

    @property
    def pair(self) -> Tensor:
        """Both side by side: (3, SIDE, 2 SIDE + GAP), grey where there is none."""
        grey = torch.full((3, SIDE, SIDE), 0.5)
        between = torch.ones(3, SIDE, GAP)
        return torch.cat([_or(self.pattern, grey), between, _or(self.patch, grey)], 2)


Shown = Callable[[UnitPicture], object]
Looked = Sequence[tuple[Tensor, Tensor]]  # pictures (3, H, W), each with its maps (K, h, w) of the layer


class UnitPictures:
    """Finds pictures of the units of the layer that a head averages: stored ones first, then patterns drawn one after
    the other. `on_picture` is called on the engine's thread; the newest question wins.
    """

    def __init__(self, client: Client, network: Network, on_picture: Shown) -> None:
        self._client, self._network, self._on_picture = client, network, on_picture
        self._atlas: Atlas | None = None
        self._layer: str | None = None
        self._known = False

    def show(self, units: Sequence[int], looked: Looked) -> None:
        """Asks for these units; patches are from the atlas that ships with the network, else from `looked`."""
        wanted = list(units)
        self._client.ask(
            "unit pictures",
            lambda report: self._find(wanted, looked, report),
            nothing,
            long=True,
            on_partial=lambda _, found: None if found is None else self._on_picture(found),
            doing="drawing these units",
        )

    def known(self, unit: int) -> Tensor | None:
        """Returns what a unit wants to see, (3, SIDE, SIDE), where that is stored or was drawn before; else None."""
        if not self._known or self._layer is None:
            return None
        stored = self._stored(self._layer, unit)
        if stored is None and (drawn := self._client.engine.cache.get(self._key(self._layer, unit))) is not None:
            return _square(drawn.crops[0])
        return stored

    def _key(self, layer: str, unit: int) -> str:
        return content_key("pattern", learned_key(self._network), layer, unit, STEPS)

    def _find(self, units: list[int], looked: Looked, report: Report) -> None:
        if not self._known:
            self._atlas, self._layer, self._known = shipped_atlas(self._network), averaged_layer(self._network), True
        layer = self._layer
        missing = []
        for place, unit in enumerate(units):
            found = UnitPicture(unit, place)
            if layer is not None:
                found = replace(found, pattern=self._stored(layer, unit), patch=self._patch(layer, unit, looked))
                missing += [found] if found.pattern is None else []
            report(0.0, found)
        for done, found in enumerate(missing):
            drawn = self._drawn(str(layer), found.unit, lambda *_, done=done: report(done / len(missing)))
            report(done / len(missing), replace(found, pattern=drawn))

    def _stored(self, layer: str, unit: int) -> Tensor | None:
        stored = self._atlas.patterns(layer, unit) if self._atlas is not None else []
        return _square(stored[0]) if stored else None

    def _patch(self, layer: str, unit: int, looked: Looked) -> Tensor | None:
        atlas = self._atlas
        if atlas is not None and atlas.has_pictures and atlas.stand_in(layer, unit) is not None:
            tops = atlas.unit(layer, unit).top
            return _square(tops[0].patch) if tops else None
        if not looked:
            return None
        view, maps = max(looked, key=lambda pair: float(pair[1][unit].max()))
        return _square(crop(view[:3].detach().float().cpu(), _near(self._network, layer, maps[unit])))

    def _drawn(self, layer: str, unit: int, report: Callable[..., None]) -> Tensor:
        network = self._network
        chosen: dict[str, Any] = {"layer": layer, "unit": unit, "pictures": 1, "steps": STEPS}

        def draw() -> Pictures:
            made = explain(network, None, "activation_maximization", report=report, **chosen)
            assert isinstance(made, Pictures)
            return made

        return _square(self._client.engine.cache.get_or_make(self._key(layer, unit), draw).crops[0])


def _near(network: Network, layer: str, values: Tensor) -> Box:
    """What a unit sees where its map (h, w) is strongest, or the part of it round that place, where it sees much."""
    place = int(values.argmax())
    position = (place // values.shape[1], place % values.shape[1])
    sides = [
        min(field, round(NEAR * side))
        for field, side in zip(network.layers[layer].field.size, network.size, strict=True)
    ]
    middles = [(at + 0.5) * side / count for at, side, count in zip(position, network.size, values.shape, strict=True)]
    top, left = (round(middle - side / 2) for middle, side in zip(middles, sides, strict=True))
    return top, left, sides[0], sides[1]


def _square(picture: Tensor) -> Tensor:
    shown = picture[None, :3].float()
    return F.interpolate(shown, (SIDE, SIDE), mode="bilinear", align_corners=False, antialias=True)[0].clamp(0, 1)


def _or(picture: Tensor | None, otherwise: Tensor) -> Tensor:
    return otherwise if picture is None else picture
