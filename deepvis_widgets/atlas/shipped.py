"""The atlases of the embedded networks that ship with the package.

`python -m deepvis_widgets.atlas.shipped` builds them.

Both look at the same freshly drawn scenes, which lie in the atlas itself, and so do not need a folder.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path

from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..zoo.embedded import EMBEDDED
from ..zoo.load import load
from ..zoo.scenes import BACKGROUNDS, CLASSES, scene
from ..zoo.training.dataset import fresh_orders
from .atlas import Atlas
from .images import Images

SCENES, SEED = 300, 5000
QUALITY = 80


def folder(name: str) -> Path:
    """Returns where the atlas of an embedded network is."""
    return Path(__file__).parent / "ready" / name


def shipped_atlas(network: Network) -> Atlas | None:
    """Returns the atlas that ships with the package, if this is an embedded network with its own weights; else None.

    >>> import deepvis_widgets as dv
    >>> shipped_atlas(dv.load("husky-wolf"))
    Atlas(husky-wolf: 1,100 units of 13 layers over 300 pictures)
    """
    if network.name not in EMBEDDED or not folder(network.name).is_dir():
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


def main() -> None:
    """Builds both anew."""
    for name in EMBEDDED:
        build(name, folder(name))


if __name__ == "__main__":
    main()
