"""The Explorer opens on what people bring: ten families, one after the other in one place, with tiles, bars and an
occluder.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.explorer_page import QUICK_PICTURES, assert_silent, shown
from tests.browser.harness import NotebookPage

SAMPLE = (
    "resnet18",
    "mobilenet_v3_small",
    "densenet121",
    "squeezenet1_1",
    "swin_t",
    "timm vit with registers",
    "transformers vit",
    "data_parallel",
    "sigmoids",
    "pixels",
)
PLACE = """
import ipywidgets
import deepvis_widgets as dv
from tests.families import network, picture

def show(name):
    global explorer
    if place.children:
        explorer.close()
    net = network(name)
    explorer = dv.Explorer(net, picture(*net.size))
    place.children = [explorer]

place = ipywidgets.VBox()
place
"""


@pytest.fixture(scope="module")
def notebook(open_for_module: Callable[..., NotebookPage]) -> NotebookPage:
    return open_for_module([PLACE], before=QUICK_PICTURES)


@pytest.mark.parametrize("name", SAMPLE)
def test_it_opens(notebook: NotebookPage, name: str) -> None:
    page = notebook.page
    notebook.console.clear()
    notebook.python(f"show({name!r})")
    page.locator(".dv-x-network", has_text=name).wait_for()
    notebook.wait_until(lambda: page.locator(".dv-x-class").count() > 0, message="no answer is shown")
    assert notebook.value("explorer.session.idle(60)")
    notebook.wait_until(lambda: shown(notebook, ".dv-grid-canvas").std() > 5, message="no tile is lit")
    labels = notebook.value("explorer.network.labels")
    notebook.wait_until(
        lambda: page.locator(".dv-x-class").first.get_attribute("data-class") in labels,
        message="another's answer is shown",
    )
    notebook.python("explorer.occluder = (0, 0, 8, 8)")
    assert notebook.value("explorer.session.idle(60)")
    notebook.wait_until(lambda: page.locator(".dv-stage").get_attribute("data-occluder") == "[0,0,8,8]")
    assert not page.locator(".dv-x-stage .dv-notice").filter(has_text=".").count()
    assert_silent(notebook)
