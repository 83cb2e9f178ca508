"""One unit of each layer, drawn at the true size of what it sees: from the first layer's few pixels to the whole
picture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from torch import Tensor

from ...core.network.network import Network
from ...core.network.target import Target
from ...core.report import Report
from ...methods.backward import describe
from ...methods.synthesis import Ascent, SynthesisParams

MOST = 9  # layers side by side
STEPS = 64  # for each: enough to see what it wants


@dataclass(frozen=True, eq=False)
class Drawn:
    """One finished picture: its place in the row, the picture (3, h, w) cropped to what the unit sees, its score."""

    place: int
    picture: Tensor
    value: float


def chosen_layers(network: Network) -> list[str]:
    """Layers with rectified maps (all maps where there are none), one of each receptive field, evenly thinned out."""
    maps = [layer for layer in network.layers.own if layer.height * layer.width > 1]
    found: dict[str, str] = {}
    for layer in [layer for layer in maps if layer.rectifier is not None] or maps:
        found.setdefault(str(layer.field), layer.name)
    names = list(found.values())
    last = MOST - 2
    return names if len(names) < MOST else [names[round(i * (len(names) - 1) / last)] for i in range(MOST - 1)]


def targets(network: Network, unit: int) -> list[Target]:
    """This unit, or the one of that number going round, of each chosen layer, and the class of that number."""
    units = [Target(unit % network.layers[name].channels, name) for name in chosen_layers(network)]
    return [*units, Target(unit % network.classes)]


def size_of(network: Network, target: Target) -> tuple[int, int]:
    """(height, width) of what the unit in the middle of the map sees."""
    if target.layer is None:
        return network.size
    field = network.layers[target.layer].field
    box = field.box(field.middle())
    return box[2], box[3]


def title_of(network: Network, target: Target) -> str:
    """The target in words, short."""
    words = describe(network, target)
    return words if target.layer is None else f"{target.layer.rsplit('.', 1)[-1]}:{target.channel}"


def draw_all(network: Network, wanted: list[Target], params: SynthesisParams, report: Report) -> None:
    """Draws one picture for each target, the parameters' recipe cut short, and reports each as a Drawn."""
    short = replace(params, pictures=1, steps=STEPS)
    for place, target in enumerate(wanted):
        ascent = Ascent(network, target, short)
        while not ascent.done:
            ascent.step()
            report((place + ascent.fraction) / len(wanted))
        top, left, height, width = ascent.frame.box
        picture = ascent.pictures()[0, :, top : top + height, left : left + width]
        report((place + 1) / len(wanted), Drawn(place, picture, float(ascent.trace[-1, 0])))
