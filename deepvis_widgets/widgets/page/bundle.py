"""A widget's output: beside its live view a picture and a text, for where nothing runs."""

from __future__ import annotations

import io
import logging
import os
from typing import Any, Protocol

from PIL import Image

from .drawn import drawn
from .parts import Page
from .words import words

MINE = "deepvis_widgets"  # by which deepvis_widgets/lab knows outputs of ours
VIEW = "application/vnd.jupyter.widget-view+json"
UNWATCHED = 20.0  # s to wait for answers where nobody looks
WATCHED, LONG = 1.0, 0.25  # the same where somebody does: for what is quick, and after it for what may take long
DENSITY = 1.5  # pixels for each css px: sharp enough to be read from the back, small enough for a notebook
log = logging.getLogger(__name__)
Bundle = tuple[dict[str, Any], dict[str, Any]]


class Shown(Protocol):
    """What can be displayed."""

    def page(self) -> Page: ...
    def idle(self, timeout: float | None = None, long: bool = True) -> bool: ...


def with_picture(widget: Shown, given: Any) -> Any:
    """Returns a widget's output with a picture and a text of what it shows: `given` as ipywidgets or anywidget makes
    it. Where it runs in a notebook, first answers are waited for, but not long.

    Where a notebook is executed with nobody looking, as nbconvert, papermill and Quarto do it, the live view is left
    out: pages that are made of it would show an empty frame and ask the network for what draws it. A picture that
    cannot be drawn is left out, too: it must never keep a widget from being shown.
    """
    if given is None:
        return None
    data, metadata = given if isinstance(given, tuple) else (given, {})
    request = _request()
    if request is None:
        return data, metadata
    alone = _nobody_looks(request)
    try:
        _wait(widget, alone)
        page = widget.page()
        picture = drawn(page, DENSITY)
        said = words(page)
        more = {"text/plain": said, "image/png": png(picture)}
    except Exception:
        log.exception("The picture of a widget could not be drawn")
        return data, metadata
    kept = {kind: value for kind, value in data.items() if kind != VIEW or not alone}
    width, height = (round(side / DENSITY) for side in picture.size)
    look = {"width": width, "height": height, "alt": " · ".join(said.split("\n"))}
    return kept | more, {**metadata, MINE: True, "image/png": look}


def _wait(widget: Shown, alone: bool) -> None:
    if alone:
        widget.idle(UNWATCHED)
    elif widget.idle(WATCHED, long=False):
        widget.idle(LONG)


def png(picture: Image.Image) -> bytes:
    """Returns a picture as a small PNG file: of 256 colours."""
    file = io.BytesIO()
    picture.quantize(256, Image.Quantize.FASTOCTREE).save(file, "png")
    return file.getvalue()


def _request() -> dict[str, Any] | None:
    """What asked the kernel to run the cell; None outside of a kernel."""
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return None
    found: dict[str, Any] = kernel.get_parent("shell").get("content", {})
    return found


def _nobody_looks(request: dict[str, Any]) -> bool:
    """Whether what runs the cell can ask nobody for input, as programs cannot; Voilà, which shows a page, is none."""
    return request.get("allow_stdin") is False and not os.environ.get("SERVER_SOFTWARE", "").startswith("voila")
