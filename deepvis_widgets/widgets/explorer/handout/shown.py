"""What the Explorer shows now, as parts: the picture with its map, the answers, the units, and what is known of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ....core.picture.picture import to_bytes
from ...kit.made import facts
from ...link.protocol import Frame
from ...page.frame_parts import pictures_part, plane_part, stage_part, tiles_part
from ...page.parts import Bars, Column, Part, Picture, Row, Text
from ..inputs_pane import second_pictures
from ..panes import Panes
from ..state import ExplorerState

ROWS = 8  # answers
GRIDS = {"activation": "tiles"}  # the frame that a mode of the tiles is sent in, where it has another name


def shown(state: ExplorerState, panes: Panes, top: Frame | None) -> Part:
    """Returns what an Explorer shows, as its panes were sent it last; `top` are the strongest pictures of the unit."""
    seen = [_stage(state, panes), *_beside(state), _bars(state, panes)]
    about = [_unit(panes), *_pictures(panes, top)]
    below = [_ribbon(panes), _tiles(state, panes), *about]
    return Column([Row(_there(seen)), *_there(below)])


def _there(parts: Sequence[Part | None]) -> list[Part]:
    return [part for part in parts if part is not None]


def _stage(state: ExplorerState, panes: Panes) -> Part | None:
    port = panes.stage.port
    boxes = [tuple(mark["box"]) for mark in port.values.get("boxes", ()) if mark["kind"] != "field"]
    look = {"colormap": port.values.get("colormap", "inferno"), "opacity": state.opacity, "size": 320}
    return stage_part(port.last("picture"), port.last("overlay"), state.occluder, boxes, **look)


def _beside(state: ExplorerState) -> list[Part | None]:
    """What the network is given beside the picture, or compares it with: second pictures, words and numbers."""
    network = state.answering
    pictures = [Picture(to_bytes(view[:3]), name, 140) for name, view in second_pictures(network).items()]
    given, values = network.inputs.inputs, network.inputs.values
    told = [(name, found.words(values[name])) for name, found in given.items() if found.kind in ("words", "numbers")]
    return [*pictures, facts(told, "given beside the picture") if told else None]


def _bars(state: ExplorerState, panes: Panes) -> Part | None:
    frame = panes.bars.port.last("values")
    if frame is None:
        return None
    values, answers = frame.arrays["values"], state.network.answers
    order = np.argsort(-values, kind="stable") if answers.ranked else np.arange(len(values))
    rows, chosen = order[:ROWS].tolist(), int(frame.meta["chosen"])
    if chosen not in rows:
        rows = [*rows[: ROWS - 1], chosen]
    numbers = [float(values[row]) for row in rows]
    words = [answers.words(row, value) for row, value in zip(rows, numbers, strict=True)]
    return Bars([answers.labels[row] for row in rows], numbers, words, answers.title, rows.index(chosen))


def _ribbon(panes: Panes) -> Part | None:
    blocks = panes.ribbon.port.values.get("blocks", ())
    return Text(" > ".join(block["title"] for block in blocks), "note") if blocks else None


def _tiles(state: ExplorerState, panes: Panes) -> Part | None:
    layer = state.network.layers[state.layer]
    frame = panes.grid.port.last(GRIDS.get(state.tiles, state.tiles))
    if frame is None or frame.meta.get("layer") != layer.name:
        frame = panes.grid.port.last("tiles")
    signed = state.tiles == "gradient"
    tiles = tiles_part(frame, layer.names, colormap="green-red" if signed else "inferno", signed=signed)
    heading = Text(f"{layer.name}: {layer.kind}, {layer.channels} units, each sees {layer.field}", "heading")
    return None if tiles is None else Column([heading, tiles])


def _unit(panes: Panes) -> Part | None:
    look: dict[str, Any] = {"title": panes.unit.port.values.get("title", ""), "colormap": "inferno", "smooth": False}
    maps = [plane_part(panes.unit.port.last("map"), **look), plane_part(panes.backward.port.last("rgb"))]
    return Row(_there(maps)) if any(maps) else None


def _pictures(panes: Panes, top: Frame | None) -> list[Part | None]:
    wants = pictures_part(panes.patterns.port.last("pictures"), [], "wants to see", 110)
    return [wants, pictures_part(top, [], "strongest pictures", 84)]
