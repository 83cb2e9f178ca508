"""Pages of widgets as one file of HTML that needs no kernel and no network."""

from __future__ import annotations

import base64
import html
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from ...core.errors import DeepvisError
from ..link.live_widget import STYLE, built
from .bundle import Shown, png
from .drawn import drawn
from .encoded import encoded
from .parts import Live, Page, Part
from .store import Store
from .words import words

PATIENCE = 60.0  # s for first answers
ENDINGS = (".html", ".htm")


class Living(Shown, Protocol):
    """What can be handed out."""

    def living_page(self) -> Page: ...


def hand_out(widgets: Sequence[Living], path: Any, title: str | None) -> Path:
    """Writes what widgets show as one file, called by their names where no title is given; returns its path. First
    answers are waited for. Raises DeepvisError where something does not fit.
    """
    checked(path)
    if title is not None and not isinstance(title, str):
        raise DeepvisError(f"title={title!r} is not accepted; give a text, or None.")
    for widget in widgets:
        widget.idle(PATIENCE)
    pages = [widget.living_page() for widget in widgets]
    return write_page(pages, path, title or " · ".join(dict.fromkeys(page.title for page in pages)))


def write_page(pages: Sequence[Part], path: Any, title: str) -> Path:
    """Writes parts below each other as one file; returns its path. Raises DeepvisError where that cannot be written."""
    file = checked(path)
    text = page_text(pages, title)
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise DeepvisError(f'"{file}" cannot be written ({error.strerror}); give the path of a new file.') from None
    return file


def checked(path: Any) -> Path:
    """Returns the path of a page; DeepvisError where it is none, or its folder does not exist.

    >>> checked("page.html").name
    'page.html'
    """
    if not isinstance(path, str | os.PathLike) or Path(path).suffix.lower() not in ENDINGS:
        raise DeepvisError(f'{path!r} is no path of a page; accepted is one that ends in .html, such as "page.html".')
    file = Path(path).expanduser()
    if not file.parent.is_dir():
        raise DeepvisError(f'There is no folder "{file.parent}"; make it first, or give another path.')
    return file


def page_text(pages: Sequence[Part], title: str) -> str:
    """Returns the HTML of a page.

    >>> from .parts import Text
    >>> page_text([Text("A wolf")], "Wolves").count("<title>Wolves</title>")
    1
    """
    store = Store()
    tree = json.dumps(encoded(list(pages), store), allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    kept = "\n".join(f'<script type="text/plain" data-name="{name}">{data}</script>' for name, data in store.packed())
    return PAGE.format(
        title=html.escape(title),
        style=built("handout.css") + (STYLE if any(map(_has_live, pages)) else ""),
        standing="".join(map(_standing, pages)),
        tree=tree,
        kept=kept,
        module=_inside_script(built("handout.js")),
    )


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main id="handout"></main>
<noscript>{standing}</noscript>
<script type="application/json" id="parts">{tree}</script>
{kept}
<script type="module">{module}</script>
</body>
</html>
"""


def _standing(part: Part) -> str:
    """A part as a picture with its words, for where no script runs."""
    picture = base64.b64encode(png(drawn(part, 1))).decode("ascii")
    said = html.escape(words(part), quote=True)
    return f'<img src="data:image/png;base64,{picture}" alt="{said}" style="max-width: 100%">'


def _has_live(part: Part) -> bool:
    inner = [value for value in vars(part).values() if isinstance(value, Part)]
    inner += [item for value in vars(part).values() if isinstance(value, list | tuple) for item in value]
    return isinstance(part, Live) or any(_has_live(one) for one in inner if isinstance(one, Part))


def _inside_script(text: str) -> str:
    """A text that does not end the element it stands in."""
    return text.replace("</", "<\\/").replace("<!--", "<\\!--")
