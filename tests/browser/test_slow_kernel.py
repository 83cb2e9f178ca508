"""An Explorer whose kernel is far away: the network comes into the page, and answers the hand until the kernel has."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import torch
from playwright.sync_api import Page

import deepvis_widgets as dv
from tests.browser.explorer_page import (
    DRAWN,
    QUICK_PICTURES,
    assert_silent,
    occluder,
    picture_point,
    wait_for_first_answer,
)
from tests.browser.handout_page import covered, shares
from tests.browser.harness import NotebookPage

DELAY = 200  # ms that each message of the page is on its way
DRAG, LEAST, MOST = 3.0, 20, 120.0  # s, and answers of the page, that the drag has at least; s that it has at most
SHARE = 1e-3  # of the logits' spread
SCENE = 'dv.scene("wolf", seed=3)'
CELL = f"""
import deepvis_widgets as dv
explorer = dv.Explorer("husky-wolf", {SCENE})
explorer
"""
# messages leave late, in their order; what the page's own network is asked and answers is kept, its threads counted.
# On a busy machine the page is slow, too: in the drag that is looked at a message also waits for four answers of its.
BEFORE_THE_PAGE = """
window.late = 0; window.answered = []; window.threads = window.count = 0; window.looking = false;
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (...given) {
  if (!window.late) return send.apply(this, given);
  const [due, enough] = [performance.now() + window.late, window.count + 4];
  const leave = async () => {
    while (performance.now() < due || (window.looking && window.count < enough))
      await new Promise(done => setTimeout(done, 5));
    if (this.readyState === 1) send.apply(this, given);
  };
  this.leaving = (this.leaving ?? Promise.resolve()).then(leave);
};
const Plain = Worker;
window.Worker = class extends Plain {
  constructor(...given) {
    super(...given);
    if (!String(given[0]).startsWith("blob:")) return;
    window.threads += 1;
    this.asked = [];
    this.addEventListener("message", ({ data }) => {
      window.count += 1;
      const box = this.asked.shift();
      const bars = data.answer?.frames.find(([{ kind }]) => kind === "bars/values");
      window.answered.push({ box, error: data.error ?? null, shown: bars && [...new Float32Array(bars[1][0])] });
    });
  }
  postMessage(message, ...more) {
    if ("box" in message) this.asked.push(message.box);
    super.postMessage(message, ...more);
  }
  terminate() {
    if (this.asked) window.threads -= 1;
    super.terminate();
  }
};
"""
# how often the bars were drawn anew by an answer of the page
WATCH = """() => {
  window.drawnHere = 0; window.answered = []; window.looking = true;
  const status = document.querySelector('.dv-x-status');
  new MutationObserver(() => {
    window.drawnHere += Number(status.innerText.includes('in this page'));
  }).observe(document.querySelector('.dv-x-classes'), { subtree: true, attributeFilter: ['data-share'] });
}"""
COUNT = """
from deepvis_widgets.widgets.explorer.in_page.placed import Placed
_places = []
explorer.session.subscribe(Placed, lambda placed: _places.append(placed.box))
"""


@pytest.fixture
def slow(page: Page, open_notebook: Callable[..., NotebookPage]) -> NotebookPage:
    page.add_init_script(BEFORE_THE_PAGE)
    notebook = open_notebook([CELL], before=QUICK_PICTURES)
    wait_for_first_answer(notebook)
    page.evaluate(f"() => {{ window.late = {DELAY}; }}")
    return notebook


def hold(notebook: NotebookPage) -> None:
    """Draw a rectangle, and press the mouse in its middle."""
    mouse = notebook.page.mouse
    mouse.move(*picture_point(notebook, 10, 10))
    mouse.down()
    mouse.move(*picture_point(notebook, 50, 50), steps=2)
    mouse.up()
    mouse.move(*picture_point(notebook, 30, 30))
    mouse.down()


def sweep(notebook: NotebookPage, first: int, count: int) -> None:
    """Take the rectangle that is held to and fro over the object, beginning with this step."""
    for step in range(first, first + count):
        across, down = abs(step % 40 - 20) / 20, abs(step % 130 - 65) / 65
        notebook.page.mouse.move(*picture_point(notebook, 40 + 50 * across, 30 + 60 * down))
        notebook.page.wait_for_timeout(20)


def in_page(page: Page, name: str) -> Any:
    return page.evaluate(f"() => window.{name}")


def test_a_drag_does_not_wait_for_a_slow_kernel(slow: NotebookPage) -> None:
    page = slow.page
    hold(slow)
    sweep(slow, 0, 20)  # the first answers are the kernel's, and late
    slow.wait_until(lambda: sweep(slow, 20, 5) or in_page(page, "answered"), 90, "the page never answered")
    slow.python(COUNT)
    page.evaluate(WATCH)
    began, steps, took = time.perf_counter(), 25, 0.0
    while took < DRAG or (in_page(page, "drawnHere") < LEAST and took < MOST):
        sweep(slow, steps, 5)
        steps, took = steps + 5, time.perf_counter() - began
    here, answered = in_page(page, "drawnHere"), in_page(page, "answered")
    slow.shot("explorer-slow-kernel")
    page.evaluate("() => { window.looking = false; }")
    page.mouse.up()
    slow.wait_until(lambda: slow.value("explorer.occluder") == occluder(slow), message="the hand's rest did not arrive")
    page.wait_for_function("() => !document.querySelector('.dv-x-status').innerText.includes('in this page')")
    slow.python("assert explorer.session.idle(60)")
    page.evaluate(DRAWN)
    kernel = slow.value("len(_places)")
    print(f"{took:.1f} s: {len(answered)} answers of the page, {here} of them shown; {kernel} of the kernel")
    assert here >= LEAST and here >= 2 * kernel

    net = dv.load("husky-wolf")
    view = net.view(dv.scene("wolf", seed=3))
    logits = net.logits(covered(net, view, [tuple(found["box"] or (0, 0, 0, 0)) for found in answered])).double()
    for found, wanted in zip(answered, logits, strict=True):
        logs = torch.tensor(found["shown"], dtype=torch.float64).log()
        error = ((logs - logs.max()) - (wanted - wanted.max())).abs().max()
        assert float(error) <= SHARE * float(wanted.max() - wanted.min()), found["box"]

    exact = net.bars(covered(net, view, [occluder(slow)])[0])
    for label, share in shares(page).items():
        assert share == pytest.approx(float(exact[net.class_index(label)]), abs=1e-4)
    assert_silent(slow)
    slow.python("explorer.close()")
    slow.wait_until(lambda: in_page(page, "threads") == 0, message="the page's thread outlives the Explorer")
