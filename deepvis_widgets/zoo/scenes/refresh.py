"""Draw the ready scenes anew: `python -m deepvis_widgets.zoo.scenes.refresh`, after any change to how scenes look."""

from pathlib import Path

from PIL import Image

from .catalog import scene
from .ready import READY, file_name, folder


def store_ready(target: Path) -> None:
    """Draw the scenes of READY into the folder `target`: a picture and a one-bit mask each."""
    target.mkdir(parents=True, exist_ok=True)
    for label, background, seed in READY:
        drawn, name = scene(label, background, seed), file_name(label, background, seed)
        drawn.image.save(target / f"{name}.png", optimize=True)
        Image.fromarray(drawn.mask).save(target / f"{name}-mask.png", optimize=True)


if __name__ == "__main__":
    store_ready(folder())
