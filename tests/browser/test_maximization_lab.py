"""The maximization lab in a real browser: pictures that appear, knobs turned meanwhile, pictures kept."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import OpenNotebook
from tests.browser.explorer_page import DRAWN
from tests.browser.harness import NotebookPage, canvas_pixels

OPEN = """
import deepvis_widgets as dv
lab = dv.MaximizationLab("husky-wolf", layer="features.conv3", unit=3, seeds=2)
lab
"""
STEPS = "0 if lab.look is None else len(lab.look.trace)"


def assert_silent(notebook: NotebookPage) -> None:
    messages = notebook.console.unexpected()
    assert not messages, "\n".join(messages)


def opened(open_notebook: OpenNotebook) -> NotebookPage:
    notebook = open_notebook([OPEN])
    notebook.page.locator(".dv-maximization .dv-gallery").first.wait_for()
    return notebook


def button(notebook: NotebookPage, text: str) -> Any:
    return notebook.page.locator(f".dv-maximization button:has-text('{text}')").first


def picture(notebook: NotebookPage) -> np.ndarray:
    return canvas_pixels(notebook.page, ".dv-gallery .dv-card canvas")[..., :3].astype(int)


def begin(notebook: NotebookPage) -> None:
    """Waits for the pictures, which begin by themselves."""
    notebook.page.locator(".dv-gallery .dv-card canvas").nth(1).wait_for()
    notebook.wait_until(lambda: notebook.value(STEPS) > 5, message="no steps were made")


def pause(notebook: NotebookPage) -> None:
    """Press Pause, and wait for the last pictures."""
    button(notebook, "Pause").click()
    button(notebook, "Go on").wait_for()
    notebook.wait_until(lambda: notebook.value("lab.engine.idle(0)"), message="it computes on")
    notebook.page.evaluate(DRAWN)


def test_pictures_appear_pause_and_go_on(open_notebook: OpenNotebook) -> None:
    notebook = opened(open_notebook)
    begin(notebook)
    first = picture(notebook)
    notebook.wait_until(lambda: np.abs(picture(notebook) - first).max() > 30, message="the picture did not change")
    expect(notebook.page.locator(".dv-ascent-trace path.line")).to_have_count(2)
    pause(notebook)
    paused = notebook.value(STEPS)
    still = picture(notebook)
    notebook.page.wait_for_timeout(300)
    assert notebook.value(STEPS) == paused and np.array_equal(picture(notebook), still)
    button(notebook, "Go on").click()
    notebook.wait_until(lambda: notebook.value(STEPS) > paused, message="it did not go on")
    assert float(still.std()) > 5, "the pictures are flat"
    notebook.shot("maximization-lab")
    assert_silent(notebook)


def test_a_knob_moved_mid_run_acts_on_the_pictures(open_notebook: OpenNotebook) -> None:
    notebook = opened(open_notebook)
    begin(notebook)
    notebook.wait_until(lambda: notebook.value(STEPS) > 25, message="too slow")
    contrast = float(notebook.value("float(lab.look.pictures.std())"))
    handle = notebook.page.locator(".dv-knobs .widget-hslider:has(label:text-is('Decay')) .noUi-handle")
    box, rail = (
        handle.bounding_box(),
        handle.locator("xpath=ancestor::*[contains(@class,'noUi-target')]").bounding_box(),
    )
    assert box is not None and rail is not None
    mouse = notebook.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(rail["x"] + 0.5 * rail["width"], box["y"] + box["height"] / 2, steps=6)
    mouse.up()
    notebook.wait_until(lambda: (notebook.value("lab.decay") or 0) > 0.3, message="the slider did not arrive")
    assert notebook.value("lab.running"), "turning a knob must not stop the pictures"
    notebook.wait_until(
        lambda: notebook.value("float(lab.look.pictures.std())") < 0.6 * contrast,
        message="half of every step is taken away, and the pictures are as strong as before",
    )
    assert notebook.value("len(lab.look.turns)") >= 1
    assert_silent(notebook)


def test_typed_numbers_choose_the_unit_and_classes_are_targets(open_notebook: OpenNotebook) -> None:
    notebook = opened(open_notebook)
    page = notebook.page
    unit = page.locator(".dv-maximization .widget-text:has(label:text-is('Unit')) input")
    unit.click(click_count=3)
    page.keyboard.type("17")
    page.keyboard.press("Enter")
    notebook.wait_until(lambda: notebook.value("lab.unit") == 17, message="the unit did not arrive")
    menus = page.locator(".dv-max-choice .widget-dropdown select")
    menus.nth(0).select_option(label="class scores")
    notebook.wait_until(lambda: notebook.value("lab.target") == 0, message="no class was chosen")
    menus.nth(1).select_option(label="zebra")
    notebook.wait_until(lambda: notebook.value("lab.network.labels[lab.target]") == "zebra", message="no zebra")
    score = page.locator(".dv-max-choice .widget-dropdown:has(label:text-is('Climb')) select")
    score.select_option(label="both, side by side")
    rows = page.locator(".dv-max-pictures:visible")
    notebook.wait_until(lambda: rows.count() == 2, message="there is no second row")
    notebook.wait_until(
        lambda: all("zebra: logit" in text and "probability" in text for text in rows.all_inner_texts()),
        message="nothing is said of the classes",
    )

    def differ() -> bool:
        first, second = (canvas_pixels(page, f".dv-max-pictures >> nth={row} >> .dv-card canvas") for row in range(2))
        return first.shape == second.shape and not np.array_equal(first, second)

    notebook.wait_until(differ, message="both rows have the same pictures")
    menus.nth(0).select_option(label="features.conv1")
    notebook.wait_until(lambda: rows.count() == 1, message="the second row stays for a unit")
    notebook.wait_until(lambda: notebook.value("lab.target") is None, message="the class was not let go")
    page.locator(".dv-maximization .widget-dropdown:has(label:text-is('Show')) select").select_option(label="true size")
    begin(notebook)
    pause(notebook)

    def is_small() -> bool:
        """A unit of the first layer sees 7 × 7 pixels of 128."""
        sizes = page.locator(".dv-gallery .dv-card canvas").first.evaluate(
            "c => [c.width, c.height, c.getBoundingClientRect().width, c.parentElement.getBoundingClientRect().width]"
        )
        return sizes[:2] == [7, 7] and abs(sizes[2] / sizes[3] - 7 / 128) < 0.01

    notebook.wait_until(is_small, message="the picture has not its true size")
    assert_silent(notebook)


def test_pictures_are_kept_and_every_layer_has_its_size(open_notebook: OpenNotebook) -> None:
    notebook = opened(open_notebook)
    page = notebook.page
    notebook.python("lab.steps = 12")
    begin(notebook)
    button(notebook, "Go on").wait_for()
    page.locator(".dv-gallery .dv-card").nth(1).click()
    notebook.wait_until(lambda: notebook.value("lab.panes.gallery.chosen") == 1, message="the click chose no picture")
    button(notebook, "Keep").click()
    card = page.locator(".dv-strip .dv-strip-card").first
    card.wait_for()
    for said in ("features.conv3:3", "seed 1", "yosinski-3"):
        expect(card).to_contain_text(said, use_inner_text=True)
    notebook.python("from deepvis_widgets.widgets.maximization import layer_gallery; layer_gallery.STEPS = 3")
    button(notebook, "One unit of each layer").click()
    row = page.locator(".dv-max-row").nth(1).locator(".dv-strip-card canvas")
    notebook.wait_until(lambda: row.count() == 9, message="not every layer has its picture")
    notebook.wait_until(lambda: notebook.value("lab.engine.idle(0)"), timeout=60, message="it did not end")

    def grow() -> bool:
        widths = row.evaluate_all("all => all.map(c => c.getBoundingClientRect().width)")
        return widths == sorted(widths) and widths[-1] > 8 * widths[0]

    notebook.wait_until(grow, message="the pictures do not grow from layer to layer")
    assert_silent(notebook)


PLATE = """
import deepvis_widgets as dv
plate = dv.MaximizationPlate("husky-wolf-flattened", ["features.relu1", "relu2"], units={"relu2": [3]}, runs=2, steps=4)
plate
"""


def test_a_plate_appears_row_by_row_at_true_sizes_and_is_saved(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([PLATE])
    page = notebook.page
    rows = page.locator(".dv-plate .dv-gallery")
    notebook.wait_until(lambda: rows.count() == 2, message="there is no row for each layer")
    notebook.wait_until(lambda: notebook.value("len(plate.plate.pictures)") == 4, timeout=60, message="not all came")

    def true_sizes() -> bool:
        first = (rows.nth(row).locator(".dv-card canvas").first for row in range(2))
        small, large = (canvas.evaluate("c => [c.width, c.getBoundingClientRect().width]") for canvas in first)
        return [small[0], large[0]] == [7, 128] and abs(small[1] / large[1] - 7 / 128) < 0.01

    notebook.wait_until(true_sizes, message="the pictures have not their true sizes")
    notebook.wait_until(
        lambda: float(canvas_pixels(rows.nth(1), ".dv-card canvas")[..., :3].std()) > 5, message="the pictures are flat"
    )
    notebook.wait_until(lambda: not notebook.value("plate.running"), message="it draws on")
    with page.expect_download() as saved:
        page.locator(".dv-plate button:has-text('Save PNG')").click()
    assert saved.value.suggested_filename == "plate-husky-wolf-flattened.png"
    with Image.open(saved.value.path()) as picture:
        assert list(picture.size) == notebook.value("list(plate.plate.image().size)")
    notebook.shot("maximization-plate")
    assert_silent(notebook)
