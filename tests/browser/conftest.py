"""Fixtures of the browser tests: one server and one browser for the run, a fresh page for each test."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.browser import chromium
from tests.browser.harness import Console, JupyterServer, NotebookPage, SharedPage
from tests.browser.harness.notebook import write_notebook

VIEWPORT = ViewportSize(width=1280, height=900)
# nothing moves by itself while a test looks
CONTEXT: dict[str, Any] = {"viewport": VIEWPORT, "reduced_motion": "reduce"}
PATIENCE = 45_000  # ms that Playwright waits for an element
FAILURES = Path(__file__).parent / ".failures"
REPORT = pytest.StashKey[pytest.TestReport]()
OpenNotebook = Callable[..., NotebookPage]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.stash[REPORT] = report
    return report


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """A Jupyter server with JupyterLab, Notebook 7 and Voilà, seeing none of the user's settings."""
    server = JupyterServer(tmp_path_factory.mktemp("jupyter"))
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. Where there is none every browser test fails: a skipped one would look like a passed one."""
    try:
        path = chromium.find()
    except chromium.NoBrowser as missing:
        pytest.fail(str(missing), pytrace=False)
    arguments = [
        "--force-color-profile=srgb",
        # no other host exists: a widget that asks for one fails here as it would in a classroom without a network
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        # a camera that shows a test picture and needs no permission
        *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
    ]
    if os.name == "posix" and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        driven = playwright.chromium.launch(executable_path=path, args=arguments)
        yield driven
        driven.close()


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Where most tests have their pages: JupyterLab is fetched and compiled once, not for every test."""
    shared = browser.new_context(**CONTEXT)
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def shared_page(context: BrowserContext) -> Iterator[SharedPage]:
    """Where most tests have their notebook."""
    shared = SharedPage(context)
    yield shared
    shared.drop()


@pytest.fixture
def viewport(request: pytest.FixtureRequest) -> ViewportSize:
    """How large the page of a test is: 1280 by 900 unless @pytest.mark.viewport(width, height) says otherwise."""
    asked = request.node.get_closest_marker("viewport")
    return ViewportSize(width=asked.args[0], height=asked.args[1]) if asked else VIEWPORT


@pytest.fixture
def page(
    browser: Browser, context: BrowserContext, viewport: ViewportSize, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A page of its own for a test, in a context of its own where @pytest.mark.context(...) asks for that."""
    options = request.node.get_closest_marker("context")
    own = browser.new_context(**{**CONTEXT, **options.kwargs}) if options else None
    page = (own or context).new_page()
    if own is None:
        page.set_viewport_size(viewport)
    page.set_default_timeout(PATIENCE)
    yield page
    _keep_if_failed(page, request)
    page.close()
    if own is not None:
        own.close()


@pytest.fixture
def open_notebook(
    shared_page: SharedPage, viewport: ViewportSize, jupyter: JupyterServer, request: pytest.FixtureRequest
) -> Iterator[OpenNotebook]:
    """open_notebook(cells, where="doc", theme="light"): write the cells as a notebook, open it, run it.

    In the page of the test, if it asks for one; else a single document is opened in the page that tests share.
    """
    asked = "page" in request.fixturenames or request.node.get_closest_marker("context") is not None
    notebooks: list[NotebookPage] = []
    stem = re.sub(r"\W+", "-", request.node.name).strip("-")

    def opened(cells: Sequence[str], where: str = "doc", theme: str = "light") -> NotebookPage:
        name = write_notebook(jupyter.root, f"{stem}-{where}", cells)
        alone = asked or where != "doc"
        page = request.getfixturevalue("page") if alone else shared_page.take(viewport)
        page.set_default_timeout(PATIENCE)
        notebook = NotebookPage(page, Console(page), where)
        if not alone:
            notebooks.append(notebook)
        notebook.open(jupyter, name, theme)
        return notebook

    yield opened
    for notebook in notebooks:
        if _keep_if_failed(notebook.page, request):
            shared_page.drop()
        else:
            notebook.close()
    jupyter.stop_kernels()


@pytest.fixture(scope="module")
def open_for_module(browser: Browser, jupyter: JupyterServer, request: pytest.FixtureRequest) -> Iterator[OpenNotebook]:
    """As open_notebook, but the notebook stays for all tests of a file, in a page of its own; nothing else may be
    opened by that file. `timeout` is how long its cells may take, in seconds; further arguments are those of the
    browser's context.
    """
    contexts: list[BrowserContext] = []

    def opened(
        cells: Sequence[str], where: str = "doc", theme: str = "light", timeout: float = 120, **options: Any
    ) -> NotebookPage:
        contexts.append(browser.new_context(**{**CONTEXT, **options}))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)
        notebook = NotebookPage(page, Console(page), where)
        name = write_notebook(jupyter.root, f"{request.module.__name__.split('.')[-1]}-{len(contexts)}", cells)
        notebook.open(jupyter, name, theme, timeout)
        return notebook

    yield opened
    for context in contexts:
        context.close()
    jupyter.stop_kernels()


@pytest.fixture
def watched(request: pytest.FixtureRequest) -> Iterator[Callable[[Page], None]]:
    """watched(page): a screenshot of a page that several tests share is kept if this one fails."""
    pages: list[Page] = []
    yield pages.append
    for page in pages:
        _keep_if_failed(page, request)


def _keep_if_failed(page: Page, request: pytest.FixtureRequest) -> bool:
    """Whether the test failed; a screenshot of it then goes to tests/browser/.failures."""
    report = request.node.stash.get(REPORT, None)
    if report is None or not report.failed:
        return False
    FAILURES.mkdir(exist_ok=True)
    name = re.sub(r"[^\w.-]+", "_", request.node.name)
    page.screenshot(path=FAILURES / f"{name}.png")
    return True
