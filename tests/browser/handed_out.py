"""Hand-outs opened in Chromium from a file, with the network off, and nothing of Jupyter about."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Locator, Page

from tests.browser.conftest import CONTEXT, PATIENCE

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


@contextmanager
def handed_out(browser: Browser, path: Path, **options: Any) -> Iterator[Page]:
    """Opens a page; it must ask for nothing, and say nothing on the console. `options` are the browser context's."""
    context = browser.new_context(**{**CONTEXT, **options})
    context.set_offline(True)
    page, faults = context.new_page(), list[str]()
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda message: faults.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    page.on("request", lambda request: faults.append(request.url) if _leaves(request.url, path) else None)
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]")
    try:
        yield page
        assert not faults, faults
    finally:
        context.close()


def _leaves(address: str, path: Path) -> bool:
    return address != path.as_uri() and not address.startswith(("blob:", "data:"))


def seen(where: Locator) -> np.ndarray:
    """What is on screen there: uint8 (h, w, 3), one pixel for each css px."""
    where.scroll_into_view_if_needed()
    return np.asarray(Image.open(io.BytesIO(where.screenshot(scale="css"))).convert("RGB"))


def drawn(canvas: Locator) -> None:
    """Waits until a canvas has something on it."""
    canvas.scroll_into_view_if_needed()
    canvas.page.wait_for_function(
        """canvas => canvas.width > 1 && canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
             .data.some((value, place) => place % 4 === 3 && value > 0)""",
        arg=canvas.element_handle(),
    )


def at(where: Locator, down: float, across: float) -> tuple[float, float]:
    """The place (left, top) on the page at shares of an element's height and width, as a mouse takes it."""
    where.scroll_into_view_if_needed()
    box = where.bounding_box()
    assert box is not None
    return box["x"] + across * box["width"], box["y"] + down * box["height"]
