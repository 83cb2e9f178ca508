"""A JupyterLab page that tests have one after the other: loading one takes seven seconds of a processor, opening a
notebook in it one.
"""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, ViewportSize

USES = 20  # then a new one: what twenty notebooks leave behind is more than any user has open


class SharedPage:
    """The page of a context; a new one after a test that failed."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self._page: Page | None = None
        self._uses = 0

    def take(self, viewport: ViewportSize) -> Page:
        """The page, as large as that, the mouse in the corner."""
        if self._page is None or self._uses >= USES:
            self.drop()
            self._page, self._uses = self.context.new_page(), 0
        self._uses += 1
        self._page.bring_to_front()  # a page that is made larger behind another is drawn once a second
        self._page.set_viewport_size(viewport)
        self._page.mouse.move(0, 0)
        return self._page

    def has(self, page: Page) -> bool:
        """Whether it is this one."""
        return page is self._page

    def drop(self) -> None:
        """Close it; the next test has a new one."""
        if self._page is not None:
            self._page.close()
        self._page = None
