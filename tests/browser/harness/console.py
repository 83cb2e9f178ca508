"""What a page says in its console, less the few things Jupyter itself is known to say."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import ConsoleMessage, Error, Page, Request

# (pattern, why it is not ours). One line a message, as narrow as it can be.
ALLOWED: tuple[tuple[str, str], ...] = (
    (r"^request failed: GET \S+/api/\S+ \(net::ERR_ABORTED\)$", "the page was left while Jupyter was polling"),
    (
        r"^request failed: PUT \S+/lab/api/workspaces/\S+ \(net::ERR_ABORTED\)$",
        "the page was left while JupyterLab wrote down what is open in it",
    ),
    (r"^warning: Menu entry for command '[\w:-]+' is duplicated\. .*/static/notebook/", "Notebook 7's menus"),
    (r"^warning: \[yjs#509\] Not same Y\.Doc .*/static/notebook/", "Notebook 7 opening a document"),
    (
        r"^uncaught: Cannot read properties of undefined \(reading 'schema'\) .*/static/notebook/notebook_core\.",
        "Notebook 7 loading its settings; it does so without any widget too",
    ),
    (
        r"^uncaught: Command 'filebrowser:open-path' not registered\. .*/static/notebook/notebook_core\.",
        "Notebook 7 on a busy machine: it asks for its file browser before it is there, and opens the notebook anyway",
    ),
    (
        r"^warning: Plugin [@\w/:.-]+ (\(with \d+ dependants\) )?(is taking too long|took [\d.]+ms) to activate\.",
        "JupyterLab starting on a busy machine",
    ),
    (
        r"^(error: Failed to load resource: the server responded with a status of 403 \(Forbidden\) \["
        r"|request failed: GET )"
        r"\S+/static/notebook/\w+\.(woff2|woff|ttf)[\] ]",
        "Notebook 7 asks for its own icon font without the cookie its server wants",
    ),
    (
        r"^uncaught: \[anywidget\] Failed to initialize model\. .*/anywidget/static/",
        "a busy page: anywidget gives a model up after two seconds, and late_module.ts goes on with it",
    ),
    (r"cdn\.jsdelivr\.net/npm/@fortawesome/fontawesome-free@", "Voilà's page asks for its icons outside"),
    (r"cdnjs\.cloudflare\.com/ajax/libs/mathjax/", "Voilà's page asks for MathJax outside"),
    (
        r"^warning: (\[ Federation Runtime \] Version|Unsatisfied version|No satisfying version)[^/]*"
        r" of (shared singleton module|shared module) @jupyterlab/[\w-]+ [\s\S]*/voila/render/",
        "Voilà brings older JupyterLab modules than the extensions were built for",
    ),
    (
        r"^warning: Unsatisfied version 2\.[\d.]+ from \S+ of shared singleton module @lumino/[\w-]+"
        r" \(required \^1\.[\d.]+\)",
        "bqplot 0.12 was built for either Lumino, and tells of the older one",
    ),
    (
        r"^(warning: Failed to create module: package: @jupyter-notebook/lab-extension;"
        r"|error: Error: The getter for the shared module is not a function\."
        r"[\s\S]*/voila/labextensions/@jupyter-notebook/lab-extension/)",
        "Voilà tries to load Notebook 7's extension, which is not for it",
    ),
)


class Console:
    """Collects errors and warnings of one page: console messages, uncaught exceptions, failed requests."""

    def __init__(self, page: Page) -> None:
        self.messages: list[str] = []
        self._page = page
        self._heard: tuple[tuple[Any, Callable[..., None]], ...] = (
            ("console", self._on_console),
            ("pageerror", self._on_page_error),
            ("requestfailed", self._on_request_failed),
        )
        for event, callback in self._heard:
            page.on(event, callback)

    def unexpected(self) -> list[str]:
        """The messages nobody has explained; a test asserts that there are none."""
        return [message for message in self.messages if not any(re.search(pattern, message) for pattern, _ in ALLOWED)]

    def clear(self) -> None:
        self.messages.clear()

    def close(self) -> None:
        """Hear no more."""
        for event, callback in self._heard:
            self._page.remove_listener(event, callback)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            source = message.location.get("url", "")
            self.messages.append(f"{message.type}: {message.text} [{source}]")

    def _on_page_error(self, error: Error) -> None:
        frames = [line.strip() for line in (error.stack or "").splitlines() if line.strip().startswith("at ")]
        self.messages.append(f"uncaught: {error.message} [{frames[0] if frames else ''}]")

    def _on_request_failed(self, request: Request) -> None:
        self.messages.append(f"request failed: {request.method} {request.url} ({request.failure})")
