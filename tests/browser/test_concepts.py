"""Directions in the Explorer: a column in the ribbon, tiles with their names, a card like any unit's."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.explorer_page import QUICK_PICTURES, assert_silent
from tests.browser.harness import NotebookPage

CODE = """
import deepvis_widgets as dv
import torch

net = dv.load("husky-wolf")
weights = torch.eye(64)[[3, 7]]
net = net.with_units("features.relu2", weights, names=["left", "right"], name="mine")
net = net.with_units("classifier", [[1.0] * 12], name="sum")
explorer = dv.Explorer(net, dv.scene("zebra", "snow", seed=3))
explorer
"""


def test_a_click_on_the_column_shows_the_directions_by_name(open_notebook: Callable[..., NotebookPage]) -> None:
    notebook = open_notebook([CODE], before=QUICK_PICTURES)
    page = notebook.page
    page.locator(".dv-x-block[data-layer='features.relu2:mine'] button").click(timeout=60_000)
    notebook.wait_until(
        lambda: notebook.value("explorer.layer") == "features.relu2:mine", 60, "the column chose nothing"
    )
    notebook.wait_until(page.get_by_text("2 units").is_visible, 60, "there are not two tiles")
    title = page.locator(".dv-x-card h2")
    for unit, name in enumerate(("left", "right")):
        notebook.python(f"explorer.unit = {unit}")
        notebook.wait_until(lambda name=name: title.inner_text().startswith(name), 30, "the card has another name")
    page.locator(".dv-x-block[data-layer='classifier:sum'] button").click()
    notebook.wait_until(lambda: title.inner_text().startswith("unit 0"), 30, "a direction has the name of a class")
    page.locator(".dv-x-block[data-layer='classifier'] button").click()
    notebook.wait_until(
        lambda: title.inner_text().split()[0] in notebook.value("explorer.network.labels"), 30, "no class has its name"
    )
    notebook.shot("explorer-directions")
    assert_silent(notebook)
