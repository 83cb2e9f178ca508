"""What every public widget shows away from its notebook, without a line of its own for it."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

import deepvis_widgets as dv
from deepvis_widgets.widgets.kit.root import EMPTY
from deepvis_widgets.widgets.page.drawn import drawn
from deepvis_widgets.widgets.page.html import page_text
from deepvis_widgets.widgets.page.words import words
from tests.unit.widgets.test_endings import BUSY

MADE = {name: made.split(";")[0] for name, made in BUSY.items()}  # not yet busy


@pytest.mark.parametrize("name", MADE)
def test_every_widget_has_a_picture_words_and_a_page(name: str) -> None:
    names = {"dv": dv}
    exec(MADE[name], names)
    widget = names["w"]
    try:
        widget.idle(1)
        page = widget.page()
        shown = np.asarray(drawn(page, 0.5))
        assert page.title.startswith(name) and shown.shape[1] == 500
        assert (shown[30:] < 230).any() and EMPTY not in words(page), "nothing is shown below the title"
        assert words(page).startswith(page.title)
        found = re.search(r'id="parts">(.*?)</script>', page_text([page], "Page"))
        assert found is not None and json.loads(found.group(1))[0]["title"] == page.title
        assert repr(widget) == f"<{page.title}>"
    finally:
        widget.close()
