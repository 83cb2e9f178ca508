"""The Explorer's keys, rows, fields and popovers, by keyboard and mouse; one Explorer for all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.explorer_page import (
    BACKWARD,
    OPEN,
    QUICK_PICTURES,
    SIDE,
    assert_silent,
    changed,
    choose_layer,
    drag_occluder,
    focus_is_inside,
    occluder,
    picture_point,
    remember,
    reset,
    settle,
    shown,
    wait_for_first_answer,
)
from tests.browser.harness import NotebookPage


@pytest.fixture(scope="module")
def opened(open_for_module: Callable[..., NotebookPage]) -> Iterator[NotebookPage]:
    notebook = open_for_module([OPEN], before=QUICK_PICTURES)
    wait_for_first_answer(notebook)
    remember(notebook)
    yield notebook


@pytest.fixture
def explorer(opened: NotebookPage, watched: Callable[[Page], None]) -> NotebookPage:
    watched(opened.page)
    reset(opened)
    return opened


def press_and_expect_layer(explorer: NotebookPage, key: str, layer: str) -> None:
    explorer.page.keyboard.press(key)
    explorer.wait_until(
        lambda: explorer.value("explorer.layer") == layer, message=f"key {key} did not reach the kernel"
    )


def test_layers_change_by_click_and_by_key(explorer: NotebookPage) -> None:
    page = explorer.page
    names = explorer.value("explorer.network.layers.names")
    choose_layer(explorer, names[1])
    explorer.wait_until(lambda: explorer.value("explorer.layer") == names[1])
    page.locator(".dv-x-status").click()
    press_and_expect_layer(explorer, "o", names[2])
    press_and_expect_layer(explorer, "u", names[1])
    explorer.wait_until(lambda: page.locator(".dv-grid").get_attribute("data-layer") == names[1])
    # JupyterLab's own commands on these keys (a, b, d d, m) have not touched the notebook
    for key in ("a", "a", "d", "d", "m", "t"):
        page.keyboard.press(key)
    settle(explorer)
    assert page.locator(".jp-Cell").count() == page.locator(".jp-CodeCell").count() == 1
    explorer.wait_until(lambda: explorer.value("explorer.backward_view") == "grey", message="t is another key")


def test_one_thread_of_the_kernel_handles_all_keys_in_their_order(explorer: NotebookPage) -> None:
    page, keys = explorer.page, {"w": "picture-next", "o": "layer-next", "u": "layer-previous", "e": "picture-previous"}
    code = """
import threading
_pressed = []
explorer.on_frame("page/key", lambda frame: _pressed.append([frame.meta["command"], threading.current_thread().name]))
"""
    explorer.python(code)
    page.locator(".dv-x-status").click()
    for pressed in ("woue", "ouew"):
        explorer.python("_pressed.clear(); explorer.send_state('sort')")  # from another thread than the keys come on
        for key in pressed:
            page.keyboard.press(key)
        explorer.wait_until(lambda: explorer.value("len(_pressed)") == len(keys), message="keys are missing")
        commands, threads = zip(*explorer.value("_pressed"), strict=True)
        assert list(commands) == [keys[key] for key in pressed]
        assert len(set(threads)) == 1 and threads[0].startswith("subshell"), threads
    assert explorer.value("explorer.image is _first")
    assert_silent(explorer)


def test_a_unit_is_switched_off_and_on_again_by_key_and_by_its_chip(explorer: NotebookPage) -> None:
    page, chip = explorer.page, explorer.page.locator(".dv-x-off button")
    before = shown(explorer, ".dv-grid-canvas")
    layer, unit = explorer.value("[explorer.layer, explorer.unit]")
    page.locator(".dv-x-status").click()
    page.keyboard.press("x")
    explorer.wait_until(lambda: explorer.value("explorer.off") == {layer: [unit]}, message="x switches nothing off")
    explorer.wait_until(lambda: chip.count() == 1 and f":{unit} off" in chip.inner_text(), message="no chip")
    explorer.wait_until(lambda: changed(explorer, ".dv-grid-canvas", before, 0.002), message="the unit is still lit")
    chip.click()
    explorer.wait_until(lambda: explorer.value("explorer.off") == {}, message="the chip does not switch it on")
    explorer.wait_until(lambda: not chip.count())


def test_a_double_click_shows_why_and_a_row_leads_down(explorer: NotebookPage) -> None:
    page, rows = explorer.page, explorer.page.locator(".dv-x-why-row")
    page.locator(".dv-grid-viewport").dblclick(position={"x": 30, "y": 30})
    explorer.wait_until(lambda: rows.count() > 3, message="no terms")
    chosen = explorer.value("[explorer.layer, explorer.unit]")
    below = explorer.value("explorer.panes.why.port.values['rows'][0]['below']")
    rows.first.click()
    explorer.wait_until(lambda: explorer.value("[explorer.layer, explorer.unit]") == [below["layer"], below["unit"]])
    page.locator(".dv-x-why-step").first.click()
    explorer.wait_until(lambda: explorer.value("[explorer.layer, explorer.unit]") == chosen, message="no way back")
    page.keyboard.press("Escape")
    explorer.wait_until(lambda: rows.count() == 0 and explorer.value("explorer.why") is False, message="it stays open")


def test_arrow_keys_move_through_the_grid(explorer: NotebookPage) -> None:
    page = explorer.page
    explorer.python("explorer.sort, explorer.unit = 'index', 0")
    settle(explorer)
    page.locator(".dv-x-status").click()
    for key, unit in (("ArrowRight", 1), ("l", 2), ("ArrowLeft", 1), ("Shift+ArrowRight", 4)):
        page.keyboard.press(key)
        explorer.wait_until(
            lambda u=unit: explorer.value("explorer.unit") == u, message=f"{key} did not choose unit {unit}"
        )
    page.keyboard.press("ArrowDown")
    explorer.wait_until(lambda: explorer.value("explorer.unit") > 5, message="ArrowDown did not go a row down")


def test_keys_work_after_the_occluder_was_removed(explorer: NotebookPage) -> None:
    names = explorer.value("explorer.network.layers.names")
    here = names.index("features.relu5")
    for way in ("double click", "python"):
        drag_occluder(explorer, (30, 30), (90, 90))
        explorer.wait_until(lambda: explorer.value("explorer.occluder"), message="no occluder")
        expect(explorer.page.locator(".dv-occluder")).to_be_focused()
        if way == "double click":
            explorer.page.mouse.dblclick(*picture_point(explorer, 60, 60))
        else:
            explorer.python("explorer.occluder = None")
        explorer.wait_until(lambda: explorer.value("explorer.occluder is None"), message="the occluder stays")
        explorer.wait_until(lambda: occluder(explorer) is None, message="the page shows the occluder")
        explorer.wait_until(lambda: focus_is_inside(explorer), message=f"after a {way} the focus is gone")
        press_and_expect_layer(explorer, "o", names[here + 1])
        press_and_expect_layer(explorer, "u", names[here])
    assert_silent(explorer)


def test_a_key_covers_the_strongest_part_and_keys_move_it(explorer: NotebookPage) -> None:
    page, said = explorer.page, explorer.page.locator(".dv-stage .dv-said")
    page.locator(".dv-x-status").click()
    page.keyboard.press("p")
    explorer.wait_until(lambda: explorer.value("explorer.occluder"), message="p covers nothing")
    expect(page.locator(".dv-occluder")).to_be_focused()
    top, left, height, width = explorer.value("list(explorer.occluder)")
    # every square of this size on the kernel's map, of the whole picture
    explorer.python(
        "import numpy as _np\n"
        "_map = dv.explain(explorer.network, explorer.image, 'cam').heatmap.numpy().astype(float)\n"
        f"_sums = _np.lib.stride_tricks.sliding_window_view(_map, ({height}, {width})).sum((2, 3))"
    )
    assert (height, width) == (SIDE // 4, SIDE // 4)
    assert explorer.value(f"float(_sums[{top}, {left}] / _sums.max())") > 0.99
    assert explorer.value(f"float(_sums.max() / _sums[{(SIDE - height) // 2}, {(SIDE - width) // 2}])") > 1.01
    unit, box = explorer.value("explorer.unit"), [top, left, height, width]
    up, sideways = (-1 if top else 1), (-8 if left >= 8 else 8)
    for key, change in (
        ("ArrowUp" if up < 0 else "ArrowDown", (up, 0, 0, 0)),
        ("Shift+ArrowLeft" if sideways < 0 else "Shift+ArrowRight", (0, sideways, 0, 0)),
        ("-", (2, 2, -4, -4)),
        ("+", (-2, -2, 4, 4)),
    ):
        page.keyboard.press(key)
        box = [before + by for before, by in zip(box, change, strict=True)]
        explorer.wait_until(lambda b=box: explorer.value("list(explorer.occluder)") == b, message=f"{key}: not {box}")
        words = "row {}, column {}, {} high, {} wide".format(*box)
        expect(said).to_have_text(words)
        expect(page.locator(".dv-occluder")).to_have_attribute("aria-label", re.compile(words))
    explorer.shot("explorer-occluder-by-key")
    assert explorer.value("explorer.unit") == unit, "the arrows chose another unit"
    for key in ("Escape", "Delete"):
        page.keyboard.press(key)
        explorer.wait_until(lambda: explorer.value("explorer.occluder is None"), message=f"{key} leaves it")
        expect(said).to_contain_text("gone")
        explorer.wait_until(lambda: focus_is_inside(explorer), message="the focus went with it")
        page.keyboard.press("p")
        explorer.wait_until(lambda: explorer.value("explorer.occluder"), message=f"no p after {key}")
    assert_silent(explorer)


def test_keys_work_after_zooming(explorer: NotebookPage) -> None:
    page = explorer.page
    page.locator(".dv-grid-viewport").click(position={"x": 30, "y": 30})  # the focus is where zooming takes it away
    for zoom in ("grid", "unit", "backward", ""):
        page.keyboard.press("z")
        explorer.wait_until(lambda z=zoom: explorer.value("explorer.zoom") == z, message=f"no zoom {zoom!r}")
        expect(page.locator(f".dv-x[data-zoom='{zoom}']")).to_have_count(1)
        explorer.wait_until(lambda: focus_is_inside(explorer), message=f"zoomed to {zoom!r}, the focus is gone")
        explorer.shot(f"explorer-zoom-{zoom or 'none'}")
    page.locator(".dv-x-live .dv-map-canvas").click()
    page.keyboard.press("z")
    explorer.wait_until(lambda: explorer.value("explorer.zoom") == "grid", message="the map kept the key")
    explorer.wait_until(lambda: focus_is_inside(explorer), message="the focus went with the card")
    page.keyboard.press("Escape")
    explorer.wait_until(lambda: explorer.value("explorer.zoom") == "", message="Escape left it zoomed")
    assert_silent(explorer)


def test_the_help_opens_and_closes_by_key(explorer: NotebookPage) -> None:
    page = explorer.page
    page.locator(".dv-x-status").click()
    page.keyboard.press("h")
    page.get_by_role("dialog", name="Keys").wait_for()
    explorer.shot("explorer-help")
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Keys").wait_for(state="hidden")
    explorer.wait_until(lambda: focus_is_inside(explorer), message="the help took the focus with it")


def lies_within(inner: Locator, outer: Locator) -> bool:
    box, whole = inner.bounding_box(), outer.bounding_box()
    if box is None or whole is None:
        return False
    level = whole["x"] <= box["x"] and box["x"] + box["width"] <= whole["x"] + whole["width"]
    return level and whole["y"] <= box["y"] and box["y"] + box["height"] <= whole["y"] + whole["height"]


@pytest.mark.parametrize("name", ["map", "grid", "path"])
def test_a_popover_opens_and_escape_gives_the_focus_back(explorer: NotebookPage, name: str) -> None:
    page = explorer.page
    button = page.locator(f"[data-popover={name}] > button")
    panel = page.locator(f"[data-popover={name}] .dv-popover-panel")
    button.click()
    panel.wait_for()
    explorer.wait_until(lambda: lies_within(panel, page.locator(".dv-explorer")), message="the panel is cut")
    explorer.shot(f"explorer-popover-{name}")
    panel.locator("input, select").first.focus()
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    expect(button).to_be_focused()
    button.click()
    panel.wait_for()
    page.locator(".dv-x-status").click()
    panel.wait_for(state="hidden")
    assert_silent(explorer)


def test_a_block_opens_into_its_layers_and_a_name_finds_them(explorer: NotebookPage) -> None:
    page = explorer.page
    current = page.locator(".dv-x-block[aria-current=true]")
    current.locator(".dv-x-block-name").click()
    rows = page.locator(".dv-x-layer")

    def listed() -> list[str]:
        return rows.evaluate_all("rows => rows.map(row => row.dataset.layer)")

    inside = explorer.value("next(list(b.layers) for b in explorer.blocks if 'features.relu5' in b.layers)")
    explorer.wait_until(lambda: listed() == inside, message="the list has not the layers of the block")
    page.keyboard.press("Escape")
    rows.first.wait_for(state="hidden")
    explorer.wait_until(lambda: focus_is_inside(explorer), message="the list took the focus with it")
    page.keyboard.press("/")
    page.keyboard.type("conv7")
    explorer.wait_until(lambda: listed() == ["features.conv7"], message="the name finds other layers")
    rows.first.click()
    explorer.wait_until(lambda: explorer.value("explorer.layer") == "features.conv7", message="it was not chosen")
    expect(page.locator(".dv-x-filter")).to_have_value("")
    explorer.wait_until(lambda: focus_is_inside(explorer), message="the field took the focus with it")


def test_a_click_on_the_row_of_a_losing_class_explains_it(explorer: NotebookPage) -> None:
    before = shown(explorer, ".dv-stage-canvas")
    rows = explorer.page.locator(".dv-x-class")
    for place, at in ((2, "right"), (rows.count() - 1, "left"), (1, "right")):
        row = rows.nth(place)
        label = row.get_attribute("data-class")
        assert float(row.get_attribute("data-share") or 1) < 0.2, "it does not lose"
        box = row.bounding_box()
        assert box is not None
        x = box["x"] + (box["width"] - 2 if at == "right" else 2)
        explorer.page.mouse.click(x, box["y"] + box["height"] / 2)
        explorer.wait_until(
            lambda name=label: (
                explorer.value("explorer.target") is not None
                and explorer.value("explorer.network.labels[explorer.target]") == name
            ),
            message=f"the row of {label} chose no class",
        )
        settle(explorer)
        expect(explorer.page.locator(f".dv-x-class[data-class='{label}']")).to_have_attribute("aria-pressed", "true")
        explorer.wait_until(lambda: changed(explorer, ".dv-stage-canvas", before), message=f"no map of {label}")
    explorer.shot("explorer-losing")
    assert_silent(explorer)


def test_arrows_go_from_tab_to_tab(explorer: NotebookPage) -> None:
    page = explorer.page
    tabs = page.locator(".dv-x-units [role=tab]")
    names = tabs.evaluate_all("tabs => tabs.map(tab => tab.dataset.tab)")
    chosen, unit = page.locator(".dv-x-units [role=tab][aria-selected=true]"), explorer.value("explorer.unit")
    start = names.index(chosen.get_attribute("data-tab"))
    chosen.focus()
    for by, key in ((1, "ArrowRight"), (0, "ArrowLeft"), (-1, "ArrowLeft")):
        page.keyboard.press(key)
        name = names[(start + by) % len(names)]
        explorer.wait_until(lambda n=name: explorer.value("explorer.tiles") == n, message=f"{key} did not go to {name}")
        expect(chosen).to_have_attribute("data-tab", name)
        expect(chosen).to_be_focused()
        expect(chosen).to_have_attribute("tabindex", "0")
    assert explorer.value("explorer.unit") == unit, "the arrows chose another unit"
    explorer.python(f"explorer.tiles = {names[start]!r}")
    assert_silent(explorer)


def test_a_class_that_is_typed_is_explained(explorer: NotebookPage) -> None:
    page, before = explorer.page, shown(explorer, ".dv-stage-canvas")
    rows = page.locator(".dv-x-class").evaluate_all("rows => rows.map(row => row.dataset.class)")
    label = next(name for name in explorer.value("list(explorer.network.labels)") if name not in rows)
    field = page.locator(".dv-x-find")
    field.click()
    page.keyboard.type(label)
    page.keyboard.press("Enter")
    explorer.wait_until(
        lambda: explorer.value("explorer.target") == explorer.value(f"explorer.network.class_index({label!r})"),
        message="the class was not found",
    )
    settle(explorer)
    expect(page.locator(f".dv-x-class[data-class='{label}']")).to_have_attribute("aria-pressed", "true")
    expect(field).to_have_value("")
    explorer.wait_until(lambda: focus_is_inside(explorer), message="the field took the focus with it")
    explorer.wait_until(lambda: changed(explorer, ".dv-stage-canvas", before), message=f"no map of {label}")
    assert_silent(explorer)


def yellow(notebook: NotebookPage) -> int:
    """How many pixels of the stage have the colour of the localization box."""
    return int((np.abs(shown(notebook, ".dv-stage-canvas") - np.array([255, 224, 74])).max(-1) < 8).sum())


def test_the_box_of_the_overlay_is_drawn_when_wanted(explorer: NotebookPage) -> None:
    before = yellow(explorer)
    box = explorer.page.get_by_role("button", name="box", exact=True)
    box.click()
    explorer.wait_until(lambda: yellow(explorer) > before + 100, message="no box was drawn")
    assert explorer.value("explorer.localize") is True
    explorer.shot("explorer-box")
    explorer.python("explorer.localize = False")
    explorer.wait_until(lambda: yellow(explorer) <= before + 10, message="the box stayed")
    expect(box).to_have_attribute("aria-pressed", "false")
    assert_silent(explorer)


def test_python_and_the_page_agree(explorer: NotebookPage) -> None:
    page = explorer.page
    explorer.python("explorer.layer = 'features.conv4'; explorer.unit = 3; explorer.fill = 'blur'")
    explorer.wait_until(lambda: page.locator(".dv-grid").get_attribute("data-layer") == "features.conv4")
    explorer.wait_until(lambda: page.locator(".dv-grid").get_attribute("data-unit") == "3")
    current = page.locator(".dv-x-block[aria-current='true']")
    expect(current).to_have_count(1)
    block = explorer.value("next(b.shown for b in explorer.blocks if 'features.conv4' in b.layers)")
    expect(current).to_have_attribute("data-layer", block)
    current.locator(".dv-x-block-name").click()
    expect(page.locator(".dv-x-layer[aria-selected='true']")).to_have_attribute("data-layer", "features.conv4")
    page.keyboard.press("Escape")
    page.locator("[data-popover=map] > button").click()
    expect(page.get_by_label("The occluder shows").locator("option:checked")).to_have_text("blur")


def test_a_picture_set_from_python_is_named_in_the_menu(explorer: NotebookPage, tmp_path: str) -> None:
    page = explorer.page
    chosen = page.locator(".dv-x-pictures option:checked")
    third = page.locator(".dv-x-pictures option").nth(3).inner_text()
    for code, name in (
        ("dv.scene('wolf', seed=99)", None),
        ("explorer.panes.pictures._pictures[3][1]", third),
        ("__import__('skimage').data.chelsea()", "your picture"),
        (f"_save({str(tmp_path)!r} + '/zebra crossing.png')", "zebra crossing.png"),
    ):
        before = shown(explorer, ".dv-stage-canvas")
        explorer.python(
            "def _save(path):\n    from PIL import Image\n"
            "    Image.new('RGB', (40, 40), (90, 20, 200)).save(path)\n    return path\n"
            f"explorer.image = {code}"
        )
        name = name or explorer.value("f'{explorer.image.label} · {explorer.image.background}'")
        explorer.wait_until(lambda n=name: chosen.inner_text() == n, message=f"the menu does not say {name}")
        drawn = partial(changed, explorer, ".dv-stage-canvas", before)
        explorer.wait_until(drawn, message=f"the menu says {name}, and the stage shows the picture before it")
    assert_silent(explorer)


def test_the_way_back_starts_from_what_is_chosen(explorer: NotebookPage) -> None:
    menu = explorer.page.get_by_label("What the way back starts from")
    seen = [shown(explorer, BACKWARD)]
    for seed in ("activation", "one"):
        menu.select_option(seed)
        explorer.wait_until(lambda seed=seed: explorer.value("explorer.backward_seed") == seed)
        explorer.page.locator(
            ".dv-x-status", has_text=f"from {'1.0' if seed == 'one' else 'one activation'}"
        ).wait_for()
        settle(explorer)
        seen.append(shown(explorer, BACKWARD))
    assert not np.array_equal(seen[0], seen[1])
    assert np.abs(seen[1].astype(int) - seen[2]).max() <= 2  # each drawn by its own span, in which a factor is gone
    assert_silent(explorer)
