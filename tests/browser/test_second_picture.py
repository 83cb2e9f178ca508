"""The second picture of an embedding network, and of one that takes two: chosen, dropped, or the one that is shown."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser.explorer_page import QUICK_PICTURES
from tests.browser.harness import NotebookPage

SHOWN = [
    """
import torch, deepvis_widgets as dv
from torch import nn
husky = dv.load("husky-wolf")
scenes = [dv.scene(name, "snow", seed=3) for name in ("wolf", "husky", "owl")]
embedding = nn.Sequential(husky.module.features, nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
net = dv.Network(embedding, husky.preprocessing, answers=dv.Similarity(scenes[1]), name="alike")
explorer = dv.Explorer(net, scenes[0], pictures=scenes)
explorer
""",
    """
class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = husky.module
    def forward(self, x, other):
        return self.net(x)[:, :3] - self.net(other)[:, :3]
inputs = {"other": dv.Picture(husky.preprocessing)}
two = dv.Network(Both().eval(), husky.preprocessing, inputs=inputs, answers=dv.Values(list("abc")))
both = dv.Explorer(two, scenes[0])
both
""",
]
ANSWER = "float(explorer.answering.bars(explorer.view)[0])"
DROP = """([place, name, data]) => {
  const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
  const moved = new DataTransfer();
  moved.items.add(new File([bytes], name, { type: "image/png" }));
  const how = { bubbles: true, cancelable: true, dataTransfer: moved };
  for (const kind of ["dragover", "drop"]) place.dispatchEvent(new DragEvent(kind, how));
}"""


def png() -> bytes:
    file = io.BytesIO()
    Image.effect_mandelbrot((64, 64), (-2, -1.5, 1, 1.5), 50).convert("RGB").save(file, "PNG")
    return file.getvalue()


@pytest.mark.slow
def test_the_second_picture(open_notebook: Callable[..., NotebookPage], tmp_path: Path) -> None:
    notebook = open_notebook(SHOWN, where="doc", before=QUICK_PICTURES)
    explorer = notebook.page.locator(".dv-explorer").first
    second, share = explorer.locator(".dv-x-second"), explorer.locator(".dv-x-share")
    expect(second.get_by_role("img", name="compared with")).to_be_visible(timeout=60_000)
    shows(notebook, share, ANSWER)
    second.get_by_label("Choose a picture").select_option(index=3)
    notebook.wait_until(lambda: notebook.value("explorer.reference is scenes[2]"), message="nothing was chosen")
    shows(notebook, share, ANSWER)
    notebook.shot("second-picture")
    second.get_by_role("button", name="this one").click()
    shows(notebook, share, "1.0")
    dropped(second)
    notebook.wait_until(lambda: notebook.value("type(explorer.reference) is bytes"), message="nothing was dropped")
    shows(notebook, share, ANSWER)
    second.get_by_role("button", name="this one").click()
    shows(notebook, share, "1.0")
    file = tmp_path / "other.png"
    file.write_bytes(png())
    second.locator("input[type=file]").set_input_files(file)
    notebook.wait_until(lambda: notebook.value("type(explorer.reference) is bytes"), message="nothing was uploaded")
    shows(notebook, share, ANSWER)
    (tmp_path / "none.png").write_bytes(b"no picture")
    second.locator("input[type=file]").set_input_files(tmp_path / "none.png")
    expect(explorer.locator(".dv-notice").first).to_be_visible()
    notebook.set_theme("light")
    notebook.shot("second-picture-light")

    both = notebook.page.locator(".dv-explorer").nth(1)
    both.scroll_into_view_if_needed()
    both.get_by_role("button", name="this one").click()
    notebook.wait_until(lambda: notebook.value("both.inputs.get('other') is scenes[0]"), message="not given")
    shows(notebook, both.locator(".dv-x-share").first, "0.0")
    assert notebook.value("both.session.idle(60) and not both.panes.stage.port.values['notice']")
    notebook.shot("second-picture-given")


def shows(notebook: NotebookPage, share: Locator, expression: str) -> None:
    """Waits until the bar shows the value of an expression, with three digits."""
    expected = float(notebook.value(expression))
    notebook.wait_until(
        lambda: share.count() == 1 and abs(float(share.inner_text().replace("−", "-")) - expected) < 2e-3, 60
    )


def dropped(place: Locator) -> None:
    handle = place.element_handle()
    place.page.evaluate(DROP, [handle, "other.png", base64.b64encode(png()).decode()])
