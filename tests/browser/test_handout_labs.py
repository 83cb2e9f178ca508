"""Hand-outs of lessons, opened from disk with the network off: CamBoard's sum, the occluder, Compare's cursor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Locator, Page, expect

import deepvis_widgets as dv
from deepvis_widgets.widgets.kit.root import Root
from deepvis_widgets.widgets.page.numbers import decimal, percent
from deepvis_widgets.widgets.page.parts import Map
from deepvis_widgets.widgets.page.pictured import coloured
from tests.browser.explorer_page import DRAWN
from tests.browser.harness import Console
from tests.browser.harness.pixels import element_pixels
from tests.part_tree import every
from tests.small_nets import Plain, seeded

pytestmark = pytest.mark.context(offline=True)
SIDE = 32
DOWN, ACROSS = np.mgrid[0:SIDE, 0:SIDE] / SIDE
# smooth, so that it looks alike however a browser scales it
BANDS = np.stack([0.2 + 0.6 * DOWN, 0.7 - 0.4 * ACROSS, 0.5 + 0.3 * np.sin(4 * DOWN)])
PICTURE = torch.tensor(BANDS, dtype=torch.float32)


def network(seed: int = 0) -> dv.Network:
    return dv.Network(seeded(Plain(), seed), dv.Preprocess((SIDE, SIDE), None), name=f"small {seed}")


@pytest.fixture
def console(page: Page) -> Iterator[Console]:
    heard = Console(page)
    yield heard
    assert heard.unexpected() == []


def opened(page: Page, widget: Root, folder: Path) -> None:
    """The widget's hand-out, without the widget."""
    assert widget.idle(60)
    path = widget.handout(folder / "page.html")
    widget.close()
    page.goto(path.as_uri())
    page.locator("canvas").first.wait_for()


def looks_like(shown: Locator, part: Map) -> bool:
    """Whether a canvas shows a map over its picture as Python draws it, but for how it is scaled."""
    found = element_pixels(shown.page, _selector(shown)).astype(float)
    expected = Image.fromarray(coloured(part)).resize(found.shape[1::-1], Image.Resampling.BILINEAR)
    return bool(np.abs(found - np.asarray(expected, float)).mean() < 4)


def _selector(shown: Locator) -> str:
    shown.evaluate("node => node.dataset.test = 'looked at'")
    return "[data-test='looked at']"


def cam(net: dv.Network, channel: int, count: int, part_of: np.ndarray) -> Map:
    """The largest terms of a class, added up slowly, in the colours that the whole sum sets."""
    weights = net.module.classifier.weight.detach().double().numpy()[channel]
    terms = weights[:, None, None] * part_of
    order = np.argsort(-np.abs(terms.mean((1, 2))), kind="stable")
    most = float(np.abs(terms.sum(0)).max())
    shown = terms[order[:count]].sum(0).astype(np.float32)
    pixels = (PICTURE.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    return Map(shown, picture=pixels, colormap="blue-red", signed=True, ends=(-most, most))


def test_cam_board_adds_up_terms_of_any_class(page: Page, console: Console, tmp_path: Path) -> None:
    net = network()
    with torch.no_grad():
        maps = net.module.features(net.feed(net.view(PICTURE)[None]))[0].double().numpy()
    board = dv.CamBoard(net, PICTURE, pictures=[PICTURE], target=1)
    board.step = 2
    opened(page, board, tmp_path)
    section = page.locator("section.sum")
    canvas, slider = section.locator("canvas").first, section.get_by_label("Terms in the sum")
    expect(section).to_contain_text("class 1: 2 of 8 terms")
    _wait(page, lambda: looks_like(canvas, cam(net, 1, 2, maps)))
    assert not looks_like(canvas, cam(net, 1, 8, maps))
    box = slider.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    expect(section).to_contain_text("class 1: 8 of 8 terms")
    _wait(page, lambda: looks_like(canvas, cam(net, 1, 8, maps)))
    section.get_by_label("Class", exact=True).select_option("class 3")
    expect(section).to_contain_text("class 3: 8 of 8 terms")
    _wait(page, lambda: looks_like(canvas, cam(net, 3, 8, maps)))
    logit = float(net.logits(net.view(PICTURE)[None])[0, 3])
    expect(section).to_contain_text(f"score {decimal(logit)}")


def test_the_occluder_drags_and_the_answers_follow(page: Page, console: Console, tmp_path: Path) -> None:
    net = network()
    lab = dv.OcclusionLab(net, PICTURE, [PICTURE])
    lab.window, lab.stride = 8, 4
    lab.occluder = (4, 4, 8, 8)
    assert lab.idle(60)
    lab.sweep()
    opened(page, lab, tmp_path)
    section = page.locator("section.occluder")
    surface = section.locator(".surface")
    told(section, net, (4, 4))
    page.evaluate(DRAWN)
    box = surface.bounding_box()
    assert box is not None
    scale = box["width"] / SIDE
    before = element_pixels(page, "section.occluder canvas").astype(int)
    page.mouse.move(box["x"] + 8 * scale, box["y"] + 8 * scale)
    page.mouse.down()
    page.mouse.move(box["x"] + 15 * scale, box["y"] + 20 * scale, steps=4)
    page.mouse.move(box["x"] + 20 * scale, box["y"] + 24 * scale, steps=4)
    page.mouse.up()
    told(section, net, (20, 16))
    label = page.locator("figure.map", has_text="Predicted label")
    cell = label.locator("canvas").bounding_box()
    assert cell is not None
    page.mouse.move(cell["x"] + 4.5 * cell["width"] / 7, cell["y"] + 5.5 * cell["height"] / 7)
    top = net.labels[int(net.logits(covered(net, (20, 16))[None])[0].argmax())]
    expect(label.locator(".readout")).to_have_text(f"row 5, col 4 · {top}")
    expect(page.locator("figure.map", has_text="Activation of").locator(".readout")).to_contain_text("row 5, col 4")
    page.evaluate(DRAWN)
    after = element_pixels(page, "section.occluder canvas").astype(int)
    new = tuple(slice(round(start * scale), round((start + 4) * scale)) for start in (22, 18))
    old = tuple(slice(round(start * scale), round((start + 4) * scale)) for start in (6, 6))
    picture = (PICTURE.permute(1, 2, 0).numpy() * 255).astype(int)
    assert np.abs(after[new] - 128).max() <= 2 and np.abs(before[old] - 128).max() <= 2
    assert np.abs(after[old].mean((0, 1)) - picture[6:10, 6:10].mean((0, 1))).max() < 4


def covered(net: dv.Network, corner: tuple[int, int]) -> torch.Tensor:
    """The picture with the window at a corner (top, left)."""
    view = net.view(PICTURE).clone()
    view[:, corner[0] : corner[0] + 8, corner[1] : corner[1] + 8] = 0.5
    return view


def told(section: Locator, net: dv.Network, corner: tuple[int, int]) -> None:
    """What stands beside the window is what a pass of its own says of every class."""
    for label, share in zip(net.labels, net.probabilities(covered(net, corner)[None])[0].tolist(), strict=True):
        row = section.locator("li").filter(has=section.page.get_by_text(label, exact=True))
        expect(row.locator(".words")).to_have_text(percent(share))


def test_compare_points_at_the_same_place_in_every_map(page: Page, console: Console, tmp_path: Path) -> None:
    nets = [network(0), network(1)]
    compare = dv.Compare(nets, PICTURE, pictures=[PICTURE], methods=["cam", "gradient_x_input"])
    assert compare.idle(60)
    of_top = every(compare.page(), Map)[0]
    compare.target = 3
    assert compare.idle(60)
    of_three = every(compare.page(), Map)[0]
    kept = [cell.answer.result.heatmap for cell in compare.cells if cell.answer.result]
    opened(page, compare, tmp_path)
    figures = page.locator("figure.map")
    expect(figures).to_have_count(4)
    names = [re.sub(" ·.*", "", name) for name in figures.locator("h3").all_text_contents()]
    assert names == ["CAM", "Gradient × input", "CAM", "Gradient × input"]
    page.evaluate(DRAWN)
    box = figures.nth(0).locator("canvas").bounding_box()
    assert box is not None
    row, col, last = 20, 11, figures.nth(3).locator("canvas")
    before = element_pixels(page, _selector(last)).astype(int)
    page.mouse.move(box["x"] + (col + 0.5) * box["width"] / SIDE, box["y"] + (row + 0.5) * box["height"] / SIDE)
    for place, values in enumerate([kept[0], kept[2], kept[1], kept[3]]):  # on the page a row is a network
        readout = figures.nth(place).locator(".readout")
        expect(readout).to_contain_text(f"row {row}, col {col}")
        value = float(re.findall(r"[−\d.e]+$", readout.inner_text())[0].replace("−", "-"))
        step = float(values.max() - values.min()) / 65535
        assert value == pytest.approx(float(values[row, col]), abs=step + 1e-3 * abs(float(values[row, col])) + 1e-5)
    page.evaluate(DRAWN)
    marked = (np.abs(element_pixels(page, _selector(last)) - before) > 40).any(-1).nonzero()
    middle = [(at.min() + at.max() + 1) / 2 / length * SIDE for at, length in zip(marked, before.shape, strict=False)]
    assert middle == pytest.approx([row + 0.5, col + 0.5], abs=0.6), "an outline stands there, and nowhere else"
    menu = page.get_by_label("Picture and class")
    expect(menu.locator("option")).to_have_text(["your picture: top class", "your picture: class 3"])
    first = figures.nth(0).locator("canvas")
    _wait(page, lambda: looks_like(first, of_three))
    assert not looks_like(first, of_top)
    menu.select_option("your picture: top class")
    expect(figures.nth(0)).to_contain_text(of_top.lines[0].split(" · ")[0])
    _wait(page, lambda: looks_like(first, of_top))


def _wait(page: Page, true: object, tries: int = 100) -> None:
    """Until something is true that only pixels tell."""
    for _ in range(tries):
        if true():  # type: ignore[operator]
            return
        page.wait_for_timeout(100)
    raise AssertionError("the pixels never became what they should be")
