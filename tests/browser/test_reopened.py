"""A notebook that is opened again when its kernel has ended shows the pictures of its outputs, trusted or not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import CONTEXT, PATIENCE, OpenNotebook
from tests.browser.harness import JupyterServer

CELLS = ["import deepvis_widgets as dv", "dv.PoolingBoard()"]
SHOWN = ".jp-OutputArea-output img"


def reopened(browser: Browser, jupyter: JupyterServer, name: str) -> Page:
    page = browser.new_context(**CONTEXT).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{jupyter.url}/doc/workspaces/again/tree/{name}")
    return page


@pytest.fixture
def saved(open_notebook: OpenNotebook, jupyter: JupyterServer, request: pytest.FixtureRequest) -> dict[str, Any]:
    """The notebook as it was saved with a live board in it, whose kernel has ended since."""
    notebook = open_notebook(CELLS)
    expect(notebook.page.locator(".dv-board")).to_be_visible()
    expect(notebook.page.locator(SHOWN)).to_have_count(0)
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    file = max(jupyter.root.glob("*.ipynb"), key=lambda path: path.stat().st_mtime)
    jupyter.stop_kernels()
    return {"file": file, "content": json.loads(file.read_text("utf-8"))}


def test_outputs_show_their_pictures(browser: Browser, jupyter: JupyterServer, saved: dict[str, Any]) -> None:
    (output,) = saved["content"]["cells"][1]["outputs"]
    assert output["data"]["text/plain"][0].startswith("PoolingBoard")
    changed = saved["content"] | {"cells": [*saved["content"]["cells"][:2]]}
    untrusted = saved["file"].with_name("untrusted.ipynb")
    untrusted.write_text(json.dumps(changed).replace("dv.PoolingBoard()", "dv.PoolingBoard( )"), encoding="utf-8")
    for name in (saved["file"].name, untrusted.name):
        page = reopened(browser, jupyter, name)
        picture = page.locator(SHOWN)
        picture.wait_for()
        assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 1000
        expect(page.get_by_text("Error displaying widget")).to_have_count(0)
        expect(page.get_by_text("Loading widget")).to_have_count(0)
        page.context.close()
    jupyter.stop_kernels()
