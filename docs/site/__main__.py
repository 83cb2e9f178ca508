"""Builds the site: `python -m docs.site`, with --fast for few hand-outs, --out for another folder than build/site."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .gallery import FAST, WIDGETS, write_gallery
from .lessons import write_lessons
from .pages import CHECKOUT, copy_pages
from .reference import write_reference


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m docs.site", description=__doc__)
    parser.add_argument("--fast", action="store_true", help="hand-outs of a few widgets alone, as CI builds it")
    parser.add_argument("--out", type=Path, default=CHECKOUT / "build" / "site", help="the site's folder")
    asked = parser.parse_args()
    site = asked.out.resolve()
    pages = site.with_name(f"{site.name}-pages")
    shutil.rmtree(pages, ignore_errors=True)
    copy_pages(pages)
    handed = write_gallery(pages, FAST if asked.fast else tuple(WIDGETS))
    write_lessons(pages, handed)
    write_reference(pages)
    return build(pages, site)


def build(pages: Path, site: Path) -> int:
    """Has mkdocs make HTML of the pages; a warning, such as a link that leads nowhere, is an error."""
    program = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-f", "docs/site/mkdocs.yml"]
    # material for mkdocs tells of its authors' plans, and takes colours of the terminal for that
    told = {"NO_MKDOCS_2_WARNING": "true"}
    places = {"SITE_PAGES": str(pages), "SITE": str(site), "PYTHONPATH": str(CHECKOUT)}
    return subprocess.run(program, cwd=CHECKOUT, env={**os.environ, **told, **places}).returncode


if __name__ == "__main__":
    sys.exit(main())
