"""A widget's page in a frame, for front ends that show HTML and no ipywidgets."""

from __future__ import annotations

import html

from ..page.html import PATIENCE, Living, page_text

HEIGHT = 720  # css px
SAID = (
    "marimo shows no ipywidgets, so this is a hand-out of the {kind}: it answers by itself, and does not follow "
    "Python. Run the cell again to show what was set since."
)


def framed(widget: Living) -> str:
    """Returns HTML that holds a widget's hand-out, as it is now, in a frame of its own under a sentence that says so.
    First answers are waited for.
    """
    widget.idle(PATIENCE)
    page = widget.living_page()
    inside = html.escape(page_text([page], page.title), quote=True)
    said = html.escape(SAID.format(kind=type(widget).__name__))
    looks = f'title="{html.escape(page.title)}" style="width: 100%; height: {HEIGHT}px; border: 0"'
    return f'<p><small>{said}</small></p><iframe {looks} srcdoc="{inside}"></iframe>'
