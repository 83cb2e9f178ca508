"""The atlas in a real browser: patches of a clicked unit, a grid of pictures, units by class, cards, pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from tests.browser.explorer_page import DRAWN, QUICK_PICTURES
from tests.browser.harness import NotebookPage, canvas_pixels

EXPLORER = """
import deepvis_widgets as dv
explorer = dv.Explorer(layer="features.relu3")
explorer
"""
WITHOUT = """
import deepvis_widgets as dv
explorer = dv.Explorer(dv.load("husky-wolf", weights="random"), layer="features.relu3")
explorer
"""
VIEW = """
import deepvis_widgets as dv
view = dv.AtlasView(None, "husky-wolf", "features.relu3")
view
"""
Open = Callable[..., NotebookPage]
TOP = ".dv-x-top.dv-x-large[data-kind=top]"


def opened(open_notebook: Open) -> NotebookPage:
    notebook = open_notebook([EXPLORER], before=QUICK_PICTURES)
    notebook.wait_until(lambda: notebook.value("explorer.atlas is not None"), 60, "the atlas was not opened")
    grid = notebook.page.locator(".dv-grid-canvas")
    grid.wait_for()
    notebook.wait_until(lambda: canvas_pixels(notebook.page, ".dv-grid-canvas")[..., :3].std() > 5)
    return notebook


def tab(notebook: NotebookPage, name: str) -> None:
    """Choose what the card shows about the unit."""
    notebook.page.locator(f".dv-x-card [data-tab={name}]").click()


def cards(notebook: NotebookPage, inside: str) -> list[np.ndarray]:
    """The pictures of a pane, as they were drawn."""
    found = notebook.page.locator(inside).first.locator(".dv-card, .dv-x-cell")
    return [canvas_pixels(found.nth(place), "canvas, img")[..., :3] for place in range(found.count())]


def green(notebook: NotebookPage) -> float:
    """Share of the grid's pixels that are greener than anything in the colours of a map."""
    red, green, blue = np.moveaxis(canvas_pixels(notebook.page, ".dv-grid-canvas")[..., :3].astype(int), -1, 0)
    return float(((green > red + 10) & (green > blue + 10)).mean())


def patches(notebook: NotebookPage, owner: str) -> list[np.ndarray]:
    """The patches that the atlas itself has of the selected unit."""
    notebook.python(
        f"import numpy as _np; from deepvis_widgets.core.picture.picture import to_bytes as _b; "
        f"_t = {owner}; _p = [_b(top.patch) for top in _t.top]"
    )
    return [np.array(patch, np.uint8) for patch in notebook.value("[patch.tolist() for patch in _p]")]


def assert_shows(notebook: NotebookPage, owner: str, inside: str) -> None:
    """The pane shows the nine patches of the unit, pixel by pixel."""
    expected = patches(notebook, owner)
    assert len(expected) == 9

    def same() -> bool:
        shown = cards(notebook, inside)
        return len(shown) == 9 and all(
            a.shape == b.shape and (a == b).all() for a, b in zip(shown, expected, strict=True)
        )

    notebook.wait_until(same, message="the patches on screen are not those of the unit")


def assert_silent(notebook: NotebookPage) -> None:
    messages = notebook.console.unexpected()
    assert not messages, "\n".join(messages)


def test_a_clicked_unit_shows_its_nine_patches(open_notebook: Open) -> None:
    notebook = opened(open_notebook)
    tab(notebook, "top")
    notebook.python("assert explorer.session.idle(60)")
    chosen = notebook.value("explorer.unit")
    notebook.page.locator(".dv-grid-canvas").click(position={"x": 140, "y": 190})
    notebook.wait_until(lambda: notebook.value("explorer.unit") != chosen, message="the click chose no unit")
    assert_shows(notebook, "explorer.atlas.unit(explorer.layer, explorer.unit)", TOP)
    tab(notebook, "facts")
    notebook.page.locator(".dv-x-histogram > span").nth(5).wait_for(state="attached")
    of = notebook.value("explorer.atlas.unit(explorer.layer, explorer.unit).maximum")
    expect(notebook.page.locator(".dv-x-facts")).to_contain_text(re.compile(re.escape(f"max {of:.3g} ")))
    tab(notebook, "top")
    notebook.page.locator(TOP).locator(".dv-x-cell").nth(4).click()
    notebook.wait_until(lambda: notebook.value("explorer.position is not None"), message="the patch opened nothing")
    assert notebook.value("list(explorer.position)") == notebook.value(
        "list(explorer.atlas.unit(explorer.layer, explorer.unit).top[4].position)"
    )
    notebook.shot("atlas-top")
    assert_silent(notebook)


def test_an_atlas_is_built_from_a_folder_in_the_background(open_notebook: Open, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(12):
        levels = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(levels).resize((128, 128), Image.Resampling.NEAREST).save(folder / f"{number}.png")
    notebook = open_notebook([WITHOUT], before=QUICK_PICTURES)
    form = notebook.page.locator(".dv-x-builder")
    notebook.page.locator(".dv-grid-canvas").wait_for()
    tab(notebook, "top")
    form.locator("button", has_text="Build an atlas").click()
    form.get_by_text("Name a folder of pictures").wait_for()
    form.locator("input").first.fill(str(folder))
    form.locator("input").nth(1).fill(str(tmp_path / "atlas"))
    form.locator("input").nth(1).press("Tab")
    form.locator("button", has_text="Build an atlas").click()
    form.locator("button", has_text="Cancel").wait_for()
    notebook.shot("atlas-building")
    notebook.wait_until(lambda: notebook.value("explorer.atlas is not None"), 120, "no atlas was built")
    assert_shows(notebook, "explorer.atlas.unit(explorer.layer, explorer.unit)", TOP)
    expect(form).to_have_count(0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["atlas", "pictures"]
    notebook.shot("atlas-built")
    assert_silent(notebook)


def test_the_grid_shows_pictures_and_a_card_under_the_pointer(open_notebook: Open) -> None:
    notebook = opened(open_notebook)
    grid = notebook.page.locator(".dv-grid-canvas")
    grid.hover(position={"x": 80, "y": 30})
    card = notebook.page.locator(".dv-unit-card")
    card.wait_for()
    unit = int(card.get_attribute("data-unit") or -1)
    best = notebook.value(f"explorer.atlas.unit('features.relu3', {unit}).classes(1)[0][0]")
    expect(card).to_contain_text(f"features.relu3:{unit}")
    expect(card).to_contain_text(best)
    expect(card.locator("canvas")).to_have_count(3)
    notebook.shot("atlas-card")
    assert green(notebook) < 0.01, "activations go from black over red to yellow"
    notebook.page.locator(".dv-x-status").hover()
    card.wait_for(state="hidden")
    notebook.page.locator(".dv-x-units [data-tab=patches]").click()
    notebook.wait_until(lambda: green(notebook) > 0.05, message="the tiles are no pictures")
    assert notebook.value("explorer.panes.grid.port.values.get('notice', '')") == ""
    notebook.shot("atlas-pictures")
    assert_silent(notebook)


def test_units_are_searched_by_class(open_notebook: Open) -> None:
    notebook = opened(open_notebook)
    tab(notebook, "find")
    field = notebook.page.locator(".dv-x-finder input").first
    field.fill("zebra")
    field.press("Enter")
    expected = notebook.value("[list(unit[:2]) for unit in explorer.atlas.search('zebra', 8)]")
    names = [f"{layer}:{channel}" for layer, channel in expected]
    found = notebook.page.locator("[data-list=find]")
    notebook.wait_until(
        lambda: [text.split()[0] for text in found.locator(".dv-x-unit small").all_inner_texts()] == names,
        message="the units for zebra are not listed",
    )
    found.locator(".dv-x-unit").nth(3).click()
    notebook.wait_until(lambda: notebook.value("[explorer.layer, explorer.unit]") == expected[3])
    notebook.wait_until(lambda: notebook.page.locator(f".dv-grid[data-layer='{expected[3][0]}']").count())
    notebook.shot("atlas-find")
    assert_silent(notebook)


def test_a_sheet_leads_to_a_page_with_an_address(open_notebook: Open) -> None:
    notebook = open_notebook([VIEW])
    page = notebook.page
    page.locator(".dv-grid-canvas").wait_for()
    page.locator(".dv-atlas-sheet select").first.select_option(label="maximum")
    first = notebook.value("int(view.atlas.layer('features.relu3').maximum.argmax())")
    notebook.wait_until(
        lambda: np.ptp(canvas_pixels(page, ".dv-grid-canvas")[..., :3].astype(int), -1).mean() > 20,
        message="the sheet has no pictures",
    )
    page.evaluate(DRAWN)  # in the new order, which was there before the first was asked for
    page.locator(".dv-grid-canvas").click(position={"x": 40, "y": 40})
    notebook.wait_until(
        lambda: notebook.value("view.address") == f"features.relu3:{first}", message="not the strongest unit's page"
    )
    assert_shows(notebook, f"view.atlas.unit('features.relu3', {first})", ".dv-atlas-tops")
    expect(page.locator(".dv-atlas-link code").first).to_contain_text(f"features.relu3:{first}")
    go = page.locator(".dv-atlas-view .widget-text input")
    go.fill("features.relu5:3")
    go.press("Enter")
    notebook.wait_until(lambda: notebook.value("view.address") == "features.relu5:3")
    assert_shows(notebook, "view.atlas.unit('features.relu5', 3)", ".dv-atlas-tops")
    wanted = page.locator(".dv-gallery", has_text="What it wants to see")
    expect(wanted).to_contain_text("no synthesized pictures", use_inner_text=True)
    expect(wanted.get_by_text("Start", exact=True)).to_be_visible()
    notebook.shot("atlas-page")
    assert_silent(notebook)


def test_on_a_page_the_address_is_a_link_that_opens_it(open_notebook: Open) -> None:
    notebook = open_notebook([VIEW], where="voila")
    page = notebook.page
    go = page.locator(".dv-atlas-view .widget-text input").first
    go.fill("features.relu5:3")
    go.press("Enter")
    link = page.locator(".dv-atlas-link a")
    notebook.wait_until(lambda: "unit=features.relu5%3A3" in (link.get_attribute("href") or ""))
    page.goto(link.get_attribute("href") or "")
    page.locator(".dv-atlas-tops .dv-card").nth(8).wait_for(timeout=90_000)
    expect(go).to_have_value("features.relu5:3")
    expect(page.locator(".dv-atlas-tops").first).to_contain_text("features.relu5:3", use_inner_text=True)
