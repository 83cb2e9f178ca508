"""The harness itself, with plain ipywidgets and a small canvas widget, wherever our widgets are looked at."""

from __future__ import annotations

import numpy as np
import pytest

from tests.browser.harness import NotebookError, canvas_pixels, element_pixels
from tests.browser.harness.console import ALLOWED

SLIDER = """
import ipywidgets
slider = ipywidgets.IntSlider(value=3, max=10)
label = ipywidgets.Label("value 3")
slider.observe(lambda change: setattr(label, "value", f"value {change['new']}"), "value")
ipywidgets.VBox([slider, label])
"""

# four quadrants of known colours over 40 by 60 pixels; a click paints the canvas in the colour of a trait
CANVAS = """
import anywidget, traitlets

class Quadrants(anywidget.AnyWidget):
    _esm = '''
    function render({ model, el }) {
      const canvas = document.createElement('canvas');
      canvas.className = 'quadrants'; canvas.width = 60; canvas.height = 40; canvas.style.width = '60px';
      const pen = canvas.getContext('2d');
      [['#f00', 0, 0], ['#0f0', 30, 0], ['#00f', 0, 20], ['#123456', 30, 20]].forEach(([colour, left, top]) => {
        pen.fillStyle = colour; pen.fillRect(left, top, 30, 20);
      });
      canvas.addEventListener('click', () => {
        pen.fillStyle = model.get('colour'); pen.fillRect(0, 0, 60, 40);
        model.set('clicks', model.get('clicks') + 1); model.save_changes();
      });
      el.append(canvas);
    }
    export default { render };
    '''
    clicks = traitlets.Int(0).tag(sync=True)
    colour = traitlets.Unicode('#ffff00').tag(sync=True)

quadrants = Quadrants()
quadrants
"""


@pytest.mark.parametrize("where", ["lab", "doc", "notebook7", "voila"])
def test_a_slider_reaches_the_kernel_and_comes_back(open_notebook, where):
    notebook = open_notebook([SLIDER], where)
    track = notebook.page.locator(".noUi-target").first
    width = track.evaluate("track => track.clientWidth")
    notebook.drag(track, (2, 0.3 * width), (2, 0.7 * width))
    notebook.page.get_by_text("value 7").wait_for()
    notebook.shot(f"harness-{where}")
    assert notebook.console.unexpected() == []


def test_canvas_pixels_are_exact_and_the_kernel_can_be_asked(open_notebook):
    notebook = open_notebook([CANVAS])
    canvas = notebook.page.locator("canvas.quadrants")
    canvas.wait_for()
    pixels = canvas_pixels(notebook.page, "canvas.quadrants")
    assert pixels.shape == (40, 60, 4)
    expected = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [0x12, 0x34, 0x56]]], np.uint8)
    assert (pixels[..., :3] == expected.repeat(20, 0).repeat(30, 1)).all()
    shown = element_pixels(notebook.page, "canvas.quadrants")
    assert tuple(shown[5, 5]) == (255, 0, 0)

    notebook.python("quadrants.colour = '#00ffff'")
    canvas.click()
    notebook.wait_until(lambda: notebook.value("quadrants.clicks") == 1)
    assert (canvas_pixels(notebook.page, "canvas.quadrants")[..., :3] == (0, 255, 255)).all()


@pytest.mark.parametrize("where", ["doc", "notebook7"])
def test_the_theme_changes_while_the_page_is_open(open_notebook, where):
    notebook = open_notebook([SLIDER], where)
    corner = element_pixels(notebook.page, ".jp-Notebook")[-5, 5].mean()
    notebook.set_theme("dark")
    notebook.wait_until(lambda: element_pixels(notebook.page, ".jp-Notebook")[-5, 5].mean() < corner - 100)


def test_voila_opens_dark(open_notebook):
    notebook = open_notebook([SLIDER], "voila", theme="dark")
    notebook.wait_until(lambda: element_pixels(notebook.page, "body")[-5, 5].mean() < 80, message="it is light")


@pytest.mark.parametrize("where", ["doc", "voila"])
def test_a_cell_that_raises_fails_the_test(open_notebook, where):
    with pytest.raises(NotebookError, match="no such thing"):
        open_notebook(["raise KeyError('no such thing')"], where)


def test_the_console_is_heard(open_notebook):
    notebook = open_notebook([SLIDER])
    notebook.page.evaluate("console.error('ours'); setTimeout(() => { throw new Error('thrown') }); fetch('/nowhere')")
    notebook.wait_until(lambda: len(notebook.console.unexpected()) >= 3)
    heard = "\n".join(notebook.console.unexpected())
    assert "ours" in heard and "thrown" in heard and "nowhere" in heard


def test_a_page_comes_to_the_front_when_it_is_taken_again(context, shared_page):
    shared_page.take({"width": 900, "height": 700})
    other = context.new_page()
    taken = shared_page.take({"width": 1440, "height": 900})
    # behind the other its window would stay as small, and be drawn once a second
    assert taken.evaluate("[outerWidth, outerHeight]") == [1440, 900]
    other.close()


def test_every_allowed_message_says_why():
    assert all(pattern and reason for pattern, reason in ALLOWED)
