"""What the browser tests stand on: a Jupyter server, notebooks opened in it, pixels read back, the console watched."""

from tests.browser.harness.console import Console
from tests.browser.harness.names import nameless
from tests.browser.harness.notebook import NotebookError, NotebookPage
from tests.browser.harness.pixels import canvas_pixels, element_pixels
from tests.browser.harness.server import JupyterServer
from tests.browser.harness.shared_page import SharedPage

__all__ = [
    "Console",
    "JupyterServer",
    "NotebookError",
    "NotebookPage",
    "SharedPage",
    "canvas_pixels",
    "element_pixels",
    "nameless",
]
