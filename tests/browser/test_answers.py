"""What networks answer besides classes, and take besides a picture: pixels that are outlined, boxes that are buttons,
values that are no shares, words and numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.explorer_page import QUICK_PICTURES
from tests.browser.harness import NotebookPage, canvas_pixels

NETWORKS = """
import torch, deepvis_widgets as dv
from torch import nn
from torch.nn import functional as F
husky = dv.load("husky-wolf")
scene = dv.scene("wolf", "snow", seed=3)

class Pixels(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk, self.head = husky.module.features, nn.Conv2d(128, 12, 1)
        last = husky.module.classifier
        self.head.weight.data, self.head.bias.data = last.weight.data[:, :, None, None], last.bias.data
    def forward(self, x):
        return F.interpolate(self.head(self.trunk(x)), x.shape[-2:], mode="bilinear")

class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = husky.module
    def forward(self, x):
        shares, boxes = self.net(x).softmax(1), torch.tensor([[20.0, 40, 110, 120], [60, 5, 120, 30]])
        two = [row.topk(2) for row in shares]
        return [{"boxes": boxes, "labels": top.indices, "scores": top.values.clamp(min=0.2)} for top in two]

class Values(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = husky.module
    def forward(self, x):
        return self.net(x)[:, :2] * torch.tensor([1.0, -1.0])

class Asked(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.trunk, self.gate, self.last = husky.module.features, nn.Linear(4, 128), nn.Linear(128, 3)
    def forward(self, x, question, age):
        return self.last((self.trunk(x) * self.gate(question)[:, :, None, None]).mean((2, 3))) + age

def network(module, answers, name):
    return dv.Network(module.eval(), husky.preprocessing, answers=answers, name=name)
"""
SHOWN = [
    f"{NETWORKS}\npixels = dv.Explorer(network(Pixels(), dv.Pixels(husky.labels), 'pixels'), scene)\npixels",
    "boxes = dv.Explorer(network(Detector(), dv.Boxes(husky.labels), 'boxes'), scene)\nboxes",
    "answers = dv.Values(['age', 'tilt'], units=['years', '°'], ranges=[(0, 40), (-180, 180)])\n"
    "values = dv.Explorer(network(Values(), answers, 'values'), scene)\nvalues",
    "inputs = {'question': dv.Words(['what', 'animal', 'ground', 'is'], start='what animal'),"
    " 'age': dv.Numbers('age', [(0, 100)])}\n"
    "asking = dv.Network(Asked().eval(), husky.preprocessing, inputs=inputs)\n"
    "asked = dv.Explorer(asking, scene)\nasked",
]


def explorer_at(notebook: NotebookPage, place: int) -> Locator:
    explorer = notebook.page.locator(".dv-explorer").nth(place)
    explorer.scroll_into_view_if_needed()
    notebook.wait_until(lambda: explorer.locator(".dv-x-class").count() > 0, message="no answer is shown")
    return explorer


def outline(page: Page, explorer: Locator) -> None:
    """Draws round the middle of the picture by hand."""
    box = explorer.locator(".dv-stage-surface").bounding_box()
    assert box is not None
    row, col = box["y"] + box["height"] * 0.55, box["x"] + box["width"] / 2
    page.mouse.move(col + 60, row)
    page.mouse.down()
    for degrees in range(0, 350, 30):
        page.mouse.move(col + 60 * math.cos(math.radians(degrees)), row + 45 * math.sin(math.radians(degrees)))
    page.mouse.up()


def tint(page: Page) -> np.ndarray:
    """The mean colour of the first stage, less grey."""
    return canvas_pixels(page, ".dv-stage-canvas")[..., :3].astype(int).mean((0, 1)) - 128


def framed(explorer: Locator) -> bool:
    """Whether the first box has its frame where it is in the picture."""
    frame, surface = (explorer.locator(name).first.bounding_box() for name in (".dv-x-found-box", ".dv-stage-surface"))
    if frame is None or surface is None:
        return False
    scale = surface["height"] / 128
    return abs(frame["y"] - surface["y"] - 40 * scale) < 2 and abs(frame["width"] - 90 * scale) < 2


@pytest.mark.slow
def test_pixels_boxes_values_and_words(open_notebook: Callable[..., NotebookPage]) -> None:
    notebook = open_notebook(SHOWN, where="doc", before=QUICK_PICTURES)
    page = notebook.page

    explorer = explorer_at(notebook, 0)
    shares = notebook.value("[round(float(x), 2) for x in pixels.network.bars(pixels.view)]")
    first = explorer.locator(".dv-x-class").first
    notebook.wait_until(
        lambda: abs(float(first.get_attribute("data-share") or 0) - max(shares)) < 0.01,
        message="another share is shown",
    )
    ring = first.locator(".dv-x-ring").evaluate("ring => getComputedStyle(ring).backgroundColor")
    numbers = [int(part) for part in ring[4:-1].split(",")]
    notebook.wait_until(
        lambda: np.dot(tint(page), np.array(numbers) - 128) > 0,
        message="the map of classes does not lie over the picture in their colours",
    )
    explorer.get_by_role("button", name="region").click()
    outline(page, explorer)
    notebook.wait_until(lambda: notebook.value("pixels.place is not None"), message="no region came")
    assert notebook.value("len(pixels.place)") >= 8
    explorer.locator(".dv-x-method").select_option("saliency")
    there = "pixels.session.idle(30) and dv.explain(pixels.asked, scene, 'saliency').heatmap.sum().item()"
    everywhere = "dv.explain(pixels.network, scene, 'saliency').heatmap.sum().item()"
    assert notebook.value(there) != notebook.value(everywhere)
    explorer.get_by_text("at the place chosen").wait_for()
    explorer.get_by_role("button", name="region").click()
    notebook.wait_until(lambda: notebook.value("pixels.place is None"), message="the region stayed")

    explorer = explorer_at(notebook, 1)
    button = explorer.locator(".dv-x-found-box button").first
    button.click()
    notebook.wait_until(lambda: notebook.value("list(boxes.place)") == [40, 20, 80, 90], message="no box was chosen")
    assert notebook.value("husky.labels[boxes.target]") == "wolf"
    expect(button).to_contain_text("wolf")
    expect(button).to_have_attribute("aria-pressed", "true")
    notebook.wait_until(lambda: framed(explorer), message="the frame is elsewhere")
    button.click()
    notebook.wait_until(lambda: notebook.value("boxes.place is None"), message="the box stayed")

    explorer = explorer_at(notebook, 2)
    rows = explorer.locator(".dv-x-class")
    for place, name in enumerate(("age", "tilt")):
        expect(rows.nth(place)).to_have_attribute("data-class", name)
    age = notebook.value("float(values.network.bars(values.view)[0])")
    share = rows.first.locator(".dv-x-share")
    expect(share).to_have_text(re.compile(r" years$"))
    assert "%" not in explorer.locator(".dv-x-classes").inner_text()
    notebook.wait_until(
        lambda: abs(float(share.inner_text().removesuffix(" years").replace("−", "-")) - age) < 0.01 * abs(age) + 0.001,
        message="another age is shown",
    )

    explorer = explorer_at(notebook, 3)
    field = explorer.locator(".dv-x-words")
    expect(field).to_have_value("what animal")
    field.fill("what ground")
    field.press("Enter")
    notebook.wait_until(lambda: notebook.value("asked.inputs") == {"question": "what ground"}, message="not asked")
    chips = explorer.locator(".dv-x-chip")
    notebook.wait_until(lambda: chips.count() == 2 and "ground" in chips.nth(1).inner_text(), message="no chips")
    expected = notebook.value("dv.contributions(asked.answering, scene)['question'][1][1]")
    adds = chips.nth(1).locator("small")
    notebook.wait_until(
        lambda: abs(float(adds.inner_text().replace("−", "-")) - expected) < 0.01 * abs(expected) + 1e-4,
        message="the chip says what another word adds",
    )
    slider = explorer.locator(".dv-x-number input")
    slider.fill("80")
    notebook.wait_until(lambda: notebook.value("asked.inputs.get('age')") == [80], message="the number did not come")
    field.fill("what aminal")
    field.press("Enter")
    explorer.get_by_text('does not know the word "aminal"').first.wait_for()
    notebook.wait_until(lambda: field.input_value() == "what ground", message="the last good words did not come back")
