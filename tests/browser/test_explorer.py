"""The Explorer in a real browser, driven by a real mouse, keyboard and finger."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.explorer_page import (
    BACKWARD,
    LIVE,
    OPEN,
    QUICK_PICTURES,
    SIDE,
    assert_silent,
    bars,
    changed,
    choose_layer,
    drag_occluder,
    object_box,
    occluder,
    picture_point,
    remember,
    reset,
    settle,
    shown,
    wait_for_first_answer,
)
from tests.browser.harness import NotebookPage, canvas_pixels

Box = tuple[float, float, float, float]  # x, y, width, height


@pytest.fixture(scope="module")
def opened(open_for_module: Callable[..., NotebookPage]) -> NotebookPage:
    notebook = open_for_module([OPEN], before=QUICK_PICTURES)
    wait_for_first_answer(notebook)
    remember(notebook)
    return notebook


@pytest.fixture
def explorer(opened: NotebookPage, watched: Callable[[Page], None]) -> NotebookPage:
    """One for all tests that leave it alive."""
    watched(opened.page)
    reset(opened)
    return opened


@pytest.fixture
def own(open_notebook: Callable[..., NotebookPage]) -> NotebookPage:
    """An Explorer of the test's own."""
    notebook = open_notebook([OPEN], before=QUICK_PICTURES)
    wait_for_first_answer(notebook)
    return notebook


def test_an_occluder_over_the_object_moves_every_pane(explorer: NotebookPage) -> None:
    selectors = (
        ".dv-stage-canvas",
        ".dv-grid-canvas",
        LIVE,
        BACKWARD,
    )
    before = {selector: shown(explorer, selector) for selector in selectors}
    label = explorer.value("explorer.network.labels[int(explorer.network.probabilities(explorer.view[None]).argmax())]")
    bar_before = bars(explorer)[label]
    cam = "bytes(explorer.panes.stage.port.last('overlay').arrays['values']).hex()"
    cam_before = np.array(explorer.value(cam))
    top, left, bottom, right = object_box(explorer)
    drag_occluder(explorer, (top + 1, left + 1), (min(bottom, SIDE - 2), min(right, SIDE - 2)), release=False)
    # the rectangle is on screen while the mouse is still down
    explorer.wait_until(
        lambda: (drawn := occluder(explorer)) is not None and drawn[2] > 8 and drawn[3] > 8, message="no rectangle"
    )
    for selector in selectors:
        explorer.wait_until(
            lambda s=selector: changed(explorer, s, before[s]), message=f"{selector} did not follow the drag"
        )
    explorer.wait_until(lambda: bars(explorer)[label] < 0.8 * bar_before, message="the bar of the class did not fall")
    explorer.page.mouse.up()
    explorer.wait_until(lambda: explorer.value("explorer.occluder"), message="the occluder did not reach Python")
    settle(explorer)
    explorer.wait_until(lambda: str(cam_before) != explorer.value(cam), message="the map is the old one")
    explorer.wait_until(lambda: tuple(explorer.value("explorer.occluder"))[2] > 8, message="the occluder is small")
    explorer.shot("explorer-occluded")
    assert_silent(explorer)


# how often the grid was answered, and JupyterLab drew the kernel as busy
COUNTED = """() => {
  [window.drawn, window.busy] = [0, 0];
  const [grid, kernel] = [".dv-grid", ".jp-Notebook-ExecutionIndicator"].map(found => document.querySelector(found));
  new MutationObserver(() => { window.drawn += 1; }).observe(grid, { attributeFilter: ["data-seq"] });
  new MutationObserver(() => { window.busy += Number(kernel.dataset.status === "busy"); })
    .observe(kernel, { attributeFilter: ["data-status"] });
}"""


def test_jupyterlab_draws_no_busy_kernel_while_the_hand_drags(explorer: NotebookPage) -> None:
    page = explorer.page
    page.evaluate(COUNTED)
    drag_occluder(explorer, (20, 20), (60, 60), release=False)
    page.wait_for_function("() => window.drawn > 0")
    assert page.evaluate("window.busy") == 0
    page.mouse.up()
    explorer.python("pass")
    page.wait_for_function("() => window.busy > 0")


# of each canvas that is seen, whether something round it cuts it off along round corners
ROUNDED = """() => {
  const cuts = node => {
    const { overflowX, borderTopLeftRadius } = getComputedStyle(node);
    return borderTopLeftRadius !== "0px" && (node.tagName === "CANVAS" || overflowX !== "visible");
  };
  const inside = node => node && (cuts(node) || (!node.matches(".dv-explorer") && inside(node.parentElement)));
  return [...document.querySelectorAll(".dv-explorer canvas")].filter(one => one.checkVisibility()).map(inside);
}"""


def test_a_frame_of_a_drag_is_put_together_of_few_layers(explorer: NotebookPage) -> None:
    quality = "document.querySelector('.dv-stage-canvas').getContext('2d').imageSmoothingQuality"
    explorer.wait_until(lambda: explorer.page.locator(".dv-x-top img").count() >= 9, message="no stored pictures")
    rounded = explorer.page.evaluate(ROUNDED)
    assert 5 <= len(rounded) <= 10 and not any(rounded)
    drag_occluder(explorer, (20, 20), (60, 60), release=False)
    explorer.wait_until(lambda: explorer.page.evaluate(quality) == "low", message="a moving hand waits for fine pixels")
    explorer.page.mouse.up()
    explorer.wait_until(lambda: explorer.page.evaluate(quality) == "high", message="the picture stays coarse")


def test_a_click_on_a_unit_changes_its_panes_and_draws_its_pictures(explorer: NotebookPage) -> None:
    page = explorer.page
    explorer.python("_drawn.STEPS = 32")
    choose_layer(explorer, "features.conv2")
    explorer.wait_until(lambda: explorer.value("explorer.layer") == "features.conv2")
    settle(explorer)
    chosen = explorer.value("explorer.unit")
    unit, backward = shown(explorer, LIVE), shown(explorer, BACKWARD)
    page.locator(".dv-grid-canvas").click(position={"x": 240, "y": 190})
    explorer.wait_until(lambda: explorer.value("explorer.unit") != chosen, message="the click chose no unit")
    explorer.wait_until(lambda: changed(explorer, LIVE, unit), message="unit pane")
    explorer.wait_until(lambda: changed(explorer, BACKWARD, backward, 0.005), message="backward pane")
    # the pictures are drawn without a further click
    pictures = page.locator(".dv-x-four .dv-picture-canvas")
    pictures.first.wait_for(timeout=60_000)
    first = canvas_pixels(page, ".dv-x-four .dv-picture-canvas")
    explorer.wait_until(
        lambda: not explorer.value("explorer.unit_pictures.running"), 120, "the pictures were never finished"
    )
    explorer.wait_until(lambda: pictures.count() == 4, message="there are not four pictures")
    explorer.wait_until(
        lambda: (canvas_pixels(page, ".dv-x-four .dv-picture-canvas") != first).any(),
        message="the picture did not improve",
    )
    explorer.shot("explorer-unit-pictures")
    assert_silent(explorer)


def test_stop_ends_the_drawing_and_keeps_what_is_there(explorer: NotebookPage) -> None:
    page = explorer.page
    # so many steps that they cannot be over before the button is pressed
    explorer.python("_drawn.STEPS = 4000")
    explorer.python("explorer.unit = (explorer.unit + 1) % 8")
    explorer.wait_until(lambda: explorer.value("explorer.unit_pictures.running"), message="it did not begin")
    page.locator(".dv-x-four .dv-picture-canvas").first.wait_for(timeout=60_000)
    page.locator(".dv-x-wants button", has_text="Stop").click()
    explorer.wait_until(lambda: not explorer.value("explorer.unit_pictures.running"), message="it did not stop")
    assert page.locator(".dv-x-four .dv-picture-canvas").count() >= 1
    assert explorer.value("explorer.panes.patterns.port.values['progress']") < 1
    page.wait_for_timeout(800)  # longer than a selection rests before it is drawn
    assert not explorer.value("explorer.unit_pictures.running"), "it began again by itself"
    page.locator(".dv-x-wants button", has_text="Draw").wait_for()


def upload(notebook: NotebookPage, name: str, content: bytes) -> None:
    with notebook.page.expect_file_chooser() as chosen:
        notebook.page.locator(".dv-x-header button", has_text="upload").click()
    chosen.value.set_files({"name": name, "mimeType": "image/png", "buffer": content})


def test_a_picture_is_uploaded_and_a_bad_one_leaves_a_sentence(explorer: NotebookPage) -> None:
    before = shown(explorer, ".dv-stage-canvas")
    buffer = io.BytesIO()
    Image.fromarray((np.indices((90, 120)).sum(0)[..., None] % 64 * [4, 2, 1]).astype(np.uint8)).save(buffer, "PNG")
    upload(explorer, "stripes.png", buffer.getvalue())
    explorer.wait_until(
        lambda: changed(explorer, ".dv-stage-canvas", before, 0.5), message="the upload is not on the stage"
    )
    settle(explorer)
    expect(explorer.page.locator(".dv-x-pictures option:checked")).to_have_text("stripes.png")
    good = shown(explorer, ".dv-stage-canvas")
    upload(explorer, "notes.png", b"no picture at all")
    explorer.page.locator(".dv-stage .dv-notice").wait_for()
    expect(explorer.page.locator(".dv-stage .dv-notice")).to_contain_text("not a picture")
    assert not changed(explorer, ".dv-stage-canvas", good)


def test_a_reload_shows_the_same_state(explorer: NotebookPage) -> None:
    explorer.python("explorer.layer, explorer.unit, explorer.occluder = 'features.conv3', 7, (30, 40, 50, 45)")
    settle(explorer)
    before = {name: shown(explorer, name) for name in (".dv-stage-canvas", ".dv-grid-canvas")}
    explorer.save()
    explorer.reload()
    explorer.page.locator(".dv-stage-canvas").first.wait_for()
    explorer.wait_until(
        lambda: explorer.page.locator(".dv-grid").get_attribute("data-unit") == "7", message="unit is lost"
    )
    expect(explorer.page.locator(".dv-grid")).to_have_attribute("data-layer", "features.conv3")
    explorer.wait_until(lambda: occluder(explorer) == [30, 40, 50, 45], message="the occluder is lost")
    for name, pixels in before.items():
        explorer.wait_until(lambda n=name, p=pixels: not changed(explorer, n, p), message=f"{name} is not drawn again")


def test_two_views_of_one_explorer_agree(open_notebook: Callable[..., NotebookPage]) -> None:
    notebook = open_notebook([OPEN, "explorer"], before=QUICK_PICTURES)
    wait_for_first_answer(notebook)
    expect(notebook.page.locator(".dv-stage")).to_have_count(2)
    notebook.page.locator(".dv-explorer").nth(1).locator(".dv-x-block-name", has_text="conv3").click()
    layer = notebook.value("next(b.shown for b in explorer.blocks if 'features.conv3' in b.layers)")
    for view in (0, 1):
        grid = notebook.page.locator(".dv-grid").nth(view)
        notebook.wait_until(lambda g=grid: g.get_attribute("data-layer") == layer, message=f"view {view}")
    settle(notebook)

    def grids() -> list[np.ndarray]:
        return [canvas_pixels(notebook.page.locator(".dv-explorer").nth(view), ".dv-grid-canvas") for view in (0, 1)]

    def agree() -> bool:
        one, two = grids()
        # where a pane begins between two pixels, its canvas has one row more
        if np.abs(np.subtract(one.shape, two.shape)).max() > 1:
            return False
        height, width = min(one.shape[0], two.shape[0]), min(one.shape[1], two.shape[1])
        return bool((one[:height, :width] == two[:height, :width]).mean() > 0.98)

    notebook.wait_until(agree, message="the grids have two sizes, or show two things")


def test_without_its_kernel_it_says_so(own: NotebookPage) -> None:
    own.restart()
    before = shown(own, ".dv-grid-canvas")
    drag_occluder(own, (30, 30), (80, 80))
    own.page.locator(".dv-explorer > .dv-notice", has_text="run the cell again").wait_for()
    assert not changed(own, ".dv-grid-canvas", before), "what was drawn stays"
    own.shot("explorer-without-kernel")
    assert not [message for message in own.console.messages if message.startswith("uncaught")]


def test_closing_frees_the_thread(own: NotebookPage) -> None:
    own.python("import threading; explorer.close()")
    own.wait_until(
        lambda: own.value("[t.name for t in threading.enumerate() if t.name == 'deepvis']") == [],
        message="the thread goes on",
    )
    own.wait_until(lambda: own.value("len(explorer.network.recordings)") == 0, message="recordings are kept")
    own.wait_until(lambda: own.page.locator(".dv-stage").count() == 0, message="the panes are still there")


@pytest.mark.slow
def test_rapid_random_use_leaves_it_alive_and_consistent(own: NotebookPage) -> None:
    page, chance = own.page, np.random.default_rng(0)
    own.python("_drawn.STEPS, _drawn.PATTERN_STEPS = 128, 48")  # drawing is under way when the next unit is chosen
    threads = own.value("__import__('threading').active_count()")
    places = _places(own)
    for _ in range(200):
        _random_act(own, chance, places)
    own.python("assert explorer.session.idle(120)")
    page.wait_for_timeout(500)
    settle(own)
    state = own.value("[explorer.layer, explorer.unit]")
    for pane in ("stage", "grid"):
        assert own.value(f"explorer.panes.{pane}.port.values.get('notice', '')") == ""
    expect(page.locator(".dv-grid")).to_have_attribute("data-layer", state[0])
    expect(page.locator(".dv-grid")).to_have_attribute("data-unit", str(state[1]))
    assert own.value("__import__('threading').active_count()") <= threads + 2
    before = shown(own, LIVE)
    own.python("explorer.layer, explorer.unit = 'features.conv1', 2")
    own.wait_until(lambda: changed(own, LIVE, before), message="it does not answer any more")
    assert_silent(own)


def _random_act(explorer: NotebookPage, chance: np.random.Generator, places: dict[str, list[Box]]) -> None:
    """A click on a tile or on a block, or a drag over the picture, as fast as a mouse can be moved."""
    mouse = explorer.page.mouse
    kind = ("tile", "block", "picture")[chance.integers(3)]
    x, y, width, height = places[kind][chance.integers(len(places[kind]))]
    if kind == "picture":
        (x0, y0), (x1, y1) = chance.uniform(0.03, 0.97, (2, 2))
        mouse.move(x + x0 * width, y + y0 * height)
        mouse.down()
        mouse.move(x + x1 * width, y + y1 * height, steps=6)
        mouse.up()
    else:
        mouse.click(x + chance.uniform(0.05, 0.95) * width, y + chance.uniform(0.05, 0.95) * height)


def _places(explorer: NotebookPage) -> dict[str, list[Box]]:
    """Where tiles, blocks and the picture are; nothing of it moves."""
    find = (
        "nodes => nodes.map(node => { const r = node.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; })"
    )
    names = {"tile": ".dv-grid-viewport", "block": ".dv-x-block-name", "picture": ".dv-stage-surface"}
    return {kind: explorer.page.locator(name).evaluate_all(find) for kind, name in names.items()}


# anywidget waits two seconds for a module; here it gives up before one can have come
IMPATIENT = """
const timeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = ms => {
  if (ms !== 2000) return timeout(ms);
  window.givenUp = true;
  const impatient = new AbortController();
  queueMicrotask(() => impatient.abort());
  return impatient.signal;
};
"""


def test_a_page_too_busy_for_anywidget_works_all_the_same(
    page: Page, open_notebook: Callable[..., NotebookPage]
) -> None:
    page.add_init_script(IMPATIENT)
    notebook = open_notebook([OPEN], before=QUICK_PICTURES)
    wait_for_first_answer(notebook)
    assert page.evaluate("window.givenUp"), "anywidget waited for nothing"
    before = shown(notebook, ".dv-grid-canvas")
    notebook.page.locator(".dv-x-block-name", has_text="conv2").first.click()
    notebook.wait_until(lambda: changed(notebook, ".dv-grid-canvas", before), message="the grid did not change")
    assert_silent(notebook)


@pytest.mark.parametrize("where", ["notebook7", "voila"])
def test_it_opens_elsewhere_too(open_notebook: Callable[..., NotebookPage], where: str) -> None:
    notebook = open_notebook([OPEN], where)
    wait_for_first_answer(notebook)
    before = shown(notebook, ".dv-stage-canvas")
    drag_occluder(notebook, (40, 40), (90, 90))
    notebook.wait_until(lambda: changed(notebook, ".dv-stage-canvas", before), message="the stage did not follow")
    notebook.page.locator(".dv-x-status").click()
    layer = notebook.page.locator(".dv-grid").get_attribute("data-layer")
    notebook.page.keyboard.press("o")  # which in a notebook hides the output
    expect(notebook.page.locator(".dv-grid")).not_to_have_attribute("data-layer", layer or "")
    expect(notebook.page.locator(".dv-explorer")).to_be_visible()
    notebook.shot(f"explorer-{where}")
    assert_silent(notebook)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_both_themes_have_contrast(explorer: NotebookPage, theme: str) -> None:
    explorer.set_theme(theme)
    settle(explorer)
    explorer.shot(f"explorer-{theme}")
    colours = explorer.page.locator(".dv-x-status > b").evaluate(
        "node => [[node, 'color'], [node.closest('.dv-explorer'), 'backgroundColor']].map("
        "([node, name]) => getComputedStyle(node)[name].match(/\\d+/g).map(Number))"
    )
    text, ground = (sum(colour[:3]) for colour in colours)
    assert abs(text - ground) > 200, f"text {colours[0]} on {colours[1]}"


def drag_with_a_finger(notebook: NotebookPage, path: list[tuple[float, float]]) -> None:
    """Lay a finger on the screen, move it along the points, and lift it."""
    session = notebook.page.context.new_cdp_session(notebook.page)  # one for all: it knows which fingers lie
    for kind, points in [("touchStart", path[:1]), *(("touchMove", [point]) for point in path[1:]), ("touchEnd", [])]:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})
    session.detach()


def stacked(page: Page, width: int) -> bool:
    """Whether the panes stand one below the other in a page of that width."""
    names = ("header", "stage", "ribbon", "units", "status")
    boxes = [page.locator(f".dv-x-{name}").bounding_box() for name in names]
    tops = [box["y"] for box in boxes if box is not None and box["width"] <= width]
    return len(tops) == len(names) and tops == sorted(tops)


@pytest.mark.context(viewport={"width": 520, "height": 900}, has_touch=True)
def test_a_narrow_window_is_used_with_fingers(open_notebook: Callable[..., NotebookPage]) -> None:
    notebook = open_notebook([OPEN], before=QUICK_PICTURES)
    wait_for_first_answer(notebook)
    page = notebook.page
    for width in (520, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(500)
        notebook.wait_until(lambda w=width: stacked(page, w), message="panes are not stacked")
        assert not page.locator(".dv-x-card").is_visible()
        notebook.shot(f"explorer-narrow-{width}")
        # one finger covers
        before = shown(notebook, ".dv-stage-canvas")
        page.locator(".dv-stage-surface").scroll_into_view_if_needed()
        path = [picture_point(notebook, 20 + 4 * step, 20 + 4 * step) for step in range(16)]
        drag_with_a_finger(notebook, path)
        notebook.wait_until(lambda: notebook.value("explorer.occluder"), message="one finger covers nothing")
        notebook.wait_until(
            lambda b=before: changed(notebook, ".dv-stage-canvas", b), message="one finger covers nothing to be seen"
        )
        notebook.wait_until(lambda: notebook.value("list(explorer.occluder)")[2] > 40, message="it covers little")
        # a tap selects and opens the drawer
        chosen = notebook.value("explorer.unit")
        grid = page.locator(".dv-grid-viewport")
        grid.scroll_into_view_if_needed()
        grid.tap(position={"x": 120, "y": 120})
        notebook.wait_until(lambda c=chosen: notebook.value("explorer.unit") != c, message="the tap chose no unit")
        card = page.locator(".dv-x-card")
        card.wait_for()
        expect(card).to_contain_text(f"unit {notebook.value('explorer.unit')}", use_inner_text=True)
        notebook.shot(f"explorer-drawer-{width}")
        card.get_by_role("button", name="close").tap()
        card.wait_for(state="hidden")
        notebook.python("explorer.occluder, explorer.unit = None, 0")
        settle(notebook)
    assert_silent(notebook)


@pytest.mark.slow
@pytest.mark.context(reduced_motion="no-preference")
def test_the_demonstration_runs_once_and_ends_at_any_input(open_notebook: Callable[..., NotebookPage]) -> None:
    notebook = open_notebook([OPEN], before=QUICK_PICTURES)
    page, root = notebook.page, notebook.page.locator(".dv-explorer").first
    says = lambda: root.get_attribute("data-demonstration")  # noqa: E731
    notebook.wait_until(lambda: says() == "runs", 60, "no hand came")
    lowest = 1.0
    while says() == "runs":
        shares = page.locator(".dv-x-class[data-class=husky]").evaluate_all("rows => rows.map(r => +r.dataset.share)")
        lowest = min([lowest, *shares])
        page.wait_for_timeout(50)
    assert lowest < 0.9, f"the bar of the husky fell to {lowest} only"
    settle(notebook)
    notebook.wait_until(lambda: is_uncovered(notebook), message="the hand left its rectangle")
    notebook.run_all()
    wait_for_first_answer(notebook)
    page.wait_for_timeout(1500)
    assert says() is None, "it runs twice"
    # on a new page: any input ends it
    notebook.save()
    notebook.reload()
    notebook.wait_until(lambda: root.count() and says() == "runs", 60, "no hand came to the new page")
    page.mouse.click(3, 3)
    notebook.wait_until(lambda: says() == "over", 2, "it went on after a click")
    settle(notebook)
    notebook.wait_until(lambda: is_uncovered(notebook), message="the hand that was stopped left its rectangle")


def is_uncovered(notebook: NotebookPage) -> bool:
    """Whether nothing of the picture is covered, and its husky is told."""
    share = notebook.page.locator(".dv-x-class[data-class=husky]").get_attribute("data-share")
    return notebook.value("explorer.occluder is None") and occluder(notebook) is None and float(share or 0) > 0.95


def test_random_weights_are_named_and_few_models_are_made(open_notebook: Callable[..., NotebookPage]) -> None:
    notebook = open_notebook(
        [
            "from ipywidgets.widgets.widget import _instances\nimport deepvis_widgets as dv",
            "explorer = dv.Explorer(dv.load('husky-wolf', weights='random'))\nexplorer",
        ],
        before=QUICK_PICTURES,
    )
    wait_for_first_answer(notebook)
    expect(notebook.page.locator(".dv-x-network")).to_contain_text("random weights", use_inner_text=True)
    assert notebook.value("len(_instances)") <= 12
    notebook.shot("explorer-random-weights")
    assert_silent(notebook)
