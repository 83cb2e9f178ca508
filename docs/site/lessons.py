"""The lessons as pages: their text and code as they stand, and the widgets they use alive, as hand-outs.

They are not run: thirteen of them take minutes, and what a run shows is what the hand-outs show, alive.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path

from .gallery import framed
from .pages import CHECKOUT, for_site

WIDGET = re.compile(r"\bdv\.([A-Z]\w+)\(")


def write_lessons(pages: Path, handed: Collection[str]) -> None:
    """Writes a page for each notebook, and one that lists them; `handed` names the widgets with a hand-out."""
    folder = pages / "notebooks"
    rows = []
    for notebook in sorted((CHECKOUT / "notebooks").glob("*.ipynb")):
        text = lesson(json.loads(notebook.read_text("utf-8"))["cells"], handed)
        (folder / f"{notebook.stem}.md").write_text(text, "utf-8")
        rows.append(f"* [{text.splitlines()[0].removeprefix('# ')}]({notebook.stem}.md)")
    (folder / "index.md").write_text("\n".join([INDEX, *rows, ""]), "utf-8")


INDEX = """# Lessons

One notebook for each part of a lecture on interpretability. Each opens with a question and ends with three exercises,
which are solved in [The exercises, solved](../docs/solutions.md). [The lecture, slide by slide](../docs/lecture.md)
says where each part is.
"""


def lesson(cells: list[dict[str, object]], handed: Collection[str]) -> str:
    """The Markdown of a notebook; the first cell that makes a widget is followed by its hand-out."""
    shown: set[str] = set()
    parts = []
    for cell in cells:
        source = cell["source"]
        text = "".join(source) if isinstance(source, list) else str(source)
        if cell["cell_type"] == "markdown":
            parts.append(for_site(text))
            continue
        parts.append(f"```python\n{text}\n```")
        new = [name for name in dict.fromkeys(WIDGET.findall(text)) if name in handed and name not in shown]
        parts += [framed(name, "../") for name in new]
        shown.update(new)
    return "\n\n".join(parts) + "\n"
