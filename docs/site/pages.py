"""The pages that are in the repository already, laid out as there, so that their links lead to the same places."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
OTHERS = ("CONTRIBUTING.md", "CHANGELOG.md", "tests/benchmarks/results.svg")
FOLDERS = ("docs/pictures", "notebooks/pictures")


def copy_pages(pages: Path) -> None:
    """Copies every page and picture, and the start page and style of the site."""
    for name in (*OTHERS, *(str(page.relative_to(CHECKOUT)) for page in sorted((CHECKOUT / "docs").glob("*.md")))):
        target = pages / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix == ".md":
            target.write_text(for_site((CHECKOUT / name).read_text("utf-8")), "utf-8")
        else:
            shutil.copy(CHECKOUT / name, target)
    for folder in FOLDERS:
        shutil.copytree(CHECKOUT / folder, pages / folder)
    for name in ("index.md", "site.css"):
        shutil.copy(HERE / name, pages / name)


def for_site(text: str) -> str:
    """A page's text with the links that differ here: a lesson is a page, and so is the list of them.

    >>> for_site("[02](../notebooks/02_trust.ipynb), [all](../notebooks)")
    '[02](../notebooks/02_trust.md), [all](../notebooks/index.md)'
    """
    text = re.sub(r"(\]\([^)\s]*)\.ipynb(\)|#)", r"\1.md\2", text)
    return re.sub(r"(\]\((?:\.\./)*notebooks)\)", r"\1/index.md)", text)
