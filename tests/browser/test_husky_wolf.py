"""The husky and wolf lesson in a real browser: a whole vote with clicks and keys, in JupyterLab and in Voilà."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.explorer_page import DRAWN
from tests.browser.harness import NotebookPage, canvas_pixels
from tests.browser.test_explorer import assert_silent

OPEN = """
import deepvis_widgets as dv
lab = dv.HuskyWolf(seed=0, first="biased", fresh=1)
lab
"""
HUSKY_ON_SNOW = 4  # of the ten pictures
TURNED = """
from dataclasses import replace
shown = lab.session.pictures()
lab.panes.show_pictures(replace(shown, scenes=shown.scenes[::-1], views=shown.views[::-1]))
"""


def open_lesson(open_notebook: Callable[..., NotebookPage], where: str = "doc") -> NotebookPage:
    lesson = open_notebook([OPEN], where=where)
    lesson.page.locator(".dv-husky-wolf .dv-card").first.wait_for()
    lesson.wait_until(lambda: len(captions(lesson)) == 10 and "…" not in captions(lesson), 60, "no answers")
    return lesson


def captions(lesson: NotebookPage) -> list[str]:
    return lesson.page.locator(".dv-husky-wolf .dv-caption").all_inner_texts()


def button(lesson: NotebookPage, name: str) -> Locator:
    return lesson.page.locator(".dv-husky-wolf").get_by_role("button", name=name, exact=True)


def pressed(lesson: NotebookPage, name: str) -> Locator:
    return lesson.page.locator(".dv-husky-wolf button.mod-active").filter(has_text=re.compile(f"^{name}$"))


def at_step(lesson: NotebookPage, number: int) -> None:
    lesson.page.locator(".dv-step-number", has_text=f"Step {number} of 4").wait_for()


def card(lesson: NotebookPage, index: int) -> np.ndarray:
    selector = f".dv-husky-wolf .dv-card:nth-child({index + 1}) canvas"
    return canvas_pixels(lesson.page, selector)[..., :3].astype(int)


def chart_bars(lesson: NotebookPage) -> int:
    """Bars with a height, as bqplot drew them."""
    heights = lesson.page.locator(".dv-vote-chart .bar").evaluate_all(
        "bars => bars.map(bar => bar.getBoundingClientRect().height)"
    )
    return sum(height > 20 for height in heights)


def vote_through(lesson: NotebookPage) -> None:
    """Yes for the coat, the explanations, no for the snow, the truth."""
    button(lesson, "Yes").click()
    button(lesson, "the coat").click()
    plain = card(lesson, HUSKY_ON_SNOW)
    button(lesson, "Show why").click()
    at_step(lesson, 2)
    lesson.wait_until(lambda: np.abs(card(lesson, HUSKY_ON_SNOW) - plain).mean() > 5, 30, "no map over the picture")
    lesson.page.locator(".dv-husky-wolf .dv-card").nth(HUSKY_ON_SNOW).click()
    lesson.page.locator(".dv-words", has_text="Network A says wolf").wait_for()
    button(lesson, "Vote again").click()
    at_step(lesson, 3)
    button(lesson, "No").click()
    pressed(lesson, "No").wait_for()
    button(lesson, "the snow on the ground").click()
    pressed(lesson, "the snow on the ground").wait_for()
    if lesson.where != "voila":
        lesson.wait_until(lambda: lesson.value("lab.vote().snow") == 1, message="the vote for the snow is lost")
    button(lesson, "The truth").click()
    at_step(lesson, 4)
    lesson.page.locator(".dv-answers table").wait_for(timeout=60_000)


def test_a_whole_vote(open_notebook: Callable[..., NotebookPage]) -> None:
    lesson = open_lesson(open_notebook)
    lesson.wait_until(
        lambda: sum("wrong" in caption for caption in captions(lesson)) == 2, message="not two answers are wrong"
    )
    button(lesson, "Show why").click()
    lesson.page.get_by_role("alert").get_by_text("Nobody has voted").wait_for()
    vote_through(lesson)
    expect(lesson.page.get_by_role("alert").get_by_text("Nobody has voted")).to_have_count(0)
    assert lesson.value("lab.votes['A']") == {
        "before": {"yes": 1, "no": 0, "named": {"the coat": 1}},
        "after": {"yes": 0, "no": 1, "named": {"the snow on the ground": 1}},
    }
    lesson.wait_until(lambda: chart_bars(lesson) == 3, message="trusted before; not trusted and named the snow after")
    cells = lesson.page.locator(".dv-answers tbody tr").first.locator("td")
    expect(cells).to_have_text(["✗ wolf 1", *["husky 1"] * 4])
    lesson.shot("husky-wolf-truth")
    assert_silent(lesson)


def test_a_reload_keeps_the_step_the_vote_and_the_maps(open_notebook: Callable[..., NotebookPage]) -> None:
    lesson = open_lesson(open_notebook)
    plain = card(lesson, HUSKY_ON_SNOW)
    lesson.python("lab.cast(1, 0, {'the coat': 1}); lab.next(); lab.picture = 4; assert lab.session.idle(30)")
    at_step(lesson, 2)
    lesson.page.locator(".dv-viewer canvas").first.wait_for()
    lesson.wait_until(lambda: "wolf" in lesson.page.locator(".dv-viewer .dv-legend").inner_text())
    lesson.wait_until(lambda: np.abs(card(lesson, HUSKY_ON_SNOW) - plain).mean() > 5, message="no map over the picture")
    lesson.page.evaluate(DRAWN)
    with_map = card(lesson, HUSKY_ON_SNOW)
    lesson.save()
    lesson.reload()
    at_step(lesson, 2)
    lesson.wait_until(lambda: len(captions(lesson)) == 10)
    lesson.wait_until(lambda: np.abs(card(lesson, HUSKY_ON_SNOW) - with_map).mean() < 1, message="the maps are gone")
    lesson.page.locator(".dv-words", has_text="Network A says wolf").wait_for()
    button(lesson, "Back").click()
    at_step(lesson, 1)
    lesson.wait_until(lambda: button(lesson, "Yes").is_disabled(), message="the first vote does not stand")
    assert lesson.value("lab.vote().yes") == 1
    assert_silent(lesson)


def test_a_class_votes_by_hands_from_the_keyboard(open_notebook: Callable[..., NotebookPage]) -> None:
    lesson = open_lesson(open_notebook)
    lesson.page.get_by_label("Who votes").select_option("a class, by hands")
    for name, hands in (("Yes", "17"), ("No", "4"), ("the snow on the ground", "3")):
        lesson.page.locator(".dv-ballot").get_by_label(name, exact=True).fill(hands)
        lesson.page.keyboard.press("Tab")
    lesson.wait_until(lambda: lesson.value("[lab.vote().yes, lab.vote().no, lab.vote().snow]") == [17, 4, 3])
    button(lesson, "Show why").focus()
    lesson.page.keyboard.press("Enter")
    at_step(lesson, 2)
    lesson.page.locator(".dv-husky-wolf .dv-card").first.focus()
    lesson.page.keyboard.press("Space")
    lesson.wait_until(lambda: lesson.value("lab.picture") == 0, message="the card was not chosen by key")
    assert_silent(lesson)


def test_in_voila_it_is_a_page_without_code(open_notebook: Callable[..., NotebookPage]) -> None:
    lesson = open_lesson(open_notebook, where="voila")
    assert lesson.page.locator(".jp-CodeMirrorEditor, .cm-editor").count() == 0
    vote_through(lesson)
    lesson.wait_until(lambda: chart_bars(lesson) == 3)
    lesson.shot("husky-wolf-voila")
    assert_silent(lesson)


def test_a_click_holds_while_the_pictures_are_drawn_anew(open_notebook: Callable[..., NotebookPage]) -> None:
    lesson = open_lesson(open_notebook)
    box = lesson.page.locator(".dv-husky-wolf .dv-card").nth(HUSKY_ON_SNOW).locator("canvas").bounding_box()
    assert box is not None
    lesson.page.mouse.move(box["x"] + 50, box["y"] + 50)
    lesson.page.mouse.down()
    straight = card(lesson, HUSKY_ON_SNOW)
    lesson.python(TURNED)
    lesson.wait_until(lambda: np.abs(card(lesson, HUSKY_ON_SNOW) - straight).mean() > 5, message="not turned")
    before = card(lesson, HUSKY_ON_SNOW)
    lesson.python("lab.panes.show_pictures(shown)")
    lesson.wait_until(lambda: np.abs(card(lesson, HUSKY_ON_SNOW) - before).mean() > 5, message="not drawn anew")
    lesson.page.mouse.up()
    lesson.wait_until(lambda: lesson.value("lab.picture") == HUSKY_ON_SNOW, message="the click was lost")
    assert_silent(lesson)


OPEN_SNOW = """
import deepvis_widgets as dv
lab = dv.SnowLab(steps=12, animals=4, grounds=1, fresh=2, scenes=[dv.scene("husky", "snow", 22)])
lab
"""


@pytest.mark.slow
def test_networks_of_ones_own_making(open_notebook: Callable[..., NotebookPage]) -> None:
    page = open_notebook([OPEN_SNOW])
    page.wait_until(lambda: len(captions(page)) == 10, message="it opens with pictures to learn from")
    expect(page.page.get_by_text("Pictures such as it will learn from")).to_be_visible()
    assert page.page.locator(".dv-snow-lab .bqplot").count() == 0, "an empty chart"
    choose = page.page.get_by_label("Network", exact=True)
    button(page, "Train").click()
    button(page, "Stop").click()
    page.wait_until(lambda: button(page, "Train").is_enabled(), 30, "it does not stop")
    page.wait_until(lambda: page.value("[len(lab.points), lab.training]") == [0, False], message="it was trained")
    button(page, "Train").click()
    page.page.locator(".dv-snow-lab .dv-answers table").wait_for(timeout=60_000)
    handle = page.page.locator(".dv-snow-lab .noUi-handle")
    handle.focus()
    page.page.keyboard.press("Home")
    page.wait_until(lambda: page.value("lab.share") == 0, message="the slider does not set the share")
    button(page, "Train").click()
    page.wait_until(lambda: choose.locator("option").count() == 2, 60, "no second network")
    page.wait_until(
        lambda: page.value("[[point['share'] for point in lab.points], lab.shown]") == [[1, 0], 1],
        message="not the two networks, the second of them shown",
    )
    dots = page.page.locator(".dv-snow-chart path.dot")
    page.wait_until(lambda: dots.count() == 4, message="two networks are two points in each of two colours")
    page.page.locator(".dv-snow-chart .bqplot").hover()
    page.page.wait_for_timeout(700)  # bqplot's buttons would fade in over the point in the corner
    dots.first.click()
    page.wait_until(lambda: page.value("lab.shown") == 0, message="a click on a point shows its network")
    page.wait_until(lambda: "100%" in choose.locator("option:checked").inner_text(), message="the menu stays behind")
    page.save()
    page.reload()
    page.wait_until(lambda: dots.count() == 4, message="the points are gone")
    page.page.locator(".dv-snow-lab .dv-card canvas").first.wait_for()
    page.shot("husky-wolf-snow")
    assert_silent(page)


LAID_OUT = """() => {
  const root = document.querySelector('.dv-husky-wolf');
  root.scrollIntoView({block: 'start'});
  const size = found => found.getBoundingClientRect();
  const marked = root.querySelector('.dv-marked .dv-caption');
  return {
    widths: [...root.querySelectorAll('.dv-card canvas')].map(found => size(found).width),
    rows: new Set([...root.querySelectorAll('.dv-card')].map(found => size(found).top)).size,
    height: size(root).height,
    colours: [getComputedStyle(marked).color, getComputedStyle(marked).backgroundColor],
  };
}"""


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG defines it, of "rgb(r, g, b)"."""
    shares = [int(part) / 255 for part in re.findall(r"\d+", colour)]
    red, green, blue = (((share + 0.055) / 1.055) ** 2.4 if share > 0.04 else share / 12.92 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.viewport(1440, 900)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_step_fills_a_projector_and_wrong_answers_are_seen(
    open_notebook: Callable[..., NotebookPage], theme: str
) -> None:
    lesson = open_notebook([OPEN], theme=theme)
    lesson.wait_until(lambda: lesson.page.locator(".dv-card canvas").count() == 10, 60, "no pictures")
    lesson.wait_until(lambda: lesson.page.locator(".dv-marked").count() == 2, message="two wrong ones are marked")

    def laid_out() -> dict[str, Any] | None:
        found: dict[str, Any] = lesson.page.evaluate(LAID_OUT)
        large = len(found["widths"]) == 10 and min(found["widths"]) > 170
        return found if large and found["rows"] == 2 and found["height"] < 800 else None

    found = lesson.wait_until(laid_out, message="a step and JupyterLab's bars do not fit on the screen, or are small")
    dark, light = sorted(map(luminance, found["colours"]))
    assert (light + 0.05) / (dark + 0.05) > 4.5, found["colours"]
    lesson.shot(f"husky-wolf-projector-{theme}")
    assert_silent(lesson)


@pytest.mark.viewport(480, 900)
def test_in_a_narrow_window_nothing_sticks_out(open_notebook: Callable[..., NotebookPage]) -> None:
    lesson = open_lesson(open_notebook)
    lesson.python("lab.picture = 4")
    lesson.page.locator(".dv-viewer canvas").first.wait_for()
    edges = lesson.page.evaluate(
        """() => {
          const root = document.querySelector('.dv-husky-wolf').getBoundingClientRect();
          const inside = document.querySelectorAll('.dv-husky-wolf .dv-card, .dv-husky-wolf button, .dv-viewer canvas');
          return [...inside].map(found => found.getBoundingClientRect().right - root.right);
        }"""
    )
    assert edges and max(edges) <= 1
    lesson.shot("husky-wolf-narrow")
    assert_silent(lesson)
