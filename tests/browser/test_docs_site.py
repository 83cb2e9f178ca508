"""The site of make docs, in its quick form: it is built without a warning, and asks no other host for anything."""

from __future__ import annotations

import functools
import http.server
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.conftest import CONTEXT, PATIENCE
from tests.browser.harness import Console

CHECKOUT = Path(__file__).resolve().parents[2]
ADDRESS = re.compile(r'(?:src|href)="([^"#?]+)["#?]')


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Says nothing of what it serves."""

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "-m", "docs.site", "--fast", "--out", str(folder)]
    built = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=280)
    assert built.returncode == 0 and "WARNING" not in built.stdout + built.stderr, built.stdout + built.stderr
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_every_address_on_a_page_leads_to_a_file(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 45
    broken = []
    for page in pages:
        if page.parent.name == "handouts" or page.name == "404.html":  # the second is shown at any depth
            continue
        for found in ADDRESS.findall(page.read_text(encoding="utf-8")):
            if not re.match(r"https?:|data:|mailto:|javascript:", found) and not (page.parent / found).exists():
                broken.append(f"{page.relative_to(site)}: {found}")
    assert not broken, broken


def test_links_lead_from_the_start_to_every_page(site: Path) -> None:
    found, left = set[Path](), [site.resolve() / "index.html"]
    while left:
        page = left.pop()
        if page in found or page.suffix != ".html" or page.parent.name == "handouts":
            continue
        found.add(page)
        links = ADDRESS.findall(page.read_text(encoding="utf-8"))
        left += [(page.parent / link).resolve() for link in links if not re.match(r"[a-z]+:", link)]
    every = {page for page in site.resolve().rglob("*.html") if page.parent.name != "handouts"}
    assert every - found == {site.resolve() / "404.html"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_site_is_whole_without_a_network(browser: Browser, address: str, scheme: str) -> None:
    context = browser.new_context(**CONTEXT, color_scheme=scheme)
    page, asked = context.new_page(), []
    page.set_default_timeout(PATIENCE)

    def keep(request: Request) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            asked.append(request.url)

    page.on("request", keep)
    console = Console(page)
    page.goto(f"{address}/index.html")
    alive(page, "Explorer")
    page.get_by_role("link", name="Gallery", exact=True).first.click()
    expect(page.get_by_role("heading", name="Gallery", level=1)).to_be_visible()
    if scheme == "light":
        page.get_by_role("link", name="dv.PoolingBoard", exact=True).click()
        alive(page, "PoolingBoard")
        page.get_by_role("link", name="Reference", exact=True).last.click()
        expect(page.locator("[id='deepvis_widgets.PoolingBoard']")).to_be_visible()
    # as a page was left
    left = re.compile(rf"request failed: GET (blob:)?{re.escape(address)}/\S+ \(net::ERR_ABORTED\)")
    assert asked == [] and [said for said in console.unexpected() if not left.fullmatch(said)] == []
    context.close()


def alive(page: Page, name: str) -> None:
    """The page shows a widget that draws something."""
    shown = page.frame_locator(f"iframe[title^='dv.{name}']").locator("main canvas").first
    expect(shown).to_be_visible()
