"""Fixtures of the browser tests: one server and one browser for the run, a fresh page for each test."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from tests.browser import chromium
from tests.browser.harness import Console, JupyterServer, NotebookPage, SharedPage
from tests.browser.harness.notebook import write_notebook

VIEWPORT = ViewportSize(width=1280, height=900)
# nothing moves by itself while a test looks
CONTEXT: dict[str, Any] = {"viewport": VIEWPORT, "reduced_motion": "reduce"}
PATIENCE = 45_000  # ms that Playwright waits for an element
expect.set_options(timeout=PATIENCE)
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


@pytest.fixture(scope="session")
def page_of_files(context: BrowserContext) -> Iterator[SharedPage]:
    """Where files have the notebook that their tests share, one after the other."""
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
    """open_notebook(cells, where="doc", theme="light", before=""): write the cells as a notebook, open it, run it, and
    `before` it the code of a test that is to take no room on the page.

    In the page of the test, if it asks for one; else a single document is opened in the page that tests share.
    """
    asked = "page" in request.fixturenames or request.node.get_closest_marker("context") is not None
    notebooks: list[NotebookPage] = []
    others = jupyter.kernels()  # of notebooks that the tests of a file share
    stem = re.sub(r"\W+", "-", request.node.name).strip("-")

    def opened(cells: Sequence[str], where: str = "doc", theme: str = "light", before: str = "") -> NotebookPage:
        name = write_notebook(jupyter.root, f"{stem}-{where}", cells)
        alone = asked or where != "doc"
        page = request.getfixturevalue("page") if alone else shared_page.take(viewport)
        page.set_default_timeout(PATIENCE)
        notebook = NotebookPage(page, Console(page), where)
        if not alone:
            notebooks.append(notebook)
        notebook.open(jupyter, name, theme, before=before)
        return notebook

    yield opened
    for notebook in notebooks:
        if _keep_if_failed(notebook.page, request):
            shared_page.drop()
        else:
            notebook.close()
    jupyter.stop_kernels(others)


@pytest.fixture(scope="module")
def open_for_module(
    browser: Browser,
    context: BrowserContext,
    page_of_files: SharedPage,
    jupyter: JupyterServer,
    request: pytest.FixtureRequest,
) -> Iterator[OpenNotebook]:
    """As open_notebook, but the notebook stays for all tests of a file, in a page `viewport` large. `timeout` is how
    long its cells may take, in seconds; further arguments are those of a context of its own.
    """
    notebooks: list[NotebookPage] = []
    failed = request.session.testsfailed

    def page_for(where: str, viewport: ViewportSize, options: dict[str, Any]) -> Page:
        if where == "doc" and not options and not notebooks:
            return page_of_files.take(viewport)
        page = (browser.new_context(**{**CONTEXT, **options}) if options else context).new_page()
        page.set_viewport_size(viewport)
        return page

    def opened(
        cells: Sequence[str],
        where: str = "doc",
        theme: str = "light",
        viewport: ViewportSize = VIEWPORT,
        before: str = "",
        timeout: float = 120,
        **options: Any,
    ) -> NotebookPage:
        page = page_for(where, viewport, options)
        page.set_default_timeout(PATIENCE)
        notebook = NotebookPage(page, Console(page), where)
        notebooks.append(notebook)
        name = write_notebook(jupyter.root, f"{request.module.__name__.split('.')[-1]}-{len(notebooks)}", cells)
        notebook.open(jupyter, name, theme, timeout, before)
        return notebook

    yield opened
    for notebook in notebooks:
        if page_of_files.has(notebook.page) and request.session.testsfailed == failed:
            notebook.close()
        elif page_of_files.has(notebook.page):
            page_of_files.drop()
        else:
            _leave(notebook.page, context)
    jupyter.stop_kernels()


def _leave(page: Page, context: BrowserContext) -> None:
    page.close()
    if page.context is not context:
        page.context.close()


@pytest.fixture
def watched(request: pytest.FixtureRequest) -> Iterator[Callable[[Page], None]]:
    """watched(page): a page that several tests share comes to the front, and a screenshot is kept if this one fails."""
    pages: list[Page] = []

    def watch(page: Page) -> None:
        page.bring_to_front()
        pages.append(page)

    yield watch
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
