"""Draws what every unit of EfficientNet-Lite0 wants to see: the outputs of its stem and its 16 blocks, and its classes.

`python -m deepvis_widgets.zoo.patterns` draws them one batch after the other into a folder of PNG files, beginning
where it was interrupted, and packs them for the package when all are there; `--help` has examples.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from ..core.content_key import content_key
from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..core.picture.picture import to_pil, to_tensor
from ..core.results import Pictures, sheet
from ..core.weights_key import network_key
from ..methods import explain
from ..methods.synthesis import SynthesisParams
from ..methods.synthesis.many import Stage, grow
from . import imagenet
from .load import load

SIDE = 96  # pixels of a picture
BATCH = 8
METHOD, STEPS = "activation_maximization", 64  # of single positions
STEM, CLASSES = "stem", "classes"
JOB = "job.json"
EXAMPLES = """examples:
  python -m deepvis_widgets.zoo.patterns
      draws all of them into build/patterns (about an hour on one core) and puts them into the package
  nice -n 15 env OMP_NUM_THREADS=1 python -m deepvis_widgets.zoo.patterns --work elsewhere
      the same, on one core that others need more; started again, it goes on
  python -m deepvis_widgets.zoo.patterns --work look --only blocks.3.2 classes --first 8 --sheet look.png
      a first look: eight units of a block and eight classes, side by side in one picture
"""


@dataclass(frozen=True)
class Way:
    """How the units of some layers are drawn: in these stages, of which the middle, `shown` pixels wide, is kept. What
    lies at the border of a picture is drawn for the padding's sake; where units see little, that is most of it.

    Without stages, one position of the map is maximised, and what it sees is the picture: the mean of a map of units
    that see a few pixels is highest for a plain colour.
    """

    stages: tuple[Stage, ...] = ()
    shown: int = 0
    params: SynthesisParams = SynthesisParams()


# the first pattern that a name begins with; sizes grow with what the units see
WAYS = {
    STEM: Way(),
    "blocks.0": Way(),
    "blocks.1.0": Way((Stage(48, 48),), 32),
    "blocks.1": Way((Stage(56, 48),), 40),
    "blocks.2": Way((Stage(72, 48),), 64),
    "blocks.3": Way((Stage(96, 48),), 96),
    "blocks.4": Way((Stage(64, 32), Stage(112, 16, 1.0)), 112),
    "blocks": Way((Stage(80, 40), Stage(128, 12, 1.0)), 128),
    CLASSES: Way((Stage(112, 44), Stage(184, 12, 1.0)), 184, SynthesisParams(tv=0.2, pull=0.01)),
}


def drawn_layers(network: Network) -> dict[str, str]:
    """Returns the layer that shows the output of the stem, of each block and, as "classes", of the whole network.

    >>> import deepvis_widgets as dv
    >>> found = drawn_layers(dv.load("efficientnet_lite0", weights="random"))
    >>> len(found), found["blocks.1.1"], found["classes"]
    (18, 'blocks.1.1', 'classifier')
    """
    found: dict[str, str] = {}
    names = [layer.name for layer in network.layers.own]
    for name in names:
        block = re.match(r"blocks\.\d+\.\d+", name)
        if block is not None:
            found[block[0]] = name  # the last one of the block: its output
        elif not any(known.startswith("blocks") for known in found):
            found[STEM] = name
    return found | {CLASSES: names[-1]}


def way(name: str) -> Way:
    """Returns how the units under this name are drawn."""
    return next(WAYS[begin] for begin in WAYS if name.startswith(begin))


class Drawing:
    """The pictures of a network's units in a folder, `<name>/<channel>.png`. Raises DeepvisError where the folder holds
    pictures of other weights, or drawn in another way.
    """

    def __init__(self, network: Network, folder: Path) -> None:
        self.network, self.folder, self.layers = network, folder, drawn_layers(network)
        self.folder.mkdir(parents=True, exist_ok=True)
        keys = {name: content_key(network_key(network), asdict(way(name)), SIDE) for name in self.layers}
        job = folder / JOB
        known = json.loads(job.read_text(encoding="utf-8")) if job.exists() else {}
        for name in known:
            if known[name] != keys.get(name):
                raise DeepvisError(
                    f'The pictures of {name} in "{folder}" are of other weights, or drawn in another way; '
                    "delete them and their line in job.json, or give another folder."
                )
        job.write_text(json.dumps(keys, indent=1), encoding="utf-8")

    def file(self, name: str, channel: int) -> Path:
        """Returns where the picture of a unit is, or will be."""
        return self.folder / name / f"{channel:04}.png"

    def channels(self, name: str, first: int | None = None) -> range:
        """Returns the channels under a name, or only the first ones."""
        return range(self.network.layers[self.layers[name]].channels)[:first]

    def missing(self, names: Sequence[str], first: int | None = None) -> list[tuple[str, list[int]]]:
        """Returns what is still to be drawn, in batches."""
        batches = []
        for name in names:
            left = [channel for channel in self.channels(name, first) if not self.file(name, channel).exists()]
            batches += [(name, left[start : start + BATCH]) for start in range(0, len(left), BATCH)]
        return batches

    def draw(self, name: str, channels: Sequence[int]) -> None:
        """Draws one batch; a picture appears whole, or not at all."""
        plan = way(name)
        layer = None if name == CLASSES else self.layers[name]
        if plan.stages:
            made = _middle(grow(self.network, layer, channels, plan.stages, plan.params), plan.shown)
        else:
            made = _seen_at_a_position(self.network, self.layers[name], channels)
        for channel, picture in zip(channels, made, strict=True):
            file = self.file(name, channel)
            file.parent.mkdir(exist_ok=True)
            beside = file.with_suffix(f".{os.getpid()}")
            to_pil(picture).save(beside, "PNG")
            os.replace(beside, file)

    def pictures(self) -> Iterator[tuple[str, int, Tensor]]:
        """Returns layer, channel and picture (3, SIDE, SIDE) of each unit. Raises DeepvisError where one is missing."""
        if left := sum(len(channels) for _, channels in self.missing(list(self.layers))):
            raise DeepvisError(f'{left:,} pictures are missing in "{self.folder}"; draw them first.')
        for name, layer in self.layers.items():
            for channel in self.channels(name):
                yield layer, channel, to_tensor(self.file(name, channel))


def _middle(pictures: Tensor, shown: int) -> Tensor:
    """Returns the middle of pictures (n, 3, h, w), `shown` pixels wide, at SIDE × SIDE."""
    margin = (pictures.shape[-1] - shown) // 2
    middle = pictures[..., margin : margin + shown, margin : margin + shown]
    return F.interpolate(middle, (SIDE, SIDE), mode="bicubic", antialias=True).clamp(0, 1)


def _seen_at_a_position(network: Network, layer: str, channels: Sequence[int]) -> Tensor:
    """Returns what units want to see in their receptive field, pixel by pixel, (n, 3, SIDE, SIDE)."""
    made = []
    for channel in channels:
        found = explain(network, None, METHOD, layer=layer, unit=channel, pictures=1, steps=STEPS, stretch=True)
        assert isinstance(found, Pictures)
        made.append(found.crops)
    return F.interpolate(torch.cat(made), (SIDE, SIDE), mode="nearest")


def _draw(drawing: Drawing, names: Sequence[str], first: int | None, quiet: bool) -> None:
    from tqdm.auto import tqdm

    total = sum(len(drawing.channels(name, first)) for name in names)
    missing = drawing.missing(names, first)
    done = total - sum(len(channels) for _, channels in missing)
    with tqdm(total=total, initial=done, unit=" picture", disable=quiet) as bar:
        for name, channels in missing:
            bar.set_description(name)
            drawing.draw(name, channels)
            bar.update(len(channels))


def _save_sheet(drawing: Drawing, names: Sequence[str], first: int, file: Path) -> None:
    rows = [[to_tensor(drawing.file(name, c)) for c in drawing.channels(name, first)] for name in names]
    blank = torch.ones(3, SIDE, SIDE)
    longest = max(len(row) for row in rows)
    lines = [to_tensor(sheet([*row, *[blank] * (longest - len(row))])) for row in rows]
    to_pil(torch.cat(lines, 1)).save(file)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(
        prog="python -m deepvis_widgets.zoo.patterns",
        description=f"Draw what every unit of {imagenet.NAME} wants to see, and put the pictures into the package.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--work", type=Path, default=Path("build/patterns"), help="where drawn pictures are kept")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help=f'"{STEM}", "blocks.0.0" ..., "{CLASSES}"; not packed'
    )
    parser.add_argument("--first", type=int, metavar="N", help="only the first N units of each; not packed")
    parser.add_argument("--sheet", type=Path, help="save the pictures side by side, one row for each name")
    parser.add_argument("--quiet", action="store_true", help="without a progress bar")
    chosen = parser.parse_args(arguments)
    try:
        _run(chosen)
    except DeepvisError as error:
        sys.exit(str(error))


def _run(chosen: argparse.Namespace) -> None:
    drawing = Drawing(load(imagenet.NAME), chosen.work)
    unknown = [name for name in chosen.only or () if name not in drawing.layers]
    if unknown:
        raise DeepvisError(f'There is nothing called "{unknown[0]}"; there are {", ".join(drawing.layers)}.')
    names = chosen.only or list(drawing.layers)
    _draw(drawing, names, chosen.first, chosen.quiet)
    if chosen.sheet is not None:
        _save_sheet(drawing, names, chosen.first or 16, chosen.sheet)
    if chosen.only is None and chosen.first is None:  # an atlas stands on a higher floor: it comes and takes them
        subprocess.run(
            [sys.executable, "-m", "deepvis_widgets.atlas.shipped", "--patterns", str(chosen.work)], check=True
        )


if __name__ == "__main__":
    main()
