"""The pictures of the README and of docs/screens.md: the Explorer on the ImageNet network, driven by a mouse.

`python -m tests.tools.readme_pictures` takes all of them, `drag` or the names of screens some.
"""

from __future__ import annotations

import argparse
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image
from playwright.sync_api import ViewportSize

from tests.browser.harness import Console, JupyterServer, NotebookPage
from tests.browser.harness.notebook import write_notebook
from tests.tools.screenshots import CHECKOUT, opened_page, running_server

PICTURES = CHECKOUT / "docs" / "pictures"
MOVING = "drag"
CELL = """
import deepvis_widgets as dv
photos = [dv.photo(name) for name in ("chelsea", "coffee", "rocket", "motorcycle", "astronaut")]
explorer = dv.Explorer("efficientnet_lite0", pictures=photos)
explorer
"""
WIDTH = 840  # px of a picture in the documents
FRAME_MS = 100  # of the moving picture
STEPS = 36  # of one way of the occluder


@dataclass(frozen=True)
class Screen:
    """A window in which the Explorer is shown."""

    name: str
    size: tuple[int, int]
    theme: str = "light"
    where: str = "doc"


SCREENS = (
    Screen("1440", (1440, 900)),
    Screen("1440-files", (1440, 900), where="lab"),
    Screen("1920-dark", (1920, 1080), "dark"),
    Screen("1024", (1024, 768)),
    Screen("phone", (390, 844), where="voila"),
    Screen("voila", (1440, 900), where="voila"),
    Screen("notebook7", (1440, 900), where="notebook7"),
)


class Camera:
    """Opens the Explorer in a page and takes pictures of it."""

    def __init__(self, server: JupyterServer, notebook: NotebookPage) -> None:
        self.server, self.notebook, self.page = server, notebook, notebook.page

    def open(self, screen: Screen) -> None:
        """Opens a notebook with the Explorer, and waits until it has drawn everything."""
        self.page.set_viewport_size(ViewportSize(width=screen.size[0], height=screen.size[1]))
        name = write_notebook(self.server.root, f"{screen.name}-picture", [CELL])
        self.notebook.open(self.server, name, screen.theme)
        self.page.locator(".dv-x-class").first.wait_for()
        self.page.wait_for_timeout(8000)  # the pictures of the unit

    def still(self, screen: Screen) -> None:
        """Saves what the window shows."""
        picture = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        width = min(WIDTH, picture.width)
        small = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
        small.save(PICTURES / f"{screen.name}.webp", quality=80, method=6)

    def moving(self) -> None:
        """Saves a drag of the occluder over the face and back, and a click on the second class."""
        frames = [*self._drag(), *self._click_class()]
        first, *others = frames
        first.save(
            PICTURES / f"{MOVING}.webp", save_all=True, append_images=others, duration=FRAME_MS, loop=0, quality=45
        )

    def _drag(self) -> list[Image.Image]:
        mouse, frames = self.page.mouse, [self._frame()] * 6
        mouse.move(*self._place(0.15, 0.3))
        mouse.down()
        mouse.move(*self._place(0.45, 0.6), steps=8)
        mouse.up()
        frames += [self._frame() for _ in range(4)]
        mouse.move(*self._place(0.3, 0.45))
        mouse.down()
        for step in range(2 * STEPS):
            turn = 0.5 - 0.5 * math.cos(math.pi * step / STEPS)  # there and back, slow at the ends
            mouse.move(*self._place(0.3 + 0.5 * turn, 0.45 + 0.2 * turn))
            frames.append(self._frame())
        mouse.up()
        self.notebook.python("explorer.occluder = None")
        return frames

    def _click_class(self) -> list[Image.Image]:
        self.page.locator(".dv-x-class").nth(2).click()
        self.page.wait_for_timeout(1500)
        return [self._frame()] * 10

    def _place(self, right: float, down: float) -> tuple[float, float]:
        """A point of the picture, in shares of its width and height."""
        box = self.page.locator(".dv-stage-surface").bounding_box()
        assert box is not None
        return box["x"] + right * box["width"], box["y"] + down * box["height"]

    def _frame(self) -> Image.Image:
        shot = self.page.locator(".dv-explorer").first.screenshot(type="jpeg", quality=90)
        picture = Image.open(io.BytesIO(shot)).convert("RGB")
        return picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)), Image.Resampling.LANCZOS)


def take(names: Sequence[str]) -> None:
    """Takes the pictures with these names; all of them where none is given."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for screen in SCREENS:
        moving = screen is SCREENS[0] and (not names or MOVING in names)
        if names and screen.name not in names and not moving:
            continue
        with running_server() as server, opened_page() as page:
            camera = Camera(server, NotebookPage(page, Console(page), screen.where))
            camera.open(screen)
            if not names or screen.name in names:
                camera.still(screen)
            if moving:
                camera.moving()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.readme_pictures", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"{MOVING}, {', '.join(screen.name for screen in SCREENS)}")
    take(parser.parse_args(arguments).names)


if __name__ == "__main__":
    main()
