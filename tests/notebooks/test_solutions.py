"""docs/solutions.md: every exercise of every lesson has an answer, behind its question."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
LESSONS = sorted((CHECKOUT / "notebooks").glob("*.ipynb"))
PAGE = (CHECKOUT / "docs" / "solutions.md").read_text(encoding="utf-8")
HEADING = re.compile(r"^## \[.+\]\(\.\./notebooks/(.+\.ipynb)\)$", re.MULTILINE)
# GitHub renders Markdown inside only with blank lines around it
CLOSED = re.compile(
    r"^<details>\n<summary>(\d)\. [^\n]+</summary>\n\n(?=\S)(.+?)\n\n</details>$", re.MULTILINE | re.DOTALL
)


def sections(page: str) -> dict[str, str]:
    """The text below each lesson's heading, by the name of its notebook."""
    _, *parts = HEADING.split(page)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_section_is_that_of_a_lesson() -> None:
    assert list(sections(PAGE)) == [lesson.name for lesson in LESSONS]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_its_three_exercises_are_solved_and_closed(lesson: Path) -> None:
    section = sections(PAGE)[lesson.name]
    assert [number for number, _ in CLOSED.findall(section)] == ["1", "2", "3"]
    assert not CLOSED.sub("", section).strip()


def test_a_section_without_an_answer_is_found() -> None:
    asked = "<details>\n<summary>1. Why?</summary>\n\n"
    assert CLOSED.findall(f"{asked}Because.\n\n</details>") == [("1", "Because.")]
    for broken in (
        f"{asked}</details>",
        f"{asked}\n\n</details>",
        "<details>\n<summary>1. Why?</summary>\nSo.\n</details>",
    ):
        assert CLOSED.findall(broken) == []
