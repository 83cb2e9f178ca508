"""Pixels as numpy arrays: of a canvas or an image as it was drawn, or of an element as the browser shows it."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page

_DATA_URL = """drawn => {
  if (drawn.tagName === "IMG") return drawn.src;
  return drawn.width && drawn.height ? drawn.toDataURL("image/png") : "";
}"""


def canvas_pixels(page: Page | Locator, selector: str = "canvas") -> np.ndarray:
    """The own pixels of a canvas, or of an image with a data address, (height, width, 4) uint8: exact, not scaled or
    covered by what lies over it.
    """
    url: str = page.locator(selector).first.evaluate(_DATA_URL)
    if not url:
        return np.zeros((0, 0, 4), np.uint8)
    return _decode(base64.b64decode(url.split(",", 1)[1]), "RGBA")


def element_pixels(page: Page | Locator, selector: str) -> np.ndarray:
    """What is on screen where the element is, (height, width, 3) uint8, styles and overlays included."""
    return _decode(page.locator(selector).first.screenshot(), "RGB")


def _decode(png: bytes, mode: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert(mode))
