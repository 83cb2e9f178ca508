"""Photos that scikit-image brings in its wheel: pictures for a network that knows ImageNet, without a download.

| photo | what it shows | where it is from | licence |
|---|---|---|---|
| chelsea | a tabby cat's face | Stéfan van der Walt | CC0 |
| coffee | an espresso in a cup | Rachel Michetti, at Pikolo Espresso Bar | CC0 |
| rocket | the start of a Falcon 9 | SpaceX, 2015 | public domain |
| motorcycle | a motorcycle in a garage | Middlebury stereo benchmark (Scharstein et al. 2014) | not named there |
| astronaut | Eileen Collins | NASA Great Images | public domain |
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from ..core.errors import DeepvisError

PHOTOS = {
    "chelsea": "chelsea.png",
    "coffee": "coffee.png",
    "rocket": "rocket.jpg",
    "motorcycle": "motorcycle_left.png",
    "astronaut": "astronaut.png",
}
# the class of ImageNet that a photo shows, where there is one
LABELS = {"chelsea": "tabby", "coffee": "espresso"}


def photo(name: str) -> Image.Image:
    """Returns a photo from scikit-image's wheel, in colour: "chelsea" (a cat; Stéfan van der Walt, CC0), "coffee"
    (Rachel Michetti, CC0), "rocket" (SpaceX, public domain), "motorcycle" (Scharstein et al. 2014, the Middlebury
    stereo benchmark) or "astronaut" (NASA, public domain). Raises DeepvisError for any other name, and where
    scikit-image is not installed.

    >>> photo("chelsea").size
    (451, 300)
    """
    if not isinstance(name, str) or name not in PHOTOS:
        raise DeepvisError(f'There is no photo "{name}"; the photos are {", ".join(PHOTOS)}.')
    try:
        import skimage
    except ImportError:
        raise DeepvisError("The photos are scikit-image's; install it with: pip install scikit-image.") from None
    with Image.open(Path(skimage.__file__).parent / "data" / PHOTOS[name]) as image:
        found = image.convert("RGB")
    found.info["title"] = name
    if name in LABELS:
        found.info["label"] = LABELS[name]
    return found
